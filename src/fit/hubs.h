/* Histories so long that they tell no taste: crawlers, test accounts, sums over many
 * people. */
#ifndef RG_FIT_HUBS_H
#define RG_FIT_HUBS_H
#include "fit/fitted.h"

/* A user with more items than `above` is a hub; training learns from `sampled` of them.
 * No user of the usual public data sets has as many. */
enum { RG_HUB_ABOVE = 50000, RG_HUB_SAMPLED = 500 };

typedef struct rg_hubs {
    int64_t n_users;     /* hubs */
    int64_t n_left_out;  /* items that nobody else has, and that no sample holds */
    regatta_graph *core; /* the graph to learn from; NULL: there is no hub */
    uint32_t *item;      /* [items of the core] their numbers in the graph; ascending */
} rg_hubs;

/* Each hub has a sample of its own, a function of the seed alone. O(edges). */
regatta_status rg_hubs_find(regatta_ctx *ctx, rg_hubs *out, const regatta_graph *graph,
                            uint64_t seed);
/* What was fitted on the core becomes what it is of `graph`: items that were left out
 * have no attention, zero rows, and the least bias; histories are whole again. */
regatta_status rg_hubs_spread(regatta_ctx *ctx, const rg_hubs *hubs, rg_fitted *fitted,
                              const regatta_graph *graph, const rg_weighting *weighting);
void rg_hubs_free(regatta_ctx *ctx, rg_hubs *hubs);
#endif
