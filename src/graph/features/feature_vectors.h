/* Vectors of nodes: a NumPy array with ids beside it. */
#ifndef RG_GRAPH_FEATURE_VECTORS_H
#define RG_GRAPH_FEATURE_VECTORS_H
#include "graph/features.h"
#include <regatta/features.h>

/* Adds the vectors of `path` as the modality `name`, with the ids of the first of
 * PATH.ids.txt, STEM.ids.txt, STEM.ids and STEM.txt that exists (STEM is PATH without
 * ".npy"). */
regatta_status rg_feature_vectors_read(regatta_ctx *ctx, rg_features *features,
                                       const char *path, const char *name,
                                       regatta_features_report *report);
#endif
