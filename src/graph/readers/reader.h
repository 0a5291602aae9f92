/* Readers: a file of interactions to a list of edges, one reader per family of formats.
 */
#ifndef RG_GRAPH_READER_H
#define RG_GRAPH_READER_H
#include "base/files/file.h"
#include "graph/edges.h"
#include "graph/readers/reader_common.h"
#include <regatta/graph.h>

/* Recognises the format from the first 64 KiB (reader_detect.c); REGATTA_EFORMAT names
 * both formats if two fit, or the kind of a file without interactions. */
regatta_status rg_reader_detect(regatta_ctx *ctx, regatta_format *format, rg_input *in);
/* Stores the format of rows that a separator cuts into equally many columns, else
 * REGATTA_FORMAT_AUTO. REGATTA_EFORMAT names `option` and the formats if two fit. */
regatta_status rg_reader_separator(regatta_ctx *ctx, regatta_format *format,
                                   const rg_input *in, rg_sample *sample,
                                   const char *option);

/* LightGCN adjacency text (reader_adjacency.c): `user item item ...` or, when all rows of
 * the sample have the colon, `user: item item ...`. */
regatta_status rg_read_adjacency(regatta_ctx *ctx, rg_edges **out, rg_input *in,
                                 const regatta_read_options *opts,
                                 regatta_read_report *report);
int rg_adjacency_has_colons(rg_sample *sample);
/* Rows of columns in report->format (reader_table.c). *out is NULL with REGATTA_OK if the
 * ranks tried to divide the input, and each has to read all of it. */
regatta_status rg_read_table(regatta_ctx *ctx, rg_edges **out, rg_input *in,
                             const regatta_read_options *opts,
                             regatta_read_report *report);
#endif
