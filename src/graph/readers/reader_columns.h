/* Column roles: by number, by header name, by content. */
#ifndef RG_GRAPH_READER_COLUMNS_H
#define RG_GRAPH_READER_COLUMNS_H
#include "graph/readers/column_words.h"
#include "graph/readers/reader_common.h"

/* Columns count from 0; -1 = none. */
typedef struct rg_columns {
    int has_header;
    int has_row_names; /* a first column without a name in the header, as R writes */
    int is_own;        /* the header is that of regatta_graph_write */
    int n;             /* columns of the first row */
    int at[RG_N_ROLES];
} rg_columns;

/* The names of the roles in messages, and in options: --user-column. */
extern const char *const rg_role_name[RG_N_ROLES];
/* Returns the name of a role of rows that `opts` describe: in logged feedback a weight is
 * a reward. */
const char *rg_role_name_of(rg_role role, const regatta_read_options *opts);
/* Writes the columns that the caller asks for by number, by role. */
void rg_columns_asked(uint32_t asked[RG_N_ROLES], const regatta_read_options *opts);

/* Returns 1 if these header cells name a user and an item column. */
int rg_columns_named(const rg_fields *fields);

/* Assigns roles from the first rows, separated as in `format`. Row 1 is a header
 * (REGATTA_HEADER_AUTO) if it has no number and either names columns or a column below
 * has only numbers. A first column named "Unnamed: 0" or "" is a pandas index and is
 * ignored; so is a first column without a name that counts the rows.
 *
 * A role is assigned to the column given by number, else to the one with the best name,
 * else, if one of user and item is known, to the only other column with the name of an
 * id. If no name has a role, two columns are user and item; three or four must have
 * unambiguous content (column_content.h), with dates in any column and numeric times from
 * the third column on. Other files are REGATTA_EFORMAT, with the columns and the options
 * in the message. report->columns describes the roles.
 *
 * Logged feedback needs a user, an item, a reward and a propensity, by name or number. */
regatta_status rg_columns_resolve(regatta_ctx *ctx, rg_columns *out, const rg_input *in,
                                  rg_sample *sample, regatta_format format,
                                  const regatta_read_options *opts,
                                  regatta_read_report *report);
#endif
