/* Argument checks that several public functions share. On failure each returns
 * REGATTA_EINVAL and sets the context's message. */
#ifndef RG_API_ARGUMENTS_H
#define RG_API_ARGUMENTS_H
#include "api/options.h"
#include "model/model.h"
#include <regatta/query.h>

/* Checks a number of results: 1 to 2^31 - 1. */
regatta_status rg_check_count(regatta_ctx *ctx, const char *name, uint32_t n);
/* Checks that node[n] are numbers of nodes of the side. */
regatta_status rg_check_nodes(regatta_ctx *ctx, const regatta_model *model, uint32_t side,
                              const uint32_t *node, int64_t n, const char *name);
/* Checks that checked items are of the target domain. */
regatta_status rg_check_answers(regatta_ctx *ctx, const regatta_model *model,
                                const uint32_t *item, int64_t n, const char *name);
/* Checks the lists of a filter: `only` may be NULL. */
regatta_status rg_check_filters(regatta_ctx *ctx, const regatta_model *model,
                                uint32_t side, const uint32_t *only, int64_t n_only,
                                const uint32_t *exclude, int64_t n_exclude);
/* Checks the options of re-ranking. */
regatta_status rg_check_order(regatta_ctx *ctx, float mmr, float popularity_penalty);
/* Checks that the model has vectors. */
regatta_status rg_check_vectors(regatta_ctx *ctx, const regatta_model *model);

/* Copies the caller's query of either side, with any struct_size, to *out and checks
 * it. */
regatta_status rg_query_read(regatta_ctx *ctx, regatta_query *out,
                             const regatta_model *model, const regatta_query *query);
/* The same for queries of users only. */
regatta_status rg_query_read_users(regatta_ctx *ctx, regatta_query *out,
                                   const regatta_model *model,
                                   const regatta_query *query);
/* As rg_query_read_users, for calls that take the exclusions of a query. */
regatta_status rg_query_read_seekers(regatta_ctx *ctx, regatta_query *out,
                                     const regatta_model *model,
                                     const regatta_query *query);
/* EINVAL for exclusions whose offsets decrease or whose items are out of range. */
regatta_status rg_check_exclude(regatta_ctx *ctx, const regatta_model *model,
                                const regatta_query *q);
/* Checks that the model can fold items in if the query has lists of users of items. */
regatta_status rg_check_item_lists(regatta_ctx *ctx, const regatta_model *model,
                                   const regatta_query *query);
#endif
