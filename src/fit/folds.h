/* More slices for the blend. On one slice of a small graph the measured gain of the
 * ranker is mostly noise: it depends on which tenth of the interactions is held out.
 * Three slices give three times as many users, on which a gain of two standard errors is
 * accepted; eight slices give the gate more samples. Each slice costs a fit of every
 * channel, with the settings chosen on the first. */
#ifndef RG_FIT_FOLDS_H
#define RG_FIT_FOLDS_H
#include "fit/blend/samples.h"
#include "fit/fit_run.h"

/* Returns the number of slices after the first on which the blend is learned. */
int rg_fold_count(const rg_fit_env *env, const rg_fit_choice *choice);
/* Creates the samples of the run's slice, followed by those of the other slices. */
regatta_status rg_fold_samples(rg_fit_run *run, rg_samples **out);
#endif
