/* Users and items as one symmetric graph.
 *
 *   D_v = sum of w over v's edges to the other side,  q_vw = w_vw (D_v D_w)^-1/2
 *
 * He et al., "LightGCN", SIGIR 2020, eq. 3, with weights. O(edges) time; the user rows
 * are by_user's own edges in their order, the item rows by_item's followed by those of
 * the item graph, so targets ascend without a sort. Memory 16 bytes a directed edge, 8
 * without `reverse`. A thread writes rows of its own; only `reverse` is found by one. */
#include "gat/adjacency.h"
#include "base/find.h"
#include "base/parallel.h"
#include "gat/attention/dynamic.h"
#include <assert.h>
#include <math.h>
#include <string.h>

static double weight_of(const float *weight, int64_t e)
{
    return weight != NULL ? (double)weight[e] : 1.0;
}

/* The rows of both sides with their weights. */
typedef struct node_sides {
    rg_csr by_user;
    const rg_csr *by_item;
    rg_csr *weighted; /* by_item with weights, owned; NULL: all are 1 */
} node_sides;

static regatta_status take_sides(regatta_ctx *ctx, node_sides *out,
                                 const regatta_graph *graph, const float *weight)
{
    regatta_status status = REGATTA_OK;
    *out = (node_sides){.by_user = *graph->by_user, .by_item = graph->by_item};
    out->by_user.value = (float *)weight; /* not written */
    if (weight == NULL) return REGATTA_OK;
    RG_TRY(rg_csr_transpose(ctx, &out->weighted, &out->by_user));
    out->by_item = out->weighted;
done:
    return status;
}

static int64_t item_edges_before(const rg_csr *item_graph, int64_t item)
{
    return item_graph != NULL ? item_graph->offset[item] : 0;
}

/* The edges of item i to the users here: t from *first on, in by_item. */
static int64_t edges_here(const rg_adjacency *adj, const rg_csr *by_item, int64_t i,
                          int64_t *first)
{
    const int64_t begin = by_item->offset[i], n = rg_csr_degree(by_item, i);
    *first = begin;
    if (adj->share == NULL) return n;
    const uint32_t *user = by_item->target + begin;
    const int64_t low = rg_lower_bound_u32(user, n, (uint32_t)adj->first_user);
    *first = begin + low;
    return rg_lower_bound_u32(user, n, (uint32_t)(adj->first_user + adj->n_users)) - low;
}

static void fill_offsets(rg_adjacency *adj, const regatta_graph *graph,
                         const rg_csr *item_graph)
{
    const int64_t *offset = graph->by_user->offset + adj->first_user;
    int64_t first;
    for (int64_t u = 0; u <= adj->n_users; u++) adj->offset[u] = offset[u] - offset[0];
    for (int64_t i = 0; i < adj->n_items; i++)
        adj->offset[adj->n_users + i + 1] =
            adj->offset[adj->n_users + i] + edges_here(adj, graph->by_item, i, &first) +
            item_edges_before(item_graph, i + 1) - item_edges_before(item_graph, i);
}

/* Returns the rows that have those of node v, and which one it is. */
static const rg_csr *side_of(const node_sides *sides, const rg_adjacency *adj, int64_t v,
                             int64_t *row)
{
    const int is_user = v < adj->n_users;
    *row = is_user ? v + adj->first_user : v - adj->n_users;
    return is_user ? &sides->by_user : sides->by_item;
}

static void fill_degrees(rg_adjacency *adj, const node_sides *sides, int threads)
{
    const int team = rg_threads_for(2 * RG_SCALAR * sides->by_user.n_edges, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t v = 0; v < adj->n_nodes; v++) {
        int64_t row;
        const rg_csr *rows = side_of(sides, adj, v, &row);
        double sum = 0.0;
        for (int64_t t = rows->offset[row]; t < rows->offset[row + 1]; t++)
            sum += weight_of(rows->value, t);
        adj->degree[v] = sum;
    }
}

/* The edges of users and items to each other. */
static void fill_cross_edges(rg_adjacency *adj, const node_sides *sides, int threads)
{
    const int64_t n_users = adj->n_users;
    const int team = rg_threads_for(2 * RG_SCALAR * sides->by_user.n_edges, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < adj->n_nodes; v++) {
        int64_t row, e = adj->offset[v];
        const rg_csr *rows = side_of(sides, adj, v, &row);
        const int is_user = v < n_users;
        int64_t first = rows->offset[row];
        const int64_t n =
            is_user ? rg_csr_degree(rows, row) : edges_here(adj, rows, row, &first);
        for (int64_t t = first; t < first + n; t++, e++) {
            const int64_t to = (int64_t)rows->target[t];
            const int64_t other = is_user ? n_users + to : to - adj->first_user;
            const double product = adj->degree[v] * adj->degree[other];
            adj->target[e] = (uint32_t)other;
            adj->edge_weight[e] =
                product > 0.0 ? (float)(weight_of(rows->value, t) / sqrt(product)) : 0.0f;
        }
    }
}

/* The edges of the item graph, behind those to users. */
static void fill_item_edges(rg_adjacency *adj, const rg_csr *item_graph)
{
    const int64_t n_users = adj->n_users;
    for (int64_t i = 0; i < adj->n_items; i++) {
        const int64_t first = item_graph->offset[i], last = item_graph->offset[i + 1];
        int64_t e = adj->offset[n_users + i + 1] - (last - first);
        for (int64_t k = first; k < last; k++, e++) {
            assert((int64_t)item_graph->target[k] != i);
            adj->target[e] = (uint32_t)n_users + item_graph->target[k];
            adj->edge_weight[e] = item_graph->value[k];
        }
    }
}

/* In a symmetric graph read row by row, the edges that point at a node come in the order
 * of its own targets: a cursor per row finds each reverse without a search. */
static void fill_reverse(rg_adjacency *adj, int64_t *cursor)
{
    memcpy(cursor, adj->offset, (size_t)adj->n_nodes * sizeof *cursor);
    for (int64_t e = 0; e < adj->n_edges; e++) adj->reverse[e] = cursor[adj->target[e]]++;
}

static regatta_status build(regatta_ctx *ctx, rg_adjacency **out,
                            const regatta_graph *graph, const float *weight,
                            const rg_csr *item_graph, int with_reverse,
                            const rg_shares *share)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_adjacency *adj = NULL;
    int64_t *cursor = NULL;
    node_sides sides = {.weighted = NULL};
    const rg_csr *users = graph->by_user;
    if (users->n_rows + users->n_cols >= (int64_t)REGATTA_NONE)
        return rg_fail(ctx, REGATTA_EINVAL, "%lld users and %lld items are too many",
                       (long long)users->n_rows, (long long)users->n_cols);
    RG_NEW(ctx->mem, adj, 1);
    adj->mem = ctx->mem;
    adj->share = share;
    adj->ctx = ctx;
    adj->all_users = users->n_rows;
    adj->first_user = share != NULL ? share->begin : 0;
    adj->n_users = share != NULL ? share->end - share->begin : users->n_rows;
    adj->n_items = users->n_cols;
    adj->n_nodes = adj->n_users + adj->n_items;
    if (share != NULL && rg_rank(ctx) + 1 < rg_n_ranks(ctx)) item_graph = NULL;
    const int64_t *offset = users->offset + adj->first_user;
    adj->n_edges = 2 * (offset[adj->n_users] - offset[0]) +
                   (item_graph != NULL ? item_graph->n_edges : 0);
    RG_NEW(ctx->mem, adj->offset, adj->n_nodes + 1);
    RG_NEW(ctx->mem, adj->target, adj->n_edges);
    RG_NEW(ctx->mem, adj->edge_weight, adj->n_edges);
    RG_NEW(ctx->mem, adj->degree, adj->n_nodes);
    RG_TRY(take_sides(ctx, &sides, graph, weight));

    fill_offsets(adj, graph, item_graph);
    fill_degrees(adj, &sides, ctx->threads);
    fill_cross_edges(adj, &sides, ctx->threads);
    if (item_graph != NULL) fill_item_edges(adj, item_graph);
    if (with_reverse) {
        RG_NEW(ctx->mem, adj->reverse, adj->n_edges);
        RG_NEW(ctx->mem, cursor, adj->n_nodes);
        fill_reverse(adj, cursor);
    }
    *out = adj;
    adj = NULL;
done:
    rg_csr_free(sides.weighted);
    rg_free(ctx->mem, cursor);
    rg_adjacency_free(adj);
    return status;
}

regatta_status rg_adjacency_build(regatta_ctx *ctx, rg_adjacency **out,
                                  const regatta_graph *graph, const float *weight,
                                  const rg_csr *item_graph)
{
    return build(ctx, out, graph, weight, item_graph, 1, NULL);
}

regatta_status rg_adjacency_build_symmetric(regatta_ctx *ctx, rg_adjacency **out,
                                            const regatta_graph *graph,
                                            const float *weight, const rg_csr *item_graph,
                                            const rg_shares *share)
{
    return build(ctx, out, graph, weight, item_graph, 0, share);
}

/* The ages of the interactions of node v; edge[e] of the graph is edge e here, NULL: the
 * same. */
static void fill_ages(rg_adjacency *adj, int64_t v, int64_t n, const int64_t *time,
                      const int64_t *edge)
{
    int64_t latest = INT64_MIN;
    for (int64_t e = adj->offset[v]; e < adj->offset[v] + n; e++) {
        const int64_t at = time[edge != NULL ? edge[e] : e];
        if (at > latest) latest = at;
    }
    for (int64_t e = adj->offset[v]; e < adj->offset[v] + n; e++)
        adj->log_age[e] = rg_log_age(latest - time[edge != NULL ? edge[e] : e]);
}

regatta_status rg_adjacency_fill_dynamic(regatta_ctx *ctx, rg_adjacency *adj,
                                         const regatta_graph *graph, int ages)
{
    regatta_status status = REGATTA_OK;
    assert(adj->share == NULL && (!ages || graph->time != NULL));
    RG_NEW(ctx->mem, adj->log_degree, adj->n_nodes);
    for (int64_t v = 0; v < adj->n_nodes; v++)
        adj->log_degree[v] = rg_log_degree(adj->degree[v]);
    if (!ages) return REGATTA_OK;
    RG_NEW(ctx->mem, adj->log_age, adj->n_edges);
    for (int64_t u = 0; u < adj->n_users; u++)
        fill_ages(adj, u, rg_csr_degree(graph->by_user, u), graph->time, NULL);
    for (int64_t i = 0; i < adj->n_items; i++)
        fill_ages(adj, adj->n_users + i, rg_csr_degree(graph->by_item, i), graph->time,
                  adj->reverse);
done:
    return status;
}

void rg_adjacency_free(rg_adjacency *adj)
{
    if (adj == NULL) return;
    rg_free(adj->mem, adj->offset);
    rg_free(adj->mem, adj->target);
    rg_free(adj->mem, adj->edge_weight);
    rg_free(adj->mem, adj->reverse);
    rg_free(adj->mem, adj->degree);
    rg_free(adj->mem, adj->log_degree);
    rg_free(adj->mem, adj->log_age);
    rg_free(adj->mem, adj);
}
