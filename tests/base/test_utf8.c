#include "base/text/utf8.h"
#include "support/suite.h"
#include <string.h>

static void test_utf8__lengths(void)
{
    static const struct {
        const char *text;
        int length;
    } sequences[] = {
        {"a", 1},
        {"\x7f", 1},
        {"\xc2\x80", 2},
        {"\xdf\xbf", 2},
        {"\xe0\xa0\x80", 3},
        {"\xed\x9f\xbf", 3},
        {"\xee\x80\x80", 3},
        {"\xf0\x90\x80\x80", 4},
        {"\xf4\x8f\xbf\xbf", 4},
        {"\x80", 0}, /* a continuation */
        {"\xc1\xbf", 0},
        {"\xe0\x9f\xbf", 0}, /* over-long */
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xed\xa0\x80", 0}, /* a surrogate */
        {"\xf4\x90\x80\x80", 0},
        {"\xf5\x80\x80\x80", 0}, /* above U+10FFFF */
        {"\xff", 0},
        {"\xc3(", 0},
        {"\xe2\x82", 0}, /* the NUL behind it ends it */
    };
    for (size_t k = 0; k < sizeof sequences / sizeof *sequences; k++) {
        const unsigned char *s = (const unsigned char *)sequences[k].text;
        CU_ASSERT_EQUAL(rg_utf8_length(s, RG_UTF8_MAX), sequences[k].length);
        /* Cut short it is none. */
        if (sequences[k].length > 1)
            CU_ASSERT_EQUAL(rg_utf8_length(s, sequences[k].length - 1), 0);
    }
}

static void test_utf8__validity(void)
{
    CU_ASSERT(rg_utf8_is_valid("", 0));
    CU_ASSERT(rg_utf8_is_valid("a\0\xc3\xa9", 4));
    CU_ASSERT_FALSE(rg_utf8_is_valid("a\xc3\xa9", 2));
    CU_ASSERT_FALSE(rg_utf8_is_valid("\xe9t\xe9", 3)); /* Latin-1 */
}

/* Every code point but surrogates is written in the one form that is read. */
static void test_utf8__written_is_read(void)
{
    int64_t wrong = 0;
    for (uint32_t code = 0; code <= 0x10ffff; code++) {
        char to[RG_UTF8_MAX];
        const int n = rg_utf8_put(to, code);
        const int is_surrogate = code >= 0xd800 && code < 0xe000;
        const int wanted = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        wrong += n != wanted;
        wrong += rg_utf8_length((const unsigned char *)to, n) != (is_surrogate ? 0 : n);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static const test_case cases[] = {
    {"lengths", test_utf8__lengths},
    {"validity", test_utf8__validity},
    {"written is read", test_utf8__written_is_read},
};

int test_utf8(void)
{
    return TEST_MAIN("utf8", cases);
}
