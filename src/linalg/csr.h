/* Sparse rows (CSR). */
#ifndef RG_LINALG_CSR_H
#define RG_LINALG_CSR_H
#include "base/ctx.h"

/* Row r's edges are offset[r]..offset[r+1]-1; targets of a row ascend, none twice.
 * Functions take sparse rows as const rg_csr *; borrowed arrays (the rows of a graph with
 * other values) are members of a struct that is not freed. */
typedef struct rg_csr {
    rg_mem mem;
    int64_t n_rows, n_cols, n_edges;
    int64_t *offset;  /* [n_rows + 1], 64-bit */
    uint32_t *target; /* [n_edges] below n_cols */
    float *value;     /* [n_edges], NULL = all 1 */
} rg_csr;

regatta_status rg_csr_create(regatta_ctx *ctx, rg_csr **out, int64_t n_rows,
                             int64_t n_cols, int64_t n_edges, int with_value);
/* The rows turned into columns. */
regatta_status rg_csr_transpose(regatta_ctx *ctx, rg_csr **out, const rg_csr *g);
/* Returns the edge from row to target, -1 if there is none. O(log degree). */
int64_t rg_csr_find(const rg_csr *g, int64_t row, uint32_t target);
static inline int64_t rg_csr_degree(const rg_csr *g, int64_t row)
{
    return g->offset[row + 1] - g->offset[row];
}
/* Returns the edges of the longest row. */
int64_t rg_csr_widest(const rg_csr *g);
void rg_csr_free(rg_csr *g); /* NULL is a no-op */
#endif
