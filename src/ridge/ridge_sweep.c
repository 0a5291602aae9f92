#include "ridge/ridge_sweep.h"
#include <string.h>

/* Lists the targets, and counts the entries of each history item in offset[i + 1]. */
static void list_targets(rg_ridge_sweep *s, const rg_neighbours *n, const uint8_t *wanted,
                         const float *degree)
{
    for (int64_t j = 0; j < s->n_items; j++) {
        s->slot[j] = wanted[j] ? (int32_t)s->n_targets : -1;
        if (!wanted[j]) continue;
        s->degree[s->n_targets] = degree[j];
        s->target[s->n_targets++] = (uint32_t)j;
        for (int32_t k = 0; k < n->count[j]; k++)
            s->offset[n->item[n->offset[j] + k] + 1]++;
    }
    for (int64_t i = 0; i < s->n_items; i++) s->offset[i + 1] += s->offset[i];
}

/* Transposes the weights of all shapes; cursor[n_items] is scratch. */
static void fill(rg_ridge_sweep *s, const rg_neighbours *n, float *const *weight,
                 int64_t *cursor)
{
    memcpy(cursor, s->offset, (size_t)s->n_items * sizeof *cursor);
    for (int64_t t = 0; t < s->n_targets; t++) {
        const int64_t j = s->target[t];
        for (int32_t k = 0; k < n->count[j]; k++) {
            const int64_t from = n->offset[j] + k, at = cursor[n->item[from]]++;
            s->to[at] = (int32_t)t;
            for (int c = 0; c < s->n_shapes; c++)
                s->weight[at * s->width + c] = weight[c][from];
        }
    }
}

static regatta_status transpose(regatta_ctx *ctx, rg_ridge_sweep *s,
                                const rg_neighbours *n, const uint8_t *wanted,
                                const float *degree, float *const *weight)
{
    regatta_status status = REGATTA_OK;
    int64_t *cursor = NULL;
    int64_t n_targets = 0;
    for (int64_t j = 0; j < s->n_items; j++) n_targets += wanted[j] != 0;
    RG_NEW(ctx->mem, cursor, s->n_items);
    RG_NEW(ctx->mem, s->slot, s->n_items);
    RG_NEW(ctx->mem, s->target, n_targets);
    RG_NEW(ctx->mem, s->degree, n_targets);
    RG_NEW(ctx->mem, s->offset, s->n_items + 1);
    list_targets(s, n, wanted, degree);
    RG_NEW(ctx->mem, s->to, s->offset[s->n_items]);
    RG_NEW(ctx->mem, s->weight, s->offset[s->n_items] * s->width);
    fill(s, n, weight, cursor);
done:
    rg_free(ctx->mem, cursor);
    return status;
}

regatta_status rg_ridge_sweep_create(regatta_ctx *ctx, rg_ridge_sweep **out,
                                     const rg_csr *by_user, const uint8_t *wanted,
                                     const rg_item_attention_options *o,
                                     const rg_ridge_shape *shape, int n_shapes)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_cooccurrence *g = NULL;
    rg_neighbours *n = NULL;
    float *room = NULL, **weight = NULL;
    rg_ridge_sweep *s = NULL;
    RG_NEW(ctx->mem, s, 1);
    s->mem = ctx->mem;
    s->n_items = by_user->n_cols;
    s->n_shapes = n_shapes;
    s->width = (n_shapes + RG_SWEEP_WIDTH - 1) / RG_SWEEP_WIDTH * RG_SWEEP_WIDTH;
    RG_TRY(rg_item_attention_gram(ctx, &g, by_user, o));
    RG_TRY(rg_neighbours_create(ctx, &n, g, wanted, o->neighbours, o->table_bytes));
    RG_NEW(ctx->mem, room, n_shapes * n->offset[n->n_items]);
    RG_NEW(ctx->mem, weight, n_shapes);
    for (int c = 0; c < n_shapes; c++) weight[c] = room + c * n->offset[n->n_items];
    RG_TRY(rg_local_ridge(ctx, weight, n, g, shape, n_shapes));
    RG_TRY(transpose(ctx, s, n, wanted, g->degree, weight));
    *out = s;
    s = NULL; /* ownership has moved to the caller */
done:
    rg_free(ctx->mem, room);
    rg_free(ctx->mem, weight);
    rg_neighbours_free(n);
    rg_cooccurrence_free(g);
    rg_ridge_sweep_free(s);
    return status;
}

void rg_ridge_sweep_score(float *score, const rg_ridge_sweep *s, const uint32_t *item,
                          const float *weight, int64_t n)
{
    memset(score, 0, (size_t)(s->n_targets * s->width) * sizeof *score);
    for (int64_t h = 0; h < n; h++) {
        const float r = weight != NULL ? weight[h] : 1.0f;
        for (int64_t e = s->offset[item[h]]; e < s->offset[item[h] + 1]; e++) {
            const float *from = s->weight + e * s->width;
            float *to = score + (int64_t)s->to[e] * s->width;
            for (int k = 0; k < s->width; k += RG_SWEEP_WIDTH)
                for (int c = k; c < k + RG_SWEEP_WIDTH; c++) to[c] += r * from[c];
        }
    }
}

void rg_ridge_sweep_free(rg_ridge_sweep *s)
{
    if (s == NULL) return;
    rg_free(s->mem, s->slot);
    rg_free(s->mem, s->target);
    rg_free(s->mem, s->degree);
    rg_free(s->mem, s->offset);
    rg_free(s->mem, s->to);
    rg_free(s->mem, s->weight);
    rg_free(s->mem, s);
}
