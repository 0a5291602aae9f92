/* The first rows of a sequence encoder's items. */
#ifndef RG_GAT_SEQUENCE_ENCODER_START_H
#define RG_GAT_SEQUENCE_ENCODER_START_H
#include "base/ctx.h"

/* Writes item[n][dim], rows of mean length 0.3. With from[n][from_dim]
 * they are its coordinates on its `dim` main axes (zeros behind them if from_dim is
 * smaller); an item whose row is zero, and every item without from,
 * starts random. O(n from_dim^2 + from_dim^3). */
regatta_status rg_encoder_start_items(regatta_ctx *ctx, float *item, int64_t n,
                                      int64_t dim, const float *from, int64_t from_dim,
                                      uint64_t seed);
#endif
