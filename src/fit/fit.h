/* From a graph to a model: validation slice, temperature, training, refit. */
#ifndef RG_FIT_FIT_H
#define RG_FIT_FIT_H
#include "model/model.h"

/* Options are checked. */
regatta_status rg_fit(regatta_ctx *ctx, regatta_model **out, const regatta_graph *graph,
                      const regatta_train_options *opts);
#endif
