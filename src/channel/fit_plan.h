/* The work that a fit has still to do, in seconds: the time left that progress reports.
 * Kinds of work are counted ahead by the sizes of the data and the choices made so far;
 * the seconds of a kind are measured once some of it is done, and before that they are
 * the estimate for a processor of 2022 times how much slower this machine was so far. */
#ifndef RG_CHANNEL_FIT_PLAN_H
#define RG_CHANNEL_FIT_PLAN_H
#include "model/channel.h"

/* A kind of work: the fit's own, then those of each channel. */
enum {
    RG_WORK_SAMPLES, /* samples of a slice's channels */
    RG_WORK_BLEND,   /* choices of the blend, per slice */
    RG_OWN_WORKS,
    RG_CHANNEL_WORKS = 4, /* of a channel, at most */
    RG_N_WORKS = RG_OWN_WORKS + RG_MAX_CHANNELS * RG_CHANNEL_WORKS,
    RG_NO_WORK = -1
};

/* Number of the work `kind` of a channel. */
int rg_channel_work(int channel, int kind);

typedef struct rg_fit_plan {
    double unit[RG_N_WORKS]; /* seconds of one, estimated */
    double left[RG_N_WORKS]; /* how many are to come */
    double done[RG_N_WORKS], spent[RG_N_WORKS];
    double mark; /* the clock when the last work ended */
} rg_fit_plan;

/* n of a kind are done since the last call. */
void rg_plan_did(rg_fit_plan *plan, int work, double n);
/* Of all kinds but `except` (RG_NO_WORK: of all). */
double rg_plan_seconds_left(const rg_fit_plan *plan, int except);

/* The sum over rows of length times least(length, cap): the cost of co-occurrence. */
double rg_plan_pairs(const rg_csr *rows, double cap);
#endif
