/* The kind of content of a column. */
#ifndef RG_GRAPH_COLUMN_CONTENT_H
#define RG_GRAPH_COLUMN_CONTENT_H
#include "graph/readers/reader_common.h"

typedef enum rg_content_kind {
    RG_CONTENT_EMPTY,    /* empty: the column after a trailing separator */
    RG_CONTENT_TEXT,     /* or mixed */
    RG_CONTENT_WHOLE,    /* whole numbers: ids, or counts that are not recognisable */
    RG_CONTENT_DECIMALS, /* numbers that are neither ids nor evidently weights */
    RG_CONTENT_WEIGHTS,  /* numbers that are evidently ratings or counts */
    RG_CONTENT_EPOCHS,   /* whole numbers that are times of 1990 to 2100 */
    RG_CONTENT_PLACES,   /* whole numbers that order the rows of each user, from 0 or 1 */
    RG_CONTENT_DATES
} rg_content_kind;

typedef struct rg_content {
    rg_content_kind kind;
    int fraction; /* some number has a fraction: the column has no ids */
} rg_content;

/* Classifies the columns [0, n_columns) of the sample's rows from `first` on. Empty cells
 * do not count, and a tenth of the cells may deviate. Weights are evident as numbers up
 * to 10, as whole numbers of which a quarter is 1 (counts), or as fractions that do not
 * look like coordinates (negative, or beyond 10 with three digits after the point).
 * Places restart when the first column changes: 1, 2, 3, 1, 2 (the row's place), or 0,
 * 60, 9244800, 0 (seconds since the user's first row). */
void rg_content_look(rg_content *out, int n_columns, rg_sample *sample, int first,
                     regatta_format format);
/* Returns 1 if such cells can be ids. */
int rg_content_is_id(rg_content content);
#endif
