/* Bayesian personalised ranking over one block of users, with its gradients. */
#ifndef RG_GAT_LOSS_BPR_H
#define RG_GAT_LOSS_BPR_H
#include "linalg/csr.h"

typedef struct rg_bpr rg_bpr; /* workspace for blocks of up to max_edges positives */

regatta_status rg_bpr_create(regatta_ctx *ctx, rg_bpr **out, int64_t max_edges,
                             int64_t n_items);

/* One negative for each positive of the block's users user[n]: uniform among the items
 * that are not in the user's row of `seen`, a function of (seed, step, edge of the
 * block); REGATTA_NONE for a user who has every item. offset[n + 1] as in rg_bpr_block.
 */
void rg_bpr_negatives(uint32_t *negative, const rg_csr *seen, const uint32_t *user,
                      const int64_t *offset, int64_t n, uint64_t seed, uint64_t step,
                      int threads);

/* One block: n users with unit rows u[n][dim], items with unit rows v[n_items][dim],
 * positives item[offset[r]..offset[r+1]) and one negative each.
 *   z_uj = scale <u, v_j> + bias_j
 *   loss = (1/W) sum_(u,i,j) log(1 + exp(z_uj - z_ui)),  W = positives of the block
 * A positive whose negative is REGATTA_NONE adds nothing. Overwrites du[n][dim],
 * dv[n_items][dim], dbias[n_items]; returns the loss. O(edges dim + n_items dim). Same
 * bits at any thread count. */
double rg_bpr_block(rg_bpr *s, float *du, float *dv, float *dbias, const float *u,
                    int64_t n, const float *v, const float *bias, float scale,
                    int64_t dim, const int64_t *offset, const uint32_t *item,
                    const uint32_t *negative, int threads);
void rg_bpr_free(rg_bpr *s); /* NULL is a no-op */
#endif
