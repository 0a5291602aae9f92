#include "graph/summary.h"
#include "graph/igraph_door.h"
#include "graph/interactions.h"
#include <stdlib.h>
#include <string.h>

static int by_size(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Writes degree[n_rows], ascending. */
static void sorted_degrees(uint32_t *degree, const rg_csr *rows)
{
    for (int64_t r = 0; r < rows->n_rows; r++)
        degree[r] = (uint32_t)rg_csr_degree(rows, r);
    qsort(degree, (size_t)rows->n_rows, sizeof *degree, by_size);
}

static void quantiles(uint32_t out[REGATTA_N_QUANTILES], const uint32_t *sorted,
                      int64_t n)
{
    static const double at[REGATTA_N_QUANTILES] = {0.0, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0};
    for (int k = 0; k < REGATTA_N_QUANTILES; k++)
        out[k] = n > 0 ? sorted[(int64_t)(at[k] * (double)(n - 1) + 0.5)] : 0;
}

static double gini(const uint32_t *sorted, int64_t n)
{
    double sum = 0.0, ranked = 0.0;
    for (int64_t k = 0; k < n; k++) {
        sum += (double)sorted[k];
        ranked += (double)(k + 1) * (double)sorted[k];
    }
    if (sum == 0.0) return 0.0;
    return 2.0 * ranked / ((double)n * sum) - ((double)n + 1.0) / (double)n;
}

static uint32_t count_zeros(const uint32_t *sorted, int64_t n)
{
    uint32_t zeros = 0;
    while (zeros < n && sorted[zeros] == 0) zeros++;
    return zeros;
}

/* An edge has the latest time of its pair, so the first time may be that of an earlier
 * repeat. */
static regatta_status time_span(regatta_ctx *ctx, regatta_graph_summary *out,
                                const regatta_graph *g)
{
    regatta_status status = REGATTA_OK;
    rg_interactions in = {0};
    int64_t n = 0;
    if (g->time == NULL) return REGATTA_OK;
    RG_TRY(rg_interactions_open(ctx, &in, g, 0));
    for (int64_t u = 0; u < g->by_user->n_rows; u++, n += in.now.n) {
        rg_interactions_read(&in, u);
        if (in.now.n == 0) continue;
        const int64_t first = in.now.time[0], last = in.now.time[in.now.n - 1];
        if (n == 0 || first < out->time_first) out->time_first = first;
        if (n == 0 || last > out->time_last) out->time_last = last;
    }
done:
    rg_interactions_close(&in);
    return status;
}

regatta_status rg_summarize(regatta_ctx *ctx, regatta_graph_summary *out,
                            uint32_t *community, const regatta_graph *graph)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_users = graph->users->n, n_items = graph->items->n;
    const double cells = (double)n_users * (double)n_items;
    uint32_t *degree = NULL;
    rg_structure s = {0};
    memset(out, 0, sizeof *out);
    RG_NEW(ctx->mem, degree, n_users > n_items ? n_users : n_items);
    out->struct_size = sizeof *out;
    out->n_users = graph->users->n;
    out->n_items = graph->items->n;
    out->n_edges = graph->by_user->n_edges;
    out->density = cells > 0.0 ? (double)out->n_edges / cells : 0.0;
    out->has_weight = graph->by_user->value != NULL;
    out->has_time = graph->time != NULL;
    out->hash = graph->hash;
    out->n_interactions = rg_interactions_count(graph);
    out->has_order = graph->sequences != NULL;
    if (graph->disliked != NULL) out->n_dislikes = graph->disliked->n_edges;
    if (graph->shown != NULL) out->n_impressions = graph->shown->n_edges;
    RG_TRY(time_span(ctx, out, graph));
    sorted_degrees(degree, graph->by_user);
    quantiles(out->user_degree, degree, n_users);
    out->n_isolated_users = count_zeros(degree, n_users);
    sorted_degrees(degree, graph->by_item);
    quantiles(out->item_degree, degree, n_items);
    out->n_isolated_items = count_zeros(degree, n_items);
    out->item_gini = gini(degree, n_items);
    RG_TRY(rg_igraph_structure(ctx, &s, community, graph));
    out->n_components = s.n_components;
    out->largest_component = s.largest_component;
    out->max_core = s.max_core;
    out->max_core_nodes = s.max_core_nodes;
    out->n_communities = s.n_communities;
    out->modularity = s.modularity;
done:
    rg_free(ctx->mem, degree);
    return status;
}
