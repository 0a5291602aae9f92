/* One step of training a sequence encoder: a batch of windows. */
#ifndef RG_GAT_SEQUENCE_ENCODER_STEP_H
#define RG_GAT_SEQUENCE_ENCODER_STEP_H
#include "base/checkpoint/archive.h"
#include "gat/sequence/encoder.h"
#include "gat/sequence/windows.h"

/* An encoder with its items: the logit of item j after a token is
 * <state, item_j> + bias_j. */
typedef struct rg_encoder {
    rg_mem mem;
    int64_t n_items;
    rg_encoder_params *params;
    float *item; /* [n_items][dim], input and output */
    float *bias; /* [n_items] */
} rg_encoder;

/* All zero. */
regatta_status rg_encoder_create(regatta_ctx *ctx, rg_encoder **out,
                                 const rg_encoder_shape *shape, int64_t n_items);
void rg_encoder_copy(rg_encoder *to, const rg_encoder *from); /* of the same sizes */
/* Visits all numbers for a checkpoint. */
regatta_status rg_encoder_archive(rg_archive *archive, rg_encoder *e);
void rg_encoder_free(rg_encoder *e); /* NULL is a no-op */

typedef struct rg_stepper_options {
    int64_t batch_windows, batch_tokens; /* at most; a batch has at least one window */
    int64_t negatives;                   /* items of the sampled softmax; 0 = all items */
    float dropout;
    uint64_t seed;
} rg_stepper_options;

typedef struct rg_stepper rg_stepper;

/* `encoder` and `rows` are borrowed. */
regatta_status rg_stepper_create(regatta_ctx *ctx, rg_stepper **out, rg_encoder *encoder,
                                 const rg_item_rows *rows,
                                 const rg_stepper_options *options);
/* Computes the loss and the gradients of the windows order[begin .. end): the mean over
 * their tokens of log sum_j exp z_j - z_next. `step` counts from 0 and draws dropout and
 * negatives. */
double rg_stepper_gradient(rg_stepper *s, const rg_windows *w, int64_t begin, int64_t end,
                           int64_t step, int threads);
/* One step of Adam along the gradients. */
void rg_stepper_update(rg_stepper *s, float rate, int threads);
/* The gradients; bias and rows of items overwrite, parameters accumulate from 0. */
const rg_encoder *rg_stepper_grad(const rg_stepper *s);
/* FLOPs of all steps so far, by formulas of sizes. */
double rg_stepper_flops(const rg_stepper *s);
/* Visits the optimizer and what the next step draws from for a checkpoint; not the
 * encoder. */
regatta_status rg_stepper_archive(rg_archive *archive, rg_stepper *s);
void rg_stepper_free(rg_stepper *s); /* NULL is a no-op */
#endif
