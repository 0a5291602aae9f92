/* A validation slice: the held-out interactions, the parts fitted on the rest, and the
 * scenarios of model selection. */
#ifndef RG_FIT_SLICE_H
#define RG_FIT_SLICE_H
#include "fit/fitted.h"
#include "fit/scenarios.h"
#include "fit/validation.h"

typedef struct rg_slice {
    rg_validation *validation; /* NULL: there is no slice */
    rg_scenarios *scenarios;
    rg_holdout measured; /* the held-out items that training measures: a part of those of
                            the scenarios */
    rg_scenarios *few;   /* scenarios of these, for searches */
    rg_fitted fitted;    /* on validation->train */
} rg_slice;

/* Holds out a share of the interactions of `graph` by options->seed. If no user has two
 * items there is no slice. *slice is zero before the call; free it also after a
 * failure. */
regatta_status rg_slice_take(regatta_ctx *ctx, rg_slice *slice,
                             const regatta_graph *graph, const rg_fit_options *options,
                             const rg_weighting *weighting);
/* Creates both scenarios from held-out items of the slice, which are copied.
 * REGATTA_ENOMEM */
regatta_status rg_slice_scenarios(regatta_ctx *ctx, rg_scenarios **out,
                                  const rg_slice *slice, const rg_holdout *holdout,
                                  const rg_fit_options *options);
/* Returns the largest number of users whom choices on a slice of `graph` measure. */
int64_t rg_slice_users(const regatta_graph *graph, const rg_fit_options *options);
/* Returns the parts fitted on the slice; NULL without a slice. */
const rg_fitted *rg_slice_fitted(const rg_slice *slice);
void rg_slice_free(regatta_ctx *ctx, rg_slice *slice);
#endif
