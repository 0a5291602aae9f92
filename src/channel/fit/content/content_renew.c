#include "channel/fit/content/content_renew.h"
#include "model/model.h"

/* A state as a part that borrows from it, except z and mix. */
typedef struct view {
    rg_content_part part;
    rg_features features; /* the number of modalities alone */
    rg_feature_space space[RG_MAX_MODALITIES];
    rg_csr sparse; /* stands for the rows of a sparse modality */
} view;

static int learns(const rg_content_state *s, const rg_content_weights *w)
{
    int apart = 0;
    for (int k = 0; k < RG_CONTENT_SOURCES; k++) apart |= w->source[k] > 0.0f;
    return w->learned != 0.0f && !apart && s->value != NULL;
}

static void open_view(view *v, const regatta_ctx *ctx, const rg_content_state *s)
{
    *v = (view){.features.n_modalities = (int)s->features.n};
    v->part = (rg_content_part){.mem = ctx->mem,
                                .features = &v->features,
                                .n_items = s->z.n,
                                .rank = s->features.rank};
    for (int64_t m = 0; m < s->features.n; m++) {
        const rg_feature_block *b = &s->features.block[m];
        v->space[m] = (rg_feature_space){.rank = b->rank,
                                         .value = (float *)(uintptr_t)s->value + b->first,
                                         .rows = b->is_dense ? NULL : &v->sparse};
        v->part.space[m] = &v->space[m];
        v->part.first[m] = b->first;
    }
}

regatta_status rg_content_renew(regatta_ctx *ctx, regatta_model *model,
                                rg_content_state *s, const rg_content_weights *weights,
                                const rg_csr *by_user)
{
    regatta_status status = REGATTA_OK;
    const int64_t rank = s->features.rank;
    view v;
    if (!learns(s, weights)) return REGATTA_OK;
    open_view(&v, ctx, s);
    RG_NEW(ctx->mem, v.part.z, s->z.n * rank);
    rg_rows_decode(v.part.z, &s->z, 0, s->z.n);
    RG_TRY(rg_content_part_mix(ctx, &v.part, weights, by_user));
    const float *mix = rg_model_copied(model, v.part.mix, rank * rank, sizeof *mix);
    if (mix != NULL)
        s->mix = mix;
    else
        status = REGATTA_ENOMEM;
done:
    rg_free(ctx->mem, v.part.z);
    rg_free(ctx->mem, v.part.mix);
    return status;
}
