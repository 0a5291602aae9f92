/* The work of a fit from a point on, by what has been chosen so far. */
#ifndef RG_FIT_OUTLOOK_H
#define RG_FIT_OUTLOOK_H
#include "channel/channel_fit.h"

/* What is ahead of a fit. */
typedef enum rg_ahead {
    RG_AHEAD_CHOICES, /* choices of channels, then the blend, more slices, the whole */
    RG_AHEAD_FOLDS,   /* more slices, the blend, the whole */
    RG_AHEAD_WHOLE    /* the fit on all interactions */
} rg_ahead;

/* Estimates of all kinds of work by the sizes of env->graph; the clock starts. */
void rg_fit_estimate(rg_fit_env *env);
/* Counts what is to come: `folds` of `n_folds` slices are still to be fitted. `slice` is
 * NULL without validation. */
void rg_fit_replan(rg_fit_env *env, const rg_fit_choice *choice, const rg_fitted *slice,
                   rg_ahead ahead, int folds, int n_folds);
#endif
