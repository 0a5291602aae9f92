/* Scores of whole rows: every item for one query after another, never users x items. */
#ifndef RG_RANK_SCORER_H
#define RG_RANK_SCORER_H
#include "model/model.h"
#include <regatta/query.h>

/* Checks numbers against the model, of either side: REGATTA_EINVAL with words. */
regatta_status rg_query_check(regatta_ctx *ctx, const regatta_model *model,
                              const regatta_query *query);

/* Called once per query with all its scores (row[n_items], free to be overwritten), from
 * any thread, in any order; thread < ctx->threads picks the caller's own scratch. */
typedef void (*rg_row_fn)(void *state, int64_t query, const rg_history *history,
                          float *row, int thread);

/* Tiles of queries: vectors (own row or fold-in), blocked scores, callback. */
regatta_status rg_score_rows(regatta_ctx *ctx, const regatta_model *model,
                             const regatta_query *query, rg_row_fn fn, void *state);
#endif
