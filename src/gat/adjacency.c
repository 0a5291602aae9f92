/* Users and items as one symmetric graph.
 *
 *   D_v = sum of w over v's edges to the other side,  q_vw = w_vw (D_v D_w)^-1/2
 *
 * He et al., "LightGCN", SIGIR 2020, eq. 3, with weights. O(edges) time; the user rows
 * are by_user's own edges in their order, the item rows by_item's followed by those of
 * the item graph, so targets ascend without a sort. Memory 16 bytes a directed edge, 8
 * without `reverse`.
 * A thread owns an item's row: it writes that row and, through the permutation, places
 * of the user rows that no other item has. */
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

static void fill_degrees(rg_adjacency *adj, const regatta_graph *graph,
                         const float *weight, int threads)
{
    const rg_csr *users = graph->by_user, *items = graph->by_item;
    const int team = rg_threads_for(2 * RG_SCALAR * users->n_edges, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t v = 0; v < adj->n_nodes; v++) {
        const int is_user = v < adj->n_users;
        const int64_t *offset = is_user ? users->offset + adj->first_user + v
                                        : items->offset + (v - adj->n_users);
        double sum = 0.0;
        for (int64_t t = offset[0]; t < offset[1]; t++)
            sum += weight_of(weight, is_user ? t : graph->from_user[t]);
        adj->degree[v] = sum;
    }
}

/* Both directions of every user-item edge, from the item's side. */
static void fill_cross_edges(rg_adjacency *adj, const regatta_graph *graph,
                             const float *weight, int threads)
{
    const rg_csr *items = graph->by_item;
    const int64_t n_users = adj->n_users;
    const int64_t base = graph->by_user->offset[adj->first_user];
    const int team = rg_threads_for(2 * RG_SCALAR * items->n_edges, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t i = 0; i < adj->n_items; i++) {
        int64_t e = adj->offset[n_users + i], first;
        const int64_t n = edges_here(adj, items, i, &first);
        for (int64_t t = first; t < first + n; t++, e++) {
            const int64_t user = (int64_t)items->target[t] - adj->first_user;
            const int64_t back = graph->from_user[t] - base;
            const double product = adj->degree[user] * adj->degree[n_users + i];
            const float edge_weight =
                product > 0.0 ? (float)(weight_of(weight, back + base) / sqrt(product))
                              : 0.0f;
            adj->target[e] = (uint32_t)user;
            adj->target[back] = (uint32_t)(n_users + i);
            adj->edge_weight[e] = adj->edge_weight[back] = edge_weight;
            if (adj->reverse == NULL) continue;
            adj->reverse[e] = back;
            adj->reverse[back] = e;
        }
    }
}

/* In a symmetric graph read row by row, the edges that point at item j come in the order
 * of j's own targets: a cursor per row finds each reverse without a search. */
static void fill_item_edges(rg_adjacency *adj, const rg_csr *item_graph, int64_t *cursor)
{
    const int64_t n_users = adj->n_users;
    for (int64_t i = 0; i < adj->n_items; i++)
        cursor[i] = adj->offset[n_users + i + 1] -
                    (item_graph->offset[i + 1] - item_graph->offset[i]);
    for (int64_t i = 0; i < adj->n_items; i++) {
        const int64_t first = item_graph->offset[i], last = item_graph->offset[i + 1];
        int64_t e = adj->offset[n_users + i + 1] - (last - first);
        for (int64_t k = first; k < last; k++, e++) {
            const uint32_t j = item_graph->target[k];
            assert((int64_t)j != i);
            adj->target[e] = (uint32_t)n_users + j;
            adj->edge_weight[e] = item_graph->value[k];
            if (adj->reverse != NULL) adj->reverse[e] = cursor[j]++;
        }
    }
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
    if (with_reverse) RG_NEW(ctx->mem, adj->reverse, adj->n_edges);
    RG_NEW(ctx->mem, adj->degree, adj->n_nodes);
    if (item_graph != NULL) RG_NEW(ctx->mem, cursor, adj->n_items);

    fill_offsets(adj, graph, item_graph);
    fill_degrees(adj, graph, weight, ctx->threads);
    fill_cross_edges(adj, graph, weight, ctx->threads);
    if (item_graph != NULL) fill_item_edges(adj, item_graph, cursor);
    *out = adj;
    adj = NULL;
done:
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

/* The times of the interactions of a row of users or items: edge t of `rows` is edge
 * from[t] of by_user, NULL = t. Returns the latest. */
static int64_t latest_of(const int64_t *time, const rg_csr *rows, const int64_t *from,
                         int64_t r)
{
    int64_t latest = INT64_MIN;
    for (int64_t t = rows->offset[r]; t < rows->offset[r + 1]; t++) {
        const int64_t at = time[from != NULL ? from[t] : t];
        if (at > latest) latest = at;
    }
    return latest;
}

/* The ages of the rows of one side, whose edges begin at offset[0] of the adjacency. */
static void fill_ages(float *log_age, const int64_t *offset, const int64_t *time,
                      const rg_csr *rows, const int64_t *from)
{
    for (int64_t r = 0; r < rows->n_rows; r++) {
        const int64_t latest = latest_of(time, rows, from, r);
        for (int64_t t = rows->offset[r]; t < rows->offset[r + 1]; t++)
            log_age[offset[r] + t - rows->offset[r]] =
                rg_log_age(latest - time[from != NULL ? from[t] : t]);
    }
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
    fill_ages(adj->log_age, adj->offset, graph->time, graph->by_user, NULL);
    fill_ages(adj->log_age, adj->offset + adj->n_users, graph->time, graph->by_item,
              graph->from_user);
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
