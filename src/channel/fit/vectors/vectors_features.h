/* The features of the input layer, from the spaces of the channels over features. */
#ifndef RG_CHANNEL_FIT_VECTORS_FEATURES_H
#define RG_CHANNEL_FIT_VECTORS_FEATURES_H
#include "channel/fit/channel_fit.h"

/* Of the nodes with features, drawn as cold in each step. */
#define RG_COLD_SHARE 0.5f

/* Gives the part the features of the nodes of its graph, of both sides: the columns of
 * the sparse modalities (those of one node only are left out) and the coordinates of the
 * dense ones, side by side. They are those of the parts of "content" and "profile", or of
 * the channels of `model`, by ids; model NULL: of the parts. A side without has none.
 *   REGATTA_EINVAL  a model of an earlier version that lacks the features of users
 *   REGATTA_ENOMEM */
regatta_status rg_vectors_describe(regatta_ctx *ctx, rg_fitted *fitted,
                                   const regatta_model *model);
/* Takes them away. */
void rg_vectors_undescribe(rg_fitted *fitted);
#endif
