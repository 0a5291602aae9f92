/* Scores of a block of rows against packed panels: FULL_ROWS rows x two vectors of
 * columns stay in registers while the inner loop runs over dim. O(m panels dim). */
#include "base/kernels/kernel.h"

/* `ahead` also fetches the panel behind this one. */
RG_INLINE void score_block(float *out, int64_t ld, const float *a, int64_t dim,
                           const float *panel, const float *bias, int rows, int ahead)
{
    vf s[FULL_ROWS][2];
    const vf zero = {0.0f};
    const vf b0 = bias != NULL ? load(bias) : zero;
    const vf b1 = bias != NULL ? load(bias + W) : zero;
    for (int r = 0; r < rows; r++) s[r][0] = b0, s[r][1] = b1;
    for (int64_t k = 0; k < dim; k++) {
        const vf p0 = load(panel + k * RG_PANEL), p1 = load(panel + k * RG_PANEL + W);
        if (ahead) {
            __builtin_prefetch(panel + (k + dim) * RG_PANEL);
            __builtin_prefetch(panel + (k + dim) * RG_PANEL + RG_PANEL / 2);
        }
        for (int r = 0; r < rows; r++) {
            const vf x = splat(a[r * dim + k]);
            s[r][0] = fused(x, p0, s[r][0]);
            s[r][1] = fused(x, p1, s[r][1]);
        }
    }
    for (int r = 0; r < rows; r++) {
        store(out + r * ld, s[r][0]);
        store(out + r * ld + W, s[r][1]);
    }
}

/* All rows against two vectors of columns of one panel. */
static void score_columns(float *out, int64_t ld, const float *a, int64_t m, int64_t dim,
                          const float *panel, const float *bias)
{
    int64_t r = 0;
    if (m >= 2 * FULL_ROWS) {
        score_block(out, ld, a, dim, panel, bias, FULL_ROWS, 1);
        r = FULL_ROWS;
    }
    for (; r + FULL_ROWS <= m; r += FULL_ROWS)
        score_block(out + r * ld, ld, a + r * dim, dim, panel, bias, FULL_ROWS, 0);
    for (; r + 4 <= m; r += 4)
        score_block(out + r * ld, ld, a + r * dim, dim, panel, bias, 4, 0);
    for (; r < m; r++) score_block(out + r * ld, ld, a + r * dim, dim, panel, bias, 1, 0);
}

/* One row against a whole panel, which is read once and in order: a single query is bound
 * by memory. */
static void score_one(float *out, const float *a, int64_t dim, const float *panel,
                      const float *bias)
{
    enum { N = RG_PANEL / W, AHEAD = 2048 /* floats */ };
    vf s[N];
    for (int v = 0; v < N; v++) s[v] = bias != NULL ? load(bias + v * W) : splat(0.0f);
    for (int64_t k = 0; k < dim; k++, panel += RG_PANEL) {
        const vf x = splat(a[k]);
        __builtin_prefetch(panel + AHEAD);
        __builtin_prefetch(panel + AHEAD + RG_PANEL / 2);
        for (int v = 0; v < N; v++) s[v] = fused(x, load(panel + v * W), s[v]);
    }
    for (int v = 0; v < N; v++) store(out + v * W, s[v]);
}

void RG_K(panel_score)(float *out, int64_t ld, const float *a, int64_t m, int64_t dim,
                       const float *packed, const float *bias, int64_t first,
                       int64_t last)
{
    for (int64_t p = first; m == 1 && p < last; p++)
        score_one(out + (p - first) * RG_PANEL, a, dim, packed + p * dim * RG_PANEL,
                  bias != NULL ? bias + p * RG_PANEL : NULL);
    if (m == 1) return;
    for (int64_t p = first; p < last; p++)
        for (int64_t c = 0; c < RG_PANEL; c += 2 * W)
            score_columns(out + (p - first) * RG_PANEL + c, ld, a, m, dim,
                          packed + p * dim * RG_PANEL + c,
                          bias != NULL ? bias + p * RG_PANEL + c : NULL);
}
