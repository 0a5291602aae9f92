/* A validation slice: what is held out, what is fitted on the rest, and the scenarios
 * that choices are measured in. */
#ifndef RG_FIT_SLICE_H
#define RG_FIT_SLICE_H
#include "fit/fitted.h"
#include "fit/scenarios.h"
#include "fit/validation.h"

typedef struct rg_slice {
    rg_validation *validation; /* NULL: there is no slice */
    rg_scenarios *scenarios;
    rg_fitted fitted; /* on validation->train */
} rg_slice;

/* Holds out a share of the interactions of `graph` by options->seed. Where nobody has two
 * items there is no slice. *slice is zero before; on failure it is to be freed too. */
regatta_status rg_slice_take(regatta_ctx *ctx, rg_slice *slice,
                             const regatta_graph *graph, const rg_fit_options *options,
                             const rg_weighting *weighting);
/* What is fitted on it; NULL without a slice. */
const rg_fitted *rg_slice_fitted(const rg_slice *slice);
void rg_slice_free(regatta_ctx *ctx, rg_slice *slice);
#endif
