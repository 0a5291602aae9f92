/* Fits a model to more interactions in stages:
 *
 *   graph   the interactions of the model's histories, then the new ones
 *   core    the model without the nodes that only side tables have, as its fit left it
 *   closed  channels without a learned state, on this graph with the model's settings
 *   nodes   a copy of the core with rows for the new nodes of the graph
 *           (model/model_copy.h)
 *   learned channels with a state, from the rows of the copy
 *   model   the new parts, the states that stay, and rows for the nodes that only side
 *           tables have
 *
 * With hubs in the graph, or interactions of other domains, all channels are fitted from
 * the beginning (refit.c). */
#include "channel/fit/update/near.h"
#include "channel/picking.h"
#include "fit/update/update_run.h"
#include "graph/interactions.h"
#include "model/model_copy.h"

/* Returns 1 if the channel is fitted before (`learned` 0) or after the copy with new
 * nodes. */
static int is_fitted(const rg_update_run *u, int c, int learned)
{
    const rg_channel_fit_ops *ops = rg_channels[c]->fit;
    return rg_channel_wanted(&u->run.choice, c) && !ops->stays &&
           (ops->update != NULL && !ops->closed) == learned;
}

/* Returns the model as its last fit left it. */
static const regatta_model *before(const rg_update_run *u)
{
    return u->core != NULL ? u->core : u->job->model;
}

static rg_fit_update update_of(rg_update_run *u)
{
    const regatta_graph *news = u->job->rows.news;
    return (rg_fit_update){.before = before(u),
                           .from = u->states,
                           .changed = rg_update_changes(u),
                           .anew = (news != NULL && news->disliked != NULL) ||
                                   u->denoise.used,
                           .changed_user = u->changed_user,
                           .steps = u->job->steps,
                           .n_solved = &u->n_solved,
                           .n_targets = &u->n_targets};
}

/* Fits the channels of one of the two kinds. */
static regatta_status fit_channels(rg_update_run *u, int learned)
{
    regatta_status status = REGATTA_OK;
    rg_fit_run *run = &u->run;
    const rg_fit_task task = {.stage = "update"};
    const rg_fit_update update = update_of(u);
    for (int k = 0; k < rg_n_channels; k++) {
        const int c = rg_channel_at(k);
        const rg_channel_fit_ops *ops = rg_channels[c]->fit;
        if (!is_fitted(u, c, learned)) continue;
        RG_TRY(run->env.stage(&run->env, ops->stage != NULL ? ops->stage : "update"));
        if (ops->update != NULL)
            RG_TRY(ops->update(&run->env, &run->whole, &run->choice, &update));
        else
            RG_TRY(ops->fit(&run->env, &run->whole, &run->choice, &task));
    }
done:
    return status;
}

/* Returns the number of interactions of a user before the update. */
static int64_t count_before(const rg_update_run *u, int64_t user)
{
    const regatta_model *m = u->job->model;
    if (user >= u->fitted.users) return -1;
    return rg_sequences_first(m->sequences, m->history_offset, user + 1) -
           rg_sequences_first(m->sequences, m->history_offset, user);
}

/* Marks the new users, and those with another number of interactions than before; all
 * users where nothing is new: then every system is solved, and the model proves that it
 * has all that an update needs. */
static regatta_status mark_changed(rg_update_run *u)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = u->graph->by_user->n_rows;
    const int all = !rg_update_changes(u);
    RG_NEW(u->ctx->mem, u->changed_user, n);
    for (int64_t k = 0; k < n; k++)
        u->changed_user[k] = all || rg_interactions_of(u->graph, k) != count_before(u, k);
done:
    return status;
}

static void count_up(uint32_t *out, int64_t n)
{
    for (int64_t k = 0; k < n; k++) out[k] = (uint32_t)k;
}

static regatta_status take_core(rg_update_run *u)
{
    regatta_status status = REGATTA_OK;
    const regatta_model *m = u->job->model;
    const rg_update_nodes n = u->fitted;
    uint32_t *user = NULL, *item = NULL;
    if (n.users == m->n_users && n.items == m->n_items) return REGATTA_OK;
    RG_NEW(u->ctx->mem, user, n.users);
    RG_NEW(u->ctx->mem, item, n.items);
    count_up(user, n.users);
    count_up(item, n.items);
    const rg_picking picking = {
        .from = m, .user = user, .item = item, .n_users = n.users, .n_items = n.items};
    RG_TRY(rg_model_pick(u->ctx, &u->core, &picking));
done:
    rg_free(u->ctx->mem, user);
    rg_free(u->ctx->mem, item);
    return status;
}

static regatta_status grow(rg_update_run *u)
{
    regatta_status status = REGATTA_OK;
    const rg_update_job *job = u->job;
    rg_near near = {NULL, NULL};
    rg_new_nodes nodes = {.items = u->graph->items,
                          .users = u->graph->users,
                          .item_features = job->rows.item_features,
                          .user_features = job->rows.user_features,
                          .was = job->model};
    RG_TRY(rg_near_find(u->ctx, &near, &u->run.whole, u->fitted.items));
    nodes.near = near.item;
    nodes.share = near.share;
    RG_TRY(rg_model_grow_to(u->ctx, &u->states, before(u), &nodes));
done:
    rg_near_free(u->ctx, &near);
    return status;
}

static regatta_status update(rg_update_run *u, regatta_model **out)
{
    regatta_status status = REGATTA_OK;
    const rg_update_job *job = u->job;
    regatta_dedup dedup;
    RG_TRY(rg_update_open(u, &dedup));
    RG_TRY((rg_model_is_mixed(job->model) ? rg_update_merged : rg_update_graph)(
        u->ctx, &u->graph, job->model, u->fitted, &job->rows, dedup));
    if (job->rows.forget != NULL) return rg_forget(u, out);
    RG_TRY(rg_update_name(u));
    RG_TRY(rg_update_begin(u));
    if (rg_update_refits(u)) return rg_refit(u, out);
    RG_TRY(mark_changed(u));
    RG_TRY(take_core(u));
    if (!job->frozen) RG_TRY(fit_channels(u, 0));
    RG_TRY(grow(u));
    if (!job->frozen) RG_TRY(rg_update_renew(u));
    if (!job->frozen) RG_TRY(fit_channels(u, 1));
    if (!job->frozen) RG_TRY(rg_update_adjust(u));
    RG_TRY(rg_update_assemble(u, out));
done:
    return status;
}

regatta_status rg_update(regatta_ctx *ctx, regatta_model **out, const rg_update_job *job)
{
    rg_update_run u = {.ctx = ctx, .job = job, .run.env.ctx = ctx};
    *out = NULL;
    const regatta_status status = update(&u, out);
    if (job->n_solved != NULL) *job->n_solved = u.n_solved;
    if (job->n_targets != NULL) *job->n_targets = u.n_targets;
    rg_update_close(&u);
    if (status != REGATTA_OK) {
        regatta_model_free(*out);
        *out = NULL;
    }
    return status;
}
