/* Orthonormal columns by Cholesky of the Gram matrix.
 *
 *   G = x' x = L L',   x L^-T has orthonormal columns
 *
 * Once is enough to go on iterating; a second pass removes what rounding left (Yamamoto
 * et al., "Roundoff error analysis of the CholeskyQR2 algorithm", ETNA 44, 2015). G is
 * summed in double over fixed blocks of rows, in block order: same bits at any thread
 * count. */
#include "linalg/orthonormal.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "linalg/cholesky.h"
#include <string.h>

enum { MAX_BLOCKS = 64, ROWS_AT_ONCE = 64 };

/* A column is dependent when this share of its square is all that is new in it. */
static const double DEPENDENT = 1e-9;

struct rg_tall {
    rg_mem mem;
    regatta_ctx *ctx; /* its ranks */
    int64_t cols;
    double *part;  /* [MAX_BLOCKS][cols][cols] */
    double *gram;  /* [cols][cols] */
    double *lower; /* [cols][cols] L */
    float *t;      /* [cols][cols] */
    float *tile;   /* [threads][ROWS_AT_ONCE][cols] */
};

regatta_status rg_tall_create(regatta_ctx *ctx, rg_tall **out, int64_t max_rows,
                              int64_t cols)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_tall *w = NULL;
    RG_NEW(ctx->mem, w, 1);
    w->mem = ctx->mem;
    w->ctx = ctx;
    w->cols = cols;
    const int64_t blocks = rg_block_count(max_rows, RG_BLOCK);
    RG_NEW(ctx->mem, w->part, (blocks < MAX_BLOCKS ? blocks : MAX_BLOCKS) * cols * cols);
    RG_NEW(ctx->mem, w->gram, cols * cols);
    RG_NEW(ctx->mem, w->lower, cols * cols);
    RG_NEW(ctx->mem, w->t, cols * cols);
    RG_NEW(ctx->mem, w->tile, ctx->threads * ROWS_AT_ONCE * cols);
    *out = w;
    w = NULL;
done:
    rg_tall_free(w);
    return status;
}

void rg_tall_free(rg_tall *w)
{
    if (w == NULL) return;
    rg_free(w->mem, w->part);
    rg_free(w->mem, w->gram);
    rg_free(w->mem, w->lower);
    rg_free(w->mem, w->t);
    rg_free(w->mem, w->tile);
    rg_free(w->mem, w);
}

int64_t rg_tall_block(int64_t n_rows)
{
    const int64_t size = rg_block_count(n_rows, MAX_BLOCKS);
    return size < RG_BLOCK ? RG_BLOCK : size;
}

/* The shares of rows as shares of blocks. */
static void blocks_of(rg_shares *out, const regatta_ctx *ctx, const rg_shares *rows,
                      int64_t size)
{
    for (int r = 0; r <= rg_n_ranks(ctx); r++)
        out->first[r] = rg_block_count(rows->first[r], size);
}

void rg_tall_gram(rg_tall *w, double *gram, const float *x, int64_t n_rows,
                  const rg_shares *share, int threads)
{
    const int64_t cols = w->cols, square = cols * cols;
    const int64_t n_all = share != NULL ? share->first[rg_n_ranks(w->ctx)] : n_rows;
    const int64_t size = rg_tall_block(n_all), blocks = rg_block_count(n_all, size);
    const int64_t before = share != NULL ? share->begin / size : 0;
    const int64_t own = rg_block_count(n_rows, size);
    const int team = rg_threads_for(n_rows * square / 2, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t b = 0; b < own; b++) {
        double *part = w->part + (before + b) * square;
        const int64_t last = (b + 1) * size < n_rows ? (b + 1) * size : n_rows;
        memset(part, 0, (size_t)square * sizeof *part);
        rg_vec_gram(part, x + b * size * cols, last - b * size, cols);
    }
    if (share != NULL) {
        rg_shares parts;
        blocks_of(&parts, w->ctx, share, size);
        if (rg_gather(w->ctx, w->part, &parts, square * (int64_t)sizeof *w->part) !=
            REGATTA_OK)
            memset(w->part, 0, (size_t)(blocks * square) * sizeof *w->part);
    }
    memset(gram, 0, (size_t)square * sizeof *gram);
    for (int64_t b = 0; b < blocks; b++)
        for (int64_t k = 0; k < square; k++) gram[k] += w->part[b * square + k];
    for (int64_t i = 0; i < cols; i++)
        for (int64_t j = 0; j < i; j++) gram[j * cols + i] = gram[i * cols + j];
}

void rg_tall_multiply(rg_tall *w, float *x, const float *t, int64_t n_rows, int threads)
{
    const int64_t cols = w->cols, blocks = rg_block_count(n_rows, ROWS_AT_ONCE);
    /* One chunk of blocks a tile, so that no thread number is needed. */
    const int team = rg_threads_for(n_rows * cols * cols, threads);
#pragma omp parallel for num_threads(team) schedule(static, 1)
    for (int64_t chunk = 0; chunk < threads; chunk++) {
        float *tile = w->tile + chunk * ROWS_AT_ONCE * cols;
        for (int64_t b = chunk; b < blocks; b += threads) {
            float *rows = x + b * ROWS_AT_ONCE * cols;
            const int64_t left = n_rows - b * ROWS_AT_ONCE;
            const int64_t m = left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE;
            memset(tile, 0, (size_t)(m * cols) * sizeof *tile);
            rg_vec_mul_add(tile, rows, cols, t, m, cols, cols);
            memcpy(rows, tile, (size_t)(m * cols) * sizeof *rows);
        }
    }
}

/* t = L^-T as floats: column j of t is row j of L^-1. */
static void inverse_transposed(float *t, const double *lower, double *row, int64_t n)
{
    memset(t, 0, (size_t)(n * n) * sizeof *t);
    for (int64_t j = 0; j < n; j++) { /* row j of the inverse solves r L = e_j */
        const double pivot = lower[j * n + j];
        if (pivot == 0.0) continue;
        memset(row, 0, (size_t)n * sizeof *row);
        row[j] = 1.0 / pivot;
        for (int64_t c = j - 1; c >= 0; c--) {
            if (lower[c * n + c] == 0.0) continue;
            double s = 0.0;
            for (int64_t k = c + 1; k <= j; k++) s += row[k] * lower[k * n + c];
            row[c] = -s / lower[c * n + c];
        }
        for (int64_t c = 0; c <= j; c++) t[c * n + j] = (float)row[c];
    }
}

void rg_tall_orthonormalise(rg_tall *w, float *x, int64_t n_rows, const rg_shares *share,
                            int passes, int threads)
{
    for (int pass = 0; pass < passes; pass++) {
        rg_tall_gram(w, w->gram, x, n_rows, share, threads);
        memcpy(w->lower, w->gram, (size_t)(w->cols * w->cols) * sizeof *w->lower);
        rg_cholesky(w->lower, w->cols, DEPENDENT);
        inverse_transposed(w->t, w->lower, w->gram, w->cols); /* gram is done with */
        rg_tall_multiply(w, x, w->t, n_rows, threads);
    }
}
