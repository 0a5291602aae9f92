/* How much an interaction counts. */
#ifndef RG_FIT_WEIGHTING_H
#define RG_FIT_WEIGHTING_H
#include "graph/bipartite.h"
#include <regatta/model.h>

/* From the weights of a graph to the weights of training. Sums of products of two of
 * them must stay within a float, so weights beyond 2^-40 .. 2^40 are all taken times the
 * power of two that brings the median to 1 .. 2. That is exact and changes no order:
 * every channel measures its own scale. Of them those below 2^-60 count 2^-60. */
typedef struct rg_weighting {
    regatta_weighting kind;
    int exponent;     /* weights are taken times 2^exponent; 0 within the bounds */
    float least;      /* what a positive weight counts at least after that; 0 = any */
    int64_t n_raised; /* interactions that count `least` */
} rg_weighting;

/* Chosen by all interactions of a graph.
 *   REGATTA_ENUMERIC  the largest weight is above 2^48 times the median, or all are 0 */
regatta_status rg_weighting_choose(regatta_ctx *ctx, rg_weighting *out,
                                   const regatta_graph *graph, regatta_weighting kind);

/* *out[n_edges] in by_user's order, to be freed with ctx's memory; NULL when every
 * interaction counts the same (BINARY, or a graph without weights). */
regatta_status rg_weighting_apply(regatta_ctx *ctx, float **out,
                                  const regatta_graph *graph,
                                  const rg_weighting *weighting);
#endif
