/* The last choice on the slice: the blend of the channels fitted there. */
#ifndef RG_FIT_FIT_BLEND_H
#define RG_FIT_FIT_BLEND_H
#include "fit/fit_run.h"

/* Chooses the blend of several channels and the channels that stay; measures the
 * result. */
regatta_status rg_fit_choose_blend(rg_fit_run *run);
#endif
