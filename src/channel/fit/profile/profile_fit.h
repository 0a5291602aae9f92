/* The regression of interactions on the features of users. */
#ifndef RG_CHANNEL_FIT_PROFILE_FIT_H
#define RG_CHANNEL_FIT_PROFILE_FIT_H
#include "channel/fit/channel_fit.h"
#include "channel/fit/content/content_part.h"

extern const rg_channel_fit_ops rg_profile_fit;

/* Returns the fitted spaces of the features of users; NULL: none. */
const rg_content_part *rg_profile_fitted(const rg_fitted *fitted);
#endif
