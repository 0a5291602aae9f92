/* Linear maps of node rows, and inner products of columns.
 *
 *   forward    Y = X W
 *   backward  dX = dY W',  dW += X' dY
 *
 * 2 n dim^2 FLOPs each; dim^2 floats of scratch. Forward and dX: a thread owns a block of
 * rows. dW: a thread owns ROWS_OF_W rows of W and adds the nodes in order, so no partial
 * sums exist. Column sums: fixed blocks of nodes in double, added in block order. */
#include "linalg/dense.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include <string.h>

enum { NODES_AT_ONCE = 256, ROWS_OF_W = 8 };

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void product(float *out, const float *x, const float *w, int add, int64_t n,
                    int64_t dim, int threads)
{
    const int64_t blocks = rg_block_count(n, NODES_AT_ONCE);
    const int team = rg_threads_for(n * dim * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t b = 0; b < blocks; b++) {
        const int64_t first = b * NODES_AT_ONCE;
        const int64_t m = at_most(NODES_AT_ONCE, n - first);
        float *rows = out + first * dim;
        if (!add) memset(rows, 0, (size_t)(m * dim) * sizeof *rows);
        rg_vec_mul_add(rows, x + first * dim, dim, w, m, dim, dim);
    }
}

void rg_dense_forward(float *out, const float *x, const float *w, int64_t n, int64_t dim,
                      int threads)
{
    product(out, x, w, 0, n, dim, threads);
}

void rg_dense_backward_input(float *dx, float *transposed, const float *dout,
                             const float *w, int add, int64_t n, int64_t dim, int threads)
{
    for (int64_t r = 0; r < dim; r++)
        for (int64_t c = 0; c < dim; c++) transposed[c * dim + r] = w[r * dim + c];
    product(dx, dout, transposed, add, n, dim, threads);
}

void rg_dense_backward_weight(float *dw, const float *x, const float *dout, int64_t n,
                              int64_t dim, int threads)
{
    const int64_t blocks = rg_block_count(dim, ROWS_OF_W);
    const int team = rg_threads_for(n * dim * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t b = 0; b < blocks; b++) {
        const int64_t row = b * ROWS_OF_W, rows = at_most(ROWS_OF_W, dim - row);
        for (int64_t v = 0; v < n; v += NODES_AT_ONCE)
            rg_vec_mul_add_t(dw + row * dim, x + v * dim + row, dim, dout + v * dim,
                             at_most(NODES_AT_ONCE, n - v), rows, dim);
    }
}

int64_t rg_column_dots_doubles(int64_t n, int64_t dim)
{
    return (rg_block_count(n, RG_BLOCK) + 1) * dim;
}

void rg_column_dots(double *part, const float *x, const float *y, int64_t n, int64_t dim,
                    int64_t m, int threads)
{
    const int64_t blocks = rg_block_count(n, RG_BLOCK), width = dim / m;
    const int team = rg_threads_for(RG_SCALAR * n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t b = 0; b < blocks; b++) {
        double *sum = part + (b + 1) * dim;
        memset(sum, 0, (size_t)dim * sizeof *sum);
        for (int64_t v = b * RG_BLOCK; v < at_most(n, (b + 1) * RG_BLOCK); v++)
            for (int64_t c = 0; c < dim; c++)
                sum[c] += (double)x[v * dim + c] * (double)y[v * m + c / width];
    }
    memset(part, 0, (size_t)dim * sizeof *part);
    for (int64_t b = 0; b < blocks; b++)
        for (int64_t c = 0; c < dim; c++) part[c] += part[(b + 1) * dim + c];
}
