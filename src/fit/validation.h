/* A held-out slice of the interactions. */
#ifndef RG_FIT_VALIDATION_H
#define RG_FIT_VALIDATION_H
#include "graph/bipartite.h"
#include "graph/holdout.h"

typedef struct rg_validation {
    rg_mem mem;
    regatta_graph *train; /* the other interactions, with all nodes */
    int64_t n_holdout;    /* interactions held out */
    rg_holdout holdout;   /* held-out items of the users of choices */
    int is_latest;        /* 1: the held-out items are the latest of each user */
    double shift; /* mean of log2(1 + users) of the held-out items, minus that of all
                     items of the same users */
    double best_ndcg, best_recall; /* since the last rg_validation_reset; NaN = none */
} rg_validation;

/* What is held out, and whom choices measure. */
typedef struct rg_validation_spec {
    double share;      /* of each user's items */
    int64_t latest;    /* at most of a user where they are the latest; 0 = no limit */
    int64_t max_users; /* measured */
    uint64_t seed;
} rg_validation_spec;

/* Holds out about spec->share of each user's items of the target domain: the latest if
 * the graph has times that differ within a user (of equal times those of later rows),
 * else drawn at random; of a user with n items floor(share n + r), r uniform in [0, 1),
 * but at most n - 1. Impressions stay, of held-out items too; those of measured users
 * that are not earlier than their first held-out interaction are left out. `holdout` has
 * at most max_users of the users with held-out items, drawn evenly. n_holdout = 0 if no
 * user has two items. */
regatta_status rg_validation_create(regatta_ctx *ctx, rg_validation **out,
                                    const regatta_graph *graph,
                                    const rg_validation_spec *spec);
/* Begins a new run: clears the best values. */
void rg_validation_reset(rg_validation *v);
/* Stores a measurement if its ndcg is the best since the last reset. */
void rg_validation_note(rg_validation *v, double ndcg, double recall);
void rg_validation_free(rg_validation *v); /* NULL is a no-op */
#endif
