/* Takes users out of a model: the graph without them and without the items that only they
 * had, disliked or were shown, channels fitted to it from the beginning with the settings
 * of the model, and the states of channels about features, without their rows. */
#include "channel/picking.h"
#include "fit/update/update_run.h"
#include <string.h>

typedef struct keeping {
    uint8_t *user, *item;    /* 1: the node stays */
    uint32_t *users, *items; /* the numbers of those that stay */
    int64_t n_users, n_items;
} keeping;

static int64_t list(uint32_t *out, const uint8_t *keep, int64_t n)
{
    int64_t k = 0;
    for (int64_t v = 0; v < n; v++)
        if (keep[v]) out[k++] = (uint32_t)v;
    return k;
}

enum { BEFORE = 1, LEFT = 2 };

/* Adds `bit` to the items that have marks. */
static void note(uint8_t *marked, const uint32_t *item, int64_t n, uint8_t bit)
{
    for (int64_t e = 0; e < n; e++) marked[item[e]] |= bit;
}

static void note_graph(uint8_t *marked, const rg_csr *marks)
{
    if (marks != NULL) note(marked, marks->target, marks->n_edges, LEFT);
}

/* Fills which of the fitted items have dislikes or impressions. */
static void find_marked(uint8_t *marked, const rg_update_run *u)
{
    const regatta_model *m = u->job->model;
    if (m->disliked_offset != NULL)
        note(marked, m->disliked_item, m->disliked_offset[m->n_users], BEFORE);
    note(marked, m->shown_item, m->n_shown, BEFORE);
    note_graph(marked, u->graph->disliked);
    note_graph(marked, u->graph->shown);
}

/* Of the fitted nodes an item stays if a user has, dislikes or was shown it, or if none
 * did before. */
static regatta_status find_kept(const rg_update_run *u, keeping *k)
{
    regatta_status status = REGATTA_OK;
    const regatta_model *m = u->job->model;
    const rg_mem mem = u->ctx->mem;
    const rg_update_nodes n = u->fitted;
    uint8_t *marked = NULL;
    if (u->graph->by_user->n_edges == 0)
        return rg_fail(u->ctx, REGATTA_EINVAL,
                       "no interaction would be left in the model");
    RG_NEW(mem, marked, n.items);
    RG_NEW(mem, k->user, n.users);
    RG_NEW(mem, k->item, n.items);
    RG_NEW(mem, k->users, n.users);
    RG_NEW(mem, k->items, n.items);
    for (int64_t v = 0; v < n.users; v++) k->user[v] = !u->job->rows.forget[v];
    find_marked(marked, u);
    for (int64_t j = 0; j < n.items; j++)
        k->item[j] = rg_csr_degree(u->graph->by_item, j) > 0 || (marked[j] & LEFT) ||
                     (m->item_count[j] == 0 && !marked[j]);
    k->n_users = list(k->users, k->user, n.users);
    k->n_items = list(k->items, k->item, n.items);
done:
    rg_free(mem, marked);
    return status;
}

/* Reduces graph and states to the nodes that stay. */
static regatta_status reduce(rg_update_run *u, const keeping *k)
{
    regatta_status status = REGATTA_OK;
    regatta_graph *graph = NULL;
    const rg_picking picking = {.from = u->job->model,
                                .user = k->users,
                                .item = k->items,
                                .n_users = k->n_users,
                                .n_items = k->n_items};
    RG_TRY(rg_bipartite_induce(u->ctx, &graph, u->graph, k->user, k->item));
    regatta_graph_free(u->graph);
    u->graph = graph;
    if (!rg_model_is_mixed(u->job->model)) /* else no state stays */
        RG_TRY(rg_model_pick(u->ctx, &u->states, &picking));
done:
    return status;
}

regatta_status rg_update_fit_anew(rg_update_run *u)
{
    regatta_status status = REGATTA_OK;
    rg_fit_run *run = &u->run;
    const rg_fit_task task = {.stage = "update"};
    const rg_fit_update update = {.before = u->states,
                                  .from = u->states,
                                  .changed = 1,
                                  .n_solved = &u->n_solved,
                                  .n_targets = &u->n_targets};
    for (int k = 0; k < rg_n_channels; k++) {
        const int c = rg_channel_at(k);
        const rg_channel_fit_ops *ops = rg_channels[c]->fit;
        if (!rg_channel_wanted(&run->choice, c) || (ops->remains && ops->stays)) continue;
        RG_TRY(run->env.stage(&run->env, ops->stage != NULL ? ops->stage : "update"));
        if (ops->remains)
            RG_TRY(ops->update(&run->env, &run->whole, &run->choice, &update));
        else
            RG_TRY(ops->fit(&run->env, &run->whole, &run->choice, &task));
    }
done:
    return status;
}

regatta_status rg_forget(rg_update_run *u, regatta_model **out)
{
    regatta_status status = REGATTA_OK;
    keeping k = {.user = NULL};
    RG_TRY(find_kept(u, &k));
    RG_TRY(reduce(u, &k));
    RG_TRY(rg_update_name(u));
    RG_TRY(rg_update_begin(u));
    if (rg_update_refits(u)) {
        status = rg_refit(u, out);
        goto done;
    }
    RG_TRY(rg_update_renew(u));
    RG_TRY(rg_update_fit_anew(u));
    RG_TRY(rg_update_adjust(u));
    RG_TRY(rg_update_assemble(u, out));
done:
    rg_free(u->ctx->mem, k.user);
    rg_free(u->ctx->mem, k.item);
    rg_free(u->ctx->mem, k.users);
    rg_free(u->ctx->mem, k.items);
    return status;
}
