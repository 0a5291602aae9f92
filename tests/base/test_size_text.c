#include "base/text/size_text.h"
#include "support/suite.h"

static void test_size_text__three_digits(void)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } table[] = {{0, "0 bytes"},           {999, "999 bytes"},
                 {1000, "1 kB"},           {1234567, "1.23 MB"},
                 {999499, "999 kB"},       {999500, "1 MB"},
                 {37200000000, "37.2 GB"}, {UINT64_MAX, "18446744074 GB"}};
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        char text[RG_SIZE_TEXT];
        CU_ASSERT_STRING_EQUAL(rg_size_text(text, table[k].bytes), table[k].text);
    }
}

int test_size_text(void)
{
    static const test_case cases[] = {{"three digits", test_size_text__three_digits}};
    return TEST_MAIN("size_text", cases);
}
