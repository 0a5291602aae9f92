/* Checks of arguments that several public functions share. Each says in the context's
 * message what is wrong. */
#ifndef RG_API_ARGUMENTS_H
#define RG_API_ARGUMENTS_H
#include "api/options.h"
#include "model/model.h"
#include <regatta/query.h>

/* A count of results: 1 to 2^31 - 1. */
regatta_status rg_check_count(regatta_ctx *ctx, const char *name, uint32_t n);
/* node[n] are numbers of nodes of the side. */
regatta_status rg_check_nodes(regatta_ctx *ctx, const regatta_model *model, uint32_t side,
                              const uint32_t *node, int64_t n, const char *name);
/* The lists of a filter: `only` may be NULL. */
regatta_status rg_check_filters(regatta_ctx *ctx, const regatta_model *model,
                                uint32_t side, const uint32_t *only, int64_t n_only,
                                const uint32_t *exclude, int64_t n_exclude);
/* The options of re-ranking. */
regatta_status rg_check_order(regatta_ctx *ctx, float mmr, float popularity_penalty);
/* The model has vectors. */
regatta_status rg_check_vectors(regatta_ctx *ctx, const regatta_model *model);

/* The caller's query of either side, of any size of the struct, checked, in *out. */
regatta_status rg_query_read(regatta_ctx *ctx, regatta_query *out,
                             const regatta_model *model, const regatta_query *query);
/* The same of users alone. */
regatta_status rg_query_read_users(regatta_ctx *ctx, regatta_query *out,
                                   const regatta_model *model,
                                   const regatta_query *query);
/* The side of an item list is items: the model can fold items in. */
regatta_status rg_check_item_lists(regatta_ctx *ctx, const regatta_model *model,
                                   const regatta_query *query);
#endif
