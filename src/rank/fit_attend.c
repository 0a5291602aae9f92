/* Attention over the item graph on the slice: none, the vectors' cosine with strengths
 * learned from what users of the slice took (one a head), or the trained layers' own
 * scores; by both futures of item attention and vectors together. */
#include "gat/attention_learn.h"
#include "rank/fit_run.h"

static const int ON[RG_N_CHANNELS] = {[RG_CHANNEL_VECTORS] = 1, [RG_CHANNEL_ITEMS] = 1};

/* By weights that are good everywhere; the choice changes when `how` is better. */
static regatta_status try_attend(rg_fit_run *run, const char *name, const rg_attend *how)
{
    regatta_status status = REGATTA_OK;
    rg_blend blend;
    regatta_model *model = NULL;
    double ndcg = 0.0;
    int better = 0;
    rg_blend_start(&blend, ON);
    RG_TRY(rg_side_attend(run->ctx, &run->slice, how));
    RG_TRY(rg_side_model(run->ctx, &model, &run->slice, ON, &blend));
    RG_TRY(rg_futures_measure(run->ctx, &ndcg, &better, model, run->futures));
    run->attends[run->n_attends++] = (rg_attend_trial){name, *how, ndcg};
    if (better) run->choice.attend = *how;
    rg_plan_did(run->plan, RG_WORK_ATTEND, 0.25);
    RG_TRY(rg_fit_stage(run, "blend"));
done:
    regatta_model_free(model);
    return status;
}

/* Strengths from the offers of the slice's channels as they are without attention. */
static regatta_status learn(rg_fit_run *run, rg_prior_strength *strength)
{
    regatta_status status = REGATTA_OK;
    const rg_attend none = {.kind = RG_ATTEND_NONE};
    rg_fit_side *side = &run->slice;
    const rg_shape *s = &side->vectors->shape;
    regatta_model *model = NULL;
    rg_offers *offers = NULL;
    float *known = NULL;
    RG_TRY(rg_side_attend(run->ctx, side, &none));
    RG_TRY(rg_side_model(run->ctx, &model, side, ON, NULL));
    RG_TRY(rg_offers_build(run->ctx, &offers, model, &run->futures->past, ON));
    RG_NEW(run->ctx->mem, known, offers->n_offers);
    for (int64_t o = 0; o < offers->n_offers; o++)
        known[o] = offers->s[o * RG_N_CHANNELS + RG_CHANNEL_VECTORS];
    const rg_choices choices = {.n_users = offers->n_users,
                                .offset = offers->offset,
                                .item = offers->item,
                                .known = known,
                                .taken = offers->taken,
                                .user = run->futures->past.user,
                                .history = &side->rows,
                                .candidate = side->items->scale};
    RG_TRY(rg_attention_learn(run->ctx, &run->learned, side->items->by_target,
                              side->vectors->y + s->n_users * s->dim, s->dim,
                              (int)run->options.heads, &choices));
    *strength = run->learned.strength;
    rg_plan_did(run->plan, RG_WORK_ATTEND, 0.25);
    RG_TRY(rg_fit_stage(run, "blend"));
done:
    rg_free(run->ctx->mem, known);
    rg_offers_free(offers);
    regatta_model_free(model);
    return status;
}

regatta_status rg_fit_choose_attend(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    rg_attend how = {.kind = RG_ATTEND_NONE};
    rg_futures_begin(run->futures);
    RG_TRY(try_attend(run, "none", &how));
    how.kind = RG_ATTEND_COSINE;
    RG_TRY(learn(run, &how.strength));
    /* Half of it first: most of the gain, and half of the noise that the two futures'
     * bar is made of. */
    for (int h = 0; h < how.strength.heads; h++) how.strength.beta[h] *= 0.5f;
    RG_TRY(try_attend(run, "cosine", &how));
    how.strength = run->learned.strength;
    RG_TRY(try_attend(run, "cosine", &how));
    if (run->slice.vectors->shape.attention != REGATTA_ATTENTION_NONE) {
        how = (rg_attend){.kind = RG_ATTEND_LAYER};
        RG_TRY(try_attend(run, "layer", &how));
    }
    RG_TRY(rg_side_attend(run->ctx, &run->slice, &run->choice.attend));
done:
    return status;
}
