/* Interactions to files and databases, in the order they were read. */
#ifndef RG_GRAPH_ROWS_WRITE_H
#define RG_GRAPH_ROWS_WRITE_H
#include "base/files/file.h"
#include "graph/edges.h"
#include <regatta/graph.h>

/* Writes the edges to `path` in a format; AUTO: by the extension before .gz and .zst, and
 * TSV for standard output. A database needs a table. Options are checked. Statuses as
 * those of regatta_interactions_convert. */
regatta_status rg_rows_write(regatta_ctx *ctx, const rg_edges *edges, const char *path,
                             regatta_format format, const char *table);

/* The parts of it: rows of cells as text, one user a line, and matrices. */
regatta_status rg_write_rows(rg_output *o, const rg_edges *edges, regatta_format format);
regatta_status rg_write_lists(regatta_ctx *ctx, rg_output *o, const rg_edges *edges,
                              const char *path);
regatta_status rg_write_matrix(rg_output *o, const rg_edges *edges);
regatta_status rg_write_npz(regatta_ctx *ctx, rg_output *o, const rg_edges *edges);
/* The rows of each user in order: row[offset[u] .. offset[u + 1]) are numbers of edges;
 * both are freed with ctx's allocator. */
regatta_status rg_group_rows(regatta_ctx *ctx, const rg_edges *edges, int64_t **offset,
                             int64_t **row);
#endif
