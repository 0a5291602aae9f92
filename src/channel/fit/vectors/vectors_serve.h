/* The state of channel `vectors` in a model, from the trained vectors. */
#ifndef RG_CHANNEL_FIT_VECTORS_SERVE_H
#define RG_CHANNEL_FIT_VECTORS_SERVE_H
#include "channel/fit/channel_fit.h"

/* As rg_channel_fit_ops.serve. With recency the rows of the users are their histories
 * folded in with it, asked at the latest interaction. */
regatta_status rg_vectors_serve(regatta_ctx *ctx, regatta_model *model, void *state,
                                const rg_fitted *fitted);
#endif
