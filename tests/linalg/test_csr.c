/* Transposes of sparse rows. */
#include "base/rng.h"
#include "linalg/csr.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <string.h>

/* Rows of random lengths, among them empty ones and one with every third column. */
static rg_csr *rows_of(regatta_ctx *ctx, int64_t n_rows, int64_t n_cols, int step)
{
    rg_csr *g = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_csr_create(ctx, &g, n_rows, n_cols, n_rows * n_cols, 1),
                          REGATTA_OK);
    int64_t n = 0;
    for (int64_t r = 0; r < n_rows; r++) {
        for (int64_t c = 0; c < n_cols; c++) {
            const uint64_t at = (uint64_t)(r * n_cols + c);
            const int has = r == 7 ? c % 3 == 0
                                   : r % 5 != 0 && rg_random_below(3, RG_STREAM_TEST, at,
                                                                   (uint64_t)step) == 0;
            if (!has) continue;
            g->target[n] = (uint32_t)c;
            g->value[n++] = (float)at;
        }
        g->offset[r + 1] = n;
    }
    g->n_edges = n;
    return g;
}

/* Every edge is there once, with its value, which says where it was; rows ascend. */
static void check_transpose(const rg_csr *t, const rg_csr *g)
{
    int64_t n_wrong = 0;
    CU_ASSERT_EQUAL(t->n_edges, g->n_edges);
    CU_ASSERT_EQUAL(t->offset[t->n_rows], g->n_edges);
    for (int64_t r = 0; r < t->n_rows; r++)
        for (int64_t e = t->offset[r]; e < t->offset[r + 1]; e++) {
            n_wrong += t->value[e] != (float)((int64_t)t->target[e] * g->n_cols + r);
            n_wrong += e > t->offset[r] && t->target[e] <= t->target[e - 1];
        }
    CU_ASSERT_EQUAL(n_wrong, 0);
}

static void test_csr__transpose(void)
{
    static const struct {
        int64_t n_rows, n_cols;
        int step;
    } shape[] = {{1, 1, 1}, {9, 4, 2}, {40, 3000, 40}, {3000, 300, 4}, {20, 0, 1}};
    for (size_t k = 0; k < sizeof shape / sizeof *shape; k++)
        for (uint32_t threads = 1; threads <= 5; threads++) {
            regatta_ctx *ctx = test_context(threads);
            rg_csr *g = rows_of(ctx, shape[k].n_rows, shape[k].n_cols, shape[k].step);
            rg_csr *t = NULL;
            CU_ASSERT_EQUAL_FATAL(rg_csr_transpose(ctx, &t, g), REGATTA_OK);
            check_transpose(t, g);
            rg_csr_free(t);
            rg_csr_free(g);
            regatta_ctx_free(ctx);
        }
}

static regatta_status transpose_once(regatta_ctx *ctx, void *arg)
{
    rg_csr *t = NULL;
    const regatta_status status = rg_csr_transpose(ctx, &t, arg);
    rg_csr_free(t);
    return rg_end(ctx, status);
}

static void test_csr__no_memory(void)
{
    regatta_ctx *ctx = test_context(1);
    rg_csr *g = rows_of(ctx, 9, 4, 2);
    fault_sweep_memory(transpose_once, g);
    rg_csr_free(g);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {{"transpose", test_csr__transpose},
                                  {"no memory", test_csr__no_memory}};

int test_csr(void)
{
    return TEST_MAIN("csr", cases);
}
