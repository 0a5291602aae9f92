/* A score taken apart. */
#ifndef RG_RANK_EXPLAIN_H
#define RG_RANK_EXPLAIN_H
#include "rank/scorer.h"

/* As regatta_explain; arguments are checked. */
regatta_status rg_explain(regatta_ctx *ctx, const regatta_model *model,
                          const regatta_query *query, uint32_t item,
                          regatta_contribution *contributions, int64_t capacity,
                          int64_t *n_contributions, regatta_explanation *out);
#endif
