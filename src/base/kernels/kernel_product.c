/* out += e table and out += e' table. One micro-kernel: ROWS rows of out x up to WIDE
 * vectors of columns stay in registers while the loop runs over TERMS terms, so that the
 * columns of the table, which it reads repeatedly, stay in the first-level cache.
 * e[row][term] is e[row * by_row + term * by_term]. */
#include "base/kernels/kernel.h"

enum { ROWS = 6, TERMS = 64 };

RG_INLINE void product_block(float *out, const float *e, int64_t by_row, int64_t by_term,
                             const float *table, int64_t n_terms, int64_t dim, int rows,
                             int nv, int64_t part)
{
    vf s[ROWS][WIDE];
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < nv; v++) s[r][v] = load_n(out + r * dim + v * W, part);
    for (int64_t t = 0; t < n_terms; t++) {
        vf x[WIDE];
        for (int v = 0; v < nv; v++) x[v] = load_n(table + t * dim + v * W, part);
        for (int r = 0; r < rows; r++) {
            const vf w = splat(e[r * by_row + t * by_term]);
            for (int v = 0; v < nv; v++) s[r][v] = fused(w, x[v], s[r][v]);
        }
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < nv; v++) store_n(out + r * dim + v * W, s[r][v], part);
}

RG_INLINE void product_columns(float *out, const float *e, int64_t by_row,
                               int64_t by_term, const float *table, int64_t n_rows,
                               int64_t n_terms, int64_t dim, int nv, int64_t part)
{
    int64_t r = 0;
    for (; r + ROWS <= n_rows; r += ROWS)
        product_block(out + r * dim, e + r * by_row, by_row, by_term, table, n_terms, dim,
                      ROWS, nv, part);
    for (; r + 2 <= n_rows; r += 2)
        product_block(out + r * dim, e + r * by_row, by_row, by_term, table, n_terms, dim,
                      2, nv, part);
    if (r < n_rows)
        product_block(out + r * dim, e + r * by_row, by_row, by_term, table, n_terms, dim,
                      1, nv, part);
}

RG_INLINE void product(float *out, const float *e, int64_t by_row, int64_t by_term,
                       const float *table, int64_t n_rows, int64_t n_terms, int64_t dim)
{
    for (int64_t t = 0; t < n_terms; t += TERMS) {
        const int64_t terms = n_terms - t < TERMS ? n_terms - t : TERMS;
        const float *et = e + t * by_term, *x = table + t * dim;
        int64_t k = 0;
        for (; k + WIDE * W <= dim; k += WIDE * W)
            product_columns(out + k, et, by_row, by_term, x + k, n_rows, terms, dim, WIDE,
                            W);
        for (; k + W <= dim; k += W)
            product_columns(out + k, et, by_row, by_term, x + k, n_rows, terms, dim, 1,
                            W);
        if (k < dim)
            product_columns(out + k, et, by_row, by_term, x + k, n_rows, terms, dim, 1,
                            dim - k);
    }
}

void RG_K(mul_add)(float *out, const float *e, int64_t ld_e, const float *table,
                   int64_t m, int64_t n, int64_t dim)
{
    product(out, e, ld_e, 1, table, m, n, dim);
}

void RG_K(mul_add_t)(float *out, const float *e, int64_t ld_e, const float *table,
                     int64_t m, int64_t n, int64_t dim)
{
    product(out, e, 1, ld_e, table, n, m, dim);
}
