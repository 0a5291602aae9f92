#include "graph/times/reader_date_pattern.h"
#include "support/suite.h"
#include <string.h>

static void reads_as(const char *pattern, const char *text, int64_t seconds)
{
    int64_t out = 0;
    CU_ASSERT_PTR_NULL(rg_date_pattern_check(pattern));
    CU_ASSERT(rg_date_pattern_parse(pattern, text, (int64_t)strlen(text), &out));
    CU_ASSERT_EQUAL(out, seconds);
}

static void does_not_read(const char *pattern, const char *text)
{
    int64_t out = 0;
    CU_ASSERT(!rg_date_pattern_parse(pattern, text, (int64_t)strlen(text), &out));
}

static void test_reader_date_pattern__letters(void)
{
    reads_as("%Y-%m-%d %H:%M:%S", "2021-01-30 10:00:00", 1612000800);
    reads_as("%d/%m/%Y", "30/1/2021", 1611964800);
    reads_as("%d%m%Y", "30012021", 1611964800);
    reads_as("%y%m%d%H", "21013010", 1612000800);
    reads_as("%Y", "1970", 0);
    reads_as("%I:%M %p, %B %e %Y", "1:05 PM, January 30 2021", 1612011900);
    reads_as("%a %b %d %T %z %Y", "Sat Jan 30 10:00:00 +0000 2021", 1612000800);
    reads_as("%FT%T.%f%Z", "2021-01-30T10:00:00.123Z", 1612000800);
    reads_as("%D %R", "01/30/21 10:00", 1612000800);
    reads_as("t=%s", "t=-5", -5);
    reads_as("100%% %Y", "100%1970", 0);
}

static void test_reader_date_pattern__refuses(void)
{
    does_not_read("%Y-%m-%d", "2021-01-30 10:00");
    does_not_read("%Y-%m-%d", "2021-02-30");
    does_not_read("%Y-%m-%d", "2021-13-01");
    does_not_read("%Y-%m-%d", "");
    does_not_read("%H:%M %Y", "24:00 2021");
    CU_ASSERT_PTR_NOT_NULL(rg_date_pattern_check("%Q %Y"));
    CU_ASSERT_PTR_NOT_NULL(rg_date_pattern_check("%Y %"));
    CU_ASSERT_STRING_EQUAL(rg_date_pattern_check("%d/%m"), "has no year (%Y or %y)");
}

int test_reader_date_pattern(void)
{
    const test_case cases[] = {
        {"letters", test_reader_date_pattern__letters},
        {"refuses", test_reader_date_pattern__refuses},
    };
    return TEST_MAIN("reader_date_pattern", cases);
}
