/* Start from the spectrum: with A = D^-1/2 R D^-1/2 ~ U S V', X_0 = (U S^1/2, V S^1/2)
 * has X_u X_i' ~ A, the best approximation of rank dim. Training from it needs fewer
 * steps and ends higher than from random rows (docs/quality.md). */
#include "gat/svd_start.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "linalg/randomized_svd.h"
#include <math.h>
#include <string.h>

enum { ITERATIONS = 5 };
static const double DEVIATION = 0.1, PADDING_DEVIATION = 0.01;

/* The edges between users and items, of both directions. */
typedef struct sides {
    rg_csr by_user, by_item; /* arrays are those of the adjacency, but for: */
    uint32_t *item;          /* by_user.target */
    rg_csr *prefix;          /* by_item, if items have edges among themselves */
} sides;

/* Copies the edges from items to users. Users come first, so they are a prefix of the
 * row. */
static regatta_status copy_prefix(regatta_ctx *ctx, rg_csr **out, const rg_adjacency *adj,
                                  int64_t n_edges)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_csr *side = NULL;
    RG_TRY(rg_csr_create(ctx, &side, adj->n_items, adj->n_users, n_edges, 1));
    int64_t at = 0;
    for (int64_t r = 0; r < adj->n_items; r++) {
        const int64_t row = adj->n_users + r;
        side->offset[r] = at;
        for (int64_t e = adj->offset[row]; e < adj->offset[row + 1]; e++) {
            if ((int64_t)adj->target[e] >= adj->n_users) break;
            side->target[at] = adj->target[e];
            side->value[at++] = adj->edge_weight[e];
        }
    }
    side->offset[adj->n_items] = at;
    *out = side;
    side = NULL;
done:
    rg_csr_free(side);
    return status;
}

static regatta_status find_sides(regatta_ctx *ctx, sides *s, const rg_adjacency *adj)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_edges = adj->offset[adj->n_users]; /* of the users, to items */
    *s = (sides){.by_user = {.n_rows = adj->n_users,
                             .n_cols = adj->n_items,
                             .n_edges = n_edges,
                             .offset = adj->offset,
                             .value = adj->edge_weight},
                 .by_item = {.n_rows = adj->n_items,
                             .n_cols = adj->n_users,
                             .n_edges = n_edges,
                             .offset = adj->offset + adj->n_users,
                             .target = adj->target,
                             .value = adj->edge_weight}};
    RG_NEW(ctx->mem, s->item, n_edges);
    for (int64_t e = 0; e < n_edges; e++)
        s->item[e] = adj->target[e] - (uint32_t)adj->n_users;
    s->by_user.target = s->item;
    if (adj->n_edges == 2 * n_edges) return REGATTA_OK;
    RG_TRY(copy_prefix(ctx, &s->prefix, adj, n_edges));
    s->by_item = *s->prefix;
done:
    return status;
}

static double sum_of_squares(const double *value, int64_t k)
{
    double sum = 0.0;
    for (int64_t c = 0; c < k; c++) sum += value[c]; /* |u|^2 s = s, for each side */
    return 2.0 * sum;
}

/* number: of the first of the n nodes among all. */
static void fill(float *x0, const float *vectors, const rg_svd *svd, int64_t first,
                 int64_t n, int64_t number, double scale, uint64_t seed, int threads)
{
    const int64_t dim = svd->k;
    const int team = rg_threads_for(RG_SCALAR * n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t r = 0; r < n; r++)
        for (int64_t c = 0; c < dim; c++) {
            const int64_t at = (first + r) * dim + c;
            const double s = svd->value[c];
            x0[at] = s > 0.0
                         ? (float)((double)vectors[r * dim + c] * sqrt(s) * scale)
                         : (float)(PADDING_DEVIATION *
                                   rg_random_normal(seed, RG_STREAM_START,
                                                    (uint64_t)((number + r) * dim + c)));
        }
}

regatta_status rg_svd_start(regatta_ctx *ctx, float *x0, const rg_adjacency *adj,
                            int64_t dim, uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    sides s = {.item = NULL};
    rg_svd *svd = NULL;
    RG_TRY(find_sides(ctx, &s, adj));
    RG_TRY(rg_randomized_svd(ctx, &svd, &s.by_user, &s.by_item, dim, ITERATIONS, seed,
                             adj->share));
    int64_t rank = 0;
    while (rank < dim && svd->value[rank] > 0.0) rank++;
    const double mean = sum_of_squares(svd->value, dim) /
                        (double)((adj->all_users + adj->n_items) * (rank > 0 ? rank : 1));
    const double scale = mean > 0.0 ? DEVIATION / sqrt(mean) : 0.0;
    fill(x0, svd->left, svd, 0, adj->n_users, adj->first_user, scale, seed, ctx->threads);
    fill(x0, svd->right, svd, adj->n_users, adj->n_items, adj->all_users, scale, seed,
         ctx->threads);
done:
    rg_svd_free(svd);
    rg_csr_free(s.prefix);
    rg_free(ctx->mem, s.item);
    return status;
}
