/* Candidates from one source or both. */
#ifndef RG_RANK_CANDIDATES_H
#define RG_RANK_CANDIDATES_H
#include "rank/scorer.h"
#include <regatta/candidates.h>

/* Returns the sources that a model has: REGATTA_SOURCE_*. */
uint32_t rg_candidates_sources(const regatta_model *model);

/* As regatta_candidates; query and options are checked, and the model has
 * opts->sources. */
regatta_status rg_candidates(regatta_ctx *ctx, const regatta_model *model,
                             const regatta_query *query,
                             const regatta_candidates_options *opts, uint32_t *items,
                             float *scores, float *by_source);
#endif
