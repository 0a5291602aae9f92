/* Softmax over all items (or a sample of them) with its gradients, fused. */
#ifndef RG_GAT_LOSS_SOFTMAX_H
#define RG_GAT_LOSS_SOFTMAX_H
#include "base/ctx.h"

typedef struct rg_softmax rg_softmax; /* workspace for blocks of up to max_users */

regatta_status rg_softmax_create(regatta_ctx *ctx, rg_softmax **out, int64_t max_users,
                                 int64_t n_items, int64_t dim);
/* Blocks from now on cover n_items items, at most those of create: a sample's size. */
void rg_softmax_set_items(rg_softmax *s, int64_t n_items);
/* The gradients of blocks from now on are unbiased estimates from about n_draws items a
 * user, which are a function of seed, step and the place of the user; 0: exact. */
void rg_softmax_set_draws(rg_softmax *s, int64_t n_draws, uint64_t seed, uint64_t step);

/* One block: B users with unit rows u[n][dim], items with unit rows v[n_items][dim].
 *   z_uj = scale <u, v_j> + bias_j + shift_j
 *   loss = (1/W) sum_u sum_{i in N(u)} (log sum_j exp z_uj - z_ui),  W = sum_u n_u
 * Positives N(u) are item[offset[u]..offset[u+1]). shift[n_items] (may be NULL) corrects
 * for sampling. Overwrites du[n][dim] (dL/du), dv[n_items][dim], dbias[n_items]; returns
 * the loss. 6 n n_items dim FLOPs, with draws 2 n (n_items + 2 n_draws) dim. Same bits
 * at any thread count. */
double rg_softmax_block(rg_softmax *s, float *du, float *dv, float *dbias, const float *u,
                        int64_t n, const float *v, const float *bias, const float *shift,
                        float scale, const int64_t *offset, const uint32_t *item,
                        int threads);
void rg_softmax_free(rg_softmax *s);
#endif
