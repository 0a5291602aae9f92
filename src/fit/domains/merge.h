/* One graph of a target domain and of other domains, its sources. */
#ifndef RG_FIT_MERGE_H
#define RG_FIT_MERGE_H
#include "graph/bipartite.h"
#include <regatta/model.h>

/* A source and its use in a merged graph. */
typedef struct rg_merge_source {
    const regatta_graph *graph;
    double weight; /* factor of its interactions; 0: it is left out */
} rg_merge_source;

/* Merges by ids. The nodes of the target come first, with their numbers, then the new
 * nodes of the sources. An interaction has its weight in training by `weighting` (which
 * is then done: the fit reads the weights of the merged graph as they are), times the
 * weight of its source; one that several sources have counts with the largest. Pairs of a
 * user and an item of the target are the target's alone: those of a source are dropped.
 * If the target has times, the interactions of a source without times are the earliest of
 * all; if the target has no times, those of the sources are dropped. O(edges). */
regatta_status rg_merge(regatta_ctx *ctx, regatta_graph **out,
                        const regatta_graph *target, const rg_merge_source *sources,
                        int n_sources, regatta_weighting weighting);
#endif
