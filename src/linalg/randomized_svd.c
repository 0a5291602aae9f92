/* Randomised subspace iteration.
 *
 *   V = orth(random);  repeat: U = orth(A V), V = orth(A' U);  Q = orth(A V)
 *   Z = A' Q,  Z'Z = W S^2 W',  left = Q W,  right = Z W / S
 *
 * Halko, Martinsson, Tropp, "Finding structure with randomness", SIAM Review 53, 2011,
 * algorithms 4.4 and 5.1, with 8 columns more than asked for. Sparse products gather, a
 * thread owns a row; random numbers are a function of their place. */
#include "linalg/randomized_svd.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "linalg/orthonormal.h"
#include "linalg/symmetric_eigen.h"
#include <math.h>
#include <string.h>

enum { OVERSAMPLE = 8 };

/* Singular values below this share of the first are rounding of float products. */
static const double RANK_TOLERANCE = 1e-5;

/* out[n_rows][dim] = a x */
static void multiply(float *out, const rg_csr *a, const float *x, int64_t dim,
                     int threads)
{
    const int team = rg_threads_for((a->n_rows + a->n_edges) * dim, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t r = 0; r < a->n_rows; r++)
        rg_vec_gather(out + r * dim, x, dim, a->target + a->offset[r],
                      a->value + a->offset[r], rg_csr_degree(a, r));
}

/* Arguments of add_rows. */
typedef struct product {
    const rg_csr *a;
    const float *x;
    int64_t dim;
    int threads;
} product;

static void add_rows(void *state, float *to, int64_t begin, int64_t end)
{
    const product *p = state;
    const rg_csr *a = p->a;
    const int64_t n_edges = a->offset[end] - a->offset[begin];
    const int team = rg_threads_for((end - begin + n_edges) * p->dim, p->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t r = begin; r < end; r++)
        rg_vec_gather_add(to + (r - begin) * p->dim, p->x, p->dim,
                          a->target + a->offset[r], a->value + a->offset[r],
                          rg_csr_degree(a, r));
}

/* out = at x, of which the ranks have a share of x's rows each. */
static regatta_status multiply_shared(regatta_ctx *ctx, float *out, const rg_csr *at,
                                      const float *x, int64_t dim, const rg_shares *share)
{
    product p = {at, x, dim, ctx->threads};
    const rg_chain chain = {out, at->n_rows, dim, add_rows, &p};
    if (share != NULL) return rg_chain_sum(ctx, &chain);
    multiply(out, at, x, dim, ctx->threads);
    return REGATTA_OK;
}

static void fill_random(float *x, int64_t n, uint64_t seed, int threads)
{
    const int team = rg_threads_for(8 * RG_SCALAR * n, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t k = 0; k < n; k++)
        x[k] = (float)rg_random_normal(seed, RG_STREAM_SVD, (uint64_t)k);
}

/* to[r][c] = from[r][c] factor[c] for the first k of `cols` columns. `to` may be `from`,
 * unless it has more columns. */
static void pick_columns(float *to, const float *from, int64_t n, int64_t cols,
                         const rg_svd *svd, const double *factor)
{
    const int64_t take = cols < svd->k ? cols : svd->k;
    for (int64_t r = 0; r < n; r++)
        for (int64_t c = 0; c < take; c++)
            to[r * svd->k + c] = (float)((double)from[r * cols + c] * factor[c]);
}

/* Makes *table ([n][cols]) the vectors of a side, *out ([n][k]): in place, as there are
 * seldom fewer columns than k. */
static regatta_status place_columns(float **out, float **table, int64_t n, int64_t cols,
                                    const rg_svd *svd, const double *factor)
{
    if (cols >= svd->k) {
        pick_columns(*table, *table, n, cols, svd, factor);
        *out = *table;
        *table = NULL;
        return REGATTA_OK;
    }
    *out = rg_alloc(svd->mem, n * svd->k, sizeof **out);
    if (*out == NULL) return REGATTA_ENOMEM;
    pick_columns(*out, *table, n, cols, svd, factor);
    return REGATTA_OK;
}

/* Values and vectors from Q (in *left) and Z (in *right), whose memory they take. */
static regatta_status finish(rg_svd *svd, float **left, float **right, rg_tall *tall,
                             double *dense, int64_t cols, int threads)
{
    double *gram = dense, *vector = dense + cols * cols, *value = vector + cols * cols;
    double *keep = value + cols, *invert = keep + cols;
    float *const u = *left, *const v = *right;
    float *turn = (float *)(void *)(invert + cols);
    rg_tall_gram(tall, gram, v, svd->n_cols, NULL, threads);
    rg_symmetric_eigen(value, vector, gram, cols);
    for (int64_t k = 0; k < cols * cols; k++) turn[k] = (float)vector[k];
    rg_tall_multiply(tall, u, turn, svd->n_rows, threads);
    rg_tall_multiply(tall, v, turn, svd->n_cols, threads);
    const double first = value[0] > 0.0 ? sqrt(value[0]) : 0.0;
    for (int64_t c = 0; c < cols; c++) {
        const double s = value[c] > 0.0 ? sqrt(value[c]) : 0.0;
        const int there = s > RANK_TOLERANCE * first;
        keep[c] = there ? 1.0 : 0.0;
        invert[c] = there ? 1.0 / s : 0.0;
        if (c < svd->k) svd->value[c] = there ? s : 0.0;
    }
    const regatta_status status =
        place_columns(&svd->left, left, svd->n_rows, cols, svd, keep);
    if (status != REGATTA_OK) return status;
    return place_columns(&svd->right, right, svd->n_cols, cols, svd, invert);
}

static regatta_status svd_create(regatta_ctx *ctx, rg_svd **out, const rg_csr *a,
                                 int64_t k)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_svd *svd = NULL;
    RG_NEW(ctx->mem, svd, 1);
    svd->mem = ctx->mem;
    svd->n_rows = a->n_rows;
    svd->n_cols = a->n_cols;
    svd->k = k;
    RG_NEW(ctx->mem, svd->value, k);
    *out = svd;
    svd = NULL;
done:
    rg_svd_free(svd);
    return status;
}

/* Sparse products of 2 edges cols; orthonormal columns, of the users or of the items,
 * from the symmetric Gram matrix (rows cols^2) and a product (2 rows cols^2); Z'Z and the
 * turn of both sides. The small matrices of cols x cols are left out. */
static double flops_of(const rg_csr *a, double cols, double iterations)
{
    const double products = 2.0 * iterations + 2.0;
    const double rows = (double)a->n_rows, items = (double)a->n_cols;
    const double passes =
        (iterations + 2.0) * rows + (iterations + 1.0) * items; /* U last has two */
    return 2.0 * products * (double)a->n_edges * cols + 3.0 * passes * cols * cols +
           (2.0 * rows + 3.0 * items) * cols * cols;
}

regatta_status rg_randomized_svd(regatta_ctx *ctx, rg_svd **out, const rg_csr *a,
                                 const rg_csr *at, int64_t k, int iterations,
                                 uint64_t seed, const rg_shares *share)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_svd *svd = NULL;
    rg_tall *tall = NULL;
    float *u = NULL, *v = NULL;
    double *dense = NULL;
    const int threads = ctx->threads;
    const int64_t n = a->n_rows, m = a->n_cols;
    const int64_t n_all = share != NULL ? share->first[rg_n_ranks(ctx)] : n;
    const int64_t least = n_all < m ? n_all : m;
    const int64_t cols = k + OVERSAMPLE < least ? k + OVERSAMPLE : least;
    RG_TRY(svd_create(ctx, &svd, a, k));
    if (cols > 0) {
        RG_TRY(rg_tall_create(ctx, &tall, n_all > m ? n_all : m, cols));
        RG_NEW(ctx->mem, u, n * cols);
        RG_NEW(ctx->mem, v, m * cols);
        RG_NEW(ctx->mem, dense, 3 * cols * cols + 4 * cols);
        fill_random(v, m * cols, seed, threads);
        rg_tall_orthonormalise(tall, v, m, NULL, 1, threads);
        for (int round = 0; round < iterations; round++) {
            multiply(u, a, v, cols, threads);
            rg_tall_orthonormalise(tall, u, n, share, 1, threads);
            RG_TRY(multiply_shared(ctx, v, at, u, cols, share));
            rg_tall_orthonormalise(tall, v, m, NULL, 1, threads);
        }
        multiply(u, a, v, cols, threads);
        rg_tall_orthonormalise(tall, u, n, share, 2, threads);
        RG_TRY(multiply_shared(ctx, v, at, u, cols, share));
        RG_TRY(ctx->lost);
        RG_TRY(finish(svd, &u, &v, tall, dense, cols, threads));
        rg_count_flops(ctx, flops_of(a, (double)cols, (double)iterations));
    } else {
        RG_NEW(ctx->mem, svd->left, n * k);
        RG_NEW(ctx->mem, svd->right, m * k);
    }
    *out = svd;
    svd = NULL;
done:
    rg_free(ctx->mem, dense);
    rg_free(ctx->mem, v);
    rg_free(ctx->mem, u);
    rg_tall_free(tall);
    rg_svd_free(svd);
    return status;
}

void rg_svd_free(rg_svd *svd)
{
    if (svd == NULL) return;
    rg_free(svd->mem, svd->left);
    rg_free(svd->mem, svd->right);
    rg_free(svd->mem, svd->value);
    rg_free(svd->mem, svd);
}
