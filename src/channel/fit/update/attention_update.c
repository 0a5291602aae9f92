#include "channel/fit/update/attention_update.h"
#include "model/model.h"

regatta_status rg_attention_before(regatta_ctx *ctx, rg_csr **out, const rg_weights *w,
                                   const rg_fit_update *update,
                                   const rg_reweight_strength *strength)
{
    regatta_status status = REGATTA_OK;
    const regatta_model *m = update->before;
    rg_csr *served = NULL;
    float *unit = NULL;
    *out = NULL;
    if (w->coded || update->anew) return REGATTA_OK;
    RG_TRY(rg_weights_transpose(ctx, &served, w, NULL, m->n_items));
    if (strength != NULL) {
        const rg_rows *rows = &m->vectors->item_vectors;
        rg_reweight_strength inverse = *strength;
        for (int h = 0; h < inverse.heads; h++) inverse.beta[h] = -inverse.beta[h];
        RG_NEW(ctx->mem, unit, rows->n * rows->dim);
        rg_rows_decode(unit, rows, 0, rows->n);
        RG_TRY(rg_reweight_build(ctx, out, served, unit, rows->dim, &inverse));
    } else {
        *out = served;
        served = NULL;
    }
done:
    rg_csr_free(served);
    rg_free(ctx->mem, unit);
    return status;
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
