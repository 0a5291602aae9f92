/* How much an interaction counts. */
#ifndef RG_RANK_WEIGHTING_H
#define RG_RANK_WEIGHTING_H
#include "graph/bipartite.h"
#include <regatta/model.h>

/* *out[n_edges] in by_user's order, to be freed with ctx's memory; NULL when every
 * interaction counts the same (BINARY, or a graph without weights). */
regatta_status rg_weighting_apply(regatta_ctx *ctx, float **out,
                                  const regatta_graph *graph,
                                  regatta_weighting weighting);
#endif
