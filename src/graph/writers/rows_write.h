/* Interactions to files and databases, in the order they were read. */
#ifndef RG_GRAPH_ROWS_WRITE_H
#define RG_GRAPH_ROWS_WRITE_H
#include "base/files/file.h"
#include "graph/edges.h"
#include <regatta/graph.h>

/* Sets an AUTO format by the extension of `path` before .gz and .zst, TSV for standard
 * output; a database has none. REGATTA_EINVAL for another extension. */
regatta_status rg_rows_format(regatta_ctx *ctx, regatta_format *format, const char *path);
/* Returns 1 if the writer of the format needs the numbers of all ids: their lists, or
 * the number of rows and columns. */
int rg_rows_need_ids(regatta_format format);
/* Writes the edges, which have a spill, to `path` in a format; a database needs a table.
 * Options are checked. Statuses as those of regatta_interactions_convert. */
regatta_status rg_rows_write(regatta_ctx *ctx, rg_edges *edges, const char *path,
                             regatta_format format, const char *table);

/* Fails for a weight of an impression, which no number stands for. */
regatta_status rg_rows_need_number(regatta_ctx *ctx, float weight);

/* The parts of it: rows of cells as text, one user a line, and matrices. */
regatta_status rg_write_rows(regatta_ctx *ctx, rg_output *o, rg_edges *edges,
                             regatta_format format);
regatta_status rg_write_lists(regatta_ctx *ctx, rg_output *o, rg_edges *edges,
                              const char *path);
regatta_status rg_write_matrix(regatta_ctx *ctx, rg_output *o, rg_edges *edges);
regatta_status rg_write_npz(regatta_ctx *ctx, rg_output *o, rg_edges *edges);
#endif
