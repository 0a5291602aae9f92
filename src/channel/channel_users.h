/* Channel `users`, user attention: the items of similar users,
 *
 *   x_j = sum_{v in N(u)} w_vu r_vj                                (docs/model.md)
 *
 * Only users of the model have neighbours N(u). For an unseen user's history x is 0, so
 * the channel does not change the blended score. A row costs O(items + the neighbours'
 * histories). */
#ifndef RG_CHANNEL_CHANNEL_USERS_H
#define RG_CHANNEL_CHANNEL_USERS_H
#include "model/channel.h"

/* State: the rows of users, whose targets are the users they attend to. */
typedef struct rg_user_weights {
    rg_weights rows;
} rg_user_weights;

extern const rg_channel_ops rg_channel_users;
#endif
