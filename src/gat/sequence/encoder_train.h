/* Trains a sequence encoder: epochs of steps, early stopping. */
#ifndef RG_GAT_SEQUENCE_ENCODER_TRAIN_H
#define RG_GAT_SEQUENCE_ENCODER_TRAIN_H
#include "gat/sequence/encoder_step.h"
#include <regatta/model.h>

/* Measures an encoder on the caller's validation slice. Any other status than REGATTA_OK
 * ends the training. */
typedef regatta_status (*rg_encoder_validate_fn)(void *state, double *ndcg,
                                                 const rg_encoder *encoder);

typedef struct rg_encoder_point {
    int epoch;
    double loss, ndcg; /* loss: mean over the tokens of the epoch */
} rg_encoder_point;

typedef struct rg_encoder_options {
    int epochs;          /* at most */
    int patience;        /* epochs without a gain of 0.5 % that end a rate */
    int rates;           /* learning rates, 1..4, each a quarter of the one before;
                            training goes on with the next from the best state. A fifth
                            of the epochs is kept for each of the next */
    int64_t least_steps; /* before that, epochs do not count for the patience */
    float learning_rate; /* the first; without a validator it falls linearly to 0 over
                            the epochs */
    rg_stepper_options step;
    regatta_progress_fn progress; /* may be NULL */
    void *progress_state;
} rg_encoder_options;

typedef struct rg_encoder_job {
    rg_item_rows rows;
    rg_encoder_shape shape;
    rg_encoder_options options;
    const float *start; /* [n_items][start_dim] rows that items start from, zeros for
                           unknown items; NULL: random */
    int64_t start_dim;
    const rg_encoder *from;          /* continue from these parameters; NULL = start */
    rg_encoder_validate_fn validate; /* NULL: all epochs are taken */
    void *validate_state;
    double *noted[2]; /* numbers that the validator keeps of its measurements, part of the
                         state in a checkpoint; NULL = none */
    const char *stage; /* for progress */
    double started;    /* seconds on rg_clock when the whole training began */
    double seconds_after;
} rg_encoder_job;

typedef struct rg_trained_encoder {
    rg_mem mem;
    rg_encoder *encoder;
    int best_epoch, n_epochs;
    double best_ndcg; /* NaN without a validator */
    double flops;
    int64_t n_curve;
    rg_encoder_point *curve;
    int finished_early; /* the progress callback returned REGATTA_FINISH */
} rg_trained_encoder;

/* The result is the state of the best validation, or the last state. A function of rows,
 * shape, options and start at any number of threads. REGATTA_ENUMERIC if the loss is not
 * finite. A unit of a checkpoint. */
regatta_status rg_encoder_train(regatta_ctx *ctx, rg_trained_encoder **out,
                                const rg_encoder_job *job);
void rg_trained_encoder_free(rg_trained_encoder *t); /* NULL is a no-op */
#endif
