/* The support that the interactions of other users give each interaction, and the support
 * of controls, pairs drawn at random. */
#ifndef RG_FIT_SUPPORT_H
#define RG_FIT_SUPPORT_H
#include "linalg/csr.h"

/* Interactions of items with about as many users are compared with each other. */
typedef struct rg_support {
    uint8_t *item_group; /* [n_items] by the users of the item, RG_SUPPORT_NONE */
    uint8_t *user_group; /* [n_users] by the items of the user, the same */
    int n_groups;        /* of items, at least 1 */
    float *edge;    /* [n_edges] the support of each interaction, in by_user's order; NaN:
                       too little is known of its user or item */
    float *control; /* [n_edges] of its control; NaN: none was drawn */
} rg_support;

/* Interactions are judged of users with at least so many items and of items with at least
 * so many users. */
enum { RG_SUPPORT_ITEMS = 3, RG_SUPPORT_USERS = 5 };
enum { RG_SUPPORT_GROUPS = 32, RG_SUPPORT_USER_GROUPS = 4, RG_SUPPORT_NONE = 255 };

/* Measures the support of (u, i): the sum over the other items j of u of w_ji, the local
 * ridge (ridge/item_attention.h) fitted on the users of the other half. The halves are
 * drawn by `seed` for roots: user u belongs to the half of root[u] (NULL: u itself), so
 * that copies of a user do not support each other. Neither the interaction nor any other
 * of its user takes part in the weights, and w_ii is 0: support does not depend on the
 * interaction, nor on its weight. Items are in one group if they have about as many users
 * (to a power of two), users if they are in the same quarter by their items. The control
 * of an interaction (u, i) is (u, k), k drawn
 * from the items in the group of i; NaN if u has k.
 * Costs two local ridges of 100 neighbours on half of the users, and O(100 edges). Same
 * bits at any number of threads. Free *out also after a failure. REGATTA_ENOMEM */
regatta_status rg_support_measure(regatta_ctx *ctx, rg_support *out,
                                  const rg_csr *by_user, const uint32_t *root,
                                  uint64_t seed);
void rg_support_free(rg_mem mem, rg_support *support);
#endif
