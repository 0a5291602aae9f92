/* The features of the input layer, from the spaces of the channels over features. */
#ifndef RG_CHANNEL_FIT_VECTORS_FEATURES_H
#define RG_CHANNEL_FIT_VECTORS_FEATURES_H
#include "channel/fit/channel_fit.h"

/* Of the nodes with features, drawn as cold in each step. */
#define RG_COLD_SHARE 0.5f

/* Gives the part the features of the nodes of its graph, of both sides: the columns of
 * the sparse modalities (those of one node only are left out) and the coordinates of the
 * dense ones, side by side. Needs the parts of "content" and "profile"; a side without
 * has none. REGATTA_ENOMEM */
regatta_status rg_vectors_describe(regatta_ctx *ctx, rg_fitted *fitted);
/* Takes them away. */
void rg_vectors_undescribe(rg_fitted *fitted);
#endif
