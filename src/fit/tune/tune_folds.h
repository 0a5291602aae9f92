/* Training and test parts for the cross-validation of options. */
#ifndef RG_FIT_TUNE_FOLDS_H
#define RG_FIT_TUNE_FOLDS_H
#include "graph/bipartite.h"

typedef struct rg_tune_fold {
    regatta_graph *train, *test; /* with all nodes of the graph */
} rg_tune_fold;

/* How a graph is divided. */
typedef struct rg_tune_division {
    int rolling; /* 1: windows of time, else parts of each user's items */
    int n_folds; /* at least 2 */
    uint64_t seed;
} rg_tune_division;

/* Stores fold `fold` of the graph in *out, zero before the call; free it also after a
 * failure.
 *
 * Not rolling: the items of each user are dealt to n_folds parts at random, as a function
 * of (seed, user); part `fold` is the test part. A user with one item keeps it.
 *
 * Rolling: the later half of the interactions is cut at quantiles of the times into
 * n_folds windows of about equal size. Window `fold`, counted from the latest, is the
 * test part; the training part is what lies before it, and what lies after it is not
 * used. REGATTA_EINVAL if a window or the part before it is empty. */
regatta_status rg_tune_fold_take(regatta_ctx *ctx, rg_tune_fold *out,
                                 const regatta_graph *graph, const rg_tune_division *how,
                                 int fold);
void rg_tune_fold_free(rg_tune_fold *fold);

/* Creates the sub-graph of about n_users random users with all items. */
regatta_status rg_tune_sample(regatta_ctx *ctx, regatta_graph **out,
                              const regatta_graph *graph, int64_t n_users, uint64_t seed);
#endif
