/* How far dislikes push similar items away, chosen by validation. */
#ifndef RG_FIT_FIT_PUSH_H
#define RG_FIT_FIT_PUSH_H
#include "fit/fit_run.h"

/* Sets run->slice.fitted.push and run->whole.push; 0 for data without dislikes. ENOMEM.
 */
regatta_status rg_fit_push(rg_fit_run *run);
#endif
