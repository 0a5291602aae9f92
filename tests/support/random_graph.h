/* Small random sparse rows for tests. */
#ifndef TESTS_SUPPORT_RANDOM_GRAPH_H
#define TESTS_SUPPORT_RANDOM_GRAPH_H
#include "linalg/csr.h"

/* Each cell is an edge with the probability of its column, which falls with the column
 * number; the first row is full, the last row and the last column are empty. Weights are
 * 1 to 5 in steps of 0.5, or NULL. */
rg_csr *random_rows(regatta_ctx *ctx, int64_t n_rows, int64_t n_cols, int with_value,
                    uint64_t seed);
/* Returns the rows of a dense 0/1 (or weighted) matrix. */
rg_csr *dense_rows(regatta_ctx *ctx, const float *dense, int64_t n_rows, int64_t n_cols,
                   int with_value);
/* Returns 1 if offsets are monotone from 0 to n_edges, targets are below n_cols and
 * ascend within their row, and values (if any) are finite. */
int sound_rows(const rg_csr *g);
int same_rows(const rg_csr *a, const rg_csr *b); /* to the bit */
regatta_ctx *context_of(int threads);
#endif
