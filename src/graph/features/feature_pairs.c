#include "graph/features/feature_pairs.h"
#include <math.h>
#include <string.h>

enum { FIRST_PAIRS = 1024 };

regatta_status rg_feature_pairs_create(regatta_ctx *ctx, rg_feature_pairs **out,
                                       int is_set)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_feature_pairs *pairs = NULL;
    RG_NEW(ctx->mem, pairs, 1);
    pairs->mem = ctx->mem;
    pairs->is_set = is_set;
    RG_TRY(rg_idmap_create(ctx, &pairs->feature));
    *out = pairs;
    pairs = NULL;
done:
    rg_feature_pairs_free(pairs);
    return status;
}

/* Grows by half, so that the largest tables do not take twice their size. */
static regatta_status reserve(rg_feature_pairs *p)
{
    if (p->n < p->capacity) return REGATTA_OK;
    const int64_t most = p->capacity == 0 ? FIRST_PAIRS : p->capacity + p->capacity / 2;
    uint32_t *const node = rg_grow(p->mem, p->node, p->n, most, sizeof *node);
    if (node == NULL) return REGATTA_ENOMEM;
    p->node = node;
    uint32_t *const column = rg_grow(p->mem, p->column, p->n, most, sizeof *column);
    if (column == NULL) return REGATTA_ENOMEM;
    p->column = column;
    if (p->weight != NULL) {
        float *const weight = rg_grow(p->mem, p->weight, p->n, most, sizeof *weight);
        if (weight == NULL) return REGATTA_ENOMEM;
        p->weight = weight;
    }
    p->capacity = most;
    return REGATTA_OK;
}

static regatta_status begin_weights(rg_feature_pairs *p)
{
    p->weight = rg_alloc(p->mem, p->capacity, sizeof *p->weight);
    if (p->weight == NULL) return REGATTA_ENOMEM;
    for (int64_t k = 0; k < p->n; k++) p->weight[k] = 1.0f;
    return REGATTA_OK;
}

regatta_status rg_feature_pairs_put(rg_feature_pairs *p, uint32_t node, uint32_t column,
                                    float weight)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(reserve(p));
    if (p->weight == NULL && weight != 1.0f) RG_TRY(begin_weights(p));
    p->node[p->n] = node;
    p->column[p->n] = column;
    if (p->weight != NULL) p->weight[p->n] = weight;
    p->n++;
done:
    return status;
}

regatta_status rg_feature_pairs_add(regatta_ctx *ctx, rg_feature_pairs *pairs,
                                    uint32_t node, const char *name, int64_t length,
                                    float weight)
{
    uint32_t column = 0;
    const regatta_status status =
        rg_idmap_add(ctx, pairs->feature, name, length, &column);
    if (status != REGATTA_OK) return status;
    return rg_feature_pairs_put(pairs, node, column, weight);
}

static void drop_pairs(rg_feature_pairs *p)
{
    rg_free(p->mem, p->node);
    rg_free(p->mem, p->column);
    rg_free(p->mem, p->weight);
    p->node = p->column = NULL;
    p->weight = NULL;
    p->n = p->capacity = 0;
}

/* The nodes of each feature, in the order of the pairs, which are released. */
static regatta_status by_feature(regatta_ctx *ctx, rg_csr **out, rg_feature_pairs *p,
                                 int64_t n_nodes)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_csr *t = NULL;
    int64_t *cursor = NULL;
    const int64_t n_columns = p->feature->n;
    RG_TRY(rg_csr_create(ctx, &t, n_columns, n_nodes, p->n, p->weight != NULL));
    RG_NEW(ctx->mem, cursor, n_columns);
    for (int64_t k = 0; k < p->n; k++) t->offset[(int64_t)p->column[k] + 1]++;
    for (int64_t c = 0; c < n_columns; c++) {
        t->offset[c + 1] += t->offset[c];
        cursor[c] = t->offset[c];
    }
    for (int64_t k = 0; k < p->n; k++) {
        const int64_t at = cursor[p->column[k]]++;
        t->target[at] = p->node[k];
        if (t->value != NULL) t->value[at] = p->weight[k];
    }
    drop_pairs(p);
    *out = t;
    t = NULL;
done:
    rg_free(ctx->mem, cursor);
    rg_csr_free(t);
    return status;
}

/* Merges repeats of a row, whose columns ascend, and drops zeros; the rows move
 * forward. Returns 0 if a sum is not finite. */
static int merge_row(rg_csr *rows, int64_t from, int64_t to, int64_t *n, int is_set)
{
    while (from < to) {
        const uint32_t column = rows->target[from];
        float sum = rows->value != NULL ? rows->value[from] : 1.0f;
        for (from++; from < to && rows->target[from] == column; from++)
            if (!is_set) sum += rows->value != NULL ? rows->value[from] : 1.0f;
        if (!isfinite(sum)) return 0;
        if (sum == 0.0f) continue;
        rows->target[*n] = column;
        if (rows->value != NULL) rows->value[*n] = sum;
        (*n)++;
    }
    return 1;
}

static int merge_rows(rg_csr *rows, int is_set)
{
    int64_t n = 0, from = 0;
    for (int64_t r = 0; r < rows->n_rows; r++) {
        const int64_t to = rows->offset[r + 1];
        if (!merge_row(rows, from, to, &n, is_set)) return 0;
        from = to;
        rows->offset[r + 1] = n;
    }
    rows->n_edges = n;
    return 1;
}

/* Returns 1 if a feature has a node twice: without weights the sums need them. */
static int has_repeats(const rg_csr *rows)
{
    for (int64_t r = 0; r < rows->n_rows; r++)
        for (int64_t e = rows->offset[r] + 1; e < rows->offset[r + 1]; e++)
            if (rows->target[e] == rows->target[e - 1]) return 1;
    return 0;
}

regatta_status rg_feature_pairs_close(regatta_ctx *ctx, rg_feature_pairs *pairs,
                                      rg_features *features, const char *name)
{
    regatta_status status = REGATTA_OK;
    rg_csr *columns = NULL, *rows = NULL;
    RG_TRY(by_feature(ctx, &columns, pairs, features->ids->n));
    RG_TRY(rg_csr_transpose(ctx, &rows, columns));
    rg_csr_free(columns);
    columns = NULL;
    if (rows->value == NULL && !pairs->is_set && has_repeats(rows)) {
        RG_NEW(ctx->mem, rows->value, rows->n_edges);
        for (int64_t e = 0; e < rows->n_edges; e++) rows->value[e] = 1.0f;
    }
    if (!merge_rows(rows, pairs->is_set)) {
        status = rg_fail(ctx, REGATTA_EFORMAT,
                         "features '%s': weights of a node and feature add up beyond the "
                         "range of float32",
                         name);
        goto done;
    }
    RG_TRY(rg_features_add_sparse(ctx, features, name, pairs->feature, rows));
    pairs->feature = NULL;
    rows = NULL;
done:
    rg_csr_free(columns);
    rg_csr_free(rows);
    return status;
}

void rg_feature_pairs_free(rg_feature_pairs *pairs)
{
    if (pairs == NULL) return;
    rg_idmap_free(pairs->feature);
    drop_pairs(pairs);
    rg_free(pairs->mem, pairs);
}
