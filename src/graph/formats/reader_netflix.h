/* Files of the Netflix prize: a line `item:`, then a row `user,rating,date` for each
 * rating of the item; the probe has `user` and the qualifying set `user,date`. */
#ifndef RG_GRAPH_READER_NETFLIX_H
#define RG_GRAPH_READER_NETFLIX_H
#include "graph/edges.h"
#include "graph/readers/reader_common.h"

/* Returns 1 if the first two lines are such. */
int rg_netflix_is(const rg_sample *sample);
regatta_status rg_read_netflix(regatta_ctx *ctx, rg_edges **out, rg_input *in,
                               const regatta_read_options *opts,
                               regatta_read_report *report);
#endif
