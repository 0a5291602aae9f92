/* The nodes most similar to a node. */
#ifndef RG_RANK_SIMILAR_H
#define RG_RANK_SIMILAR_H
#include "model/model.h"
#include <regatta/similar.h>

/* Returns `by`, or for REGATTA_SIMILARITY_AUTO the similarity that it selects. */
int rg_similarity_by(const regatta_model *model, const regatta_query *query, uint32_t by);

/* As regatta_similar; query and options are checked, opts->by is not AUTO; cosines may be
 * NULL. Memory O(16 (nodes + columns)). */
regatta_status rg_similar(regatta_ctx *ctx, const regatta_model *model,
                          const regatta_query *query, const regatta_similar_options *opts,
                          uint32_t *nodes, float *cosines);
#endif
