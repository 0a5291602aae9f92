/* Which column is what: by number, by header name, by position. */
#ifndef RG_GRAPH_READER_COLUMNS_H
#define RG_GRAPH_READER_COLUMNS_H
#include "graph/reader_common.h"

/* Columns count from 0; -1 = there is none. */
typedef struct rg_columns {
    int has_header;
    int n; /* columns of the first row */
    int user, item, weight, time;
} rg_columns;

/* 1 when these are header cells that name a user and an item column. */
int rg_columns_named(const rg_fields *fields);

/* Looks at the first rows. A header is there (REGATTA_HEADER_AUTO) when row 1 names
 * users or items and holds no number, or when it holds no number and some column holds
 * nothing else below. Names are compared without case, '_', '-' and blanks, without a
 * leading '#' and without RecBole's ":type". A first header cell that is empty or
 * "Unnamed: 0" is a pandas index and no column of ours. What no name settles goes by
 * position: user, item, then (where the header named neither) weight and time, as long
 * as those columns hold numbers or dates. */
regatta_status rg_columns_resolve(regatta_ctx *ctx, rg_columns *out, const rg_input *in,
                                  rg_sample *sample, const regatta_read_options *opts);
#endif
