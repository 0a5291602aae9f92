#include "base/text/marks.h"
#include "support/suite.h"
#include <stdlib.h>
#include <string.h>

/* All marks of the text, against a loop over its bytes. */
static void check_marks(const char *text, int64_t n, char a, char b)
{
    rg_marks marks = rg_marks_begin(text, n, a, b);
    int is_right = 1;
    for (int64_t k = 0; k < n; k++)
        if (text[k] == a || text[k] == b) is_right &= rg_marks_next(&marks) == text + k;
    is_right &= rg_marks_next(&marks) == text + n; /* and no other */
    is_right &= rg_marks_next(&marks) == text + n;
    CU_ASSERT(is_right);
}

/* Every length, so that the last block has every size; the text is in a block of exactly
 * its bytes, so that a sanitizer sees a byte read beyond. */
static void test_marks__every_length(void)
{
    for (int64_t n = 0; n < 300; n++) {
        char *text = malloc((size_t)n + (n == 0));
        if (text == NULL) abort();
        for (int64_t k = 0; k < n; k++) text[k] = "ab\t\n1,"[(k * 7 + n) % 11 % 6];
        check_marks(text, n, '\t', '\n');
        check_marks(text, n, ',', '\n');
        check_marks(text, n, 'x', 'y');
        free(text);
    }
}

/* All bytes, among them NUL and those next to the separators. */
static void test_marks__every_byte(void)
{
    char text[3 * 256];
    for (int k = 0; k < (int)sizeof text; k++) text[k] = (char)(k * 5 + k / 256);
    for (int c = 1; c < 256; c++) check_marks(text, sizeof text, (char)c, '\n');
}

static void test_marks__only_marks(void)
{
    char text[200];
    memset(text, '\n', sizeof text);
    check_marks(text, sizeof text, '\t', '\n');
    memset(text, '\t', 100);
    check_marks(text, sizeof text, '\t', '\n');
}

int test_marks(void)
{
    static const test_case cases[] = {{"every length", test_marks__every_length},
                                      {"every byte", test_marks__every_byte},
                                      {"only marks", test_marks__only_marks}};
    return TEST_MAIN("marks", cases);
}
