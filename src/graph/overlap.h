/* A comparison of two graphs. */
#ifndef RG_GRAPH_OVERLAP_H
#define RG_GRAPH_OVERLAP_H
#include "graph/bipartite.h"

/* Computes regatta_overlap. Only nodes with an edge in test count as unknown. */
regatta_status rg_overlap(regatta_ctx *ctx, regatta_overlap *out,
                          const regatta_graph *train, const regatta_graph *test);
#endif
