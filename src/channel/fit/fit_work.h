/* The report of a fit's costs: seconds and FLOPs of each kind of work. */
#ifndef RG_CHANNEL_FIT_FIT_WORK_H
#define RG_CHANNEL_FIT_FIT_WORK_H
#include "channel/fit/fit_plan.h"
#include <regatta/model.h>

/* Calls fn for each part of the fit and each kind of work that was done in it, in order:
 * the fit's own kinds, then those of each channel by the names of its operations. fn may
 * be NULL. */
void rg_fit_work_report(const rg_fit_plan *plan, regatta_work_fn fn, void *state);
#endif
