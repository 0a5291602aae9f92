/* What is fitted on one graph, and models of it. */
#ifndef RG_FIT_FITTED_H
#define RG_FIT_FITTED_H
#include "channel/channel_fit.h"
#include "fit/weighting.h"
#include "model/model.h"

/* Weights and the view; frees nothing of `graph`. */
regatta_status rg_fitted_begin(regatta_ctx *ctx, rg_fitted *fitted,
                               const regatta_graph *graph, const rg_weighting *weighting);
/* A model of the fitted's channels among on[], scored by `blend` (NULL: on[] is a single
 * channel). Without names and settings; those are the last step's. */
regatta_status rg_fitted_model(regatta_ctx *ctx, regatta_model **out,
                               const rg_fitted *fitted, const int *on,
                               const rg_blend *blend);
/* The same to measure with, at no copy: a view of arrays of `fitted` and of `blend`,
 * valid until a part changes, and never freed. Each part is brought into the form that it
 * is served in once. */
regatta_status rg_fitted_view(regatta_ctx *ctx, regatta_model *out, rg_fitted *fitted,
                              const int *on, rg_blend *blend);
void rg_fitted_free(regatta_ctx *ctx, rg_fitted *fitted);
#endif
