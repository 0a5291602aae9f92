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

/* The edges from nodes [first, last) to the other side, targets counted from `base`.
 * Users come first, so an item's edges to users are a prefix of its row and those of a
 * user are its whole row. */
static regatta_status side_of(regatta_ctx *ctx, rg_csr **out, const rg_adjacency *adj,
                              int users)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_csr *side = NULL;
    const int64_t first = users ? 0 : adj->n_users;
    const int64_t n_rows = users ? adj->n_users : adj->n_items;
    const uint32_t base = users ? (uint32_t)adj->n_users : 0;
    const int64_t end = users ? adj->n_nodes : adj->n_users;
    const int64_t n_edges = adj->offset[adj->n_users]; /* as many as the users have */
    RG_TRY(rg_csr_create(ctx, &side, n_rows, adj->n_nodes - n_rows, n_edges, 1));
    int64_t at = 0;
    for (int64_t r = 0; r < n_rows; r++) {
        side->offset[r] = at;
        for (int64_t e = adj->offset[first + r]; e < adj->offset[first + r + 1]; e++) {
            if ((int64_t)adj->target[e] >= end) break;
            side->target[at] = adj->target[e] - base;
            side->value[at++] = adj->edge_weight[e];
        }
    }
    side->offset[n_rows] = at;
    *out = side;
    side = NULL;
done:
    rg_csr_free(side);
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
    rg_csr *by_user = NULL, *by_item = NULL;
    rg_svd *svd = NULL;
    RG_TRY(side_of(ctx, &by_user, adj, 1));
    RG_TRY(side_of(ctx, &by_item, adj, 0));
    RG_TRY(rg_randomized_svd(ctx, &svd, by_user, by_item, dim, ITERATIONS, seed,
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
    rg_csr_free(by_item);
    rg_csr_free(by_user);
    return status;
}
