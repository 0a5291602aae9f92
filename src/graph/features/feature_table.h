/* Reads the rows of a side table, long or wide. */
#ifndef RG_GRAPH_FEATURE_TABLE_H
#define RG_GRAPH_FEATURE_TABLE_H
#include "graph/features.h"
#include "graph/readers/reader_common.h"
#include <regatta/features.h>

/* Adds the features of a table as the modality `name` and, for each text column, a
 * modality NAME.column. On failure modalities and nodes may have been added. */
regatta_status rg_feature_table_read(regatta_ctx *ctx, rg_features *features,
                                     rg_input *in, const regatta_features_options *opts,
                                     const char *name, regatta_features_report *report);
#endif
