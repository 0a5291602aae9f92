/* Reads a file of side tables, or takes one from arrays. */
#ifndef RG_GRAPH_FEATURE_READ_H
#define RG_GRAPH_FEATURE_READ_H
#include "graph/features.h"
#include "graph/features/feature_table.h"
#include <regatta/features.h>

/* Both as the public functions. On failure the features are as before. `sink` may be
 * NULL. */
regatta_status rg_features_read(regatta_ctx *ctx, rg_features *features, const char *path,
                                const regatta_features_options *opts,
                                regatta_features_report *report, rg_feature_sink *sink);
regatta_status rg_features_add(regatta_ctx *ctx, rg_features *features,
                               const regatta_feature_arrays *arrays,
                               regatta_features_report *report);
#endif
