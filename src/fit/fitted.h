/* The parts fitted on one graph, and models of them. */
#ifndef RG_FIT_FITTED_H
#define RG_FIT_FITTED_H
#include "channel/fit/channel_fit.h"
#include "fit/weighting.h"
#include "model/model.h"

/* Sets the weights and the view of `graph`, which is borrowed. */
regatta_status rg_fitted_begin(regatta_ctx *ctx, rg_fitted *fitted,
                               const regatta_graph *graph, const rg_weighting *weighting);
/* Creates a model of the channels of `fitted` in on[], scored by `blend` (NULL: on[] is a
 * single channel), without names and settings, which the last step adds. */
regatta_status rg_fitted_model(regatta_ctx *ctx, regatta_model **out,
                               const rg_fitted *fitted, const int *on,
                               const rg_blend *blend);
/* The same with the states of `kept` for channels of on[] that `fitted` has no part of: a
 * model that borrows from `kept`, which has the same nodes and must outlive it; NULL:
 * there are none. */
regatta_status rg_fitted_renew(regatta_ctx *ctx, regatta_model **out,
                               const rg_fitted *fitted, const int *on,
                               const regatta_model *kept, const rg_blend *blend);
/* The same for measurements, without a copy: a view of arrays of `fitted` and of `blend`,
 * valid until a part changes; do not free it. The serving form of each part is built
 * once. */
regatta_status rg_fitted_view(regatta_ctx *ctx, regatta_model *out, rg_fitted *fitted,
                              const int *on, rg_blend *blend);
void rg_fitted_free(regatta_ctx *ctx, rg_fitted *fitted);
#endif
