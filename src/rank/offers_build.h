/* Offers of a model to users of a validation slice. */
#ifndef RG_RANK_OFFERS_BUILD_H
#define RG_RANK_OFFERS_BUILD_H
#include "rank/offers.h"
#include "rank/scorer.h"

/* Held-out items by user, in the model's numbers. */
typedef struct rg_held {
    int64_t n_users;       /* users that take part */
    const uint32_t *user;  /* [n_users] ascending */
    const int64_t *offset; /* [n_users + 1] into item */
    const uint32_t *item;  /* ascending within a user */
} rg_held;

/* The union of the channels' best RG_OFFERS_PER_CHANNEL unseen items for each user,
 * scaled scores of every channel of on[]. The model's blend is not read. */
enum { RG_OFFERS_PER_CHANNEL = 50 };
regatta_status rg_offers_build(regatta_ctx *ctx, rg_offers **out,
                               const regatta_model *model, const rg_held *held,
                               const int *on);
/* The held-out items of another future, for users among the offers' (both ascending). */
void rg_offers_set_other(rg_offers *offers, const rg_held *other);
#endif
