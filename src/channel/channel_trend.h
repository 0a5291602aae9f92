/* Recent popularity: x_j = log(1 + n_j), n_j the interactions of item j in a window of
 * time before the query is asked, of all users. Ji et al., "A Re-visit of the Popularity
 * Baseline in Recommender Systems", SIGIR 2020. */
#ifndef RG_CHANNEL_CHANNEL_TREND_H
#define RG_CHANNEL_CHANNEL_TREND_H
#include "model/channel.h"

/* The numbers of rg_trend_state.clock. */
enum {
    RG_TREND_START,  /* the time of the first interaction, in seconds */
    RG_TREND_UNIT,   /* seconds, at least 1 */
    RG_TREND_WINDOW, /* units, at least 1 */
    RG_N_TREND_CLOCK
};

/* The interactions of all users, the earliest first. */
typedef struct rg_trend_state {
    int64_t clock[RG_N_TREND_CLOCK];
    int64_t n;
    const uint32_t *item; /* [n] */
    const uint32_t *time; /* [n] units since the start, rounded down */
} rg_trend_state;

extern const rg_channel_ops rg_channel_trend;
#endif
