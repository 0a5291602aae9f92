/* Weighted sums over neighbours: what a layer does once it knows the weights. */
#ifndef RG_GAT_AGGREGATE_H
#define RG_GAT_AGGREGATE_H
#include "gat/adjacency.h"

/* out_v = sum_e att[h][e] x_target(e), head by head: heads blocks of dim / heads columns,
 * att [heads][n_edges]. Overwrites out [n_nodes][dim]. */
void rg_aggregate_forward(float *out, const float *att, const float *x,
                          const rg_adjacency *adj, int64_t dim, int heads, int threads);

/* Row `row` of the same, for callers that own rows. `index` and `att` begin at the row's
 * first edge; `stride` is the distance from one head's weights to the next's. */
void rg_aggregate_row(float *out, const float *att, int64_t stride, const float *x,
                      const uint32_t *index, int64_t n, int64_t dim, int heads);

/* One row's products: dot[h * stride + e] = <row, x_index[e]> in head h. */
void rg_aggregate_row_dots(float *dot, int64_t stride, const float *row, const float *x,
                           const uint32_t *index, int64_t n, int64_t dim, int heads);

/* datt[h][e] = <g_v, x_target(e)> in head h, e of row v. Rows with active[v] = 0 are
 * zero rows of g: they get zeros without the products. active NULL = all. */
void rg_aggregate_backward_weights(float *datt, const float *g, const float *x,
                                   const rg_adjacency *adj, int64_t dim, int heads,
                                   const uint8_t *active, int threads);

/* dx_w = base_w + sum_v att_vw g_v (base NULL = 0). `flip` [heads][n_edges] and `picked`
 * [n_edges] are scratch: the row's weights read through `reverse`, and its neighbours
 * whose g is not zero. symmetric: att_vw = att_wv, and `reverse` need not be read. */
void rg_aggregate_backward_values(float *dx, const float *base, float *flip,
                                  uint32_t *picked, const float *att, const float *g,
                                  const rg_adjacency *adj, int64_t dim, int heads,
                                  int symmetric, const uint8_t *active, int threads);

/* active[v] = row v of g has an element other than zero; returns how many rows have. */
int64_t rg_aggregate_active(uint8_t *active, const float *g, int64_t n, int64_t dim,
                            int threads);
#endif
