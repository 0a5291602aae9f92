/* Shortest decimal text of a float, in one pass and without big numbers.
 *
 * x = c * 2^q is the midpoint of the interval of reals that round to x. With 10^k the
 * largest power of ten not wider than that interval, at most one multiple of 10^(k+1)
 * lies in it, and else at least one multiple of 10^k does; the nearest to x is taken.
 * Interval and x are scaled to multiples of 10^k by one 64 x 32 bit product each, with
 * what is cut off kept as a sticky bit.
 *
 * R. Giulietti, "The Schubfach way to render doubles", 2020, sections 8 and 9, for
 * 32 bits. O(1); about 20 ns. tests/base/test_float_text.c compares it with printf. */
#include "base/text/float_text.h"
#include <stdint.h>
#include <string.h>

enum {
    FRACTION_BITS = 23,
    EXPONENT_BIAS = 150, /* of c as a whole number */
    MAX_DIGITS = 9,
    LEAST_PRECISION = 6 /* %g writes whole numbers of up to so many digits in full */
};

/* digits * 10^exponent, of the magnitude of a float. */
typedef struct decimal {
    uint32_t digits;
    int exponent;
} decimal;

/* 10^e * 2^(63 - floor(log2(10^e))), rounded up. */
static uint64_t power_of_ten(int e)
{
    enum { LEAST = -31 };
    static const uint64_t power[] = {
        0x81ceb32c4b43fcf5, 0xa2425ff75e14fc32, 0xcad2f7f5359a3b3f, 0xfd87b5f28300ca0e,
        0x9e74d1b791e07e49, 0xc612062576589ddb, 0xf79687aed3eec552, 0x9abe14cd44753b53,
        0xc16d9a0095928a28, 0xf1c90080baf72cb2, 0x971da05074da7bef, 0xbce5086492111aeb,
        0xec1e4a7db69561a6, 0x9392ee8e921d5d08, 0xb877aa3236a4b44a, 0xe69594bec44de15c,
        0x901d7cf73ab0acda, 0xb424dc35095cd810, 0xe12e13424bb40e14, 0x8cbccc096f5088cc,
        0xafebff0bcb24aaff, 0xdbe6fecebdedd5bf, 0x89705f4136b4a598, 0xabcc77118461cefd,
        0xd6bf94d5e57a42bd, 0x8637bd05af6c69b6, 0xa7c5ac471b478424, 0xd1b71758e219652c,
        0x83126e978d4fdf3c, 0xa3d70a3d70a3d70b, 0xcccccccccccccccd, 0x8000000000000000,
        0xa000000000000000, 0xc800000000000000, 0xfa00000000000000, 0x9c40000000000000,
        0xc350000000000000, 0xf424000000000000, 0x9896800000000000, 0xbebc200000000000,
        0xee6b280000000000, 0x9502f90000000000, 0xba43b74000000000, 0xe8d4a51000000000,
        0x9184e72a00000000, 0xb5e620f480000000, 0xe35fa931a0000000, 0x8e1bc9bf04000000,
        0xb1a2bc2ec5000000, 0xde0b6b3a76400000, 0x8ac7230489e80000, 0xad78ebc5ac620000,
        0xd8d726b7177a8000, 0x878678326eac9000, 0xa968163f0a57b400, 0xd3c21bcecceda100,
        0x84595161401484a0, 0xa56fa5b99019a5c8, 0xcecb8f27f4200f3a, 0x813f3978f8940985,
        0xa18f07d736b90be6, 0xc9f2c9cd04674edf, 0xfc6f7c4045812297, 0x9dc5ada82b70b59e,
        0xc5371912364ce306, 0xf684df56c3e01bc7, 0x9a130b963a6c115d, 0xc097ce7bc90715b4,
        0xf0bdc21abb48db21, 0x96769950b50d88f5, 0xbc143fa4e250eb32, 0xeb194f8e1ae525fe,
        0x92efd1b8d0cf37bf, 0xb7abc627050305ae, 0xe596b7b0c643c71a, 0x8f7e32ce7bea5c70,
        0xb35dbf821ae4f38c,
    };
    return power[e - LEAST];
}

static int floor_log2_of_power_of_ten(int e)
{
    return (e * 1741647) >> 19;
}

/* floor(log10(2^q)), or of 3/4 * 2^q for the narrower interval below a power of two. */
static int floor_log10_of_power_of_two(int q, int is_narrow)
{
    return (q * 1262611 - (is_narrow ? 524031 : 0)) >> 22;
}

/* The upper part of power * x; its last bit is set when anything was cut off. */
static uint32_t scale(uint64_t power, uint32_t x)
{
    const uint64_t low = (power & UINT32_MAX) * x;
    const uint64_t high = (power >> 32) * x + (low >> 32);
    return (uint32_t)(high >> 32) | ((uint32_t)high > 1);
}

static decimal shortest(uint32_t fraction, int exponent)
{
    const uint32_t c = exponent ? fraction | 1U << FRACTION_BITS : fraction;
    const int q = (exponent ? exponent : 1) - EXPONENT_BIAS;
    const int is_narrow = fraction == 0 && exponent > 1;
    const int k = floor_log10_of_power_of_two(q, is_narrow);
    const int shift = q + floor_log2_of_power_of_ten(-k) + 1;
    const uint64_t power = power_of_ten(-k);
    /* four times the value, so that the ends of the interval are whole */
    const uint32_t value = scale(power, (4 * c) << shift);
    const uint32_t odd = c & 1; /* ties go to even: the ends belong to the interval */
    const uint32_t low = scale(power, (4 * c - 2 + (uint32_t)is_narrow) << shift) + odd;
    const uint32_t high = scale(power, (4 * c + 2) << shift) - odd;

    const uint32_t ten = value / 40 * 10; /* below value / 4, a multiple of ten */
    if (ten > 0 && (low <= 4 * ten) != (4 * ten + 40 <= high))
        return (decimal){ten / 10 + (low > 4 * ten), k + 1};
    const uint32_t one = value / 4;
    if ((low <= 4 * one) != (4 * one + 4 <= high))
        return (decimal){one + (low > 4 * one), k};
    const uint32_t middle = 4 * one + 2;
    return (decimal){one + (value > middle || (value == middle && (one & 1))), k};
}

/* The digits of d, which is not 0, without zeros at the end; *power is that of the
 * first digit. */
static int to_digits(char digit[MAX_DIGITS + 1], decimal d, int *power)
{
    char reversed[MAX_DIGITS + 1];
    int n = 0;
    while (d.digits % 10 == 0) {
        d.digits /= 10;
        d.exponent++;
    }
    do {
        reversed[n++] = (char)('0' + d.digits % 10);
        d.digits /= 10;
    } while (d.digits > 0);
    for (int i = 0; i < n; i++) digit[i] = reversed[n - 1 - i];
    *power = d.exponent + n - 1;
    return n;
}

static int write_scientific(char *text, const char *digit, int n, int power)
{
    int at = 0;
    text[at++] = digit[0];
    if (n > 1) {
        text[at++] = '.';
        memcpy(text + at, digit + 1, (size_t)n - 1);
        at += n - 1;
    }
    text[at++] = 'e';
    text[at++] = power < 0 ? '-' : '+';
    const int size = power < 0 ? -power : power;
    text[at++] = (char)('0' + size / 10);
    text[at++] = (char)('0' + size % 10);
    return at;
}

static int write_plain(char *text, const char *digit, int n, int power)
{
    int at = 0;
    if (power < 0) {
        text[at++] = '0';
        text[at++] = '.';
        for (int zero = power + 1; zero < 0; zero++) text[at++] = '0';
        memcpy(text + at, digit, (size_t)n);
        return at + n;
    }
    for (int i = 0; i < n || i <= power; i++) {
        if (i == power + 1) text[at++] = '.';
        text[at++] = i < n ? digit[i] : '0';
    }
    return at;
}

int rg_format_float(char text[RG_FLOAT_BYTES], float x)
{
    uint32_t bits = 0;
    memcpy(&bits, &x, sizeof bits);
    const uint32_t fraction = bits & ((1U << FRACTION_BITS) - 1);
    const int exponent = (int)(bits >> FRACTION_BITS & 0xff);
    int at = 0;
    if (exponent == 0xff && fraction != 0) {
        memcpy(text, "nan", 4);
        return 3;
    }
    if (bits >> 31) text[at++] = '-';
    if (exponent == 0xff) {
        memcpy(text + at, "inf", 3);
        at += 3;
    } else if (exponent == 0 && fraction == 0) {
        text[at++] = '0';
    } else {
        char digit[MAX_DIGITS + 1];
        int power = 0;
        const int n = to_digits(digit, shortest(fraction, exponent), &power);
        const int precision = n > LEAST_PRECISION ? n : LEAST_PRECISION;
        at += power < -4 || power >= precision
                  ? write_scientific(text + at, digit, n, power)
                  : write_plain(text + at, digit, n, power);
    }
    text[at] = '\0';
    return at;
}
