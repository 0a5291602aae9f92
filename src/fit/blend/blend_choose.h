/* Chooses the channels, the kind and the parameters of a blend on the validation
 * slice. */
#ifndef RG_FIT_BLEND_CHOOSE_H
#define RG_FIT_BLEND_CHOOSE_H
#include "fit/blend/gate_fit.h"

typedef enum rg_blend_kind {
    RG_BLEND_START = 0,  /* the weights of rg_blend_start */
    RG_BLEND_LINEAR = 1, /* the weights of the ranker (ranker.h) */
    RG_BLEND_GATED = 2,  /* the weights of the ranker with a gate (gate_fit.h) */
    RG_N_BLEND_KINDS
} rg_blend_kind;

/* ndcg@20 of the trials on held-out halves of the slice (each half scored by a fit on the
 * other half); NaN for trials that were not made. */
typedef struct rg_blend_report {
    rg_blend_kind kind;
    double ndcg;                      /* of the chosen blend */
    double by_kind[RG_N_BLEND_KINDS]; /* of all channels; for the gate of the channels
                                         that stay */
    double ungated;                   /* the better of the other kinds, of the channels
                                         that stay */
    double alone[RG_MAX_CHANNELS];    /* of a single channel */
    double without[RG_MAX_CHANNELS];  /* before the gate, without one channel */
    /* Standard errors of the paired difference over users: of a kind from the best
     * before it, and without a channel from the blend with it. */
    double kind_error[RG_N_BLEND_KINDS], without_error[RG_MAX_CHANNELS];
} rg_blend_report;

typedef struct rg_blend_task {
    const int *on;         /* [n_channels] the channels to choose from */
    const int *seen_only;  /* [n_channels] 1: has no scores for unseen users */
    const float *start;    /* [n_channels] weights of rg_blend_start */
    rg_blend_kind richest; /* kinds up to this one are tried */
    rg_gate_options gate;
    /* Called before each cross-validation; a status other than REGATTA_OK ends the
     * choice. May be NULL. */
    regatta_status (*step)(void *state);
    void *step_state;
} rg_blend_task;

/* Two-fold cross-validation over the users of `samples`. The linear blend must gain one
 * standard error of the paired difference over users, in the mean of both scenarios if
 * the samples have a second one. Then channels whose absence gains 1 % are dropped, the
 * most harmful first; the last one that scores unseen users stays. The gate is tried
 * last, over the channels that stay, if there are 2,000 users, and must win by the same
 * standard error. The chosen blend is fitted on all users; *out has as many channels as
 * the samples. Takes seconds. REGATTA_ENOMEM. */
regatta_status rg_blend_choose(regatta_ctx *ctx, rg_blend *out, rg_blend_report *report,
                               const rg_samples *samples, const rg_blend_task *task);
#endif
