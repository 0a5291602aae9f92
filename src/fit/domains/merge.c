#include "fit/domains/merge.h"
#include "fit/weighting.h"
#include "graph/interactions.h"
#include "graph/pair_marks.h"
#include <string.h>

/* A domain in the merged graph: the new numbers of its nodes. */
typedef struct domain {
    const regatta_graph *graph;
    uint32_t *user, *item;
    int is_target;
    float factor;
} domain;

typedef struct merging {
    regatta_ctx *ctx;
    rg_edges *edges;
    uint32_t n_own_users, n_own_items;
    int64_t earliest; /* time of the target */
} merging;

/* Returns 1 if the merged graph drops the pair of a user and an item of this domain. */
static int is_dropped(const merging *m, const domain *d, uint32_t user, uint32_t item)
{
    return !d->is_target && user < m->n_own_users && item < m->n_own_items;
}

/* Appends the interactions of a domain, each user's in order. */
static regatta_status add_interactions(const merging *m, const domain *d)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = d->graph->by_user;
    rg_interactions in = {0};
    RG_TRY(rg_interactions_open(m->ctx, &in, d->graph, 0));
    for (int64_t u = 0; u < rows->n_rows; u++) {
        rg_interactions_read(&in, u);
        for (int64_t k = 0; k < in.now.n; k++) {
            const int64_t e = rows->offset[u] + in.now.position[k];
            const uint32_t item = d->item[rows->target[e]];
            const int64_t time = in.now.time != NULL ? in.now.time[k] : m->earliest;
            if (!is_dropped(m, d, d->user[u], item))
                RG_TRY(rg_edges_add(m->ctx, m->edges, d->user[u], item, 1.0f, time));
        }
    }
done:
    rg_interactions_close(&in);
    return status;
}

/* Raises the weights of the merged edges to those of a domain. */
static void add_weights(float *weight, const regatta_graph *g, const merging *m,
                        const domain *d, regatta_weighting weighting)
{
    const rg_csr *rows = d->graph->by_user;
    for (int64_t u = 0; u < rows->n_rows; u++)
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++) {
            const uint32_t user = d->user[u], item = d->item[rows->target[e]];
            const float given = rows->value != NULL ? rows->value[e] : 1.0f;
            if (is_dropped(m, d, user, item)) continue;
            const int64_t at = rg_csr_find(g->by_user, user, item);
            const float w = d->factor * rg_weighting_counted(weighting, given);
            if (w > weight[at]) weight[at] = w;
        }
}

/* Without weights in the data LOG and RAW have no effect. */
static regatta_weighting weighting_of(const regatta_graph *graph, regatta_weighting kind)
{
    return graph->by_user->value != NULL ? kind : REGATTA_WEIGHTING_BINARY;
}

/* Replaces the weights of the merged graph; NULL if all are 1. */
static regatta_status weigh(const merging *m, regatta_graph *g, const domain *domains,
                            int n_domains, regatta_weighting weighting)
{
    regatta_status status = REGATTA_OK;
    rg_csr *rows = g->by_user;
    int64_t e = 0;
    if (rows->value == NULL) RG_NEW(rows->mem, rows->value, rows->n_edges);
    memset(rows->value, 0, (size_t)rows->n_edges * sizeof *rows->value);
    for (int k = 0; k < n_domains; k++)
        if (domains[k].user != NULL)
            add_weights(rows->value, g, m, &domains[k],
                        weighting_of(domains[k].graph, weighting));
    while (e < rows->n_edges && rows->value[e] == 1.0f) e++;
    if (e == rows->n_edges) {
        rg_free(rows->mem, rows->value);
        rows->value = NULL;
    }
    rg_bipartite_rehash(g);
done:
    return status;
}

static int64_t earliest_of(const regatta_graph *g)
{
    int64_t earliest = g->time != NULL && g->by_user->n_edges > 0 ? g->time[0] : 0;
    for (int64_t e = 0; e < g->by_user->n_edges && g->time != NULL; e++)
        if (g->time[e] < earliest) earliest = g->time[e];
    return earliest;
}

/* Numbers the nodes of a domain and appends its interactions. */
static regatta_status add_domain(const merging *m, domain *d)
{
    regatta_status status = REGATTA_OK;
    RG_NEW(m->ctx->mem, d->user, d->graph->users->n);
    RG_NEW(m->ctx->mem, d->item, d->graph->items->n);
    RG_TRY(rg_idmap_merge(m->ctx, m->edges->users, d->graph->users, d->user));
    RG_TRY(rg_idmap_merge(m->ctx, m->edges->items, d->graph->items, d->item));
    RG_TRY(add_interactions(m, d));
done:
    return status;
}

regatta_status rg_merge(regatta_ctx *ctx, regatta_graph **out,
                        const regatta_graph *target, const rg_merge_source *sources,
                        int n_sources, regatta_weighting weighting)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    regatta_graph *g = NULL;
    domain *domains = NULL;
    merging m = {.ctx = ctx,
                 .n_own_users = target->users->n,
                 .n_own_items = target->items->n,
                 .earliest = earliest_of(target)};
    RG_NEW(ctx->mem, domains, n_sources + 1);
    RG_TRY(rg_edges_create(ctx, &m.edges, 0, target->time != NULL));
    domains[0] = (domain){.graph = target, .is_target = 1, .factor = 1.0f};
    for (int k = 0; k < n_sources; k++)
        domains[k + 1] =
            (domain){.graph = sources[k].graph, .factor = (float)sources[k].weight};
    for (int k = 0; k <= n_sources; k++)
        if (domains[k].factor > 0.0f) RG_TRY(add_domain(&m, &domains[k]));
    RG_TRY(rg_bipartite_build(ctx, &g, m.edges, target->dedup, NULL));
    g->n_own_users = m.n_own_users;
    g->n_own_items = m.n_own_items;
    RG_TRY(rg_read_rules_copy(ctx, &g->rules, target->rules));
    RG_TRY(rg_marks_widen(ctx, g, target));
    RG_TRY(weigh(&m, g, domains, n_sources + 1, weighting));
    *out = g;
    g = NULL;
done:
    for (int k = 0; domains != NULL && k <= n_sources; k++) {
        rg_free(ctx->mem, domains[k].user);
        rg_free(ctx->mem, domains[k].item);
    }
    rg_free(ctx->mem, domains);
    rg_edges_free(m.edges);
    regatta_graph_free(g);
    return status;
}
