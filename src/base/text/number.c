#include "base/text/number.h"
#include "base/text/float_text.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DIGITS = 19, MAX_EXPONENT = 9999, EXACT_POWER = 22 };

/* A text on its way to a number: digits * 10^exponent. */
typedef struct decimal {
    const char *at, *end;
    uint64_t digits;
    int n_digits; /* significant ones, in `digits` */
    int any;      /* a digit was seen */
    int exponent;
} decimal;

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits beyond the 19th only move the exponent. */
static void take_digits(decimal *d, int fraction)
{
    for (; d->at < d->end && is_digit(*d->at); d->at++) {
        d->any = 1;
        if (d->n_digits < MAX_DIGITS) {
            d->digits = d->digits * 10 + (uint64_t)(*d->at - '0');
            d->n_digits += d->digits != 0;
            d->exponent -= fraction;
        } else {
            d->exponent += !fraction;
        }
    }
}

static int take_exponent(decimal *d)
{
    d->at++;
    int negative = 0, value = 0;
    if (d->at < d->end && (*d->at == '+' || *d->at == '-')) negative = *d->at++ == '-';
    if (d->at == d->end) return 0;
    for (; d->at < d->end && is_digit(*d->at); d->at++)
        if (value < MAX_EXPONENT) value = value * 10 + (*d->at - '0');
    d->exponent += negative ? -value : value;
    return 1;
}

static double scaled(uint64_t digits, int exponent)
{
    static const double power[EXACT_POWER + 1] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (digits == 0) return 0.0;
    if (digits <= (1ULL << 53) && exponent >= -EXACT_POWER && exponent <= EXACT_POWER)
        return exponent < 0 ? (double)digits / power[-exponent]
                            : (double)digits * power[exponent];
    const double x = (double)((long double)digits * powl(10.0L, (long double)exponent));
    return x > 0.0 ? x : DBL_TRUE_MIN;
}

static int same_word(const char *s, int64_t n, const char *word)
{
    if (n != (int64_t)strlen(word)) return 0;
    for (int64_t k = 0; k < n; k++)
        if ((s[k] | 0x20) != word[k]) return 0;
    return 1;
}

int rg_parse_number(const char *s, int64_t n, double *out)
{
    decimal d = {.at = s, .end = s + n};
    double sign = 1.0;
    if (n > 0 && (*s == '-' || *s == '+')) {
        sign = *s == '-' ? -1.0 : 1.0;
        d.at++;
    }
    if (same_word(d.at, d.end - d.at, "nan")) {
        *out = (double)NAN;
        return 1;
    }
    if (same_word(d.at, d.end - d.at, "inf") ||
        same_word(d.at, d.end - d.at, "infinity")) {
        *out = sign * (double)INFINITY;
        return 1;
    }
    take_digits(&d, 0);
    if (d.at < d.end && *d.at == '.') {
        d.at++;
        take_digits(&d, 1);
    }
    if (!d.any) return 0;
    if (d.at < d.end && (*d.at == 'e' || *d.at == 'E') && !take_exponent(&d)) return 0;
    if (d.at != d.end) return 0;
    *out = sign * scaled(d.digits, d.exponent);
    return 1;
}

int rg_parse_int(const char *s, int64_t n, int64_t *out)
{
    const char *end = s + n;
    int negative = 0;
    int64_t value = 0;
    if (s < end && (*s == '-' || *s == '+')) negative = *s++ == '-';
    if (s == end) return 0;
    for (; s < end && is_digit(*s); s++) {
        if (__builtin_mul_overflow(value, 10, &value)) return 0;
        if (__builtin_sub_overflow(value, *s - '0', &value)) return 0;
    }
    if (s != end || (!negative && value == INT64_MIN)) return 0;
    *out = negative ? value : -value; /* summed below zero: INT64_MIN fits */
    return 1;
}

/* The host's locale may have its own decimal point: whatever is no digit, sign or
 * exponent is one. */
static int to_point(char *text)
{
    int n = 0;
    for (const char *from = text; *from != '\0'; from++) {
        if (strchr("0123456789+-e", *from) != NULL)
            text[n++] = *from;
        else if (n > 0 && text[n - 1] != '.')
            text[n++] = '.';
    }
    text[n] = '\0';
    return n;
}

int rg_format_double(char text[RG_NUMBER_BYTES], double x)
{
    if (!isfinite(x)) return rg_format_float(text, (float)x);
    for (int precision = DBL_DIG; precision <= DBL_DECIMAL_DIG; precision++) {
        snprintf(text, RG_NUMBER_BYTES, "%.*g", precision, x);
        if (strtod(text, NULL) == x) break; /* both in the host's locale */
    }
    return to_point(text);
}
