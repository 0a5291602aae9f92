/* A file of interactions that the ranks read together: each reads its share of the lines,
 * then all have all rows, with the numbers that one process gives the ids (the order of
 * first appearance).
 *
 * A share is read as if it were the whole file. Where that is not so (a bad row, a line
 * break in quotes, a date whose order of day and month other rows settle, decimal commas
 * and points) each rank reads the whole file, and finds what one process finds. */
#ifndef RG_GRAPH_ROWS_SHARE_H
#define RG_GRAPH_ROWS_SHARE_H
#include "graph/readers/reader_rows.h"

/* Before anything is read: lets the input be divided if all ranks see the same file,
 * judged by sizes and the first 64 KiB. Called by all ranks; in NULL: something else is
 * read. Without ranks a no-op. */
regatta_status rg_share_allow(regatta_ctx *ctx, rg_input *in);
/* After the header of a table: makes the input that of this rank's share if that is
 * allowed and useful; *shared is 1 then. `format` is that of the rows. */
regatta_status rg_rows_share(rg_rows *rows, regatta_format format, int *shared);
/* After the share was read with `status`: rows, ids and counts become those of all ranks.
 * *whole is 1 if the whole file has to be read instead. */
regatta_status rg_rows_join(rg_rows *rows, regatta_status status, int *whole);
#endif
