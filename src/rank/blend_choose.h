/* Which channels, which kind of blend, which numbers: decided on the validation slice. */
#ifndef RG_RANK_BLEND_CHOOSE_H
#define RG_RANK_BLEND_CHOOSE_H
#include "rank/ranker.h"

typedef enum rg_blend_kind {
    RG_BLEND_START = 0,  /* the weights of rg_blend_start */
    RG_BLEND_LINEAR = 1, /* the ranker without pair terms */
    RG_BLEND_PAIRS = 2,  /* the whole ranker */
    RG_N_BLEND_KINDS
} rg_blend_kind;

/* What was tried and found: ndcg@20 on held-out halves of the slice (each half scored by
 * what the other half fitted); NaN where a thing was not tried. */
typedef struct rg_blend_report {
    rg_blend_kind kind;
    double ndcg; /* of the choice */
    double by_kind[RG_N_BLEND_KINDS];
    double alone[RG_N_CHANNELS];   /* the channel by itself */
    double without[RG_N_CHANNELS]; /* the choice less one channel */
} rg_blend_report;

/* Two-fold cross-validation over the users of `offers`, kinds up to `richest`. A richer
 * one has to gain 2 % to be taken; where the offers know another future, two standard
 * errors of the paired difference over users in the mean of both futures; pairs have to
 * pass both bars. Then channels whose absence gains 1 % are left out, the most harmful
 * first; the choice is fitted on all users. The bars lean to what is good everywhere, for
 * a random slice overstates what it can show. `on` are the channels offered. A few
 * seconds. REGATTA_ENOMEM. */
regatta_status rg_blend_choose(regatta_ctx *ctx, rg_blend *out, rg_blend_report *report,
                               const rg_offers *offers, const int *on,
                               rg_blend_kind richest);
#endif
