/* The weights of interactions in training. */
#ifndef RG_FIT_WEIGHTING_H
#define RG_FIT_WEIGHTING_H
#include "graph/bipartite.h"
#include <regatta/model.h>

/* Converts the weights of a graph to the weights of training. Sums of products of two
 * weights must be finite in float, so if weights exceed 2^-40 .. 2^40, all are multiplied
 * by the power of two that moves the median to 1 .. 2. This is exact and changes no
 * ranking, because every channel measures its own scale. Scaled weights below 2^-60 are
 * raised to 2^-60. */
typedef struct rg_weighting {
    regatta_weighting kind;
    int exponent;     /* weights are multiplied by 2^exponent; 0 within the bounds */
    float least;      /* lower bound of a scaled positive weight; 0 = none */
    int64_t n_raised; /* interactions raised to `least` */
} rg_weighting;

/* Returns the weight of an interaction before scaling. */
float rg_weighting_counted(regatta_weighting kind, float weight);

/* Chooses the scaling from all interactions of a graph.
 *   REGATTA_ENUMERIC  the largest weight is above 2^48 times the median, or all are 0 */
regatta_status rg_weighting_choose(regatta_ctx *ctx, rg_weighting *out,
                                   const regatta_graph *graph, regatta_weighting kind);

/* Stores (*out)[n_edges] in the order of by_user, freed with ctx's allocator; NULL if all
 * weights are equal (BINARY, or a graph without weights). */
regatta_status rg_weighting_apply(regatta_ctx *ctx, float **out,
                                  const regatta_graph *graph,
                                  const rg_weighting *weighting);
#endif
