/* New interactions that a model already has: the same rows given twice. */
#ifndef RG_FIT_UPDATE_KNOWN_H
#define RG_FIT_UPDATE_KNOWN_H
#include "graph/bipartite.h"
#include "model/model.h"

/* Counts the interactions of `news` whose user, item and time the model has; of a model
 * without times, whose user and item. O(n log h) for n new interactions of users with h
 * in the model. With `fresh`, *fresh is the graph of the others, and of all marks; NULL
 * if none is left. REGATTA_ENOMEM */
regatta_status rg_update_known(regatta_ctx *ctx, int64_t *n, regatta_graph **fresh,
                               const regatta_model *model, const regatta_graph *news);
#endif
