/* The parameters of a sequence encoder: one arena, and one table that names its parts. */
#ifndef RG_GAT_SEQUENCE_ENCODER_PARAMS_H
#define RG_GAT_SEQUENCE_ENCODER_PARAMS_H
#include "base/ctx.h"
#include "gat/sequence/causal_attention.h"
#include "gat/sequence/gru_layer.h"

typedef enum rg_encoder_kind {
    RG_ENCODER_TRANSFORMER = 1,
    RG_ENCODER_GRU = 2
} rg_encoder_kind;

enum {
    RG_ENCODER_BLOCKS = 4, /* at most */
    RG_ENCODER_WINDOW = 1024,
    RG_ENCODER_DIM = 512
};

typedef struct rg_encoder_shape {
    rg_encoder_kind kind;
    int blocks, heads;
    int64_t dim, hidden; /* hidden units of the feed-forward network */
    int64_t window;      /* the latest tokens that are read */
} rg_encoder_shape;

typedef enum rg_encoder_start {
    RG_START_ZERO,
    RG_START_ONE,
    RG_START_POSITION, /* normal, deviation 0.02 */
    RG_START_WEIGHT    /* normal, deviation 1 / sqrt(rows) */
} rg_encoder_start;

typedef struct rg_encoder_entry {
    char name[32];             /* "positions", "block0.qkv", ... */
    int64_t rows, cols, first; /* floats arena[first .. first + rows * cols) */
    rg_encoder_start start;
    float **view;
} rg_encoder_entry;

/* Of one block; NULL where the kind has none. */
typedef struct rg_encoder_block {
    float *gru_input, *gru_recurrent, *gru_bias; /* gru_layer.h */
    float *gain, *shift;                         /* [dim] norm before the attention */
    float *qkv, *out;                            /* [dim][3 dim], [dim][dim] */
    float *place, *time;                         /* rg_causal_bias */
    float *wide_gain, *wide_shift;               /* [dim] norm before the feed-forward */
    float *wide, *wide_bias;                     /* [dim][hidden], [hidden] */
    float *narrow, *narrow_bias;                 /* [hidden][dim], [dim] */
} rg_encoder_block;

enum { RG_ENCODER_ENTRIES = 3 + 15 * RG_ENCODER_BLOCKS };

/* Parameters, their gradient, or the transposes of the weights: the same layout. */
typedef struct rg_encoder_params {
    rg_mem mem;
    rg_encoder_shape shape;
    int n_entries;
    rg_encoder_entry entry[RG_ENCODER_ENTRIES];
    int64_t n_floats;
    float *arena;
    float *position;     /* [window][dim], the latest token first; transformer */
    float *gain, *shift; /* [dim] last norm */
    rg_encoder_block block[RG_ENCODER_BLOCKS];
} rg_encoder_params;

/* All zero. */
regatta_status rg_encoder_params_create(regatta_ctx *ctx, rg_encoder_params **out,
                                        const rg_encoder_shape *shape);
void rg_encoder_params_start(rg_encoder_params *p, uint64_t seed);
/* Writes the transposes of the weights of p (entries of RG_START_WEIGHT). */
void rg_encoder_params_turn(rg_encoder_params *turned, const rg_encoder_params *p);
void rg_encoder_params_free(rg_encoder_params *p); /* NULL is a no-op */
#endif
