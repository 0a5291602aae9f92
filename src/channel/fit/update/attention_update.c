#include "channel/fit/update/attention_update.h"
#include "model/model.h"

regatta_status rg_attention_before(regatta_ctx *ctx, rg_csr **out, const rg_weights *w,
                                   const rg_fit_update *update, int reweighted)
{
    rg_weights solved = *w;
    *out = NULL;
    if (w->coded || update->anew || (reweighted && w->solved == NULL)) return REGATTA_OK;
    if (reweighted) solved.value = w->solved;
    return rg_weights_transpose(ctx, out, &solved, NULL, update->before->n_items);
}

regatta_status rg_attention_update(regatta_ctx *ctx, rg_item_attention **out,
                                   const rg_csr *rows, const uint8_t *changed,
                                   const rg_item_attention_options *options,
                                   const rg_csr *before, const rg_fit_update *update)
{
    regatta_status status = REGATTA_OK;
    int64_t n_solved = rows->n_cols;
    *out = NULL;
    if (before == NULL || !(options->mean_self > 0.0)) {
        RG_TRY(rg_item_attention_build(ctx, out, rows, options));
    } else {
        const rg_attention_old old = {before, changed};
        RG_TRY(rg_item_attention_update(ctx, out, rows, options, &old, &n_solved));
    }
    *update->n_solved += n_solved;
    *update->n_targets += rows->n_cols;
done:
    return status;
}
