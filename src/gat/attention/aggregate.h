/* Weighted sums over neighbours, given the weights of a layer. */
#ifndef RG_GAT_AGGREGATE_H
#define RG_GAT_AGGREGATE_H
#include "gat/adjacency.h"

/* out_v = sum_e att[h][e] x_target(e), head by head: heads blocks of dim / heads columns,
 * att [heads][n_edges]. Overwrites the rows of out [n_nodes][dim] with needed[v] != 0
 * (needed NULL = all) and leaves the others as they are. With users divided among ranks
 * (adj->share) the rows of items are summed over all of them (rg_chain_sum). */
void rg_aggregate_forward(float *out, const float *att, const float *x,
                          const rg_adjacency *adj, int64_t dim, int heads,
                          const uint8_t *needed, int threads);

/* Row `row` of the same, for callers that own rows. `index` and `att` begin at the row's
 * first edge; `stride` is the distance from one head's weights to the next's. */
void rg_aggregate_row(float *out, const float *att, int64_t stride, const float *x,
                      const uint32_t *index, int64_t n, int64_t dim, int heads);

/* The same added to out: a row in pieces, in order, has the bits of the whole. */
void rg_aggregate_row_add(float *out, const float *att, int64_t stride, const float *x,
                          const uint32_t *index, int64_t n, int64_t dim, int heads);

/* One row's products: dot[h * stride + e] = <row, x_index[e]> in head h. */
void rg_aggregate_row_dots(float *dot, int64_t stride, const float *row, const float *x,
                           const uint32_t *index, int64_t n, int64_t dim, int heads);

/* datt[h][e] = <g_v, x_target(e)> in head h, e of row v. Rows with active[v] = 0 are
 * zero rows of g: they get zeros without the products. active NULL = all. */
void rg_aggregate_backward_weights(float *datt, const float *g, const float *x,
                                   const rg_adjacency *adj, int64_t dim, int heads,
                                   const uint8_t *active, int threads);

/* Rows of items that a rank keeps, of a table that no rank has whole. */
typedef struct rg_item_panel {
    const rg_shares *items; /* of the ranks */
    float *scratch;         /* rg_chain_scratch of a row of dim floats */
} rg_item_panel;

/* dx_w = base_w + sum_v att_vw g_v (base NULL = 0). Rows of g with active[v] = 0 and rows
 * of base with based[w] = 0 are taken for zero and not read (NULL = all are read).
 * symmetric: att_vw = att_wv, and `reverse` is not read. With users divided among ranks,
 * dx has the rows of the users here, and then those of all items, or of the panel alone
 * (NULL = all). */
void rg_aggregate_backward_values(float *dx, const float *base, const uint8_t *based,
                                  const float *att, const float *g,
                                  const rg_adjacency *adj, int64_t dim, int heads,
                                  int symmetric, const uint8_t *active,
                                  const rg_item_panel *panel, int threads);
#endif
