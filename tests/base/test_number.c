#include "base/rng.h"
#include "base/text/number.h"
#include "support/suite.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double parsed(const char *s)
{
    double x = -12345.0;
    return rg_parse_number(s, (int64_t)strlen(s), &x) ? x : -12345.0;
}

static int refused(const char *s)
{
    double x = 0.0;
    return !rg_parse_number(s, (int64_t)strlen(s), &x);
}

static void test_number__reads_decimals(void)
{
    CU_ASSERT_EQUAL(parsed("0"), 0.0);
    CU_ASSERT_EQUAL(parsed("-0.5"), -0.5);
    CU_ASSERT_EQUAL(parsed("+3"), 3.0);
    CU_ASSERT_EQUAL(parsed(".25"), 0.25);
    CU_ASSERT_EQUAL(parsed("4."), 4.0);
    CU_ASSERT_EQUAL(parsed("007"), 7.0);
    CU_ASSERT_EQUAL(parsed("1e-3"), 1e-3);
    CU_ASSERT_EQUAL(parsed("881250949"), 881250949.0);
    CU_ASSERT_EQUAL(parsed("12345678901234567890123"), 12345678901234567890123.0);
    CU_ASSERT_EQUAL(parsed("0.000000000000000000000000123"), 1.23e-25);
    CU_ASSERT(isnan(parsed("NaN")));
    CU_ASSERT_EQUAL(parsed("-inf"), -(double)INFINITY);
    CU_ASSERT_EQUAL(parsed("1e999"), (double)INFINITY);
    CU_ASSERT_EQUAL(parsed("1e-9999999999"), DBL_TRUE_MIN);
    CU_ASSERT_EQUAL(parsed("-1e-400"), -DBL_TRUE_MIN);
    CU_ASSERT_EQUAL(parsed("0e-9999999999"), 0.0);
}

static void test_number__refuses_the_rest(void)
{
    const char *const bad[] = {"",    "-",  ".",  "e5",    "1e",  "1e+", "0x10",
                               "1,5", "1 ", " 1", "1.2.3", "--1", "five"};
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) CU_ASSERT(refused(bad[k]));
}

static void test_number__whole_numbers(void)
{
    int64_t x = 0;
    CU_ASSERT(rg_parse_int("9223372036854775807", 19, &x));
    CU_ASSERT_EQUAL(x, INT64_MAX);
    CU_ASSERT(rg_parse_int("-9223372036854775808", 20, &x));
    CU_ASSERT_EQUAL(x, INT64_MIN);
    CU_ASSERT_FALSE(rg_parse_int("9223372036854775808", 19, &x));
    CU_ASSERT_FALSE(rg_parse_int("1.0", 3, &x));
    CU_ASSERT_FALSE(rg_parse_int("", 0, &x));
    CU_ASSERT_FALSE(rg_parse_int("-", 1, &x));
}

/* Doubles read back as themselves, whatever point the host's locale has. */
static void test_number__doubles_there_and_back(void)
{
    char text[RG_NUMBER_BYTES];
    long wrong = 0;
    for (uint64_t k = 0; k < 20000; k++) {
        const uint64_t bits = rg_random_u64(1, RG_STREAM_TEST, k);
        double x = 0.0;
        memcpy(&x, &bits, sizeof x);
        if (!isfinite(x)) continue;
        const int n = rg_format_double(text, x);
        wrong += n != (int)strlen(text) || strtod(text, NULL) != x;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    rg_format_double(text, 0.1);
    CU_ASSERT_STRING_EQUAL(text, "0.1");
    rg_format_double(text, 5.0);
    CU_ASSERT_STRING_EQUAL(text, "5");
    rg_format_double(text, -(double)INFINITY);
    CU_ASSERT_STRING_EQUAL(text, "-inf");
}

/* As strtod reads them, where both are exact. */
static void test_number__agrees_with_strtod(void)
{
    const char *const texts[] = {"3.14159", "2.5e10", "123456.789",
                                 "1e22",    "7e-22",  "9007199254740991"};
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
        CU_ASSERT_EQUAL(parsed(texts[k]), strtod(texts[k], NULL));
}

int test_number(void)
{
    const test_case cases[] = {
        {"reads_decimals", test_number__reads_decimals},
        {"refuses_the_rest", test_number__refuses_the_rest},
        {"whole_numbers", test_number__whole_numbers},
        {"doubles_there_and_back", test_number__doubles_there_and_back},
        {"agrees_with_strtod", test_number__agrees_with_strtod},
    };
    return TEST_MAIN("number", cases);
}
