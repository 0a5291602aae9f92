/* Cells of PostgreSQL: a row of binary COPY to cells, and cells to a row of COPY text. */
#ifndef RG_STORE_POSTGRES_CELLS_H
#define RG_STORE_POSTGRES_CELLS_H
#include "store/store_door.h"

/* Returns 1 if rg_postgres_decode reads the binary form of a type; the others are cast to
 * text in the query. */
int rg_postgres_reads(uint32_t type);
/* Decodes row[n] of binary COPY: `columns` cells of these types, whose texts point into
 * the row or to constants. Returns 1, 0 for the end of the data, -1 if the bytes are not
 * such a row. */
int rg_postgres_decode(rg_cell *cells, const uint32_t *types, int columns,
                       const char *row, int64_t n);
/* Returns the length of the header before the first row, -1 if it is not one. */
int64_t rg_postgres_header(const char *bytes, int64_t n);
/* Appends a row of COPY text: "cell\tcell\n". */
void rg_postgres_encode(rg_text *to, const rg_cell *cells, int columns);
#endif
