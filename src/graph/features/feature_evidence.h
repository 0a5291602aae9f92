/* The kind of a column of a side table by its name and the first rows. */
#ifndef RG_GRAPH_FEATURE_EVIDENCE_H
#define RG_GRAPH_FEATURE_EVIDENCE_H
#include "graph/features/feature_columns.h"

/* What the reader needs of the sample. */
typedef struct rg_feature_sample {
    rg_sample *lines;
    int first; /* the first row that is no header */
    regatta_format format;
    int keep_null_words;
} rg_feature_sample;

/* Sets the kind of an open column, or the separator of a list without one:
 *   skip      all cells are empty
 *   category  keys and flags in numbers; texts that repeat; a name such as brand
 *   number    a name such as price, or a fraction
 *   list      ['a', 'b'] in all cells; | ; or , between short parts that repeat, or that
 * a name such as genres announces text      a name such as title; three words or more,
 * and hardly a repeat has_known is 1 if an earlier table has the column as a category or
 * list. Other columns stay open, and column->why says what they hold. */
regatta_status rg_feature_evidence_find(regatta_ctx *ctx, rg_feature_column *column,
                                        int place, int has_known,
                                        const rg_feature_sample *sample);
/* Returns 1 if a cell means a missing value. */
int rg_feature_is_missing(const char *text, int64_t length, int keep_null_words);
/* Takes the next part of a list at *at, without blanks and, in brackets, quotes around
 * it; 0: there are no more. */
int rg_feature_next_part(const char **at, const char *end, char separator,
                         const char **part, int64_t *length);
#endif
