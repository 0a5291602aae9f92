#include "fit/update/update_graph.h"
#include "base/find.h"
#include "fit/domains/merge.h"
#include "graph/edges.h"
#include "graph/interactions.h"
#include "graph/pair_marks.h"

/* The numbers of new nodes in the graph. */
typedef struct numbers {
    uint32_t *user, *item;
} numbers;

/* The dislikes and impressions of a model have no times: they come before its first
 * interaction. */
static regatta_status add_marks(regatta_ctx *ctx, rg_edges *to,
                                const regatta_model *model, uint32_t user)
{
    regatta_status status = REGATTA_OK;
    const int64_t first = to->has_time ? model->sequences->clock[RG_CLOCK_FIRST] : 0;
    const int64_t *disliked = model->disliked_offset, *shown = model->shown_offset;
    for (int64_t e = disliked != NULL ? disliked[user] : 0;
         disliked != NULL && e < disliked[user + 1LL]; e++)
        RG_TRY(rg_edges_add(ctx, to, user, model->disliked_item[e], -1.0f, first));
    for (int64_t e = shown != NULL ? shown[user] : 0;
         shown != NULL && e < shown[user + 1LL]; e++)
        for (int k = 0; k < model->shown_count[e]; k++)
            RG_TRY(
                rg_edges_add(ctx, to, user, model->shown_item[e], RG_IMPRESSION, first));
done:
    return status;
}

/* The interactions of a model that a graph is built of: all, those of the target domain,
 * without weights, or those of the others, with the weights of training. */
typedef enum part { ALL, OWN, OTHERS } part;

static int is_of(part which, const regatta_model *m, uint32_t user, uint32_t item)
{
    return which == ALL || (user < m->own.users && item < m->own.items) == (which == OWN);
}

/* Returns the weight of a pair in training. */
static float trained_weight(const regatta_model *m, uint32_t user, uint32_t item)
{
    const int64_t first = m->history_offset[user],
                  n = m->history_offset[user + 1LL] - first;
    if (m->history_weight == NULL) return 1.0f;
    return m->history_weight[first + rg_find_u32(m->history_item + first, n, item)];
}

static regatta_status add_steps(regatta_ctx *ctx, rg_edges *to, const rg_sequence *s,
                                const regatta_model *model, uint32_t user, part which)
{
    regatta_status status = REGATTA_OK;
    for (int64_t k = 0; k < s->n; k++) {
        float weight = s->weight != NULL ? s->weight[k] : 1.0f;
        if (!is_of(which, model, user, s->item[k])) continue;
        if (which != ALL)
            weight = which == OWN ? 1.0f : trained_weight(model, user, s->item[k]);
        RG_TRY(rg_edges_add(ctx, to, user, s->item[k], weight,
                            s->time != NULL ? s->time[k] : 0));
    }
done:
    return status;
}

static regatta_status add_model(regatta_ctx *ctx, rg_edges *to,
                                const regatta_model *model, const uint8_t *skip,
                                part which)
{
    regatta_status status = REGATTA_OK;
    rg_sequence_room room = {NULL, NULL, NULL};
    RG_TRY(rg_sequence_room_create(ctx, &room, rg_sequence_longest_user(model)));
    for (uint32_t u = 0; u < model->n_users; u++) {
        rg_sequence s;
        if (skip != NULL && skip[u]) continue;
        if (which != OTHERS) RG_TRY(add_marks(ctx, to, model, u));
        rg_sequence_of_user(&s, model, u, &room);
        RG_TRY(add_steps(ctx, to, &s, model, u, which));
    }
done:
    rg_sequence_room_free(ctx, &room);
    return status;
}

/* Adds marks of new rows, with the numbers of their nodes. */
static regatta_status add_new_marks(regatta_ctx *ctx, rg_edges *to, const rg_csr *marks,
                                    const int64_t *time, float weight, const numbers *n)
{
    regatta_status status = REGATTA_OK;
    for (int64_t u = 0; marks != NULL && u < marks->n_rows; u++)
        for (int64_t e = marks->offset[u]; e < marks->offset[u + 1]; e++)
            RG_TRY(rg_edges_add(ctx, to, n->user[u], n->item[marks->target[e]], weight,
                                time != NULL ? time[e] : 0));
done:
    return status;
}

static regatta_status add_news(regatta_ctx *ctx, rg_edges *to, const regatta_graph *news)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = news->by_user;
    numbers n = {NULL, NULL};
    rg_interactions in = {.graph = NULL};
    RG_NEW(ctx->mem, n.user, news->users->n);
    RG_NEW(ctx->mem, n.item, news->items->n);
    RG_TRY(rg_idmap_merge(ctx, to->users, news->users, n.user));
    RG_TRY(rg_idmap_merge(ctx, to->items, news->items, n.item));
    RG_TRY(rg_interactions_open(ctx, &in, news, 0));
    for (int64_t u = 0; u < rows->n_rows; u++) {
        rg_interactions_read(&in, u);
        for (int64_t k = 0; k < in.now.n; k++) {
            const int64_t e = rows->offset[u] + in.now.position[k];
            RG_TRY(rg_edges_add(ctx, to, n.user[u], n.item[rows->target[e]],
                                in.now.weight != NULL ? in.now.weight[k] : 1.0f,
                                in.now.time != NULL ? in.now.time[k] : 0));
        }
    }
    RG_TRY(add_new_marks(ctx, to, news->disliked, news->disliked_time, -1.0f, &n));
    RG_TRY(add_new_marks(ctx, to, news->shown, news->shown_time, RG_IMPRESSION, &n));
done:
    rg_interactions_close(&in);
    rg_free(ctx->mem, n.user);
    rg_free(ctx->mem, n.item);
    return status;
}

/* Returns 1 if the model has weights of the data, dislikes or impressions. */
static int has_weights(const regatta_model *model)
{
    return model->history_weight != NULL || model->disliked_offset != NULL ||
           model->shown_offset != NULL ||
           (model->sequences != NULL && model->sequences->weight != NULL);
}

/* Creates a map of the first n names. */
static regatta_status take_first(regatta_ctx *ctx, rg_idmap **out, const rg_idmap *names,
                                 int64_t n)
{
    rg_idmap_free(*out);
    *out = NULL;
    const regatta_status status = rg_idmap_copy(ctx, out, names);
    if (status == REGATTA_OK) rg_idmap_cut(*out, (uint32_t)n);
    return status;
}

rg_update_nodes rg_update_all(const regatta_model *model)
{
    return (rg_update_nodes){model->n_users, model->n_items};
}

/* Builds the graph of a part of a model with these nodes, and of the new rows. */
static regatta_status build(regatta_ctx *ctx, regatta_graph **out,
                            const regatta_model *model, rg_update_nodes nodes,
                            const rg_update_rows *rows, part which, regatta_dedup dedup)
{
    regatta_status status = REGATTA_OK;
    rg_edges *edges = NULL;
    const regatta_graph *news = which != OTHERS ? rows->news : NULL;
    const int timed = model->sequences != NULL && model->sequences->time != NULL;
    const int weighted =
        which != ALL || has_weights(model) ||
        (news != NULL && (news->by_user->value != NULL || rg_has_marks(news)));
    *out = NULL;
    RG_TRY(rg_edges_create(ctx, &edges, weighted, timed));
    RG_TRY(take_first(ctx, &edges->users, model->users, nodes.users));
    RG_TRY(take_first(ctx, &edges->items, model->items, nodes.items));
    RG_TRY(add_model(ctx, edges, model, rows->forget, which));
    if (news != NULL) RG_TRY(add_news(ctx, edges, news));
    RG_TRY(rg_bipartite_build(ctx, out, edges, dedup, NULL));
done:
    rg_edges_free(edges);
    return status;
}

regatta_status rg_update_graph(regatta_ctx *ctx, regatta_graph **out,
                               const regatta_model *model, rg_update_nodes nodes,
                               const rg_update_rows *rows, regatta_dedup dedup)
{
    return build(ctx, out, model, nodes, rows, ALL, dedup);
}

regatta_status rg_update_merged(regatta_ctx *ctx, regatta_graph **out,
                                const regatta_model *model, rg_update_nodes nodes,
                                const rg_update_rows *rows, regatta_dedup dedup)
{
    regatta_status status = REGATTA_OK;
    const rg_update_nodes own = {model->own.users, model->own.items};
    regatta_graph *target = NULL, *others = NULL;
    *out = NULL;
    RG_TRY(build(ctx, &target, model, own, rows, OWN, REGATTA_DEDUP_MAX));
    RG_TRY(build(ctx, &others, model, nodes, rows, OTHERS, REGATTA_DEDUP_MAX));
    rg_free(target->by_user->mem, target->by_user->value); /* each interaction is one */
    target->by_user->value = NULL;
    target->dedup = dedup;
    const rg_merge_source source = {others, 1.0};
    RG_TRY(rg_merge(ctx, out, target, &source, 1, REGATTA_WEIGHTING_RAW));
done:
    regatta_graph_free(target);
    regatta_graph_free(others);
    return status;
}
