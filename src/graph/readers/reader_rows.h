/* Rows of cells to interactions: the roles of the columns, the checks of each row, the
 * times of the whole column. The readers cut their input into cells. */
#ifndef RG_GRAPH_READER_ROWS_H
#define RG_GRAPH_READER_ROWS_H
#include "graph/edges.h"
#include "graph/readers/column_words.h"
#include "graph/readers/decimal_signs.h"
#include "graph/readers/event_weights.h"
#include "graph/readers/reader_columns.h"
#include "graph/times/reader_time.h"

typedef struct rg_rows {
    regatta_ctx *ctx;
    rg_input *in;             /* for the positions in messages */
    regatta_read_options own; /* the options, without the rules that do not apply */
    const regatta_read_options *opts; /* `own` */
    regatta_read_report *report;
    rg_columns columns;
    int needed;               /* columns a row must have */
    rg_event_weights *events; /* NULL: kinds of events do not count */
    rg_edges *edges;          /* NULL before rg_rows_resolve */
    rg_fields fields;         /* of the current row */
    rg_times times;
    rg_decimal_signs signs[RG_N_ROLES];   /* of the columns of numbers */
    regatta_bad_row bad;                  /* why the current row is bad */
    rg_id user, item;                     /* of the current row */
    char name[RG_N_ROLES][RG_SHOWN + 24]; /* " (column 'userId')" */
    uint32_t last_user;                   /* rows of one user often follow each other */
} rg_rows;

regatta_status rg_rows_create(regatta_ctx *ctx, rg_rows **out, rg_input *in,
                              const regatta_read_options *opts,
                              regatta_read_report *report);
/* Resolves the columns from the first rows, which `format` separates. */
regatta_status rg_rows_resolve(rg_rows *rows, rg_sample *sample, regatta_format format);
/* Sets the names of columns in messages: from the header, which is in rows->fields, or by
 * number. */
void rg_rows_name(rg_rows *rows);
/* Reads the weight of a cell; 0 if it is neither a number nor the word for an impression
 * (rg_is_impression). A positive weight does not become
 * 0. */
int rg_rows_weight(const char *text, int64_t length, double *weight);
/* Returns 1 if min_weight drops a row of this weight; never an impression. */
int rg_rows_below(const rg_rows *rows, double weight);
/* Stores the weight of an interaction whose row has this weight and its kind of event
 * that: their product, which does not become 0, -1 for a dislike, or RG_IMPRESSION.
 * Returns 0 for a weight that is not finite, or negative and no dislike. */
int rg_rows_weigh(const rg_rows *rows, double weight, double event, float *out);
/* Adds the row that is in rows->fields; REGATTA_EFORMAT and rows->bad for a bad one. */
regatta_status rg_rows_add(rg_rows *rows);
/* Returns REGATTA_OK for a bad row that is to be dropped, which is counted; else the
 * status. */
regatta_status rg_rows_drop(rg_rows *rows, regatta_status status);
/* Finishes the times and the report; the caller frees *out. */
regatta_status rg_rows_end(rg_rows *rows, rg_edges **out);
void rg_rows_free(rg_rows *rows); /* NULL is a no-op */
#endif
