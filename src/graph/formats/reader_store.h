/* Interactions from the rows of a query. */
#ifndef RG_GRAPH_READER_STORE_H
#define RG_GRAPH_READER_STORE_H
#include "graph/edges.h"
#include "graph/readers/reader_common.h"
#include "store/store.h"

/* Reads the rows of `query` from the database at `place`; NULL is REGATTA_EFORMAT with
 * the names of its tables. Columns get their roles by name, then by content. *in receives
 * an input with the name of the database, for messages; the caller closes it, after
 * failures too. */
regatta_status rg_read_store(regatta_ctx *ctx, rg_edges **out, rg_input **in,
                             const char *place, const char *query,
                             const regatta_read_options *opts,
                             regatta_read_report *report);
#endif
