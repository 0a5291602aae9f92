/* Evaluation of a model on a test graph. */
#ifndef RG_RANK_EVALUATE_H
#define RG_RANK_EVALUATE_H
#include "graph/bipartite.h"
#include "model/model.h"
#include <regatta/evaluate.h>

/* As regatta_evaluate; options are checked, k, n_k and other are set. */
regatta_status rg_evaluate(regatta_ctx *ctx, const regatta_model *model,
                           const regatta_graph *test,
                           const regatta_evaluate_options *opts, regatta_metrics *metrics,
                           regatta_evaluation *out);
#endif
