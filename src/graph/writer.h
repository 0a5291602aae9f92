/* A graph as a table. */
#ifndef RG_GRAPH_WRITER_H
#define RG_GRAPH_WRITER_H
#include "graph/bipartite.h"

/* TSV with a header `user item [weight] [timestamp]`, rows by user number and in the
 * order of each user's interactions; compressed when the path ends in ".gz" or
 * ".zst". A repeated pair
 * has one row per interaction; in a graph merged by MAX or LAST it has one row, because
 * readers add weights by default. Reading the file with defaults gives the same edges,
 * weights, times and order; it has no nodes without edges, and item numbers may
 * differ. */
regatta_status rg_graph_write(regatta_ctx *ctx, const regatta_graph *graph,
                              const char *path);
#endif
