/* Cutting the user-item graph, its hash and its transpose. */
#include "graph/bipartite.h"
#include "base/find.h"
#include "base/hash.h"
#include "graph/interactions.h"
#include "graph/pair_marks.h"

/* Adds dislikes, or impressions, without their times. */
static uint64_t hash_marks(const rg_csr *marks, uint64_t h)
{
    if (marks == NULL) return h;
    h = rg_hash(marks->offset, (size_t)(marks->n_rows + 1) * sizeof *marks->offset, h);
    return rg_hash(marks->target, (size_t)marks->n_edges * sizeof *marks->target, h);
}

static uint64_t hash_names(const rg_idmap *map, uint64_t seed)
{
    seed = rg_hash(&map->n, sizeof map->n, seed);
    return rg_hash(map->bytes, (size_t)map->offset[map->n], seed);
}

static uint64_t hash_graph(const regatta_graph *g)
{
    const rg_csr *rows = g->by_user;
    const size_t n = (size_t)rows->n_edges;
    const uint32_t has[2] = {rows->value != NULL, g->time != NULL};
    uint64_t h = hash_names(g->items, hash_names(g->users, 0));
    h = rg_hash(rows->offset, (size_t)(rows->n_rows + 1) * sizeof *rows->offset, h);
    h = rg_hash(rows->target, n * sizeof *rows->target, h);
    h = rg_hash(has, sizeof has, h);
    if (has[0]) h = rg_hash(rows->value, n * sizeof *rows->value, h);
    if (has[1]) h = rg_hash(g->time, n * sizeof *g->time, h);
    h = hash_marks(g->disliked, h);
    if (g->shown != NULL) h = rg_hash("shown", 5, h); /* no dislikes of the same pairs */
    return hash_marks(g->shown, h);
}

void rg_bipartite_rehash(regatta_graph *graph)
{
    graph->hash = hash_graph(graph);
}

regatta_status rg_bipartite_complete(regatta_ctx *ctx, regatta_graph *g)
{
    rg_csr *rows = g->by_user;
    int64_t e = 0;
    while (rows->value != NULL && e < rows->n_edges && rows->value[e] == 1.0f) e++;
    if (e == rows->n_edges) {
        rg_free(rows->mem, rows->value);
        rows->value = NULL;
    }
    float *value = rows->value;
    rows->value = NULL; /* the transpose has none */
    const regatta_status status = rg_csr_transpose(ctx, &g->by_item, rows);
    rows->value = value;
    if (status == REGATTA_OK) rg_bipartite_rehash(g);
    return status;
}

/* A selection of nodes and edges of `from`, and the new number of each node. */
typedef struct choice {
    const regatta_graph *from;
    const uint8_t *edge;     /* NULL = all */
    const uint8_t *user;     /* NULL = all */
    const uint8_t *item;     /* NULL = all */
    uint32_t *users, *items; /* old numbers of the kept, in order */
    uint32_t *new_item;      /* by old number, where kept */
    uint32_t n_users, n_items;
} choice;

static int chosen(const choice *c, int64_t e)
{
    return (c->edge == NULL || c->edge[e]) &&
           (c->item == NULL || c->item[c->from->by_user->target[e]]);
}

static void number_nodes(choice *c)
{
    for (uint32_t u = 0; u < c->from->users->n; u++)
        if (c->user == NULL || c->user[u]) c->users[c->n_users++] = u;
    for (uint32_t i = 0; i < c->from->items->n; i++)
        if (c->item == NULL || c->item[i]) {
            c->new_item[i] = c->n_items;
            c->items[c->n_items++] = i;
        }
}

/* Counts the nodes of the target domain that stay, which remain the first. */
static void count_own(regatta_graph *g, const choice *c)
{
    while (g->n_own_users < c->n_users && c->users[g->n_own_users] < c->from->n_own_users)
        g->n_own_users++;
    while (g->n_own_items < c->n_items && c->items[g->n_own_items] < c->from->n_own_items)
        g->n_own_items++;
}

static int64_t count_chosen(const choice *c)
{
    const rg_csr *rows = c->from->by_user;
    int64_t n = 0;
    for (uint32_t u = 0; u < c->n_users; u++)
        for (int64_t e = rows->offset[c->users[u]]; e < rows->offset[c->users[u] + 1LL];
             e++)
            n += chosen(c, e);
    return n;
}

static void copy_chosen(regatta_graph *g, const choice *c)
{
    const rg_csr *old = c->from->by_user;
    rg_csr *rows = g->by_user;
    int64_t at = 0;
    for (uint32_t u = 0; u < c->n_users; u++) {
        const int64_t row = c->users[u];
        for (int64_t e = old->offset[row]; e < old->offset[row + 1]; e++) {
            if (!chosen(c, e)) continue;
            rows->target[at] = c->new_item[old->target[e]];
            if (rows->value != NULL) rows->value[at] = old->value[e];
            if (c->from->time != NULL) g->time[at] = c->from->time[e];
            at++;
        }
        rows->offset[(int64_t)u + 1] = at;
    }
}

/* The interactions of the chosen edges. */
static regatta_status cut_interactions(regatta_ctx *ctx, regatta_graph *g,
                                       const choice *c)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *old = c->from->by_user;
    uint32_t *place = NULL;
    if (c->from->sequences == NULL) return REGATTA_OK;
    RG_NEW(ctx->mem, place, old->n_edges);
    for (uint32_t u = 0; u < c->n_users; u++) {
        uint32_t at = 0;
        for (int64_t e = old->offset[c->users[u]]; e < old->offset[c->users[u] + 1LL];
             e++)
            place[e] = chosen(c, e) ? at++ : REGATTA_NONE;
    }
    RG_TRY(rg_interactions_cut(ctx, g, c->from, c->users, place));
done:
    rg_free(ctx->mem, place);
    return status;
}

static regatta_status cut(regatta_ctx *ctx, regatta_graph **out, choice *c)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const regatta_graph *from = c->from;
    regatta_graph *g = NULL;
    RG_NEW(ctx->mem, g, 1);
    g->mem = ctx->mem;
    g->dedup = from->dedup;
    RG_TRY(rg_read_rules_copy(ctx, &g->rules, from->rules));
    RG_NEW(ctx->mem, c->users, from->users->n);
    RG_NEW(ctx->mem, c->items, from->items->n);
    RG_NEW(ctx->mem, c->new_item, from->items->n);
    number_nodes(c);
    count_own(g, c);
    const int64_t n = count_chosen(c);
    RG_TRY(rg_csr_create(ctx, &g->by_user, c->n_users, c->n_items, n,
                         from->by_user->value != NULL));
    if (from->time != NULL) RG_NEW(ctx->mem, g->time, n);
    copy_chosen(g, c);
    RG_TRY(cut_interactions(ctx, g, c));
    RG_TRY(rg_marks_cut(ctx, g, from,
                        (rg_kept){c->users, c->n_users, c->item, c->new_item}));
    RG_TRY(rg_idmap_pick(ctx, &g->users, from->users, c->users, c->n_users));
    RG_TRY(rg_idmap_pick(ctx, &g->items, from->items, c->items, c->n_items));
    RG_TRY(rg_bipartite_complete(ctx, g));
    *out = g;
    g = NULL;
done:
    rg_free(ctx->mem, c->users);
    rg_free(ctx->mem, c->items);
    rg_free(ctx->mem, c->new_item);
    regatta_graph_free(g);
    return status;
}

regatta_status rg_bipartite_select(regatta_ctx *ctx, regatta_graph **out,
                                   const regatta_graph *graph, const uint8_t *keep)
{
    choice c = {.from = graph, .edge = keep};
    return cut(ctx, out, &c);
}

regatta_status rg_bipartite_induce(regatta_ctx *ctx, regatta_graph **out,
                                   const regatta_graph *graph, const uint8_t *keep_user,
                                   const uint8_t *keep_item)
{
    choice c = {.from = graph, .user = keep_user, .item = keep_item};
    return cut(ctx, out, &c);
}

static int64_t count_below(const rg_csr *rows, int64_t row, uint32_t limit)
{
    return rg_lower_bound_u32(rows->target + rows->offset[row], rg_csr_degree(rows, row),
                              limit);
}

int64_t rg_bipartite_own_degree(const regatta_graph *graph, int64_t user)
{
    if (user >= (int64_t)graph->n_own_users) return 0;
    return count_below(graph->by_user, user, graph->n_own_items);
}

int64_t rg_bipartite_own_users(const regatta_graph *graph, int64_t item)
{
    if (item >= (int64_t)graph->n_own_items) return 0;
    return count_below(graph->by_item, item, graph->n_own_users);
}

void regatta_graph_free(regatta_graph *graph)
{
    if (graph == NULL) return;
    rg_idmap_free(graph->users);
    rg_idmap_free(graph->items);
    rg_csr_free(graph->by_user);
    rg_csr_free(graph->by_item);
    rg_free(graph->mem, graph->time);
    rg_read_rules_free(graph->rules);
    rg_csr_free(graph->disliked);
    rg_free(graph->mem, graph->disliked_time);
    rg_csr_free(graph->shown);
    rg_free(graph->mem, graph->shown_time);
    rg_sequences_free(graph->sequences);
    rg_free(graph->mem, graph);
}

/* Returns 1 if one of the first n names of `map` is in `other`. */
static int meets(const rg_idmap *map, int64_t n, const rg_idmap *other)
{
    for (uint32_t k = 0; k < other->n; k++) {
        const uint32_t at = rg_idmap_find_name(map, other, k);
        if (at != REGATTA_NONE && (int64_t)at < n) return 1;
    }
    return 0;
}

int rg_graph_is_apart(const regatta_graph *graph, const regatta_graph *source)
{
    return !meets(graph->users, graph->n_own_users, source->users) &&
           !meets(graph->items, graph->n_own_items, source->items);
}
