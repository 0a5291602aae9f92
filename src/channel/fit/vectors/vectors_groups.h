/* The groups of items that hierarchical attention reads. */
#ifndef RG_CHANNEL_FIT_VECTORS_GROUPS_H
#define RG_CHANNEL_FIT_VECTORS_GROUPS_H
#include "graph/bipartite.h"
#include "graph/features.h"

/* Allocates the groups of the items of `graph`, numbered 0..*n_groups-1 in the order of
 * their first items; the caller frees them with the context's memory.
 *
 * features NULL: the communities of the graph (Leiden). Else the group of an item is the
 * feature with the largest weight in its first sparse modality with one; of equal weights
 * the first. Items without interactions, or without a feature, are one group.
 *   REGATTA_EINVAL  the features have no sparse modality
 *   REGATTA_ENOMEM, REGATTA_EIO (igraph cannot be loaded) */
regatta_status rg_vectors_groups(regatta_ctx *ctx, uint32_t **group, int64_t *n_groups,
                                 const regatta_graph *graph, const rg_features *features);
#endif
