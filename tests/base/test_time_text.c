#include "base/text/time_text.h"
#include "support/suite.h"
#include <string.h>

static void is(int64_t seconds, const char *expected)
{
    char text[RG_TIME_BYTES];
    CU_ASSERT_EQUAL(rg_format_time(text, seconds), (int)strlen(expected));
    CU_ASSERT_STRING_EQUAL(text, expected);
}

static void test_time_text__moments(void)
{
    is(0, "1970-01-01 00:00:00");
    is(-1, "1969-12-31 23:59:59");
    is(951782399, "2000-02-28 23:59:59");
    is(951868799, "2000-02-29 23:59:59");
    is(1709251199, "2024-02-29 23:59:59");
    is(4107542400, "2100-03-01 00:00:00");
    is(-62167219200, "0000-01-01 00:00:00");
    is(-62167219201, "-001-12-31 23:59:59");
    is(253402300800, "10000-01-01 00:00:00");
}

static void test_time_text__extremes(void)
{
    is(INT64_MAX, "292277026596-12-04 15:30:07");
    is(INT64_MIN, "-292277022657-01-27 08:29:52");
}

int test_time_text(void)
{
    static const test_case cases[] = {{"moments", test_time_text__moments},
                                      {"extremes", test_time_text__extremes}};
    return TEST_MAIN("time_text", cases);
}
