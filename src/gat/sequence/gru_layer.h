/* A gated recurrent unit over packed sequences. */
#ifndef RG_GAT_SEQUENCE_GRU_LAYER_H
#define RG_GAT_SEQUENCE_GRU_LAYER_H
#include "gat/sequence/packed.h"

/* Weights [dim][3 dim] with the columns of reset, update and new state; `turned` are the
 * transposes. bias [4 dim]: the three of the input, then that of the recurrent part of
 * the new state. Or their gradients, without the transposes. */
typedef struct rg_gru_weights {
    float *input, *recurrent, *bias;
    const float *turned_input, *turned_recurrent;
} rg_gru_weights;

/* What the backward reads: the input and the state before each token [tokens][dim], and
 * the gates [tokens][4 dim]: reset, update, new state, recurrent part of the new. */
typedef struct rg_gru_kept {
    float *x, *before, *gate;
} rg_gru_kept;

/* Floats of scratch for at most this many tokens and sequences. */
int64_t rg_gru_scratch_floats(int64_t dim, int64_t tokens, int64_t sequences);

/* x [tokens][dim] becomes the states. */
void rg_gru_forward(float *x, const rg_gru_kept *kept, float *scratch,
                    const rg_gru_weights *w, const rg_packed *tokens, int64_t dim);
/* dx holds the gradient of the states and becomes that of the input; dw accumulates. */
void rg_gru_backward(float *dx, const rg_gru_weights *dw, const rg_gru_kept *kept,
                     float *scratch, const rg_gru_weights *w, const rg_packed *tokens,
                     int64_t dim);
#endif
