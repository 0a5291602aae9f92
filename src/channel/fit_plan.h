/* The remaining work of a fit, in seconds, for the progress reports. Units of work are
 * counted in advance by the sizes of the data and the choices so far. The seconds per
 * unit are measured once some units of a kind are done; before that they are the estimate
 * for a processor of 2022 times the slowness of this machine measured so far. */
#ifndef RG_CHANNEL_FIT_PLAN_H
#define RG_CHANNEL_FIT_PLAN_H
#include "model/channel.h"

/* A kind of work: the fit's own, then those of each channel. */
enum {
    RG_WORK_SAMPLES, /* samples of a slice's channels */
    RG_WORK_BLEND,   /* choice of the blend, per slice */
    RG_OWN_WORKS,
    RG_CHANNEL_WORKS = 4, /* of a channel, at most */
    RG_N_WORKS = RG_OWN_WORKS + RG_MAX_CHANNELS * RG_CHANNEL_WORKS,
    RG_NO_WORK = -1
};

/* Returns the number of the work `kind` of a channel. */
int rg_channel_work(int channel, int kind);

typedef struct rg_fit_plan {
    double unit[RG_N_WORKS]; /* estimated seconds of one unit */
    double left[RG_N_WORKS]; /* units left */
    double done[RG_N_WORKS], spent[RG_N_WORKS];
    double mark; /* the clock when the last work ended */
} rg_fit_plan;

/* Reports that n units of a kind were done since the last call. */
void rg_plan_did(rg_fit_plan *plan, int work, double n);
/* Returns the seconds left of all kinds except `except` (RG_NO_WORK: of all). */
double rg_plan_seconds_left(const rg_fit_plan *plan, int except);

/* Returns the sum over rows of length * min(length, cap), the cost of co-occurrence. */
double rg_plan_pairs(const rg_csr *rows, double cap);
#endif
