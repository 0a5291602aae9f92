/* Quality of a model on held-out items: what every choice of the fit goes by. */
#ifndef RG_RANK_MEASURE_H
#define RG_RANK_MEASURE_H
#include "rank/offers_build.h"

/* Mean ndcg@20 and recall@20 (recall may be NULL) of the model's ranking of all unseen
 * items for the users of `held`. O(users * items * (dim + channels)). Same bits at any
 * thread count. REGATTA_ENOMEM. */
regatta_status rg_measure(regatta_ctx *ctx, double *ndcg, double *recall,
                          const regatta_model *model, const rg_held *held);
/* The same user by user: ndcg[n_users], recall[n_users]. */
regatta_status rg_measure_each(regatta_ctx *ctx, double *ndcg, double *recall,
                               const regatta_model *model, const rg_held *held);
#endif
