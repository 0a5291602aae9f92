/* Channel `sequence`: a learned encoder over the history in order,
 *
 *   x_j = <encoded history, item_j> + bias_j                       (docs/model.md)
 *
 * The encoder (gat/sequence/encoder.h) reads the latest `window` interactions, repeats
 * included, with the times between them where known. Its state after the latest one is
 * the query. An empty history has x_j = bias_j. A query costs O(window (dim^2 + window
 * dim)) per block.
 *
 * An encoder is not a sum over the history, so `explain` gives all of x_j but the bias as
 * `direct`; weight is the attention of the latest interaction in the last block, mean
 * over the heads. */
#ifndef RG_CHANNEL_CHANNEL_SEQUENCE_H
#define RG_CHANNEL_CHANNEL_SEQUENCE_H
#include "gat/sequence/encoder.h"
#include "model/channel.h"

typedef struct rg_sequence_state {
    rg_encoder_shape shape;
    rg_rows item;              /* [n_items][dim] */
    const float *bias;         /* [n_items] */
    rg_encoder_params *params; /* owned */
    rg_table *table;           /* item and bias, owned */
} rg_sequence_state;

extern const rg_channel_ops rg_channel_sequence;
#endif
