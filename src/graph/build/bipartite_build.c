/* Building the user-item graph. Rows are sorted stably by user, then those of each user
 * by item, so that rows ascend and duplicates are adjacent in their original order:
 * O(edges log(widest row) + nodes) time, 12 bytes an edge of workspace, 20 with weights
 * or times. Users are divided among threads. */
#include "base/parallel.h"
#include "graph/bipartite.h"
#include "graph/build/rows_by_user.h"
#include "graph/interactions.h"
#include "graph/pair_marks.h"
#include <math.h>

enum { USERS_AT_ONCE = 64 };

/* A graph under construction. */
typedef struct build {
    regatta_graph *g;
    const rg_edges *e;
    rg_by_user rows;
    uint32_t *degree; /* [n_users] different items */
    uint32_t *place;  /* [n] of the r-th row of user u at offset[u] + r: the place of its
                         item among the ascending items of u */
} build;

static int same_item(uint64_t a, uint64_t b)
{
    return a >> 32 == b >> 32;
}

/* Finds the place of each row of a user, and the number of its items. */
static void place_user(build *b, int64_t user)
{
    const int64_t begin = b->rows.offset[user], n = b->rows.offset[user + 1] - begin;
    const uint64_t *pair = b->rows.pair + begin;
    uint32_t *place = b->place + begin, at = 0;
    if (n == 0) return;
    rg_by_user_sort(&b->rows, user);
    place[pair[0] & UINT32_MAX] = 0;
    for (int64_t k = 1; k < n; k++) {
        at += !same_item(pair[k - 1], pair[k]);
        place[pair[k] & UINT32_MAX] = at;
    }
    b->degree[user] = at + 1;
}

/* The merged edge of pair[0..n), all rows of one user and item. */
static void merge(const build *b, int64_t user, const uint64_t *pair, int64_t n,
                  double *weight, int64_t *time)
{
    const rg_edges *e = b->e;
    *weight = 0.0;
    *time = 0;
    for (int64_t k = 0; k < n; k++) {
        const int64_t row =
            b->rows.row != NULL ? rg_by_user_at(&b->rows, user, pair[k]) : 0;
        const double w = e->has_weight ? (double)e->weight[row] : 1.0;
        const int64_t t = e->has_time ? e->time[row] : 0;
        if (k == 0)
            *weight = w;
        else if (b->g->dedup == REGATTA_DEDUP_SUM)
            *weight += w;
        else if (b->g->dedup == REGATTA_DEDUP_MAX)
            *weight = w > *weight ? w : *weight;
        else if (t >= *time)
            *weight = w;
        if (k == 0 || t > *time) *time = t;
    }
}

/* Writes the edges of a user. */
static void fill_user(build *b, int64_t user)
{
    rg_csr *rows = b->g->by_user;
    const uint64_t *pair = b->rows.pair + b->rows.offset[user];
    const int64_t n = b->rows.offset[user + 1] - b->rows.offset[user];
    int64_t at = rows->offset[user];
    const int only_items = rows->value == NULL && b->g->time == NULL;
    for (int64_t begin = 0, end = 0; begin < n; begin = end, at++) {
        for (end = begin + 1; end < n && same_item(pair[begin], pair[end]);) end++;
        rows->target[at] = (uint32_t)(pair[begin] >> 32);
        if (only_items) continue;
        double weight = 0.0;
        int64_t time = 0;
        merge(b, user, pair + begin, end - begin, &weight, &time);
        if (rows->value != NULL) rows->value[at] = (float)weight;
        if (b->g->time != NULL) b->g->time[at] = time;
    }
}

/* Fails for a merged weight that is more than a float can store. */
static regatta_status check_weights(regatta_ctx *ctx, const build *b)
{
    const rg_csr *rows = b->g->by_user;
    int64_t edge = 0;
    uint32_t u = 0;
    while (rows->value != NULL && edge < rows->n_edges && isfinite(rows->value[edge]))
        edge++;
    if (rows->value == NULL || edge == rows->n_edges) return REGATTA_OK;
    while (rows->offset[u + INT64_C(1)] <= edge) u++;
    return rg_fail(ctx, REGATTA_EFORMAT,
                   "the weights of user '%.100s' and item '%.100s' add up to more than a "
                   "float can store",
                   rg_idmap_name(b->e->users, u),
                   rg_idmap_name(b->e->items, rows->target[edge]));
}

/* Makes by_user and time. */
static regatta_status make_edges(regatta_ctx *ctx, build *b)
{
    regatta_status status = REGATTA_OK;
    const rg_edges *e = b->e;
    regatta_graph *g = b->g;
    const int64_t n_users = e->users->n;
    const int team = rg_threads_for(e->n * RG_SCALAR, ctx->threads);
    int64_t n = 0;
#pragma omp parallel for num_threads(team) schedule(dynamic, USERS_AT_ONCE)
    for (int64_t u = 0; u < n_users; u++) place_user(b, u);
    for (int64_t u = 0; u < n_users; u++) n += b->degree[u];
    RG_TRY(rg_csr_create(ctx, &g->by_user, n_users, e->items->n, n,
                         e->has_weight || n < e->n));
    for (int64_t u = 0; u < n_users; u++)
        g->by_user->offset[u + 1] = g->by_user->offset[u] + b->degree[u];
    if (e->has_time) RG_NEW(ctx->mem, g->time, n);
#pragma omp parallel for num_threads(team) schedule(dynamic, USERS_AT_ONCE)
    for (int64_t u = 0; u < n_users; u++) fill_user(b, u);
    RG_TRY(check_weights(ctx, b));
done:
    return status;
}

/* Builds the graph of rows that are interactions into *g. */
static regatta_status build_edges(regatta_ctx *ctx, regatta_graph *g, const rg_edges *e,
                                  int64_t *n_duplicates)
{
    regatta_status status = REGATTA_OK;
    build b = {.g = g, .e = e};
    RG_TRY(rg_by_user_make(ctx, &b.rows, e, e->has_weight || e->has_time));
    RG_NEW(ctx->mem, b.degree, e->users->n);
    RG_NEW(ctx->mem, b.place, e->n);
    RG_TRY(make_edges(ctx, &b));
    RG_TRY(rg_interactions_build(ctx, g, e, &b.rows, b.place));
    if (n_duplicates != NULL) *n_duplicates = e->n - g->by_user->n_edges;
done:
    rg_by_user_free(&b.rows);
    rg_free(ctx->mem, b.degree);
    rg_free(ctx->mem, b.place);
    return status;
}

regatta_status rg_bipartite_build(regatta_ctx *ctx, regatta_graph **out, rg_edges *edges,
                                  regatta_dedup dedup, int64_t *n_duplicates)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_edges *likes = NULL; /* without the marks; NULL: there are none */
    regatta_graph *g = NULL;
    RG_NEW(ctx->mem, g, 1);
    g->mem = ctx->mem;
    g->dedup = dedup;
    RG_TRY(rg_marks_take(ctx, g, &likes, edges));
    RG_TRY(build_edges(ctx, g, likes != NULL ? likes : edges, n_duplicates));
    g->users = edges->users;
    g->items = edges->items;
    g->n_own_users = g->users->n;
    g->n_own_items = g->items->n;
    status = rg_bipartite_complete(ctx, g);
    if (status != REGATTA_OK) {
        g->users = g->items = NULL; /* stay the caller's */
        goto done;
    }
    edges->users = edges->items = NULL;
    *out = g;
    g = NULL;
done:
    rg_marks_drop(likes);
    regatta_graph_free(g);
    return status;
}
