/* The search space of regatta_tune, and the trials drawn from it. */
#ifndef RG_API_TUNE_AXES_H
#define RG_API_TUNE_AXES_H
#include "api/train_options.h"
#include <regatta/tune.h>

enum { RG_MAX_AXES = 32 };

typedef struct rg_tune_axis {
    const rg_train_field *field;
    regatta_scale scale; /* not DEFAULT */
    double low, high;
    const double *values; /* [n_values] */
    uint32_t n_values;
} rg_tune_axis;

typedef struct rg_tune_space {
    rg_tune_axis axis[RG_MAX_AXES];
    int n;
} rg_tune_space;

/* Checks the caller's axes, and puts ranges where they have none. `base`: the defaults;
 * values that are idle with them are the caller's concern.
 *   REGATTA_EINVAL  as regatta_tune */
regatta_status rg_tune_space_read(regatta_ctx *ctx, rg_tune_space *out,
                                  const regatta_tune_options *opts,
                                  const regatta_train_options *base, int has_weight);
/* Draws trials out[1 .. *n), all different; out[0] = base. A trial changes two options
 * on average, in a space of up to four half of them. *n: how many are wanted with out[0];
 * less if the space has no more. Trial t does not depend on *n. */
void rg_tune_draw(regatta_train_options *out, int64_t *n, const rg_tune_space *space,
                  const regatta_train_options *base, uint64_t seed);
/* Appends a line for each axis, for a checkpoint. */
void rg_tune_space_describe(rg_text *text, const rg_tune_space *space);
#endif
