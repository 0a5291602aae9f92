/* Entries of a sparse matrix as interactions: rows are users, columns items, and their
 * numbers are the ids. */
#ifndef RG_GRAPH_ENTRIES_H
#define RG_GRAPH_ENTRIES_H
#include "graph/edges.h"
#include "graph/readers/reader_common.h"

typedef struct rg_entries {
    regatta_ctx *ctx;
    const regatta_read_options *opts;
    regatta_read_report *report;
    rg_edges *edges;
    int64_t last_row; /* entries of one row often follow each other; -1 = none */
    uint32_t last_user;
    regatta_bad_row bad; /* why the last entry is refused */
    /* Instead of the numbers, ids of rows and columns: NULL or the bytes of id k at
     * text[k * size], with NULs behind it. */
    struct {
        const char *text;
        int64_t size;
    } names[2];
} rg_entries;

/* has_value: the matrix has values, not only a pattern. */
regatta_status rg_entries_begin(regatta_ctx *ctx, rg_entries *e, int has_value,
                                const regatta_read_options *opts,
                                regatta_read_report *report);
/* Adds an entry; *wrong is NULL, or why its value cannot be a weight. */
regatta_status rg_entries_add(rg_entries *e, int64_t row, int64_t column, double value,
                              const char **wrong);
/* Fills the report; the caller frees *out. */
void rg_entries_end(rg_entries *e, rg_edges **out, int64_t n_lines);
#endif
