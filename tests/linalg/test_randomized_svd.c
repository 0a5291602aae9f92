#include "base/rng.h"
#include "linalg/orthonormal.h"
#include "linalg/randomized_svd.h"
#include "linalg/symmetric_eigen.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A random sparse matrix of n x m with its transpose. */
typedef struct pair {
    rg_csr *a, *at;
} pair;

static pair sparse(regatta_ctx *ctx, int64_t n, int64_t m, double density, uint64_t seed)
{
    pair p = {NULL, NULL};
    CU_ASSERT_EQUAL_FATAL(rg_csr_create(ctx, &p.a, n, m, n * m, 1), REGATTA_OK);
    int64_t at = 0;
    for (int64_t r = 0; r < n; r++) {
        for (int64_t c = 0; c < m; c++) {
            const uint64_t key = (uint64_t)(r * m + c);
            if (rg_random_unit(seed, RG_STREAM_TEST, key) >= density) continue;
            p.a->target[at] = (uint32_t)c;
            p.a->value[at++] = (float)rg_random_normal(seed + 1, RG_STREAM_TEST, key);
        }
        p.a->offset[r + 1] = at;
    }
    p.a->n_edges = at;
    CU_ASSERT_EQUAL_FATAL(rg_csr_transpose(ctx, &p.at, p.a), REGATTA_OK);
    return p;
}

static void pair_free(pair p)
{
    rg_csr_free(p.a);
    rg_csr_free(p.at);
}

/* Singular values from the dense Gram matrix's eigenvalues, in double throughout. */
static void dense_values(double *value, const rg_csr *a)
{
    const int64_t m = a->n_cols;
    double *gram = calloc((size_t)(m * m), sizeof *gram);
    double *vector = calloc((size_t)(m * m), sizeof *vector);
    for (int64_t r = 0; r < a->n_rows; r++)
        for (int64_t e = a->offset[r]; e < a->offset[r + 1]; e++)
            for (int64_t f = a->offset[r]; f < a->offset[r + 1]; f++)
                gram[a->target[e] * m + a->target[f]] +=
                    (double)a->value[e] * (double)a->value[f];
    rg_symmetric_eigen(value, vector, gram, m);
    for (int64_t k = 0; k < m; k++) value[k] = value[k] > 0.0 ? sqrt(value[k]) : 0.0;
    free(gram);
    free(vector);
}

/* Largest distance of x' x from the identity on the columns whose value is not 0. */
static double distance_from_orthonormal(const float *x, int64_t n, const rg_svd *svd)
{
    double worst = 0.0;
    for (int64_t i = 0; i < svd->k; i++)
        for (int64_t j = 0; j <= i; j++) {
            double s = 0.0;
            for (int64_t r = 0; r < n; r++)
                s += (double)x[r * svd->k + i] * (double)x[r * svd->k + j];
            const double want = i == j && svd->value[i] > 0.0 ? 1.0 : 0.0;
            worst = fmax(worst, fabs(s - want));
        }
    return worst;
}

/* max |A - U S V'| over all elements. */
static double residual(const rg_csr *a, const rg_svd *svd)
{
    double worst = 0.0;
    for (int64_t r = 0; r < a->n_rows; r++)
        for (int64_t c = 0; c < a->n_cols; c++) {
            const int64_t e = rg_csr_find(a, r, (uint32_t)c);
            double s = e < 0 ? 0.0 : -(double)a->value[e];
            for (int64_t k = 0; k < svd->k; k++)
                s += (double)svd->left[r * svd->k + k] * svd->value[k] *
                     (double)svd->right[c * svd->k + k];
            worst = fmax(worst, fabs(s));
        }
    return worst;
}

static void test_randomized_svd__by_hand(void)
{
    regatta_ctx *ctx = test_context(2);
    int64_t offset[4] = {0, 1, 2, 2}, offset_t[3] = {0, 1, 2};
    uint32_t target[2] = {1, 0}, target_t[2] = {1, 0};
    float value[2] = {3.0f, -2.0f}, value_t[2] = {-2.0f, 3.0f};
    const rg_csr a = {.n_rows = 3,
                      .n_cols = 2,
                      .n_edges = 2,
                      .offset = offset,
                      .target = target,
                      .value = value};
    const rg_csr at = {.n_rows = 2,
                       .n_cols = 3,
                       .n_edges = 2,
                       .offset = offset_t,
                       .target = target_t,
                       .value = value_t};
    rg_svd *svd = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_randomized_svd(ctx, &svd, &a, &at, 4, 3, 1, NULL),
                          REGATTA_OK);
    const double want[4] = {3.0, 2.0, 0.0, 0.0};
    for (int k = 0; k < 4; k++) CU_ASSERT_DOUBLE_EQUAL(svd->value[k], want[k], 1e-5);
    CU_ASSERT_DOUBLE_EQUAL(fabsf(svd->left[0]), 1.0, 1e-5);
    CU_ASSERT_DOUBLE_EQUAL(fabsf(svd->right[1 * 4 + 0]), 1.0, 1e-5);
    CU_ASSERT(residual(&a, svd) < 1e-5);
    rg_svd_free(svd);
    regatta_ctx_free(ctx);
}

static void test_randomized_svd__empty(void)
{
    regatta_ctx *ctx = test_context(2);
    const pair p = sparse(ctx, 7, 5, 0.0, 1);
    rg_svd *svd = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_randomized_svd(ctx, &svd, p.a, p.at, 3, 2, 1, NULL),
                          REGATTA_OK);
    for (int k = 0; k < 3; k++) CU_ASSERT_EQUAL(svd->value[k], 0.0);
    for (int k = 0; k < 7 * 3; k++) CU_ASSERT_EQUAL(svd->left[k], 0.0f);
    rg_svd_free(svd);
    pair_free(p);
    regatta_ctx_free(ctx);
}

/* As many vectors as columns: the factorisation is exact. */
static void test_randomized_svd__complete(void)
{
    regatta_ctx *ctx = test_context(2);
    const pair p = sparse(ctx, 60, 20, 0.3, 3);
    double value[20];
    rg_svd *svd = NULL;
    dense_values(value, p.a);
    CU_ASSERT_EQUAL_FATAL(rg_randomized_svd(ctx, &svd, p.a, p.at, 20, 5, 1, NULL),
                          REGATTA_OK);
    for (int k = 0; k < 20; k++)
        CU_ASSERT_DOUBLE_EQUAL(svd->value[k], value[k], 1e-5 * value[0]);
    CU_ASSERT(residual(p.a, svd) < 1e-5);
    CU_ASSERT(distance_from_orthonormal(svd->left, 60, svd) < 1e-5);
    CU_ASSERT(distance_from_orthonormal(svd->right, 20, svd) < 1e-4);
    rg_svd_free(svd);
    pair_free(p);
    regatta_ctx_free(ctx);
}

/* The leading values of a larger one, a flat spectrum being the hard case. */
static void test_randomized_svd__leading(void)
{
    regatta_ctx *ctx = test_context(2);
    const pair p = sparse(ctx, 200, 80, 0.2, 5);
    double value[80];
    rg_svd *svd = NULL;
    dense_values(value, p.a);
    CU_ASSERT_EQUAL_FATAL(rg_randomized_svd(ctx, &svd, p.a, p.at, 8, 10, 1, NULL),
                          REGATTA_OK);
    for (int k = 0; k < 8; k++)
        CU_ASSERT_DOUBLE_EQUAL(svd->value[k], value[k], 0.02 * value[k]);
    CU_ASSERT(distance_from_orthonormal(svd->left, 200, svd) < 1e-5);
    rg_svd_free(svd);
    pair_free(p);
    regatta_ctx_free(ctx);
}

/* Rank 2 with copies of rows: nothing is made up beyond it. */
static void test_randomized_svd__rank_deficient(void)
{
    regatta_ctx *ctx = test_context(2);
    const pair p = sparse(ctx, 40, 12, 1.0, 9);
    for (int64_t r = 2; r < 40; r++)
        for (int64_t c = 0; c < 12; c++)
            p.a->value[r * 12 + c] = p.a->value[(r % 2) * 12 + c];
    for (int64_t r = 0; r < 40; r++)
        for (int64_t c = 0; c < 12; c++) p.at->value[c * 40 + r] = p.a->value[r * 12 + c];
    rg_svd *svd = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_randomized_svd(ctx, &svd, p.a, p.at, 6, 5, 1, NULL),
                          REGATTA_OK);
    CU_ASSERT(svd->value[1] > 1.0);
    for (int k = 2; k < 6; k++) CU_ASSERT_EQUAL(svd->value[k], 0.0);
    CU_ASSERT(residual(p.a, svd) < 1e-4);
    CU_ASSERT(distance_from_orthonormal(svd->right, 12, svd) < 1e-4);
    rg_svd_free(svd);
    pair_free(p);
    regatta_ctx_free(ctx);
}

static void test_randomized_svd__same_bits(void)
{
    regatta_ctx *ctx = test_context(1);
    const pair p = sparse(ctx, 9000, 30, 0.1, 11); /* more rows than one block */
    rg_svd *one = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_randomized_svd(ctx, &one, p.a, p.at, 5, 2, 1, NULL),
                          REGATTA_OK);
    const uint32_t threads[3] = {2, 3, 8};
    for (int c = 0; c < 3; c++) {
        regatta_ctx *other = test_context(threads[c]);
        rg_svd *many = NULL;
        CU_ASSERT_EQUAL(rg_randomized_svd(other, &many, p.a, p.at, 5, 2, 1, NULL),
                        REGATTA_OK);
        CU_ASSERT_EQUAL(memcmp(one->left, many->left, 9000 * 5 * sizeof(float)), 0);
        CU_ASSERT_EQUAL(memcmp(one->right, many->right, 30 * 5 * sizeof(float)), 0);
        CU_ASSERT_EQUAL(memcmp(one->value, many->value, 5 * sizeof(double)), 0);
        rg_svd_free(many);
        regatta_ctx_free(other);
    }
    rg_svd_free(one);
    pair_free(p);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const pair *p = arg;
    rg_svd *svd = NULL;
    const regatta_status status =
        rg_randomized_svd(ctx, &svd, p->a, p->at, 3, 1, 1, NULL);
    CU_ASSERT_EQUAL(svd == NULL, status != REGATTA_OK);
    rg_svd_free(svd);
    return rg_end(ctx, status);
}

static void test_randomized_svd__memory(void)
{
    regatta_ctx *ctx = test_context(1);
    pair p = sparse(ctx, 12, 6, 0.5, 2);
    fault_sweep_memory(attempt, &p);
    pair_free(p);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"by hand", test_randomized_svd__by_hand},
    {"empty", test_randomized_svd__empty},
    {"complete", test_randomized_svd__complete},
    {"leading", test_randomized_svd__leading},
    {"rank deficient", test_randomized_svd__rank_deficient},
    {"same bits", test_randomized_svd__same_bits},
    {"memory", test_randomized_svd__memory},
};

int test_randomized_svd(void)
{
    return TEST_MAIN("randomized_svd", cases);
}
