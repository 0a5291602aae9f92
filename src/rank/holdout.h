/* The interactions that a measurement asks for. */
#ifndef RG_RANK_HOLDOUT_H
#define RG_RANK_HOLDOUT_H
#include <stdint.h>

/* Held-out items by user, in the model's numbers. */
typedef struct rg_holdout {
    int64_t n_users;       /* users that take part */
    const uint32_t *user;  /* [n_users] ascending */
    const int64_t *offset; /* [n_users + 1] into item */
    const uint32_t *item;  /* ascending within a user */
} rg_holdout;
#endif
