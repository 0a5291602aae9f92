/* Rows of scores from compact panels, in float. */
#include "knn/kernel_names.h"
#include "knn/kernel_tile.h"

RG_INLINE void score_tile(float *out, int64_t ld, const rg_table *t, const float *a,
                          int64_t row, int codes, int rows, int ahead)
{
    vf s[MOST_TILE];
    if (codes) {
        sums_codes(s, t, a, row, rows, 2, ahead);
    } else {
        sums_pairs(s, t, a, row, rows, 2, ahead);
    }
    for (int r = 0; r < rows; r++) {
        store(out + r * ld, s[2 * r]);
        store(out + r * ld + W, s[2 * r + 1]);
    }
}

RG_INLINE void score_panels(float *out, int64_t ld, const rg_table *t, const float *a,
                            int64_t m, int64_t first, int64_t last, int codes)
{
    const int64_t dim = t->dim, begin = first * RG_PANEL;
    for (int64_t row = begin; row < last * RG_PANEL; row += 2 * W) {
        float *to = out + (row - begin);
        int64_t r = 0;
        if (m >= 2 * FULL_ROWS) {
            score_tile(to, ld, t, a, row, codes, FULL_ROWS, 1);
            r = FULL_ROWS;
        }
        for (; r + FULL_ROWS <= m; r += FULL_ROWS)
            score_tile(to + r * ld, ld, t, a + r * dim, row, codes, FULL_ROWS, 0);
        for (; r + 4 <= m; r += 4)
            score_tile(to + r * ld, ld, t, a + r * dim, row, codes, 4, 0);
        for (; r < m; r++) score_tile(to + r * ld, ld, t, a + r * dim, row, codes, 1, 0);
    }
}

void RG_K(scores_bf16)(float *out, int64_t ld, const rg_table *table, const float *query,
                       int64_t m, int64_t first, int64_t last)
{
    score_panels(out, ld, table, query, m, first, last, 0);
}

void RG_K(scores_i8)(float *out, int64_t ld, const rg_table *table, const float *query,
                     int64_t m, int64_t first, int64_t last)
{
    score_panels(out, ld, table, query, m, first, last, 1);
}
