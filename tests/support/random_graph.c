#include "support/random_graph.h"
#include "base/rng.h"
#include <CUnit/CUnit.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

regatta_ctx *context_of(int threads)
{
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = (uint32_t)threads;
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    return ctx;
}

rg_csr *dense_rows(regatta_ctx *ctx, const float *dense, int64_t n_rows, int64_t n_cols,
                   int with_value)
{
    int64_t n = 0;
    for (int64_t k = 0; k < n_rows * n_cols; k++) n += dense[k] != 0.0f;
    rg_csr *g = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_csr_create(ctx, &g, n_rows, n_cols, n, with_value),
                          REGATTA_OK);
    n = 0;
    for (int64_t r = 0; r < n_rows; r++) {
        for (int64_t c = 0; c < n_cols; c++) {
            if (dense[r * n_cols + c] == 0.0f) continue;
            if (with_value) g->value[n] = dense[r * n_cols + c];
            g->target[n++] = (uint32_t)c;
        }
        g->offset[r + 1] = n;
    }
    return g;
}

rg_csr *random_rows(regatta_ctx *ctx, int64_t n_rows, int64_t n_cols, int with_value,
                    uint64_t seed)
{
    float *dense = calloc((size_t)(n_rows * n_cols), sizeof *dense);
    CU_ASSERT_PTR_NOT_NULL_FATAL(dense);
    for (int64_t r = 0; r + 1 < n_rows; r++)
        for (int64_t c = 0; c + 1 < n_cols; c++) {
            const uint64_t k = (uint64_t)(r * n_cols + c);
            const double chance = 0.1 + 0.5 * (double)(n_cols - c) / (double)n_cols;
            if (r > 0 && rg_random_unit(seed, RG_STREAM_TEST, 2 * k) > chance) continue;
            dense[k] =
                1.0f + 0.5f * (float)rg_random_below(seed, RG_STREAM_TEST, 2 * k + 1, 9);
        }
    rg_csr *g = dense_rows(ctx, dense, n_rows, n_cols, with_value);
    free(dense);
    return g;
}

static int sound_row(const rg_csr *g, int64_t row)
{
    for (int64_t e = g->offset[row]; e < g->offset[row + 1]; e++) {
        if (g->target[e] >= g->n_cols) return 0;
        if (e > g->offset[row] && g->target[e] <= g->target[e - 1]) return 0;
        if (g->value != NULL && !isfinite(g->value[e])) return 0;
    }
    return 1;
}

int sound_rows(const rg_csr *g)
{
    if (g->offset[0] != 0 || g->offset[g->n_rows] != g->n_edges) return 0;
    for (int64_t r = 0; r < g->n_rows; r++)
        if (g->offset[r + 1] < g->offset[r] || g->offset[r + 1] > g->n_edges) return 0;
    for (int64_t r = 0; r < g->n_rows; r++)
        if (!sound_row(g, r)) return 0;
    return 1;
}

int same_rows(const rg_csr *a, const rg_csr *b)
{
    return a->n_rows == b->n_rows && a->n_cols == b->n_cols && a->n_edges == b->n_edges &&
           memcmp(a->offset, b->offset, (size_t)(a->n_rows + 1) * sizeof *a->offset) ==
               0 &&
           memcmp(a->target, b->target, (size_t)a->n_edges * sizeof *a->target) == 0 &&
           (a->value == NULL) == (b->value == NULL) &&
           (a->value == NULL ||
            memcmp(a->value, b->value, (size_t)a->n_edges * sizeof *a->value) == 0);
}
