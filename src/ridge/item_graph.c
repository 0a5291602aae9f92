#include "ridge/item_graph.h"
#include "base/bf16.h"
#include "base/hit.h"
#include <math.h>
#include <string.h>

/* Returns 0 for edges that are never kept. Weights are those that a model stores: an
 * update reads them where its systems did not change. */
static uint64_t key_of(float weight, uint32_t item, int64_t row)
{
    weight = rg_round_bf16(weight);
    return !(weight > 0.0f) || item == (uint32_t)row ? 0 : rg_hit_key(weight, item);
}

/* Returns the smallest of the k largest keys of the row; at least 1. */
static uint64_t threshold_of(uint64_t *key, const rg_csr *g, int64_t row, int64_t k)
{
    const int64_t begin = g->offset[row], n = rg_csr_degree(g, row);
    uint64_t least = UINT64_MAX;
    if (n <= k || k == 0) return k == 0 ? least : 1;
    for (int64_t e = 0; e < n; e++)
        key[e] = key_of(g->value[begin + e], g->target[begin + e], row);
    rg_hits_select(key, n, k);
    for (int64_t e = 0; e < k; e++)
        if (key[e] < least) least = key[e];
    return least > 1 ? least : 1;
}

static regatta_status strongest(regatta_ctx *ctx, rg_csr **out, const rg_csr *g,
                                int64_t k)
{
    regatta_status status = REGATTA_OK;
    uint64_t *key = NULL;
    int64_t longest = 0, n = 0;
    rg_csr *t = NULL;
    for (int64_t r = 0; r < g->n_rows; r++) {
        const int64_t d = rg_csr_degree(g, r);
        if (d > longest) longest = d;
        n += d < k ? d : k;
    }
    RG_NEW(ctx->mem, key, longest);
    RG_TRY(rg_csr_create(ctx, &t, g->n_rows, g->n_cols, n, 1));
    n = 0;
    for (int64_t r = 0; r < g->n_rows; r++) {
        const uint64_t least = threshold_of(key, g, r, k);
        for (int64_t e = g->offset[r]; e < g->offset[r + 1]; e++) {
            if (key_of(g->value[e], g->target[e], r) < least) continue;
            t->target[n] = g->target[e];
            t->value[n++] = rg_round_bf16(g->value[e]);
        }
        t->offset[r + 1] = n;
    }
    t->n_edges = n; /* rows with weights of 0 and below have fewer */
    *out = t;
    t = NULL;
done:
    rg_free(ctx->mem, key);
    rg_csr_free(t);
    return status;
}

/* Row r of (a + b) / 2 into s from edge `at` on (nothing is written when s is NULL);
 * returns where it ends. */
static int64_t merge_row(rg_csr *s, int64_t at, const rg_csr *a, const rg_csr *b,
                         int64_t r)
{
    int64_t i = a->offset[r], j = b->offset[r];
    const int64_t i_end = a->offset[r + 1], j_end = b->offset[r + 1];
    while (i < i_end || j < j_end) {
        const uint32_t left = i < i_end ? a->target[i] : UINT32_MAX;
        const uint32_t right = j < j_end ? b->target[j] : UINT32_MAX;
        const uint32_t target = left < right ? left : right;
        float sum = 0.0f;
        if (left == target) sum += a->value[i++];
        if (right == target) sum += b->value[j++];
        if (s != NULL) {
            s->target[at] = target;
            s->value[at] = 0.5f * sum;
        }
        at++;
    }
    return at;
}

/* scale[r] scale[target] as one product: the same bits from either side. A scale is at
 * most 2^63, so that the product is finite. */
static void normalise(rg_csr *s, float *scale)
{
    for (int64_t r = 0; r < s->n_rows; r++) {
        double sum = 0.0;
        for (int64_t e = s->offset[r]; e < s->offset[r + 1]; e++)
            sum += (double)s->value[e];
        scale[r] = sum > 0.0 ? (float)fmin(1.0 / sqrt(sum), 0x1p63) : 0.0f;
    }
    for (int64_t r = 0; r < s->n_rows; r++)
        for (int64_t e = s->offset[r]; e < s->offset[r + 1]; e++)
            s->value[e] *= scale[r] * scale[s->target[e]];
}

regatta_status rg_item_graph_build(regatta_ctx *ctx, rg_csr **out,
                                   const rg_csr *by_target, int64_t k)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_csr *t = NULL, *back = NULL, *s = NULL;
    float *scale = NULL;
    int64_t n = 0;
    RG_TRY(strongest(ctx, &t, by_target, k));
    RG_TRY(rg_csr_transpose(ctx, &back, t));
    for (int64_t r = 0; r < t->n_rows; r++) n = merge_row(NULL, n, t, back, r);
    RG_TRY(rg_csr_create(ctx, &s, t->n_rows, t->n_cols, n, 1));
    RG_NEW(ctx->mem, scale, t->n_rows);
    for (int64_t r = 0; r < t->n_rows; r++)
        s->offset[r + 1] = merge_row(s, s->offset[r], t, back, r);
    normalise(s, scale);
    *out = s;
    s = NULL; /* ownership has moved to the caller */
done:
    rg_free(ctx->mem, scale);
    rg_csr_free(t);
    rg_csr_free(back);
    rg_csr_free(s);
    return status;
}
