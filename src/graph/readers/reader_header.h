/* Detects if the first row of a table is a header. */
#ifndef RG_GRAPH_READER_HEADER_H
#define RG_GRAPH_READER_HEADER_H
#include "graph/readers/reader_common.h"

typedef enum rg_header {
    RG_HEADER_NO,
    RG_HEADER_YES,
    RG_HEADER_OPEN, /* it names a user and an item, and a row below has such a cell, too
                     */
    RG_HEADER_SHOWN /* the cell `shown` is a name or an impression */
} rg_header;

/* Row 1 is a header if it has no number and: it names a user and an item; or one of its
 * cells is a known name that its column does not hold below; or all cells of a column
 * below are numbers; or all cells of all columns below have a digit, and no cell of row 1
 * has. Also if it is "", "0", "1", ... as pandas writes columns without names. */
rg_header rg_header_detect(rg_sample *sample, regatta_format format);
/* The name of a pandas index: none, or "Unnamed: 0". */
int rg_header_is_index(const char *text, int64_t length);
#endif
