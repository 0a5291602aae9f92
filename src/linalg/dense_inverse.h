/* The inverse of a dense symmetric positive definite matrix, in place, in parallel. */
#ifndef RG_LINALG_DENSE_INVERSE_H
#define RG_LINALG_DENSE_INVERSE_H
#include "base/ctx.h"

/* The lower triangle in panels of RG_SYM_WIDTH columns: panel p holds the rows from
 * p * RG_SYM_WIDTH on, row-major, its first rows as a whole square. Rows beyond n are
 * those of the identity. About 2 n^2 bytes. */
enum { RG_SYM_WIDTH = 128 };

typedef struct rg_sym {
    rg_mem mem;
    int64_t n, n_panels;
    float **panel; /* [n_panels] */
    float *arena;
} rg_sym;

int64_t rg_sym_bytes(int64_t n);
/* The identity. */
regatta_status rg_sym_create(regatta_ctx *ctx, rg_sym **out, int64_t n);
/* Entry (row, column) with column's panel <= row's: the lower triangle and squares. */
static inline float *rg_sym_at(const rg_sym *s, int64_t row, int64_t column)
{
    const int64_t p = column / RG_SYM_WIDTH, first = p * RG_SYM_WIDTH;
    return s->panel[p] + (row - first) * RG_SYM_WIDTH + (column - first);
}
/* Row `row` of the whole symmetric matrix into out[n]. */
void rg_sym_row(float *out, const rg_sym *s, int64_t row);
/* s becomes its inverse. Only squares and what is below them are read. n^3 / 2
 * multiply-adds; float, so meant for a unit diagonal and a condition below about 10^5.
 * REGATTA_ENUMERIC when a pivot is below 1e-6 (singular to rounding): s is lost then.
 * Same bits at any thread count. */
regatta_status rg_sym_invert(regatta_ctx *ctx, rg_sym *s);
void rg_sym_free(rg_sym *s);
#endif
