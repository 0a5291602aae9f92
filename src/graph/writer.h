/* A graph as a table. */
#ifndef RG_GRAPH_WRITER_H
#define RG_GRAPH_WRITER_H
#include "graph/bipartite.h"

/* TSV with a header `user item [weight] [timestamp]`, rows by user number and in the
 * order of each user's interactions; gzipped when the path ends in ".gz". A pair that
 * came several times has as many rows; in a graph that was merged by largest or last it
 * has one, for readers add by default. What is read back by default has the same edges,
 * weights, times and order; nodes without an edge are not in it, and items may be
 * numbered anew. */
regatta_status rg_graph_write(regatta_ctx *ctx, const regatta_graph *graph,
                              const char *path);
#endif
