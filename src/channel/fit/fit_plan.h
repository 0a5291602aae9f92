/* The work of a fit: the costs so far, and the remaining work in seconds for the progress
 * reports. Units of work are
 * counted in advance by the sizes of the data and the choices so far. The seconds per
 * unit are measured once some units of a kind are done; before that they are the estimate
 * for a processor of 2022 times the slowness of this machine measured so far. */
#ifndef RG_CHANNEL_FIT_FIT_PLAN_H
#define RG_CHANNEL_FIT_FIT_PLAN_H
#include "base/ctx.h"
#include "model/channel.h"

/* A kind of work: the fit's own, then those of each channel. */
enum {
    RG_WORK_DATA,    /* weights, the taking of slices */
    RG_WORK_SAMPLES, /* samples of a slice's channels */
    RG_WORK_BLEND,   /* choice of the blend, per slice */
    RG_WORK_MODEL,   /* arrays, names and settings of the model */
    RG_OWN_WORKS,
    RG_CHANNEL_WORKS = 5, /* of a channel, at most */
    RG_N_WORKS = RG_OWN_WORKS + RG_MAX_CHANNELS * RG_CHANNEL_WORKS,
    RG_NO_WORK = -1
};

/* Returns the number of the work `kind` of a channel. */
int rg_channel_work(int channel, int kind);

/* The parts of a fit, for reports. */
typedef enum rg_fit_part {
    RG_PART_SLICE, /* choices on the validation slice */
    RG_PART_FOLDS, /* fits on more slices */
    RG_PART_WHOLE, /* the fit on all interactions, and the model */
    RG_N_PARTS
} rg_fit_part;

typedef struct rg_work_cost {
    double units, seconds;
    double flops; /* by formulas of sizes (base/ctx.h): the same at any thread count */
} rg_work_cost;

typedef struct rg_fit_plan {
    double unit[RG_N_WORKS]; /* estimated seconds of one unit; 0 = no estimate */
    double left[RG_N_WORKS]; /* units left */
    rg_work_cost cost[RG_N_PARTS][RG_N_WORKS]; /* so far */
    rg_fit_part part;                          /* the present one */
    const regatta_ctx *ctx;                    /* counts the FLOPs */
    double mark, flops_mark; /* clock and FLOPs of ctx when the last work ended */
    int64_t read_mark;       /* results read from a checkpoint until then */
} rg_fit_plan;

/* Starts an empty plan with the clock and the FLOPs of `ctx`, which is borrowed. */
void rg_plan_begin(rg_fit_plan *plan, const regatta_ctx *ctx);
/* Reports that n units of a kind were done since the last call: the seconds and the FLOPs
 * since then are their cost, in the present part. n may be 0 for more work on units that
 * were reported. Work of which a checkpoint had results does not count for the seconds of
 * a unit. */
void rg_plan_did(rg_fit_plan *plan, int work, double n);
/* Returns the seconds left of all kinds except `n_except` from `except` on (RG_NO_WORK:
 * of all). */
double rg_plan_seconds_left(const rg_fit_plan *plan, int except, int n_except);

/* Returns the sum over rows of length * min(length, cap), the cost of co-occurrence. */
double rg_plan_pairs(const rg_csr *rows, double cap);
#endif
