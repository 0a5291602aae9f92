/* Users whose histories are too long to show preferences: crawlers, test accounts,
 * accounts shared by many people. */
#ifndef RG_FIT_HUBS_H
#define RG_FIT_HUBS_H
#include "fit/fitted.h"

/* A user with more than `above` items is a hub; training uses `sampled` of its items. No
 * user of the usual public data sets has as many. */
enum { RG_HUB_ABOVE = 50000, RG_HUB_SAMPLED = 500 };

typedef struct rg_hubs {
    int64_t n_users;     /* hubs */
    int64_t n_left_out;  /* items of hubs only that are in no sample */
    regatta_graph *core; /* the graph for training; NULL: there is no hub */
    uint32_t *item;      /* [items of the core] their numbers in the graph; ascending */
} rg_hubs;

/* Finds hubs and samples the items of each; the samples depend on the seed only.
 * O(edges). */
regatta_status rg_hubs_find(regatta_ctx *ctx, rg_hubs *out, const regatta_graph *graph,
                            uint64_t seed);
/* Extends the parts fitted on the core to `graph`: items outside the core have no
 * attention, zero rows and the smallest bias; histories are complete again. */
regatta_status rg_hubs_spread(regatta_ctx *ctx, const rg_hubs *hubs, rg_fitted *fitted,
                              const regatta_graph *graph, const rg_weighting *weighting);
void rg_hubs_free(regatta_ctx *ctx, rg_hubs *hubs);
#endif
