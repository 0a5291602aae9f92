#include "channel/growth.h"
#include "base/bf16.h"
#include "base/hit.h"
#include "base/sort.h"
#include "base/topk.h"
#include "ridge/content/feature_space.h"
#include <math.h>
#include <string.h>

void rg_growth_set(rg_rows *rows, int64_t r, const float *x)
{
    const int64_t at = r * rows->dim * (int64_t)rg_element_size(rows->type);
    rg_row_encode((char *)(uintptr_t)rows->data + at,
                  rows->scale != NULL ? (float *)(uintptr_t)rows->scale + r : NULL,
                  rows->type, x, rows->dim);
}

regatta_status rg_growth_rows(regatta_ctx *ctx, const rg_growth *g, rg_rows *rows,
                              int64_t first, int64_t n, int unit)
{
    regatta_status status = REGATTA_OK;
    const int64_t dim = rows->dim;
    float *sum = NULL;
    if (g->near == NULL || rows->data == NULL) return REGATTA_OK;
    RG_NEW(ctx->mem, sum, 2 * dim);
    float *row = sum + dim;
    for (int64_t k = 0; k < g->n_items; k++) {
        const uint32_t *near = g->near + k * RG_NEAR;
        memset(sum, 0, (size_t)dim * sizeof *sum);
        for (int e = 0; e < RG_NEAR && near[e] != REGATTA_NONE; e++) {
            rg_rows_decode(row, rows, first + near[e], first + near[e] + 1);
            for (int64_t c = 0; c < dim; c++)
                sum[c] += g->share[k * RG_NEAR + e] * row[c];
        }
        if (unit) rg_feature_unit(sum, dim);
        rg_growth_set(rows, first + n - g->n_items + k, sum);
    }
done:
    rg_free(ctx->mem, sum);
    return status;
}

void rg_growth_floats(const rg_growth *g, const float *x, int64_t n)
{
    float *out = (float *)(uintptr_t)x + (n - g->n_items);
    for (int64_t k = 0; k < g->n_items && g->near != NULL; k++) {
        const uint32_t *near = g->near + k * RG_NEAR;
        double sum = 0.0;
        for (int e = 0; e < RG_NEAR && near[e] != REGATTA_NONE; e++)
            sum += (double)g->share[k * RG_NEAR + e] * (double)x[near[e]];
        out[k] = (float)sum;
    }
}

void rg_growth_near(uint32_t *near, float *share, const float *row, int64_t n)
{
    const int64_t found = n > 0 ? rg_topk(near, share, RG_NEAR, row, n) : 0;
    double sum = 0.0;
    for (int64_t e = 0; e < RG_NEAR; e++) {
        if (e < found && share[e] > 0.0f) {
            sum += (double)share[e];
            continue;
        }
        near[e] = REGATTA_NONE;
        share[e] = 0.0f;
    }
    for (int64_t e = 0; e < RG_NEAR && sum > 0.0; e++)
        share[e] = (float)((double)share[e] / sum);
}

regatta_status rg_growth_sparse(regatta_model *model, rg_weights *rows,
                                const rg_csr *more, int64_t n)
{
    const rg_weights old = *rows;
    const int64_t n_old = n - more->n_rows;
    const int64_t has = old.offset[n_old], all = has + more->n_edges;
    int64_t *offset = rg_model_own(model, n + 1, sizeof *offset);
    uint32_t *target = rg_model_own(model, all, sizeof *target);
    uint16_t *value = rg_model_own(model, all, sizeof *value);
    if (offset == NULL || target == NULL || value == NULL) return REGATTA_ENOMEM;
    memcpy(offset, old.offset, (size_t)(n_old + 1) * sizeof *offset);
    if (has > 0) memcpy(target, old.target, (size_t)has * sizeof *target);
    if (has > 0) memcpy(value, old.value, (size_t)has * sizeof *value);
    for (int64_t i = 0; i < more->n_rows; i++)
        offset[n_old + i + 1] = has + more->offset[i + 1];
    for (int64_t e = 0; e < more->n_edges; e++) {
        target[has + e] = more->target[e];
        value[has + e] = rg_to_bf16(more->value[e]);
    }
    *rows = (rg_weights){.offset = offset, .target = target, .value = value};
    return REGATTA_OK;
}

/* A row of a sparse matrix in the making, over n columns. */
typedef struct gather {
    float *sum;      /* [n] zeros between rows */
    uint32_t *index; /* [n] the columns that are not zero */
    uint64_t *key;   /* [n] */
    int64_t n;
} gather;

static void add_column(gather *to, const rg_csr *columns, int64_t column, float share)
{
    for (int64_t e = columns->offset[column]; e < columns->offset[column + 1]; e++) {
        const uint32_t i = columns->target[e];
        if (to->sum[i] == 0.0f) to->index[to->n++] = i;
        to->sum[i] += share * columns->value[e];
        if (to->sum[i] == 0.0f) to->sum[i] = 1e-30f; /* it is in the list */
    }
}

/* Writes the largest to out[], items ascending, and empties the row; returns how many. */
static int64_t take_largest(gather *from, uint32_t *item, float *value)
{
    int64_t n = from->n < RG_NEAR_WEIGHTS ? from->n : RG_NEAR_WEIGHTS;
    for (int64_t k = 0; k < from->n; k++)
        from->key[k] = rg_hit_key(fabsf(from->sum[from->index[k]]), from->index[k]);
    rg_hits_select(from->key, from->n, n);
    for (int64_t k = 0; k < n; k++) item[k] = rg_hit_row(from->key[k]);
    rg_sort_u32(item, n);
    for (int64_t k = 0; k < n; k++) value[k] = from->sum[item[k]];
    for (int64_t k = 0; k < from->n; k++) from->sum[from->index[k]] = 0.0f;
    from->n = 0;
    return n;
}

/* Creates the columns of the new items as rows. */
static regatta_status mix(regatta_ctx *ctx, rg_csr **out, const rg_growth *g,
                          const rg_csr *columns)
{
    regatta_status status = REGATTA_OK;
    rg_csr *mixed = NULL;
    gather row = {.n = 0};
    *out = NULL;
    RG_TRY(rg_csr_create(ctx, &mixed, g->n_items, columns->n_rows,
                         g->n_items * RG_NEAR_WEIGHTS, 1));
    RG_NEW(ctx->mem, row.sum, columns->n_rows);
    RG_NEW(ctx->mem, row.index, columns->n_rows);
    RG_NEW(ctx->mem, row.key, columns->n_rows);
    for (int64_t k = 0, at = 0; k < g->n_items; k++) {
        const uint32_t *near = g->near + k * RG_NEAR;
        for (int e = 0; e < RG_NEAR && near[e] != REGATTA_NONE; e++)
            add_column(&row, columns, near[e], g->share[k * RG_NEAR + e]);
        at += take_largest(&row, mixed->target + at, mixed->value + at);
        mixed->offset[k + 1] = at;
    }
    mixed->n_edges = mixed->offset[g->n_items];
    *out = mixed;
    mixed = NULL;
done:
    rg_free(ctx->mem, row.sum);
    rg_free(ctx->mem, row.index);
    rg_free(ctx->mem, row.key);
    rg_csr_free(mixed);
    return status;
}

/* Replaces the rows by the same with the targets of `more`, whose row i has the number
 * first + i in the weights. These have 0 in place of a solved weight. */
static regatta_status append(regatta_model *model, rg_weights *w, const rg_csr *more,
                             int64_t first)
{
    const int64_t n = model->n_items, all = w->offset[n] + more->n_edges;
    int64_t *offset = rg_model_own(model, n + 1, sizeof *offset);
    uint32_t *target = rg_model_own(model, all, sizeof *target);
    uint16_t *value = rg_model_own(model, all, sizeof *value);
    uint16_t *solved = rg_model_own(model, w->solved != NULL ? all : 0, sizeof *solved);
    if (offset == NULL || target == NULL || value == NULL || solved == NULL)
        return REGATTA_ENOMEM;
    for (int64_t e = 0; e < more->n_edges; e++) offset[more->target[e] + 1LL]++;
    for (int64_t i = 0; i < n; i++)
        offset[i + 1] += offset[i] + w->offset[i + 1] - w->offset[i];
    for (int64_t i = 0; i < n; i++) {
        const int64_t has = w->offset[i + 1] - w->offset[i];
        memcpy(target + offset[i], w->target + w->offset[i],
               (size_t)has * sizeof *target);
        memcpy(value + offset[i], w->value + w->offset[i], (size_t)has * sizeof *value);
        if (w->solved != NULL)
            memcpy(solved + offset[i], w->solved + w->offset[i],
                   (size_t)has * sizeof *solved);
    }
    for (int64_t k = more->n_rows - 1; k >= 0; k--) /* filled from their ends */
        for (int64_t e = more->offset[k]; e < more->offset[k + 1]; e++) {
            const int64_t at = --offset[more->target[e] + 1LL];
            target[at] = (uint32_t)(first + k);
            value[at] = rg_to_bf16(more->value[e]);
        }
    for (int64_t e = 0; e < more->n_edges; e++) offset[more->target[e] + 1LL]++;
    *w = (rg_weights){.offset = offset,
                      .target = target,
                      .value = value,
                      .solved = w->solved != NULL ? solved : NULL};
    return REGATTA_OK;
}

regatta_status rg_growth_columns(regatta_ctx *ctx, regatta_model *model,
                                 const rg_growth *g, rg_weights *rows, const float *scale)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = model->n_items, n_old = n - g->n_items;
    rg_csr *columns = NULL, *more = NULL;
    for (int64_t k = n_old; k < n; k++) ((float *)(uintptr_t)scale)[k] = 1.0f;
    if (g->near == NULL) return REGATTA_OK;
    RG_TRY(rg_weights_transpose(ctx, &columns, rows, scale, n));
    RG_TRY(mix(ctx, &more, g, columns));
    RG_TRY(append(model, rows, more, n_old));
done:
    rg_csr_free(columns);
    rg_csr_free(more);
    return status;
}
