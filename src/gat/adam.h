/* Adam over the parameter table. */
#ifndef RG_GAT_ADAM_H
#define RG_GAT_ADAM_H
#include "base/checkpoint/archive.h"
#include "base/kernels/kernels.h"
#include "gat/params.h"

/* Step sizes and pull of each group of parameters. */
typedef struct rg_adam_rates {
    float vectors, bias, features, attention, factors;
    float l2; /* on all but the bias */
} rg_adam_rates;

/* Both moments in one arena, in the order of the gradient's arena. */
typedef struct rg_adam {
    rg_mem mem;
    int64_t n_floats, n_steps;
    float *first, *second;
} rg_adam;

/* The factors of step t, counted from 1, for all elements. */
rg_adam_size rg_adam_size_of(float rate, float l2, int64_t t);

regatta_status rg_adam_create(regatta_ctx *ctx, rg_adam **out, int64_t n_floats);
/* One step of every entry of `p` along `grad`, of the same layout, or with a panel of
 * items in x0: then of these items alone. O(floats). */
void rg_adam_step(rg_adam *adam, rg_params *p, const rg_params *grad,
                  const rg_adam_rates *rates, int threads);
/* One step of an array of adam->n_floats floats that is not part of rg_params. */
void rg_adam_array(rg_adam *adam, float *x, const float *grad, float rate, int threads);
/* Visits the moments and the number of steps for a checkpoint. */
regatta_status rg_adam_archive(rg_archive *archive, rg_adam *adam);
void rg_adam_free(rg_adam *adam); /* NULL is a no-op */
#endif
