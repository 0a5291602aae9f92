/* A sample of rows that were not lines of text: written as CSV, with a header, so that
 * columns get their roles as in a CSV file. */
#ifndef RG_GRAPH_MADE_SAMPLE_H
#define RG_GRAPH_MADE_SAMPLE_H
#include "base/text/text.h"
#include "graph/readers/reader_common.h"

typedef struct rg_made_sample {
    rg_sample sample;
    rg_text text;
    int64_t begin[RG_SAMPLE_LINES + 1]; /* of the rows in the text */
    int n_cells;                        /* of the row that is being made */
} rg_made_sample;

/* A zeroed one may be freed. */
void rg_made_begin(rg_made_sample *made, rg_mem mem);
/* The next cell of the row. */
void rg_made_cell(rg_made_sample *made, const char *text, int64_t length);
/* Ends the row, which messages call `number`. The first row is the header. */
void rg_made_row(rg_made_sample *made, int64_t number);
/* Returns 1 if no more rows are useful: their number, or the bytes. */
int rg_made_is_full(const rg_made_sample *made);
/* After the last row: fills made->sample. */
regatta_status rg_made_end(rg_made_sample *made);
void rg_made_free(rg_made_sample *made);
#endif
