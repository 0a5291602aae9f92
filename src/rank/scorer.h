/* Whole rows of scores: all items for one query after another, never a matrix of users x
 * items. */
#ifndef RG_RANK_SCORER_H
#define RG_RANK_SCORER_H
#include "base/ranks/ranks.h"
#include "model/model.h"
#include <regatta/query.h>

/* Checks the node numbers of a query of either side: REGATTA_EINVAL with a message. */
regatta_status rg_query_check(regatta_ctx *ctx, const regatta_model *model,
                              const regatta_query *query);

/* Called once per query with all its scores (row[n_items], may be overwritten), from any
 * thread, in any order; thread < ctx->threads is the index of the thread's scratch. */
typedef void (*rg_row_fn)(void *state, int64_t query, const rg_history *history,
                          float *row, int thread);

/* Scores the queries tile by tile and calls the callback for each row. */
regatta_status rg_score_rows(regatta_ctx *ctx, const regatta_model *model,
                             const regatta_query *query, rg_row_fn fn, void *state);

/* Divides the queries among the ranks and scores those of this one. The caller gathers
 * what the callback has written. */
regatta_status rg_score_share(regatta_ctx *ctx, rg_shares *share,
                              const regatta_model *model, const regatta_query *query,
                              rg_row_fn fn, void *state);
#endif
