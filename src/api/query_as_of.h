/* Queries that are asked before the end of their histories. */
#ifndef RG_API_QUERY_AS_OF_H
#define RG_API_QUERY_AS_OF_H
#include "model/model.h"
#include <regatta/query.h>

/* A query without the interactions that are later than its times of asking. A zeroed one
 * may be freed. */
typedef struct rg_as_of {
    regatta_query query;
    uint32_t *user; /* arrays of the query if a history is cut */
    int64_t *offset;
    uint32_t *item;
    int64_t *time;
} rg_as_of;

/* Fills *out from a checked query, whose arrays must outlive it. If no interaction is
 * later than `at`, out->query is the query. Else it has the histories that are left. A
 * user of the model whose history is cut becomes a history (rg_query_is_user); the others
 * stay users. O(interactions). */
regatta_status rg_as_of_create(regatta_ctx *ctx, rg_as_of *out,
                               const regatta_model *model, const regatta_query *query);
void rg_as_of_free(regatta_ctx *ctx, rg_as_of *as_of);
#endif
