#include "support/feature_table.h"
#include "base/rng.h"
#include "support/random_graph.h"
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHARED = 5 /* tags that are drawn */ };

static double drawn(int64_t k, int64_t c)
{
    return rg_random_normal(9, RG_STREAM_TEST, (uint64_t)(k * 1000 + c));
}

static void add_tags(regatta_ctx *ctx, rg_features *f, int64_t n, int64_t n_groups)
{
    const int64_t n_tags = n_groups + SHARED + n;
    float *dense = calloc((size_t)(n * n_tags), sizeof *dense);
    rg_idmap *names = NULL;
    uint32_t number;
    char name[32];
    CU_ASSERT_PTR_NOT_NULL_FATAL(dense);
    CU_ASSERT_EQUAL_FATAL(rg_idmap_create(ctx, &names), REGATTA_OK);
    for (int64_t c = 0; c < n_tags; c++) {
        const int length = snprintf(name, sizeof name, "tag%d", (int)c);
        CU_ASSERT_EQUAL_FATAL(rg_idmap_add(ctx, names, name, length, &number),
                              REGATTA_OK);
    }
    for (int64_t k = 0; k + 1 < n; k++) {
        dense[k * n_tags + k % n_groups] = 2.0f;
        for (int64_t c = 0; c < SHARED; c++)
            if (drawn(k, c) > 0.5) dense[k * n_tags + n_groups + c] = 1.0f;
        dense[k * n_tags + n_groups + SHARED + k] = 1.0f;
    }
    rg_csr *rows = dense_rows(ctx, dense, n, n_tags, 1);
    free(dense);
    CU_ASSERT_EQUAL_FATAL(rg_features_add_sparse(ctx, f, "tags", names, rows),
                          REGATTA_OK);
}

static void add_text(regatta_ctx *ctx, rg_features *f, int64_t n, int64_t n_groups,
                     int64_t dim)
{
    float *x = rg_alloc(ctx->mem, n * dim, sizeof *x);
    uint8_t *present = rg_alloc(ctx->mem, n, 1);
    CU_ASSERT_FATAL(x != NULL && present != NULL);
    for (int64_t k = 0; k + 1 < n; k++) {
        present[k] = 1;
        for (int64_t c = 0; c < dim; c++)
            x[k * dim + c] =
                (float)(drawn(k % n_groups, 100 + c) + 0.3 * drawn(k, 200 + c));
    }
    CU_ASSERT_EQUAL_FATAL(rg_features_add_dense(ctx, f, "text", x, present, n, dim),
                          REGATTA_OK);
}

rg_features *feature_table(regatta_ctx *ctx, const char *prefix, int64_t n,
                           int64_t n_groups, int64_t dim)
{
    rg_features *f = NULL;
    uint32_t number;
    char name[32];
    CU_ASSERT_EQUAL_FATAL(rg_features_create(ctx, &f), REGATTA_OK);
    for (int64_t k = 0; k < n; k++) {
        const int length = snprintf(name, sizeof name, "%s%d", prefix, (int)k);
        CU_ASSERT_EQUAL_FATAL(rg_idmap_add(ctx, f->ids, name, length, &number),
                              REGATTA_OK);
    }
    add_tags(ctx, f, n, n_groups);
    if (dim > 0) add_text(ctx, f, n, n_groups, dim);
    return f;
}
