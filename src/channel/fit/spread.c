#include "channel/fit/spread.h"
#include <string.h>

regatta_status rg_spread_floats(const rg_spread *s, float **x, int64_t blocks,
                                int64_t before, int64_t width, float fill)
{
    regatta_status status = REGATTA_OK;
    float *y = NULL;
    const int64_t from = before + s->n_core * width, to = before + s->n_items * width;
    if (*x == NULL) return REGATTA_OK;
    RG_NEW(s->ctx->mem, y, blocks * to);
    for (int64_t k = 0; k < blocks * to; k++) y[k] = fill;
    for (int64_t b = 0; b < blocks; b++) {
        memcpy(y + b * to, *x + b * from, (size_t)before * sizeof *y);
        for (int64_t i = 0; i < s->n_core; i++)
            memcpy(y + b * to + before + s->item[i] * width,
                   *x + b * from + before + i * width, (size_t)width * sizeof *y);
    }
    rg_free(s->ctx->mem, *x);
    *x = y;
done:
    return status;
}

regatta_status rg_spread_numbers(const rg_spread *s, uint32_t **x, uint32_t fill)
{
    regatta_status status = REGATTA_OK;
    uint32_t *out = NULL;
    if (*x == NULL) return REGATTA_OK;
    RG_NEW(s->ctx->mem, out, s->n_items);
    for (int64_t i = 0; i < s->n_items; i++) out[i] = fill;
    for (int64_t k = 0; k < s->n_core; k++) out[s->item[k]] = (*x)[k];
    rg_free(s->ctx->mem, *x);
    *x = out;
done:
    return status;
}

regatta_status rg_spread_bias(const rg_spread *s, float **bias)
{
    float least = s->n_core > 0 ? (*bias)[0] : 0.0f;
    for (int64_t j = 1; j < s->n_core; j++)
        if ((*bias)[j] < least) least = (*bias)[j];
    return rg_spread_floats(s, bias, 1, 0, 1, least);
}

/* Extends rows; target_item: their targets are items too. */
static regatta_status spread_rows(const rg_spread *s, rg_csr **rows, int target_item)
{
    const rg_csr *from = *rows;
    rg_csr *to = NULL;
    if (from == NULL) return REGATTA_OK;
    const regatta_status status =
        rg_csr_create(s->ctx, &to, s->n_items, target_item ? s->n_items : from->n_cols,
                      from->n_edges, from->value != NULL);
    if (status != REGATTA_OK) return status;
    for (int64_t e = 0; e < from->n_edges; e++) {
        to->target[e] = target_item ? s->item[from->target[e]] : from->target[e];
        if (from->value != NULL) to->value[e] = from->value[e];
    }
    for (int64_t i = 0; i < s->n_core; i++)
        to->offset[s->item[i] + 1LL] = rg_csr_degree(from, i);
    for (int64_t i = 0; i < s->n_items; i++) to->offset[i + 1] += to->offset[i];
    rg_csr_free(*rows);
    *rows = to;
    return REGATTA_OK;
}

regatta_status rg_spread_rows(const rg_spread *s, rg_csr **rows)
{
    return spread_rows(s, rows, 1);
}

regatta_status rg_spread_features(const rg_spread *s, rg_csr **rows)
{
    return spread_rows(s, rows, 0);
}

regatta_status rg_spread_item_attention(const rg_spread *s, rg_item_attention *a)
{
    regatta_status status = REGATTA_OK;
    rg_csr_free(a->by_target); /* a model uses by_history */
    a->by_target = NULL;
    RG_TRY(rg_spread_rows(s, &a->by_history));
    RG_TRY(rg_spread_floats(s, &a->scale, 1, 0, 1, 1.0f));
    RG_TRY(rg_spread_floats(s, &a->degree, 1, 0, 1, 0.0f));
    a->n_items = s->n_items;
done:
    return status;
}
