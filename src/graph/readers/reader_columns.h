/* Column roles: by number, by header name, by content. */
#ifndef RG_GRAPH_READER_COLUMNS_H
#define RG_GRAPH_READER_COLUMNS_H
#include "graph/readers/reader_common.h"

/* Columns count from 0; -1 = there is none. */
typedef struct rg_columns {
    int has_header;
    int has_row_names; /* a first column without a name in the header, as R writes */
    int is_own;        /* the header is that of regatta_graph_write */
    int n;             /* columns of the first row */
    int user, item, weight, time;
} rg_columns;

/* 1 when these are header cells that name a user and an item column. */
int rg_columns_named(const rg_fields *fields);

/* Looks at the first rows. A header is there (REGATTA_HEADER_AUTO) when row 1 has names
 * of columns and holds no number, or when it holds no number and some column holds
 * nothing else below. An "Unnamed: 0" or empty first name is a pandas index and no
 * column of ours; so is a first column that counts the rows and has no name at all.
 *
 * A role goes to the column asked for by number, else to the one of the best name, else,
 * when one of user and item is known, to the only other column that is an id by its name.
 * When no name says anything, two columns are user and item; of three or four each must
 * show what it is (column_content.h), with dates anywhere and moments in numbers from the
 * third column on. All else is REGATTA_EFORMAT, with the columns and the options. The
 * reading is put in words into report->columns. */
regatta_status rg_columns_resolve(regatta_ctx *ctx, rg_columns *out, const rg_input *in,
                                  rg_sample *sample, const regatta_read_options *opts,
                                  regatta_read_report *report);
#endif
