/* Content attention fitted: the spaces of the modalities, and the weights that rank new
 * items best. */
#ifndef RG_CHANNEL_FIT_CONTENT_FIT_H
#define RG_CHANNEL_FIT_CONTENT_FIT_H
#include "channel/fit/channel_fit.h"
#include "channel/fit/content/content_part.h"

extern const rg_channel_fit_ops rg_content_fit;

/* Returns the part of `fitted`; NULL: content is not fitted. */
const rg_content_part *rg_content_fitted(const rg_fitted *fitted);
#endif
