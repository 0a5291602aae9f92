/* How the weights that stay are divided among the channels. */
#ifndef RG_FIT_PRUNE_PRUNE_BALANCE_H
#define RG_FIT_PRUNE_PRUNE_BALANCE_H
#include "fit/prune/prune.h"

/* Multiplies the effects of each channel but the first by the power of 2, from 2^-6 to
 * 2^6, with which the lists of the model with n_keep weights agree most with those of the
 * whole model (rg_drift_overlap): steps of 4 from 1, as long as they gain, then of 2.
 * About seven cuts for each channel. A no-op for one channel. REGATTA_ENOMEM */
regatta_status rg_prune_balance(rg_prune *p, int64_t n_keep);
#endif
