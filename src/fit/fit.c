/* Trains a model from a graph in stages:
 *
 *   domains   choose the weights of other domains, and merge their graphs (domains/)
 *   denoise   weigh interactions down that others do not support, if that helps
 *             (denoise/)
 *   hubs      sample the histories of hubs for training (hubs.c)
 *   slice     hold out a share of the interactions (slice.c)
 *   channels  fit each channel on the rest, with settings chosen by trials
 *             (fit_channels.c and the files of the channel)
 *   folds     fit all channels on more slices, for more samples of the blend, if that is
 *             cheap or requested (folds.c)
 *   blend     choose the weights of all channels, and the channels that stay
 *             (fit_blend.c)
 *   marks     choose how far dislikes push similar items away, and what exposure takes
 *             (fit_push.c)
 *   new items choose what features weigh in the scores of new items (blend/new_items.c)
 *   calibrate fit the probability that belongs to a score (calibration/calibrate.c)
 *   refit     fit every remaining channel on all interactions
 *   model     add histories, names and settings (fitted.c)
 *
 * Without a slice there is one fit with defaults on all interactions. */
#include "fit/fit.h"
#include "channel/features/own_growth.h"
#include "channel/fit/fit_work.h"
#include "fit/blend/new_items.h"
#include "fit/calibration/calibrate.h"
#include "fit/fit_blend.h"
#include "fit/fit_channels.h"
#include "fit/fit_push.h"
#include "fit/outlook.h"
#include "fit/resolve.h"
#include "fit/selection.h"
#include "fit/settings/fit_json.h"

/* Frees what only measurements on the slice read. */
static void release(rg_fit_run *run)
{
    rg_fitted *slice = &run->slice.fitted;
    for (int c = 0; c < rg_n_channels; c++) {
        rg_fitted_changed(slice, c);
        if (slice->part[c] != NULL && rg_channels[c]->fit->release != NULL)
            rg_channels[c]->fit->release(run->env.ctx, slice->part[c]);
    }
}

/* Makes all choices by validation. */
static regatta_status choose(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    rg_selection selection = rg_select_on(&run->env, &run->slice, &run->choice);
    const rg_fit_task task = {.selection = &selection, .stage = "blend"};
    selection.replan(&selection);
    RG_TRY(rg_fit_channels(&run->env, &run->slice.fitted, &run->choice, &task));
    RG_TRY(rg_fit_choose_blend(run));
    RG_TRY(rg_fit_push(run));
    RG_TRY(rg_fit_new_items(run));
    RG_TRY(rg_fit_calibrate(run));
    release(run);
done:
    return status;
}

static int anybody_has_two(const rg_csr *rows)
{
    for (int64_t u = 0; u < rows->n_rows; u++)
        if (rg_csr_degree(rows, u) > 1) return 1;
    return 0;
}

/* Without a slice there is one fit with defaults. If no user has two items, no channel
 * can learn: only the cheapest of the channels that the caller did not name stays. */
static void settle(rg_fit_run *run)
{
    if (!run->named && !anybody_has_two(run->env.graph->by_user))
        for (int c = 0; c < rg_n_channels; c++)
            run->choice.on[c] &= rg_channels[c]->fit->fast;
    rg_fit_settle(&run->options, &run->choice);
}

/* Fits every chosen channel on all interactions. */
static regatta_status fit_whole(rg_fit_run *run)
{
    const rg_fitted *slice = rg_slice_fitted(&run->slice);
    const rg_fit_task task = {.slice = slice, .same_nodes = run->sample == NULL};
    run->plan.part = RG_PART_WHOLE;
    rg_fit_replan(&run->env, &run->choice, slice, RG_AHEAD_WHOLE, 0, 0);
    return rg_fit_channels(&run->env, &run->whole, &run->choice, &task);
}

static void fill_info(const rg_fit_run *run, regatta_model *model)
{
    model->info = (regatta_model_info){.struct_size = sizeof model->info,
                                       .n_users = (uint32_t)model->n_users,
                                       .n_items = (uint32_t)model->n_items,
                                       .dim = (uint32_t)rg_model_dim(model),
                                       .n_edges = model->n_edges,
                                       .data_hash = run->whole.graph->hash,
                                       .valid_ndcg = run->valid_ndcg,
                                       .valid_recall = run->valid_recall};
}

/* Builds the model of run->whole, with names and settings. */
static regatta_status make_model(const rg_fit_run *run, regatta_model **out)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = run->env.ctx;
    const rg_fit_choice *c = &run->choice;
    regatta_model *model = NULL;
    RG_TRY(
        rg_fitted_model(ctx, &model, &run->whole, c->on, c->blended ? c->blend : NULL));
    RG_TRY(rg_idmap_copy(ctx, &model->users, run->whole.graph->users));
    RG_TRY(rg_idmap_copy(ctx, &model->items, run->whole.graph->items));
    RG_TRY(rg_calibration_store(model, run->knots, &run->calibration));
    fill_info(run, model);
    RG_TRY(rg_fit_json(run, &model->json));
    *out = model;
    model = NULL;
done:
    regatta_model_free(model);
    return status;
}

/* Lists the items of the sources: the side table may have those of a source that is apart
 * or has no weight, but they are no answers. */
static void list_apart(const rg_idmap **apart, const rg_fit_run *run)
{
    const uint32_t n = run->options.n_sources;
    for (uint32_t k = 0; k < n; k++) apart[k] = run->options.sources[k]->items;
    apart[n] = NULL;
}

/* Adds the nodes of the side tables that have no interactions, if the model has the
 * features of their side. */
static regatta_status add_new_nodes(const rg_fit_run *run, regatta_model **model)
{
    regatta_model *grown = NULL;
    const rg_idmap *apart[RG_MAX_SOURCES + 1];
    const rg_features *items = run->options.item_features;
    const rg_features *users = run->options.user_features;
    int64_t n_new;
    if (!rg_model_has_side(*model, REGATTA_ITEMS)) items = NULL;
    if (!rg_model_has_side(*model, REGATTA_USERS)) users = NULL;
    list_apart(apart, run);
    if (!rg_model_grows(*model, items, users, apart)) return REGATTA_OK;
    const regatta_status status =
        rg_model_grow_own(run->env.ctx, &grown, &n_new, *model, items, users, apart);
    if (status != REGATTA_OK) return status;
    regatta_model_free(*model);
    *model = grown;
    return REGATTA_OK;
}

regatta_status rg_fit(regatta_ctx *ctx, regatta_model **out, const regatta_graph *graph,
                      const rg_fit_options *options)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_fit_run run = {.env.ctx = ctx};
    rg_domains domains;
    rg_denoise denoise = {.asked = 0};
    RG_TRY(rg_domains_choose(ctx, &domains, graph, options));
    RG_TRY(rg_denoise_choose(ctx, &denoise, &domains, options));
    RG_TRY(rg_fit_run_begin(ctx, &run, &domains, options));
    run.denoise = &denoise;
    run.whole.data = denoise.data;
    if (run.slice.validation != NULL)
        RG_TRY(choose(&run));
    else
        settle(&run);
    RG_TRY(fit_whole(&run));
    RG_TRY(rg_hubs_spread(ctx, &run.hubs, &run.whole, run.full, &run.weighting));
    run.whole.gives = 1;
    RG_TRY(make_model(&run, out));
    RG_TRY(add_new_nodes(&run, out));
    rg_plan_did(&run.plan, RG_WORK_MODEL, 1.0);
    rg_fit_work_report(&run.plan, run.options.work, run.options.work_state);
done:
    rg_fit_run_free(&run);
    rg_denoise_free(ctx, &denoise);
    rg_domains_free(ctx, &domains);
    return status;
}
