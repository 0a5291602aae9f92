#include "base/text/letters.h"
#include "support/suite.h"
#include <stdio.h>
#include <string.h>

static void words_are(const char *text, const char *expected)
{
    char all[512] = "";
    rg_words w = {.at = text, .end = text + strlen(text)};
    while (rg_words_next(&w)) {
        const size_t n = strlen(all);
        snprintf(all + n, sizeof all - n, "%.*s ", w.length, w.word);
    }
    if (strcmp(all, expected) != 0) printf("\n%s\n-> %s\nnot %s\n", text, all, expected);
    CU_ASSERT_STRING_EQUAL(all, expected);
}

static void test_letters__words(void)
{
    words_are("", "");
    words_are(" .,-!", "");
    words_are("The Matrix, reloaded (2003)", "the matrix reloaded 2003 ");
    words_are("don't stop_me C3PO", "don t stop me c3po ");
    words_are("Ünïcode ÄÖÜ ß", "ünïcode äöü ß ");
    words_are("ВОЙНА и Мир", "война и мир ");
    words_are("ΑΒΓ Ωμέγα", "αβγ ωμέγα ");
    words_are("cafe\xcc\x81 x", "cafe\xcc\x81 x "); /* a combining accent */
    words_are("हिन्दी 123", "हिन्दी 123 ");
    words_are("東京ドーム abc", "東 京 ド ー ム abc ");
    words_are("a\xf0\x9f\x98\x80z", "a z "); /* an emoji */
}

static void test_letters__long_words_are_left_out(void)
{
    char text[128], expected[200];
    memset(text, 'a', sizeof text);
    text[RG_WORD_BYTES] = '\0';
    snprintf(expected, sizeof expected, "%s ", text);
    words_are(text, expected);
    text[RG_WORD_BYTES] = 'a';
    strcpy(text + RG_WORD_BYTES + 1, " b");
    words_are(text, "b ");
}

/* The sums come from Python's unicodedata (Unicode 14):
 *   letters = [c for c in range(0x110000) if unicodedata.category(chr(c))[0] in "LMN"]
 *   lower = [ord(chr(c).lower()) - c for c in ... if len(chr(c).lower()) == 1]
 * The table also takes code points that are not assigned, between letters. */
static void test_letters__all_code_points(void)
{
    int64_t n_lower = 0, sum = 0;
    for (uint32_t c = 0; c < 0x110000; c++) {
        const uint32_t low = rg_lower(c);
        n_lower += low != c;
        sum += (int64_t)low - (int64_t)c;
        if (low != c) CU_ASSERT_EQUAL(rg_lower(low), low);
    }
    CU_ASSERT_EQUAL(n_lower, 1432);
    CU_ASSERT_EQUAL(sum, 2692059);
    static const uint32_t no_letters[] = {0x2f,   0x3a,   0x40,   0x5b, 0x60,
                                          0x7b,   0xa0,   0xd7,   0xf7, 0x2010,
                                          0x3000, 0xfffd, 0x1f600};
    for (size_t k = 0; k < sizeof no_letters / sizeof *no_letters; k++)
        CU_ASSERT_EQUAL(rg_is_letter(no_letters[k]), 0);
}

int test_letters(void)
{
    const test_case cases[] = {
        {"words", test_letters__words},
        {"long_words_are_left_out", test_letters__long_words_are_left_out},
        {"all_code_points", test_letters__all_code_points},
    };
    return TEST_MAIN("letters", cases);
}
