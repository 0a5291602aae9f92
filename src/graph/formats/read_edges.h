/* Interactions from any file or database: the reader that its content asks for. */
#ifndef RG_GRAPH_READ_EDGES_H
#define RG_GRAPH_READ_EDGES_H
#include "graph/edges.h"
#include <regatta/graph.h>

/* REGATTA_EINVAL with the reason for options out of range. */
regatta_status rg_read_check(regatta_ctx *ctx, const regatta_read_options *opts);
/* Reads the rows in order, at least one, with checked options; the report begins with
 * zeros, and n_duplicates stays 0. Statuses as those of regatta_graph_read. */
regatta_status rg_read_edges(regatta_ctx *ctx, rg_edges **out, const char *path,
                             const regatta_read_options *opts,
                             regatta_read_report *report);
#endif
