/* How far dislikes push similar items away, and how far exposure lowers the score of an
 * item, chosen by validation. */
#ifndef RG_FIT_FIT_PUSH_H
#define RG_FIT_FIT_PUSH_H
#include "fit/fit_run.h"

/* Sets push and strength of run->slice.fitted and run->whole; 0 for data without
 * dislikes, or impressions. ENOMEM. */
regatta_status rg_fit_push(rg_fit_run *run);
#endif
