#include "graph/times/reader_time.h"
#include "graph/times/time_digits.h"
#include "support/reads.h"
#include "support/suite.h"
#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 512 };

/* The values, "a;b;c", as a column of times. */
static void column(char text[TEXT_BYTES], const char *values)
{
    size_t n = (size_t)snprintf(text, TEXT_BYTES, "user;item;time\nu;0;");
    for (int k = 1; *values != '\0'; values++) {
        if (*values == ';')
            n += (size_t)snprintf(text + n, TEXT_BYTES - n, "\nu;%d;", k++);
        else
            n += (size_t)snprintf(text + n, TEXT_BYTES - n, "%c", *values);
    }
    snprintf(text + n, TEXT_BYTES - n, "\n");
}

/* They are read as "u,0,SECONDS;u,1,SECONDS;...". */
static void column_is(const char *format, const char *values, const char *edges)
{
    char text[TEXT_BYTES];
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    o.time_format = format;
    column(text, values);
    reads_with(text, &o, REGATTA_FORMAT_SEMICOLON, edges);
}

/* They are refused with these words; "(...)" stands for the options that go on. */
static void column_fails(const char *format, const char *values, const char *words)
{
    char text[TEXT_BYTES], expected[TEXT_BYTES];
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    o.time_format = format;
    column(text, values);
    const char *const cut = strstr(words, "(...)");
    snprintf(expected, sizeof expected, "%s", words);
    if (cut != NULL)
        snprintf(expected, sizeof expected,
                 "%.*s(--skip-bad drops such rows, --time-format says how times are "
                 "written, --time-column takes another column or, 0, none)",
                 (int)(cut - words), words);
    refuses_bytes(text, strlen(text), &o, expected);
}

static void test_reader_time__one_value(void)
{
    int64_t t = 0;
    CU_ASSERT_EQUAL(rg_time_parse("8.8125e8", 8, &t), RG_TIME_NUMBER);
    CU_ASSERT_EQUAL(t, 881250000);
    CU_ASSERT_EQUAL(rg_time_parse("-0.5", 4, &t), RG_TIME_NUMBER);
    CU_ASSERT_EQUAL(t, -1);
    CU_ASSERT_EQUAL(rg_time_parse("1970-01-01", 10, &t), RG_TIME_DATE);
    CU_ASSERT_EQUAL(t, 0);
    CU_ASSERT_EQUAL(rg_time_parse("nan", 3, &t), RG_TIME_NONE);
    CU_ASSERT_EQUAL(rg_time_parse("1e30", 4, &t), RG_TIME_NONE);
    CU_ASSERT(rg_time_of_digits(20210130, &t));
    CU_ASSERT_EQUAL(t, 1611964800);
    CU_ASSERT(rg_time_of_digits(202101301000, &t));
    CU_ASSERT_EQUAL(t, 1612000800);
    CU_ASSERT(rg_time_of_digits(20210130100001, &t));
    CU_ASSERT_EQUAL(t, 1612000801);
    const int64_t no[] = {0,
                          -1,
                          18991231,
                          21010101,
                          20210230,
                          1612000800,
                          1612000800000,
                          202101302400,
                          20210130106000,
                          INT64_MAX};
    for (int k = 0; k < 10; k++) CU_ASSERT(!rg_time_of_digits(no[k], &t));
}

static void test_reader_time__units(void)
{
    column_is(NULL, "1609459200000;1609459201999", "u,0,1609459200;u,1,1609459201;");
    column_is(NULL, "1609459200000000000;1609459201000000000",
              "u,0,1609459200;u,1,1609459201;");
    column_is(NULL, "1658185117948;-62135596800000;0;-1",
              "u,0,1658185117;u,1,-62135596800;u,2,0;u,3,-1;");
    column_is(NULL, "5;0;-7", "u,0,5;u,1,0;u,2,-7;");
    column_is(NULL, "-62135596800000", "u,0,-62135596800;");
    column_fails(
        NULL, "1609459200;1609459200000;1609459201",
        ":3: the time '1609459200000' (column 'time') is not in seconds, unlike most "
        "of the column: --time-format seconds --skip-bad drops such rows, or "
        "--time-column 0 ignores all times");
    column_fails(
        NULL, "1609459200000;1609459200;1609459201000",
        ":3: the time '1609459200' (column 'time') is not in milliseconds, unlike "
        "most of the column: correct it, or --time-column 0 ignores all times");
    column_fails(
        NULL, "1609459200;-62135596800000",
        ":3: the time '-62135596800000' (column 'time') is not in seconds, unlike "
        "most of the column: --time-format seconds --skip-bad drops such rows, "
        "or --time-column 0 ignores all times");
    column_is("milliseconds", "1609459200000;1000", "u,0,1609459200;u,1,1;");
    column_is("microseconds", "1609459200000000;1999999", "u,0,1609459200;u,1,1;");
    column_is("nanoseconds", "1609459200000000000", "u,0,1609459200;");
    column_is("milliseconds", "0;700000000;2000000000", "u,0,0;u,1,700000;u,2,2000000;");
    column_fails(
        "milliseconds", "1609459200000;1609459201;5",
        ":3: the time '1609459201' (column 'time') is not in milliseconds, unlike "
        "most of the column: correct it, or --time-column 0 ignores all times");
    column_is("seconds", "20210130", "u,0,20210130;");
    column_fails(
        "seconds", "1;1609459200000",
        ":3: the time '1609459200000' (column 'time') is too large for that unit "
        "(...)");
    column_fails("seconds", "2021-01-30",
                 ":2: the time '2021-01-30' (column 'time') is a date where numbers are "
                 "expected (...)");
}

static void test_reader_time__days_as_numbers(void)
{
    column_is(NULL, "20210129;20210301", "u,0,1611878400;u,1,1614556800;");
    column_is(NULL, "20210130100000;20210130", "u,0,1612000800;u,1,1611964800;");
    column_is(NULL, "202101301000", "u,0,1612000800;");
    column_is(NULL, "20210129.0", "u,0,1611878400;");
    column_is(NULL, "+20210129", "u,0,20210129;"); /* a sign: seconds */
    column_is(NULL, "20210129;1609459200", "u,0,20210129;u,1,1609459200;");
    column_fails(
        NULL, "20210129;0;20210130",
        ":3: the time '0' (column 'time') is not a calendar day, unlike most of the "
        "column (20210129): choose --time-format ymd or seconds");
    column_is("ymd", "20210129;2021-01-30;21/1/30",
              "u,0,1611878400;u,1,1611964800;u,2,1611964800;");
    column_fails("ymd", "20210230",
                 ":2: the time '20210230' (column 'time') is not a day of the form "
                 "YYYYMMDD (...)");
}

/* Numbers that are dates in a form that could be seconds as well. */
static void test_reader_time__numbers_that_may_be_dates(void)
{
    static const struct {
        const char *values, *format, *edges;
    } forms[] = {
        {"2021013010;2021123123", "%Y%m%d%H", "u,0,1612000800;u,1,1640991600;"},
        {"202101;202012", "%Y%m", "u,0,1609459200;u,1,1606780800;"},
        {"210130;210201", "%y%m%d", "u,0,1611964800;u,1,1612137600;"},
        {"44226;44227.5;44228", "excel", "u,0,1611964800;u,1,1612094400;u,2,1612137600;"},
    };
    for (size_t k = 0; k < sizeof forms / sizeof forms[0]; k++) {
        char words[TEXT_BYTES];
        const int n = (int)strcspn(forms[k].values, ";");
        snprintf(words, sizeof words,
                 ":2: the time '%.*s' (column 'time') may be a date written as a number: "
                 "choose --time-format %s or seconds",
                 n, forms[k].values, forms[k].format);
        column_fails(NULL, forms[k].values, words);
        column_is(forms[k].format, forms[k].values, forms[k].edges);
    }
    column_is("seconds", "44226;44227", "u,0,44226;u,1,44227;");
    column_is(NULL, "+44226;44227", "u,0,44226;u,1,44227;"); /* a sign: seconds */
    column_is(NULL, "44226;44227;9", "u,0,44226;u,1,44227;u,2,9;");
    column_is(NULL, "2021013010;2021013210", "u,0,2021013010;u,1,2021013210;");
    column_is(NULL, "202101;202113", "u,0,202101;u,1,202113;");
    column_is("excel", "44226,25;1", "u,0,1611986400;u,1,-2209075200;");
    column_fails(NULL, "2021-01-30;44227",
                 ":3: the time '44227' (column 'time') is a number among dates: choose "
                 "--time-format iso, dmy, mdy or ymd");
    column_fails(
        "excel", "soon",
        ":2: the time 'soon' (column 'time') is not a day number of Excel (...)");
}

static void test_reader_time__orders(void)
{
    /* A later row settles the earlier ones, their clocks and offsets too. */
    column_is(NULL, "1/2/2010 8:26;3/4/2010;13/4/2010;5/6/2010",
              "u,0,1265012760;u,1,1270252800;u,2,1271116800;u,3,1275696000;");
    column_is(NULL, "1/2/2010 8:26 +02;12/13/2010", "u,0,1262413560;u,1,1292198400;");
    column_is(NULL, "12/1/10 8:26;12/13/10", "u,0,1291191960;u,1,1292198400;");
    column_is(NULL, "1/1/2010;2/2/2010", "u,0,1262304000;u,1,1265068800;");
    column_is(NULL, "1/2/2010;2021-01-30;0;13/2/2010",
              "u,0,1264982400;u,1,1611964800;u,2,0;u,3,1266019200;");
    column_fails(NULL, "1/1/2010;12/1/2010 8:26;3/4/2010",
                 ":3: the time '12/1/2010 8:26' (column 'time') may be 2010-01-12 "
                 "(--time-format dmy) or 2010-12-01 (--time-format mdy), and no row "
                 "settles it: choose one");
    column_fails(
        NULL, "12/1/10",
        ":2: the time '12/1/10' (column 'time') may be 2010-01-12 (--time-format "
        "dmy) or 2010-12-01 (--time-format mdy) or 2012-01-10 (--time-format "
        "ymd), and no row settles it: choose one");
    column_fails(NULL, "13/1/2010;1/13/2010",
                 ":3: the time '1/13/2010' (column 'time') has day, month and year in "
                 "another order than the rows before (...)");
    column_is("dmy", "12/1/2010;2021-01-30", "u,0,1263254400;u,1,1611964800;");
    column_is("mdy", "12/1/10", "u,0,1291161600;");
    column_fails("mdy", "13/1/2010",
                 ":2: the time '13/1/2010' (column 'time') is not a date in the order of "
                 "--time-format (...)");
    column_fails("dmy", "5",
                 ":2: the time '5' (column 'time') is a number where dates are expected "
                 "(...)");
}

static void test_reader_time__mixtures(void)
{
    column_is(NULL, "2021-01-30;1600000000", "u,0,1611964800;u,1,1600000000;");
    column_fails(
        NULL, "2021-01-30;20210129",
        ":3: the time '20210129' (column 'time') is a number among dates: choose "
        "--time-format iso, dmy, mdy or ymd");
    column_fails(NULL, "2021-01-30;1600000000000",
                 ":3: the time '1600000000000' (column 'time') is a number among dates: "
                 "choose --time-format iso, dmy, mdy or ymd");
    column_fails("iso", "2021-01-30;1600000000",
                 ":3: the time '1600000000' (column 'time') is a number where dates are "
                 "expected (...)");
    column_fails(
        "iso", "30/01/2021",
        ":2: the time '30/01/2021' (column 'time') does not begin with a year of "
        "four digits (...)");
    column_is("%d.%m.%y", "30.01.21", "u,0,1611964800;");
    column_fails("%d.%m.%y", "2021-01-30",
                 ":2: the time '2021-01-30' (column 'time') does not have the form of "
                 "--time-format (...)");
    column_fails(
        NULL, "yesterday",
        ":2: the time 'yesterday' (column 'time') cannot be read as a time (...)");
    column_fails(NULL, "1;;2", ":3: the time '' (column 'time') is empty (...)");
}

int test_reader_time(void)
{
    const test_case cases[] = {
        {"one_value", test_reader_time__one_value},
        {"units", test_reader_time__units},
        {"days_as_numbers", test_reader_time__days_as_numbers},
        {"numbers_that_may_be_dates", test_reader_time__numbers_that_may_be_dates},
        {"orders", test_reader_time__orders},
        {"mixtures", test_reader_time__mixtures},
    };
    return TEST_MAIN("reader_time", cases);
}
