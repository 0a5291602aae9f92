/* Measures of labelled pairs (docs/metrics.md). */
#ifndef RG_RANK_PAIR_METRICS_H
#define RG_RANK_PAIR_METRICS_H
#include "base/ctx.h"
#include <regatta/pairs.h>

/* As regatta_measure_pairs, whose arguments are checked. */
regatta_status rg_pair_metrics(regatta_ctx *ctx, regatta_pair_metrics *out,
                               const regatta_pairs *pairs);
#endif
