/* More slices for the blend. One slice of a small graph is nearly blind: which tenth of
 * the interactions was held out decides whether the ranker seems to help. Three slices
 * ask three times as many users, and what wins by two standard errors on them is taken;
 * eight teach a gate more. Each costs a fit of every channel, with the settings that the
 * first has chosen. */
#ifndef RG_FIT_FOLDS_H
#define RG_FIT_FOLDS_H
#include "fit/blend/samples.h"
#include "fit/fit_run.h"

/* Slices beside the first that the blend will be learned on. */
int rg_fold_count(const rg_fit_env *env, const rg_fit_choice *choice);
/* The samples of the run's slice, followed by those of the other slices. */
regatta_status rg_fold_samples(rg_fit_run *run, rg_samples **out);
#endif
