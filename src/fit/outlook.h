/* The remaining work of a fit, by the choices so far. */
#ifndef RG_FIT_OUTLOOK_H
#define RG_FIT_OUTLOOK_H
#include "channel/fit/channel_fit.h"

/* The remaining stages of a fit. */
typedef enum rg_ahead {
    RG_AHEAD_CHOICES, /* choices of channels, then more slices, the blend, the whole */
    RG_AHEAD_FOLDS,   /* more slices, the blend, the whole */
    RG_AHEAD_WHOLE    /* the fit on all interactions */
} rg_ahead;

/* Estimates all kinds of work by the sizes of env->graph and begins the plan. */
void rg_fit_estimate(rg_fit_env *env);
/* Counts the remaining work: `folds` of `n_folds` slices are not fitted yet. `slice` is
 * NULL without validation. */
void rg_fit_replan(rg_fit_env *env, const rg_fit_choice *choice, const rg_fitted *slice,
                   rg_ahead ahead, int folds, int n_folds);
#endif
