#include "base/text/float_text.h"
#include "support/suite.h"
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static float of_bits(uint32_t bits)
{
    float x = 0.0f;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void check(const char *expected, float x)
{
    char text[RG_FLOAT_BYTES];
    const int n = rg_format_float(text, x);
    CU_ASSERT_STRING_EQUAL(text, expected);
    CU_ASSERT_EQUAL(n, (int)strlen(expected));
}

static void test_float_text__has_the_form_of_printf(void)
{
    check("0", 0.0f);
    check("-0", -0.0f);
    check("5", 5.0f);
    check("0.1", 0.1f);
    check("-0.25", -0.25f);
    check("0.0001", 1e-4f);
    check("1e-05", 1e-5f);
    check("123456", 123456.0f);
    check("1234567", 1234567.0f);
    check("1e+06", 1e6f);
    check("1.25e+09", 1.25e9f);
    check("16777216", 16777216.0f);
    check("3.4028235e+38", FLT_MAX);
    check("-1.1754944e-38", -FLT_MIN);
    check("1e-45", of_bits(1));
    check("nan", (float)NAN);
    check("inf", INFINITY);
    check("-inf", -INFINITY);
}

/* The fewest digits that printf needs, found by trying; fewer than six only where the
 * precision is left out of the form. */
static int fewest_digits(float x, char text[32])
{
    for (int digits = 1; digits <= 9; digits++) {
        snprintf(text, 32, "%.*e", digits - 1, (double)x);
        if (strtof(text, NULL) == x) return digits;
    }
    return 0;
}

static int digits_of(const char *text)
{
    char all[32];
    int n = 0;
    for (; *text != '\0' && *text != 'e'; text++)
        if (*text >= '0' && *text <= '9' && (n > 0 || *text != '0')) all[n++] = *text;
    while (n > 0 && all[n - 1] == '0') n--;
    return n;
}

/* x reads back as itself, with no more digits than printf needs, and no other number of
 * as many digits is nearer (both signs have the same digits). */
static int is_right(uint32_t bits)
{
    char text[RG_FLOAT_BYTES], tried[32];
    const float x = of_bits(bits);
    const int n = rg_format_float(text, x);
    if (n != (int)strlen(text) || strtof(text, NULL) != x) return 0;
    const int fewest = fewest_digits(x, tried);
    if (digits_of(text) > fewest) return 0;
    return digits_of(text) < fewest ||
           fabs(strtod(text, NULL) - (double)x) <= fabs(strtod(tried, NULL) - (double)x);
}

/* All exponents with the fractions where intervals change, and a stride through the
 * rest. TEST_ALL_FLOATS in the environment: all of them, about half an hour. */
static void test_float_text__is_shortest_and_nearest(void)
{
    const uint32_t step = getenv("TEST_ALL_FLOATS") != NULL ? 1 : 8191;
    long wrong = 0;
    for (uint32_t bits = 1; bits < 0x7f800000; bits += step) wrong += !is_right(bits);
    for (uint32_t exponent = 0; exponent < 255; exponent++)
        for (uint32_t k = 0; k < 64; k++) {
            const uint32_t first = exponent << 23, last = first | 0x7fffff;
            if (first + k > 0) wrong += !is_right(first + k);
            wrong += !is_right(last - k);
        }
    CU_ASSERT_EQUAL(wrong, 0);
}

int test_float_text(void)
{
    const test_case cases[] = {
        {"has_the_form_of_printf", test_float_text__has_the_form_of_printf},
        {"is_shortest_and_nearest", test_float_text__is_shortest_and_nearest},
    };
    return TEST_MAIN("float_text", cases);
}
