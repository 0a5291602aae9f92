/* Numbers that describe a graph. */
#ifndef RG_GRAPH_SUMMARY_H
#define RG_GRAPH_SUMMARY_H
#include "graph/bipartite.h"

/* Computes regatta_graph_summary. Quantiles by nearest rank: element round(q (n - 1)) of
 * the sorted degrees. Gini of the sorted degrees x_1..x_n: 2 sum_i i x_i / (n sum x) - (n
 * + 1) / n. community as rg_igraph_structure, may be NULL. */
regatta_status rg_summarize(regatta_ctx *ctx, regatta_graph_summary *out,
                            uint32_t *community, const regatta_graph *graph);
#endif
