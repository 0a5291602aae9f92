/* Evaluation of a model on a test graph. */
#ifndef RG_RANK_EVALUATE_H
#define RG_RANK_EVALUATE_H
#include "graph/bipartite.h"
#include "model/model.h"
#include <regatta/evaluate.h>

/* The list of one measured query; arrays are valid during the call. */
typedef struct rg_evaluated {
    uint32_t user;        /* of the model; REGATTA_NONE: unknown, or folded in */
    uint32_t row;         /* the test graph's number of the user */
    const uint32_t *test; /* [n_test] items of the model that can be ranked */
    int64_t n_test;
    const uint32_t *ranked;         /* the list, best first, ended by REGATTA_NONE */
    const regatta_metrics *metrics; /* [n_k] under the treatment that is asked for */
} rg_evaluated;

/* Receives every ranked query, in their order, from the calling thread. */
typedef struct rg_evaluate_watch {
    void (*list)(void *state, const rg_evaluated *query);
    void *state;
} rg_evaluate_watch;

/* As regatta_evaluate; options are checked, k, n_k and other are set. `watch` may be
 * NULL. */
regatta_status rg_evaluate(regatta_ctx *ctx, const regatta_model *model,
                           const regatta_graph *test,
                           const regatta_evaluate_options *opts,
                           const rg_evaluate_watch *watch, regatta_metrics *metrics,
                           regatta_evaluation *out);
#endif
