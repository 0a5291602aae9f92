/* Node vectors of an updated model. */
#ifndef RG_CHANNEL_FIT_VECTORS_UPDATE_H
#define RG_CHANNEL_FIT_VECTORS_UPDATE_H
#include "channel/fit/vectors/vectors_fit.h"

/* Replaces the vectors of the part, which has its item graph, by those of the model
 * before an update: new nodes with interactions are folded in (vectors_start.h), and all
 * parameters are trained for update->steps steps.
 *   REGATTA_EINVAL  the model lacks the users' own vectors
 *   REGATTA_ENOMEM, REGATTA_EIO, REGATTA_ENUMERIC, REGATTA_ESTOPPED */
regatta_status rg_vectors_update(rg_fit_env *env, rg_fitted *fitted,
                                 const rg_fit_update *update);
#endif
