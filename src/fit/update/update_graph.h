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

/* Builds the graph of the interactions of a model of one domain, and then those of
 * rows->news. The fitted nodes of the model come first (update_record.h), with their
 * numbers, then the new ones of `news`. The graph is that of a file with the rows of the
 * training and then the new ones. O(edges).
 *   REGATTA_ENOMEM, REGATTA_EFORMAT (too many nodes) */
regatta_status rg_update_graph(regatta_ctx *ctx, regatta_graph **out,
                               const regatta_model *model, const rg_update_rows *rows,
                               regatta_dedup dedup);
#endif
