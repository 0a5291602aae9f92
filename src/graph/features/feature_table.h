/* Reads the rows of a side table, long or wide. */
#ifndef RG_GRAPH_FEATURE_TABLE_H
#define RG_GRAPH_FEATURE_TABLE_H
#include "graph/features.h"
#include "graph/features/feature_columns.h"
#include "graph/readers/reader_common.h"
#include <regatta/features.h>

/* Receives the rows of a wide table in place of the features. */
typedef struct rg_feature_sink {
    void *state;
    int is_used; /* set to 1 for a wide table; a long one gives features */
    regatta_status (*header)(void *state, const rg_input *in,
                             const rg_feature_columns *columns);
    /* The cells of a row, whose node has this id. */
    regatta_status (*row)(void *state, const rg_fields *fields, const char *id);
} rg_feature_sink;

/* Adds the features of a table as the modality `name` and, for each text column, a
 * modality NAME.column. On failure modalities and nodes may have been added. `sink` may
 * be NULL. */
regatta_status rg_feature_table_read(regatta_ctx *ctx, rg_features *features,
                                     rg_input *in, const regatta_features_options *opts,
                                     const char *name, regatta_features_report *report,
                                     rg_feature_sink *sink);
#endif
