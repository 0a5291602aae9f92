/* Rows of a table by blocks of lines, which threads cut and check at the same time. The
 * result is that of reading line by line: a thread only looks ids up, and new ones are
 * numbered afterwards, block by block, in the order of the lines. A part of a block with
 * any row that is not plain (quotes, a bad row, an id to be recoded, a date whose order
 * of day and month is open) is left to the caller, who reads it line by line. */
#ifndef RG_GRAPH_READER_BLOCKS_H
#define RG_GRAPH_READER_BLOCKS_H
#include "graph/readers/reader_rows.h"

typedef struct rg_blocks rg_blocks;

/* Blocks of the rows after the header, whose line is header[length] (NULL: none, or it
 * may be a row). *out is NULL for a format or quotes that blocks do not read. */
regatta_status rg_blocks_create(regatta_ctx *ctx, rg_blocks **out, rg_rows *rows,
                                regatta_format format, const char *header,
                                int64_t length);
/* Reads and consumes rows as long as they are plain. The caller reads the lines up to
 * number *until itself. */
regatta_status rg_blocks_read(rg_blocks *blocks, int64_t *until);
void rg_blocks_free(rg_blocks *blocks); /* NULL is a no-op */
#endif
