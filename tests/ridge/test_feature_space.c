#include "ridge/content/feature_space.h"
#include "support/fault.h"
#include "support/feature_table.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

enum { N = 60, GROUPS = 4, DIM = 12, RANK = 10 };

static void number_nodes(uint32_t *node)
{
    for (uint32_t k = 0; k < N; k++) node[k] = k;
}

/* f = weight x idf at length 1; the tags of one node have no row of the map. */
static void test_feature_space__sparse_rows(void)
{
    regatta_ctx *ctx = context_of(2);
    rg_features *f = feature_table(ctx, "i", N, GROUPS, 0);
    rg_feature_space *s = NULL;
    uint32_t node[N];
    number_nodes(node);
    const rg_modality *m = &f->modality[0];
    CU_ASSERT_EQUAL_FATAL(rg_feature_space_fit(ctx, &s, m, node, N, RANK, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(s->n_columns - s->n_mapped, N - 1);
    double count[GROUPS + 5 + N] = {0.0};
    for (int64_t e = 0; e < m->rows->n_edges; e++) count[m->rows->target[e]] += 1.0;
    for (int64_t k = 0; k < N; k++) {
        double length = 0.0, scale = 0.0;
        for (int64_t e = s->rows->offset[k]; e < s->rows->offset[k + 1]; e++) {
            const uint32_t c = s->rows->target[e], from = s->column[c];
            const int64_t at = rg_csr_find(m->rows, k, from);
            CU_ASSERT_FATAL(at >= 0);
            const double x =
                (double)m->rows->value[at] * log((double)(N - 1) / count[from]);
            if (scale == 0.0) scale = (double)s->rows->value[e] / x;
            CU_ASSERT_DOUBLE_EQUAL((double)s->rows->value[e], scale * x,
                                   8e-3 * scale * x);
            length += (double)s->rows->value[e] * (double)s->rows->value[e];
        }
        CU_ASSERT_DOUBLE_EQUAL(length, k + 1 < N ? 1.0 : 0.0, 1e-2);
    }
    rg_feature_space_free(s);
    rg_features_free(f);
    regatta_ctx_free(ctx);
}

/* The coordinates of all nodes have the eigenvalues as squared lengths, and products of 0
 * with each other. */
static void check_coordinates(const rg_feature_space *s)
{
    CU_ASSERT_FATAL(s->rank > 0);
    for (int64_t a = 0; a < s->rank; a++)
        for (int64_t b = 0; b <= a; b++) {
            double sum = 0.0;
            for (int64_t k = 0; k < N; k++)
                sum += (double)s->z[k * s->rank + a] * (double)s->z[k * s->rank + b];
            CU_ASSERT_DOUBLE_EQUAL(sum, a == b ? (double)s->value[a] : 0.0,
                                   0.02 * (double)s->value[0]);
        }
}

static void test_feature_space__coordinates(void)
{
    regatta_ctx *ctx = context_of(2);
    rg_features *f = feature_table(ctx, "i", N, GROUPS, DIM);
    uint32_t node[N];
    number_nodes(node);
    for (int m = 0; m < 2; m++) {
        rg_feature_space *s = NULL;
        CU_ASSERT_EQUAL_FATAL(
            rg_feature_space_fit(ctx, &s, &f->modality[m], node, N, RANK, 1), REGATTA_OK);
        check_coordinates(s);
        for (int64_t k = 0; k < s->rank; k++)
            CU_ASSERT_EQUAL(s->z[(N - 1) * s->rank + k], 0.0f); /* without features */
        rg_feature_space_free(s);
    }
    rg_features_free(f);
    regatta_ctx_free(ctx);
}

/* Nodes without a row in the table, and a table of which no node is known. */
static void test_feature_space__nobody(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_features *f = feature_table(ctx, "i", N, GROUPS, DIM);
    uint32_t node[N];
    memset(node, 0xff, sizeof node);
    for (int m = 0; m < 2; m++) {
        rg_feature_space *s = NULL;
        CU_ASSERT_EQUAL_FATAL(
            rg_feature_space_fit(ctx, &s, &f->modality[m], node, N, RANK, 1), REGATTA_OK);
        CU_ASSERT_EQUAL(s->rank, 0);
        rg_feature_space_free(s);
    }
    rg_features_free(f);
    regatta_ctx_free(ctx);
}

static void test_feature_space__threads(void)
{
    regatta_ctx *one = context_of(1), *three = context_of(3);
    rg_features *f = feature_table(one, "i", N, GROUPS, DIM);
    uint32_t node[N];
    number_nodes(node);
    for (int m = 0; m < 2; m++) {
        rg_feature_space *a = NULL, *b = NULL;
        CU_ASSERT_EQUAL_FATAL(
            rg_feature_space_fit(one, &a, &f->modality[m], node, N, RANK, 1), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(
            rg_feature_space_fit(three, &b, &f->modality[m], node, N, RANK, 1),
            REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(a->rank, b->rank);
        CU_ASSERT_EQUAL(memcmp(a->z, b->z, (size_t)(N * a->rank) * sizeof *a->z), 0);
        rg_feature_space_free(a);
        rg_feature_space_free(b);
    }
    rg_features_free(f);
    regatta_ctx_free(one);
    regatta_ctx_free(three);
}

static regatta_status fit_both(regatta_ctx *ctx, void *arg)
{
    regatta_status status = REGATTA_OK;
    const rg_features *f = arg;
    uint32_t node[N];
    rg_begin(ctx);
    number_nodes(node);
    for (int m = 0; m < 2 && status == REGATTA_OK; m++) {
        rg_feature_space *s = NULL;
        status = rg_feature_space_fit(ctx, &s, &f->modality[m], node, N, RANK, 1);
        rg_feature_space_free(s);
    }
    return rg_end(ctx, status);
}

static void test_feature_space__no_memory(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_features *f = feature_table(ctx, "i", N, GROUPS, DIM);
    fault_sweep_memory(fit_both, f);
    rg_features_free(f);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"sparse rows", test_feature_space__sparse_rows},
    {"coordinates", test_feature_space__coordinates},
    {"nobody", test_feature_space__nobody},
    {"threads", test_feature_space__threads},
    {"no memory", test_feature_space__no_memory},
};

int test_feature_space(void)
{
    return TEST_MAIN("feature_space", cases);
}
