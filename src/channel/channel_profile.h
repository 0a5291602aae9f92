/* Scores by the features of the user: the channel "profile".
 *
 *   x_uj = b_j + <z_u, h_j>
 *
 * z_u are the coordinates of the user's features (ridge/content/feature_space.h), b_j the
 * mean over all users of r_uj n_u^-1/2, and H the ridge regression of r_uj n_u^-1/2 - b_j
 * on z_u. It says what users with such features have, so a user without a history gets
 * more than the most popular items. Users without features, and folded-in histories, have
 * the scores b. */
#ifndef RG_CHANNEL_CHANNEL_PROFILE_H
#define RG_CHANNEL_CHANNEL_PROFILE_H
#include "channel/feature_blocks.h"
#include "channel/fit/channel_fit.h"

typedef struct rg_profile_state {
    rg_feature_blocks features;
    rg_rows z;         /* [n_users][rank] */
    rg_rows out;       /* [n_items][rank] h_j */
    const float *bias; /* [n_items] b */
    rg_table *table;   /* of out and bias; owned */
} rg_profile_state;

extern const rg_channel_ops rg_channel_profile;

/* Returns the channel's state in the model; NULL if the model has no features of users.
 */
const rg_profile_state *rg_profile_of(const regatta_model *model);
/* Returns 1 if the user has a feature that the model knows. */
int rg_profile_has(const rg_profile_state *s, int64_t user);
#endif
