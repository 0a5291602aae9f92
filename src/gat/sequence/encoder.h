/* Sequence encoders: the state after each token of packed sequences. */
#ifndef RG_GAT_SEQUENCE_ENCODER_H
#define RG_GAT_SEQUENCE_ENCODER_H
#include "gat/sequence/drop_units.h"
#include "gat/sequence/encoder_params.h"

/* The memory of a forward and its backward over some sequences. */
typedef struct rg_encoder_room {
    struct {
        rg_gru_kept gru;
        float *hat, *inverse;           /* [tokens][dim], [tokens] norm of attention */
        float *qkv;                     /* [tokens][3 dim] */
        float *weight;                  /* attention weights */
        float *mixed;                   /* [tokens][dim] their sums of values */
        float *wide_hat, *wide_inverse; /* norm of the feed-forward */
        float *hidden;                  /* [tokens][hidden] */
    } block[RG_ENCODER_BLOCKS];
    float *hat, *inverse;  /* last norm */
    float *x, *out;        /* [tokens][dim] */
    float *first, *second; /* [tokens][max(3 dim, hidden)] scratch */
    float *attention;      /* scratch of attention and gru */
} rg_encoder_room;

/* Floats of a room for these sequences; of `rooms` rooms for any sequences of together at
 * most `tokens` tokens. */
int64_t rg_encoder_floats(const rg_encoder_shape *shape, const rg_packed *tokens);
int64_t rg_encoder_most_floats(const rg_encoder_shape *shape, int64_t tokens,
                               int64_t rooms);
/* Divides memory[rg_encoder_floats]. */
void rg_encoder_place(rg_encoder_room *room, float *memory, const rg_encoder_shape *shape,
                      const rg_packed *tokens);

/* room->x holds the items' rows; room->out receives the states. drop NULL: none. */
void rg_encoder_forward(rg_encoder_room *room, const rg_encoder_params *p,
                        const rg_packed *tokens, const rg_drop *drop);
/* room->x holds the gradient of the states and receives that of the items' rows. grad
 * accumulates. `turned` holds the transposes of p. */
void rg_encoder_backward(const rg_encoder_params *grad, rg_encoder_room *room,
                         const rg_encoder_params *p, const rg_encoder_params *turned,
                         const rg_packed *tokens, const rg_drop *drop);
/* FLOPs of a forward over one sequence. */
double rg_encoder_flops(const rg_encoder_shape *shape, int64_t length);
#endif
