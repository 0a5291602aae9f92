/* The last choices on the slice: how strongly the vectors attend over the item graph, and
 * what the score makes of all channels. */
#include "rank/fit_run.h"
#include "rank/measure.h"

enum { N_BETAS = 3, BLEND_USERS = 3000 };
static const float BETAS[N_BETAS] = {0.0f, 2.0f, 4.0f};

/* At most BLEND_USERS of the held-out users, every so many, in arrays of the caller. */
static rg_held thin(const rg_held *all, uint32_t *user, int64_t *offset, uint32_t *item)
{
    const int64_t step = (all->n_users + BLEND_USERS - 1) / BLEND_USERS;
    rg_held held = {.user = user, .offset = offset, .item = item};
    int64_t at = 0;
    for (int64_t u = 0; u < all->n_users; u += step) {
        user[held.n_users] = all->user[u];
        for (int64_t e = all->offset[u]; e < all->offset[u + 1]; e++)
            item[at++] = all->item[e];
        offset[++held.n_users] = at;
    }
    return held;
}

/* Item attention and vectors together, by weights that are good everywhere. */
static regatta_status measure_beta(rg_fit_run *run, const rg_held *held, float beta,
                                   double *ndcg)
{
    regatta_status status = REGATTA_OK;
    const int on[RG_N_CHANNELS] = {[RG_CHANNEL_VECTORS] = 1, [RG_CHANNEL_ITEMS] = 1};
    rg_blend blend;
    regatta_model *model = NULL;
    rg_blend_start(&blend, on);
    RG_TRY(rg_side_attend(run->ctx, &run->slice, beta));
    RG_TRY(rg_side_model(run->ctx, &model, &run->slice, on, &blend));
    RG_TRY(rg_measure(run->ctx, ndcg, NULL, model, held));
done:
    regatta_model_free(model);
    return status;
}

static regatta_status choose_beta(rg_fit_run *run, const rg_held *held)
{
    regatta_status status = REGATTA_OK;
    double best = -1.0;
    for (int k = 0; k < N_BETAS; k++) {
        double ndcg = 0.0;
        RG_TRY(measure_beta(run, held, BETAS[k], &ndcg));
        rg_trials_add(&run->betas, (double)BETAS[k], ndcg);
        if (!(ndcg > best)) continue;
        best = ndcg;
        run->choice.beta = BETAS[k];
    }
    RG_TRY(rg_side_attend(run->ctx, &run->slice, run->choice.beta));
done:
    return status;
}

/* Builds what is left to build, and the blend; channels it leaves out are left out of
 * the model. */
static regatta_status choose_weights(rg_fit_run *run, const rg_held *held)
{
    regatta_status status = REGATTA_OK;
    rg_fit_choice *c = &run->choice;
    regatta_model *model = NULL;
    rg_offers *offers = NULL;
    const rg_held all = rg_fit_held(run);
    if (c->on[RG_CHANNEL_USERS]) RG_TRY(rg_side_users(run->ctx, &run->slice, c));
    if (c->on[RG_CHANNEL_SPECTRAL])
        RG_TRY(rg_side_spectral(run->ctx, &run->slice, run->options.seed));
    rg_blend_start(&c->blend, c->on);
    RG_TRY(rg_side_model(run->ctx, &model, &run->slice, c->on, &c->blend));
    RG_TRY(rg_offers_build(run->ctx, &offers, model, held, c->on));
    RG_TRY(rg_blend_choose(run->ctx, &c->blend, &run->report, offers, c->on));
    c->blended = 1;
    /* Vectors stay in the model whatever the blend says: embed and similar need them. */
    for (int a = 0; a < RG_N_CHANNELS; a++)
        c->on[a] = c->blend.on[a] != 0.0f || (a == RG_CHANNEL_VECTORS && c->on[a]);
    regatta_model_free(model);
    model = NULL;
    RG_TRY(rg_side_model(run->ctx, &model, &run->slice, c->on, &c->blend));
    RG_TRY(rg_measure(run->ctx, &run->valid_ndcg, &run->valid_recall, model, &all));
done:
    rg_offers_free(offers);
    regatta_model_free(model);
    return status;
}

regatta_status rg_fit_choose_blend(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    const int *on = run->choice.on;
    const rg_held all = rg_fit_held(run);
    uint32_t *user = NULL, *item = NULL;
    int64_t *offset = NULL;
    int n_on = 0;
    for (int a = 0; a < RG_N_CHANNELS; a++) n_on += on[a];
    if (n_on < 2) return REGATTA_OK;
    RG_TRY(rg_fit_stage(run, "blend"));
    RG_NEW(run->ctx->mem, user, all.n_users);
    RG_NEW(run->ctx->mem, item, all.offset[all.n_users]);
    RG_NEW(run->ctx->mem, offset, all.n_users + 1);
    const rg_held held = thin(&all, user, offset, item);
    if (on[RG_CHANNEL_VECTORS] && on[RG_CHANNEL_ITEMS]) RG_TRY(choose_beta(run, &held));
    RG_TRY(choose_weights(run, &held));
done:
    rg_free(run->ctx->mem, user);
    rg_free(run->ctx->mem, item);
    rg_free(run->ctx->mem, offset);
    return status;
}
