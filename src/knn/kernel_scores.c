/* Rows of scores from compact panels, in float. */
#include "knn/kernel_names.h"
#include "knn/kernel_tile.h"

RG_INLINE void score_tile(float *out, int64_t ld, const rg_table *t, const float *a,
                          int64_t row, int codes, int rows, int nv, int ahead)
{
    vf s[MOST_TILE];
    if (codes) {
        sums_codes(s, t, a, row, rows, nv, ahead);
    } else {
        sums_pairs(s, t, a, row, rows, nv, ahead);
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < nv; v++) store(out + r * ld + v * W, s[r * nv + v]);
}

RG_INLINE void score_panels(float *out, int64_t ld, const rg_table *t, const float *a,
                            int64_t m, int64_t first, int64_t last, int codes)
{
    const int64_t dim = t->dim, begin = first * RG_PANEL;
    /* A single query is bound by memory: whole panels, each read once and in order. */
    for (int64_t p = first; m == 1 && p < last; p++)
        score_tile(out + (p - first) * RG_PANEL, ld, t, a, p * RG_PANEL, codes, 1,
                   RG_PANEL / W, 0);
    if (m == 1) return;
    for (int64_t row = begin; row < last * RG_PANEL; row += 2 * W) {
        float *to = out + (row - begin);
        int64_t r = 0;
        if (m >= 2 * FULL_ROWS) {
            score_tile(to, ld, t, a, row, codes, FULL_ROWS, 2, 1);
            r = FULL_ROWS;
        }
        for (; r + FULL_ROWS <= m; r += FULL_ROWS)
            score_tile(to + r * ld, ld, t, a + r * dim, row, codes, FULL_ROWS, 2, 0);
        for (; r + 4 <= m; r += 4)
            score_tile(to + r * ld, ld, t, a + r * dim, row, codes, 4, 2, 0);
        for (; r < m; r++)
            score_tile(to + r * ld, ld, t, a + r * dim, row, codes, 1, 2, 0);
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
