/* A training of three units for fuzz_checkpoint and its seeds: numbers, item attention,
 * and steps whose state is kept. */
#ifndef FUZZ_CHECKPOINT_UNITS_H
#define FUZZ_CHECKPOINT_UNITS_H
#include "ridge/item_attention.h"

enum { FUZZ_ITEMS = 6, FUZZ_NUMBERS = 5, FUZZ_STEPS = 4, FUZZ_STEP_FLOATS = 3 };

typedef struct fuzz_units {
    int stops; /* 1: the training ends after two of the steps */
    int64_t sum;
    int kind;
    double share;
    int64_t n;
    float *number;                /* [n] */
    rg_item_attention *attention; /* of FUZZ_ITEMS items */
    int64_t step;
    float state[FUZZ_STEP_FLOATS];
} fuzz_units;

/* Runs the training with its checkpoint in `folder`, which it begins or resumes. The
 * numbers of each unit that is read are written again: a finding unless the bytes are
 * those of the record. Free the result also after a failure. */
regatta_status fuzz_units_run(regatta_ctx *ctx, fuzz_units *u, const char *folder);
void fuzz_units_free(regatta_ctx *ctx, fuzz_units *u);
/* The hash of the description of this training, which its files have. */
uint64_t fuzz_units_hash(void);
#endif
