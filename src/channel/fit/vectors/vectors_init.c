#include "channel/fit/vectors/vectors_init.h"
#include "base/find.h"
#include "channel/fit/vectors/vectors_fit.h"
#include "model/model.h"

/* One in SEEN_SHARE held-out interactions may be repeats of older ones. */
enum { SEEN_SHARE = 100 };

/* Decodes the row of a node; returns 0 if it is zero: the model did not train it. */
static int take_row(float *x, const rg_rows *rows, int64_t r)
{
    rg_rows_decode(x, rows, r, r + 1);
    for (int64_t k = 0; k < rows->dim; k++)
        if (x[k] != 0.0f) return 1;
    return 0;
}

/* Takes the rows of a side, whose first node is `first`; returns how many. */
static int64_t take_side(rg_known_rows *to, const rg_rows *rows, const rg_idmap *ids,
                         const rg_idmap *known, int64_t first)
{
    int64_t n = 0;
    for (int64_t k = 0; k < (int64_t)ids->n; k++) {
        const uint32_t at = rg_idmap_find_name(known, ids, (uint32_t)k);
        if (at == REGATTA_NONE) continue;
        to->has[first + k] =
            (uint8_t)take_row(to->x0 + (first + k) * rows->dim, rows, at);
        n += to->has[first + k];
    }
    return n;
}

static void take_biases(rg_known_rows *to, const regatta_model *init, const rg_idmap *ids,
                        int64_t n_users)
{
    for (int64_t k = 0; k < (int64_t)ids->n; k++)
        if (to->has[n_users + k])
            to->bias[k] =
                init->vectors->bias[rg_idmap_find_name(init->items, ids, (uint32_t)k)];
}

void rg_vectors_forget_known(const rg_fit_env *env, rg_fitted *fitted)
{
    rg_vectors_part *part = rg_vectors_part_of(fitted);
    rg_known_rows_clear(env->ctx->mem, &part->known);
}

regatta_status rg_vectors_find_known(const rg_fit_env *env, rg_fitted *fitted)
{
    regatta_status status = REGATTA_OK;
    const regatta_model *init = env->options->init;
    const regatta_graph *graph = fitted->graph;
    const int64_t n_users = graph->by_user->n_rows, n_items = graph->by_user->n_cols;
    const rg_mem mem = env->ctx->mem;
    rg_vectors_part *part = rg_vectors_part_of(fitted);
    rg_vectors_forget_known(env, fitted);
    if (init == NULL) return REGATTA_OK;
    RG_NEW(mem, part->known.x0, (n_users + n_items) * init->vectors->shape.dim);
    RG_NEW(mem, part->known.bias, n_items);
    RG_NEW(mem, part->known.has, n_users + n_items);
    part->known.dim = init->vectors->shape.dim;
    part->n_known[REGATTA_USERS] =
        take_side(&part->known, &init->vectors->user_x0, graph->users, init->users, 0);
    part->n_known[REGATTA_ITEMS] = take_side(&part->known, &init->vectors->item_state,
                                             graph->items, init->items, n_users);
    take_biases(&part->known, init, graph->items, n_users);
done:
    return status;
}

/* Returns 1 if the history of a user of `init` has the item. */
static int has_seen(const regatta_model *init, const rg_idmap *items, uint32_t user,
                    uint32_t item)
{
    const uint32_t at = rg_idmap_find_name(init->items, items, item);
    if (at == REGATTA_NONE) return 0;
    const int64_t first = init->history_offset[user];
    return rg_find_u32(init->history_item + first,
                       init->history_offset[user + 1LL] - first, at) >= 0;
}

int rg_vectors_init_is_clean(const rg_selection *s)
{
    const regatta_model *init = s->env->options->init;
    const regatta_graph *graph = s->fitted->graph;
    const rg_holdout *h = s->holdout[0];
    int64_t n_seen = 0;
    for (int64_t q = 0; q < h->n_users; q++) {
        const uint32_t user = rg_idmap_find_name(init->users, graph->users, h->user[q]);
        for (int64_t e = h->offset[q]; e < h->offset[q + 1] && user != REGATTA_NONE; e++)
            n_seen += has_seen(init, graph->items, user, h->item[e]);
    }
    return n_seen * SEEN_SHARE <= h->offset[h->n_users];
}
