/* The graph of a model with more interactions. */
#ifndef RG_FIT_UPDATE_GRAPH_H
#define RG_FIT_UPDATE_GRAPH_H
#include "graph/features.h"
#include "model/model.h"

/* What a model takes in. */
typedef struct rg_update_rows {
    const regatta_graph *news;                        /* NULL: no interactions */
    const rg_features *item_features, *user_features; /* NULL: none */
    const uint8_t *forget; /* [n_users] 1: without this user; NULL: none */
} rg_update_rows;

/* The nodes of a model from the first on: all, or those that were fitted. */
typedef struct rg_update_nodes {
    int64_t users, items;
} rg_update_nodes;

/* Builds the graph of the interactions of a model of one domain, and then those of
 * rows->news. The given nodes of the model, among them all with interactions, come first,
 * with their numbers, then the new ones of `news`. With the fitted nodes the graph is
 * that of a file with the rows of the training and then the new ones. O(edges).
 *   REGATTA_ENOMEM, REGATTA_EFORMAT (too many nodes) */
regatta_status rg_update_graph(regatta_ctx *ctx, regatta_graph **out,
                               const regatta_model *model, rg_update_nodes nodes,
                               const rg_update_rows *rows, regatta_dedup dedup);
/* The same of a model with interactions of other domains, which was trained without
 * weights of the data (binary): the graph is that of a merge of all rows of the target
 * with the sources of the training, as they were weighed. New nodes of the target come
 * behind its others, so that the nodes of sources have other numbers than in the model; a
 * node of a source that gets a row of the target is one of the target's from then on. */
regatta_status rg_update_merged(regatta_ctx *ctx, regatta_graph **out,
                                const regatta_model *model, rg_update_nodes nodes,
                                const rg_update_rows *rows, regatta_dedup dedup);
/* Returns all nodes of a model. */
rg_update_nodes rg_update_all(const regatta_model *model);
#endif
