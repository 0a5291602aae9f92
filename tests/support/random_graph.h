/* Small random sparse rows for tests. */
#ifndef TESTS_SUPPORT_RANDOM_GRAPH_H
#define TESTS_SUPPORT_RANDOM_GRAPH_H
#include "linalg/csr.h"

/* Each cell is there with its column's probability, high for low columns; the first row
 * has them all, the last row and the last column none. Weights 1 to 5 in halves, or
 * NULL. */
rg_csr *random_rows(regatta_ctx *ctx, int64_t n_rows, int64_t n_cols, int with_value,
                    uint64_t seed);
/* From a dense 0/1 (or weighted) matrix. */
rg_csr *dense_rows(regatta_ctx *ctx, const float *dense, int64_t n_rows, int64_t n_cols,
                   int with_value);
/* Offsets monotone from 0 to n_edges, targets below n_cols and ascending within their
 * row, values (if any) finite. */
int sound_rows(const rg_csr *g);
int same_rows(const rg_csr *a, const rg_csr *b); /* to the bit */
regatta_ctx *context_of(int threads);
#endif
