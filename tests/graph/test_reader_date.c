#include "graph/times/reader_date.h"
#include "support/suite.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The text under each order it allows, "-" under the others: dmy, mdy, ymd. */
static void dates(const char *text, const char *dmy, const char *mdy, const char *ymd)
{
    static const unsigned orders[] = {RG_ORDER_DMY, RG_ORDER_MDY, RG_ORDER_YMD};
    const char *const expected[] = {dmy, mdy, ymd};
    rg_date d;
    const int good = rg_date_parse(text, (int64_t)strlen(text), &d);
    for (int k = 0; k < 3; k++) {
        char shown[32] = "-";
        if (good && (d.orders & orders[k]))
            snprintf(shown, sizeof shown, "%" PRId64, rg_date_seconds(&d, orders[k]));
        if (strcmp(shown, expected[k]) != 0) printf("\n%s: %s\n", text, shown);
        CU_ASSERT_STRING_EQUAL(shown, expected[k]);
    }
}

static void no_date(const char *text)
{
    dates(text, "-", "-", "-");
}

static void test_reader_date__year_first(void)
{
    dates("1970-01-01", "-", "-", "0");
    dates("2000-02-29T12:00", "-", "-", "951825600");
    dates("2021/1/30", "-", "-", "1611964800");
    dates("2021.01.30 7:05", "-", "-", "1611990300");
    dates("2014-12-06 02", "-", "-", "1417831200");
    dates("2021-01-30 10:00:00 UTC", "-", "-", "1612000800");
    dates("2021-01-30 10:00:00 GMT", "-", "-", "1612000800");
    dates("2021-01-30 10:00:00+02", "-", "-", "1611993600");
    dates("2021-01-30T10:00:00.123456+05:30", "-", "-", "1611981000");
    dates("2021-01-30 10:00:00,5 -0300", "-", "-", "1612011600");
    dates("2021-01-30 10:00:00 +0000 UTC", "-", "-", "1612000800");
    dates("20210130T100000Z", "-", "-", "1612000800");
    dates("20210130 10:00", "-", "-", "1612000800");
    dates("20210130T10:00:00", "-", "-", "1612000800");
    dates("2021-01-30 12:00 AM", "-", "-", "1611964800");
    dates("2021-01-30 1:00:00 pm", "-", "-", "1612011600");
}

static void test_reader_date__open_orders(void)
{
    dates("29-01-2021 07:01", "1611903660", "-", "-");
    dates("12/1/2010 8:26", "1263284760", "1291191960", "-");
    dates("12/13/10", "-", "1292198400", "-");
    dates("12/1/10", "1263254400", "1291161600", "1326153600");
    dates("21-01-30", "1895184000", "-", "1611964800");
    dates("1.2.2021", "1612137600", "-", "-");
    dates("1/1/70", "0", "0", "-"); /* no month 0 */
}

static void test_reader_date__months_by_name(void)
{
    dates("30 Jan 2021", "1611964800", "-", "-");
    dates("30-jan-21", "1611964800", "-", "-");
    dates("Jan 30, 2021", "1611964800", "-", "-");
    dates("January 30, 2021, 10:00:00 AM", "1612000800", "-", "-");
    dates("Sat, 30 Jan 2021 10:00:00 GMT", "1612000800", "-", "-");
    dates("Sat Jan 30 10:00:00 +0000 2021", "1612000800", "-", "-");
    dates("Sat Jan 30 10:00:00 2021", "1612000800", "-", "-");
    dates("Sat Jan 30 2021 10:00:00 GMT+0530 (India)", "1611981000", "-", "-");
    dates("09 13, 2009", "-", "1252800000", "-");
}

static void test_reader_date__refuses(void)
{
    const char *const bad[] = {"",
                               "yesterday",
                               "0000-00-00",
                               "1900-02-29",
                               "13/13/2010",
                               "2021-01-30 25:00",
                               "2021-01-30 10:60",
                               "2021-01-30X",
                               "2021-01-30 10:00:00 CET",
                               "2021-01-30 13 PM",
                               "2021-01-30 0:30 AM",
                               "2021-01-30 10:00 +9",
                               "30/01/021",
                               "32 Jan 2021",
                               "Foo 30, 2021",
                               "1.5",
                               "2021-01/30",
                               "5001-01-01",
                               "20210230T000000",
                               "12:30",
                               "Jan"};
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) no_date(bad[k]);
}

int test_reader_date(void)
{
    const test_case cases[] = {
        {"year_first", test_reader_date__year_first},
        {"open_orders", test_reader_date__open_orders},
        {"months_by_name", test_reader_date__months_by_name},
        {"refuses", test_reader_date__refuses},
    };
    return TEST_MAIN("reader_date", cases);
}
