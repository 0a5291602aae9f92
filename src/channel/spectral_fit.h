/* The spectral filter fitted: a randomised SVD of the normalised graph. */
#ifndef RG_CHANNEL_SPECTRAL_FIT_H
#define RG_CHANNEL_SPECTRAL_FIT_H
#include "channel/channel_fit.h"

extern const rg_channel_fit_ops rg_spectral_fit;
#endif
