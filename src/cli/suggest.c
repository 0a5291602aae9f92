/* Optimal string alignment distance, three rows of the table. O(|a| |b|). */
#include "cli/suggest.h"
#include <string.h>

enum { LONGEST = 63 };

static int least(int a, int b)
{
    return a < b ? a : b;
}

int cli_distance(const char *a, const char *b, int limit)
{
    const int n = (int)strnlen(a, LONGEST + 1), m = (int)strnlen(b, LONGEST + 1);
    if (n > LONGEST || m > LONGEST) return strcmp(a, b) == 0 ? 0 : limit + 1;
    if (n - m > limit || m - n > limit) return limit + 1;
    int rows[3][LONGEST + 1] = {{0}};
    int *before = rows[0], *last = rows[1], *row = rows[2];
    for (int j = 0; j <= m; j++) last[j] = j;
    for (int i = 1; i <= n; i++) {
        row[0] = i;
        int best = i;
        for (int j = 1; j <= m; j++) {
            row[j] = least(least(last[j], row[j - 1]) + 1,
                           last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
            best = least(best, row[j]);
        }
        if (best > limit) return limit + 1;
        int *const free_row = before;
        before = last;
        last = row;
        row = free_row;
    }
    return last[m] <= limit ? last[m] : limit + 1;
}

int cli_slip(const char *word)
{
    const int n = (int)strnlen(word, LONGEST + 1);
    return n < 3 ? 1 : n < 9 ? 2 : 3;
}
