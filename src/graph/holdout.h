/* The held-out interactions of a measurement. */
#ifndef RG_GRAPH_HOLDOUT_H
#define RG_GRAPH_HOLDOUT_H
#include "base/alloc.h"

/* Held-out items by user, in the model's numbers. */
typedef struct rg_holdout {
    int64_t n_users; /* users with held-out items */
    uint32_t *user;  /* [n_users] ascending */
    int64_t *offset; /* [n_users + 1] into item */
    uint32_t *item;  /* ascending within a user */
    int64_t *at;     /* [n_users] the time of the earliest one; NULL: not known */
} rg_holdout;

/* Allocates zeroed arrays for n_users and n_items, at if `timed`; n_users of *out stays
 * 0. Free *out also after a failure. REGATTA_ENOMEM. */
regatta_status rg_holdout_create(rg_mem mem, rg_holdout *out, int64_t n_users,
                                 int64_t n_items, int timed);
/* Fills *out, created for as many users and items, as timed, with every step-th user of
 * `holdout` from number `first` on and their items with keep[e] != 0 (keep NULL: all).
 * Users without any item are dropped. */
void rg_holdout_pick(rg_holdout *out, const rg_holdout *holdout, int64_t first,
                     int64_t step, const uint8_t *keep);
/* Returns 1 if `item` is held out for the user with number `at` of the holdout. */
int rg_holdout_has(const rg_holdout *holdout, int64_t at, uint32_t item);
void rg_holdout_free(rg_mem mem, rg_holdout *holdout);
#endif
