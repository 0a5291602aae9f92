/* The communities of a model's items. */
#ifndef RG_FIT_UPDATE_COMMUNITIES_H
#define RG_FIT_UPDATE_COMMUNITIES_H
#include "model/model.h"

/* Stores the communities of the graph of the histories (Leiden) in a model under
 * construction, numbered by their first items; items without interactions are one
 * community. About O(edges log nodes). REGATTA_ENOMEM, REGATTA_EIO (igraph cannot be
 * loaded) */
regatta_status rg_communities_find(regatta_ctx *ctx, regatta_model *model);
#endif
