/* A slice of the interactions held out. */
#ifndef RG_FIT_VALIDATION_H
#define RG_FIT_VALIDATION_H
#include "graph/bipartite.h"
#include "rank/holdout.h"

typedef struct rg_validation {
    rg_mem mem;
    regatta_graph *train;          /* the rest; all nodes kept */
    int64_t n_holdout;             /* interactions held out */
    rg_holdout holdout;            /* of the users that are measured */
    double best_ndcg, best_recall; /* since the last rg_validation_reset; NaN = none */
} rg_validation;

/* Holds out about `share` of each user's items, drawn at random: a user with n items
 * loses floor(share n + r), r uniform in [0, 1), but keeps one. At most max_users of the
 * users who lost any are measured, drawn evenly. n_holdout = 0 when nobody has two items.
 */
regatta_status rg_validation_create(regatta_ctx *ctx, rg_validation **out,
                                    const regatta_graph *graph, double share,
                                    uint64_t seed, int64_t max_users);
/* Forgets the best so far: a new run begins. */
void rg_validation_reset(rg_validation *v);
/* Stores a measurement if its ndcg is the best so far. */
void rg_validation_note(rg_validation *v, double ndcg, double recall);
void rg_validation_free(rg_validation *v); /* NULL is a no-op */
#endif
