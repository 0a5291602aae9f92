/* Puts channels into a model that is being made: copies in the form a file holds. */
#ifndef RG_MODEL_MODEL_CHANNELS_H
#define RG_MODEL_MODEL_CHANNELS_H
#include "model/model.h"
#include "ridge/spectral_filter.h"

/* Each copies what it is given (weights to bfloat16, zeros left out) and may be called
 * once per model. ENOMEM: what is there goes with the model. Item attention: rows of
 * history items, targets candidates; scale[n_items]. User attention: row u, the users
 * it attends to. */
regatta_status rg_model_set_items(regatta_model *model, const rg_csr *by_history,
                                  const float *scale);
regatta_status rg_model_set_users(regatta_model *model, const rg_csr *by_target);
regatta_status rg_model_set_spectral(regatta_model *model, const rg_spectral_filter *f);
regatta_status rg_model_set_blend(regatta_model *model, const rg_blend *blend);
#endif
