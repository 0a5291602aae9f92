/* out += e table and out += e' table. One micro-kernel: ROWS rows of out x up to WIDE
 * vectors of columns stay in registers while the loop runs over at most TERMS terms. The
 * columns of the table, which it reads for all rows, are first copied to a block of their
 * own: rows of a table whose length is a power of two would share few sets of the
 * first-level cache. e[row][term] is e[row * by_row + term * by_term]. */
#include "base/kernels/kernel.h"

#if defined(__AVX512F__)
enum { ROWS = 6, TERMS = 64 };
#else
enum { ROWS = 6, TERMS = 256 };
#endif
enum { LINE = 16 }; /* floats of a cache line */

/* nv vectors of columns of the table, or the last `part` of one: [term][nv * W]. */
typedef struct columns {
    float x[TERMS * WIDE * W];
    int64_t n_terms;
} columns;

RG_INLINE void copy_columns(columns *c, const float *table, int64_t n_terms, int64_t dim,
                            int nv, int64_t part)
{
    c->n_terms = n_terms;
    for (int64_t t = 0; t < n_terms; t++)
        for (int v = 0; v < nv; v++)
            store(c->x + (t * nv + v) * W, load_n(table + t * dim + v * W, part));
}

RG_INLINE void product_block(float *out, const float *e, int64_t by_row, int64_t by_term,
                             const columns *c, int64_t dim, int rows, int nv,
                             int64_t part)
{
    vf s[ROWS][WIDE];
    const float *table = c->x;
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < nv; v++) s[r][v] = load_n(out + r * dim + v * W, part);
    for (int64_t t = 0; t < c->n_terms; t++, table += nv * W, e += by_term) {
        vf x[WIDE];
        for (int v = 0; v < nv; v++) x[v] = load(table + v * W);
        if (by_row == 1) __builtin_prefetch(e + LINE); /* one line of every term */
        for (int r = 0; r < rows; r++) {
            const vf w = splat(e[r * by_row]);
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
    columns c;
    int64_t r = 0;
    copy_columns(&c, table, n_terms, dim, nv, part);
    for (; r + ROWS <= n_rows; r += ROWS)
        product_block(out + r * dim, e + r * by_row, by_row, by_term, &c, dim, ROWS, nv,
                      part);
    for (; r + 2 <= n_rows; r += 2)
        product_block(out + r * dim, e + r * by_row, by_row, by_term, &c, dim, 2, nv,
                      part);
    if (r < n_rows)
        product_block(out + r * dim, e + r * by_row, by_row, by_term, &c, dim, 1, nv,
                      part);
}

/* The terms are cut into equal ranges. */
RG_INLINE void product(float *out, const float *e, int64_t by_row, int64_t by_term,
                       const float *table, int64_t n_rows, int64_t n_terms, int64_t dim)
{
    const int64_t n_ranges = (n_terms + TERMS - 1) / TERMS;
    for (int64_t range = 0, t = 0, end; range < n_ranges; range++, t = end) {
        end = n_terms * (range + 1) / n_ranges;
        const float *et = e + t * by_term, *x = table + t * dim;
        int64_t k = 0;
        for (; k + WIDE * W <= dim; k += WIDE * W)
            product_columns(out + k, et, by_row, by_term, x + k, n_rows, end - t, dim,
                            WIDE, W);
        for (; k + W <= dim; k += W)
            product_columns(out + k, et, by_row, by_term, x + k, n_rows, end - t, dim, 1,
                            W);
        if (k < dim)
            product_columns(out + k, et, by_row, by_term, x + k, n_rows, end - t, dim, 1,
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
