/* Causal multi-head self-attention over packed sequences. */
#ifndef RG_GAT_SEQUENCE_CAUSAL_ATTENTION_H
#define RG_GAT_SEQUENCE_CAUSAL_ATTENTION_H
#include "gat/sequence/packed.h"

/* Buckets of the time between two tokens: 0 for none, 1 + floor(log2 seconds). */
enum { RG_TIME_BUCKETS = 40 };
int rg_time_bucket(int64_t later, int64_t earlier);

typedef struct rg_causal_shape {
    int64_t dim, window; /* no sequence is longer than the window */
    int heads;           /* divides dim */
} rg_causal_shape;

/* Biases of the scores, or their gradients. */
typedef struct rg_causal_bias {
    float *place; /* [heads][window] by the number of tokens between */
    float *time;  /* [heads][RG_TIME_BUCKETS]; read only if the tokens have times */
} rg_causal_bias;

/* Floats of the attention weights of sequences, and of the scratch for sequences of at
 * most `longest` tokens. */
int64_t rg_causal_weight_floats(const rg_causal_shape *shape, const rg_packed *tokens);
/* Returns the first weight of a sequence with `before` floats of weights in front: the
 * weights of head h of the query t are [h][t][ld] with ld = rg_causal_ld(length). */
int64_t rg_causal_ld(int64_t length);
int64_t rg_causal_scratch_floats(const rg_causal_shape *shape, int64_t longest);

/* out [tokens][dim]; qkv [tokens][3 dim]: queries, keys, values, each head by head.
 * weight is kept for the backward. */
void rg_causal_forward(float *out, float *weight, float *scratch, const float *qkv,
                       const rg_causal_bias *bias, const rg_packed *tokens,
                       const rg_causal_shape *shape);
/* Overwrites dqkv; dbias accumulates. */
void rg_causal_backward(float *dqkv, const rg_causal_bias *dbias, float *scratch,
                        const float *dout, const float *weight, const float *qkv,
                        const rg_packed *tokens, const rg_causal_shape *shape);
#endif
