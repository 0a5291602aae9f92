/* From a graph to a model: validation slice, choices, refit. */
#ifndef RG_FIT_FIT_H
#define RG_FIT_FIT_H
#include "channel/fit/fit_options.h"
#include "model/model.h"

/* As regatta_model_train; options are checked. */
regatta_status rg_fit(regatta_ctx *ctx, regatta_model **out, const regatta_graph *graph,
                      const rg_fit_options *options);
#endif
