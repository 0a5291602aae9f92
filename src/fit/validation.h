/* A slice of the interactions held out, and the quality of vectors on it. */
#ifndef RG_FIT_VALIDATION_H
#define RG_FIT_VALIDATION_H
#include "graph/bipartite.h"

typedef struct rg_validation {
    rg_mem mem;
    int threads;
    regatta_graph *train; /* the rest; all nodes kept */
    int64_t n_holdout;    /* interactions held out */
    int64_t n_users;      /* users measured */
    uint32_t *user;       /* [n_users] ascending */
    int64_t *offset;      /* [n_users + 1] into item */
    uint32_t *item;       /* held-out items, ascending within a user */

    int64_t dim;
    float *panels, *bias, *tile; /* workspace of one measurement */
    double *ndcg, *recall;       /* [n_users] */
    double last_ndcg, last_recall;
    double best_ndcg, best_recall; /* since the last rg_validation_reset */
} rg_validation;

/* Holds out about `share` of each user's items, drawn at random: a user with n items
 * loses floor(share n + r), r uniform in [0, 1), but keeps one. At most max_users of the
 * users who lost any are measured, drawn evenly. n_holdout = 0 when nobody has two items.
 */
regatta_status rg_validation_create(regatta_ctx *ctx, rg_validation **out,
                                    const regatta_graph *graph, double share,
                                    uint64_t seed, int64_t max_users, int64_t dim);
/* An rg_validate_fn: mean ndcg@20 over the measured users of a ranking of all items that
 * are not in the user's training rows by scale cos + bias. O(n_users items dim). Same
 * bits at any thread count. */
double rg_validation_measure(void *state, const float *users, const float *items,
                             const float *bias, float scale);
/* Forgets the best so far: a new run begins, of vectors of `dim`, at most that of the
 * creation. */
void rg_validation_reset(rg_validation *v, int64_t dim);
void rg_validation_free(rg_validation *v); /* NULL is a no-op */
#endif
