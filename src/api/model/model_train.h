/* The options of a training, checked and as the fit reads them. */
#ifndef RG_API_MODEL_TRAIN_H
#define RG_API_MODEL_TRAIN_H
#include "channel/fit/fit_options.h"

/* Checks options that have the size of this build, alone and with the graph. Errors as
 * regatta_model_train. */
regatta_status rg_train_check(regatta_ctx *ctx, const regatta_graph *graph,
                              const regatta_train_options *options);
/* Returns checked options as those of a fit. */
rg_fit_options rg_train_fit_options(const regatta_train_options *options);
#endif
