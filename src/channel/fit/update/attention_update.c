#include "channel/fit/update/attention_update.h"
#include "base/bf16.h"
#include "model/model.h"
#include <string.h>

/* Creates the weights of a model by target. */
static regatta_status by_target_of(regatta_ctx *ctx, rg_csr **out, const rg_weights *w,
                                   int64_t n_items)
{
    regatta_status status = REGATTA_OK;
    rg_csr *rows = NULL;
    *out = NULL;
    RG_TRY(rg_csr_create(ctx, &rows, n_items, n_items, w->offset[n_items], 1));
    memcpy(rows->offset, w->offset, (size_t)(n_items + 1) * sizeof *rows->offset);
    for (int64_t e = 0; e < rows->n_edges; e++) {
        rows->target[e] = w->target[e];
        rows->value[e] = rg_from_bf16(w->value[e]);
    }
    RG_TRY(rg_csr_transpose(ctx, out, NULL, rows));
done:
    rg_csr_free(rows);
    return status;
}

regatta_status rg_attention_update(regatta_ctx *ctx, rg_item_attention **out,
                                   const rg_csr *rows, const uint8_t *changed,
                                   const rg_item_attention_options *options,
                                   const rg_weights *before, const rg_fit_update *update)
{
    regatta_status status = REGATTA_OK;
    rg_csr *by_target = NULL;
    int64_t n_solved = rows->n_cols;
    *out = NULL;
    if (before == NULL || before->coded || !(options->mean_self > 0.0) ||
        !update->changed) {
        RG_TRY(rg_item_attention_build(ctx, out, rows, options));
    } else {
        RG_TRY(by_target_of(ctx, &by_target, before, update->before->n_items));
        const rg_attention_before old = {by_target, changed};
        RG_TRY(rg_item_attention_update(ctx, out, rows, options, &old, &n_solved));
    }
    *update->n_solved += n_solved;
    *update->n_targets += rows->n_cols;
done:
    rg_csr_free(by_target);
    return status;
}
