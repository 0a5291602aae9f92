/* The interactions that a measurement asks for. */
#ifndef RG_RANK_HOLDOUT_H
#define RG_RANK_HOLDOUT_H
#include "base/alloc.h"

/* Held-out items by user, in the model's numbers. */
typedef struct rg_holdout {
    int64_t n_users; /* users that take part */
    uint32_t *user;  /* [n_users] ascending */
    int64_t *offset; /* [n_users + 1] into item */
    uint32_t *item;  /* ascending within a user */
} rg_holdout;

/* Room for n_users and n_items, zeroed, with n_users 0. On failure what is there is to be
 * freed too. REGATTA_ENOMEM. */
regatta_status rg_holdout_create(rg_mem mem, rg_holdout *out, int64_t n_users,
                                 int64_t n_items);
void rg_holdout_free(rg_mem mem, rg_holdout *holdout);
#endif
