/* A graph as a table. */
#ifndef RG_GRAPH_WRITER_H
#define RG_GRAPH_WRITER_H
#include "graph/bipartite.h"

/* TSV with a header `user item [weight] [timestamp]`, rows by user and item number;
 * gzipped when the path ends in ".gz". What is read back has the same edges, weights
 * and times; nodes without an edge are not in it, and items may be numbered anew. */
regatta_status rg_graph_write(regatta_ctx *ctx, const regatta_graph *graph,
                              const char *path);
#endif
