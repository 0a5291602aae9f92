/* Nodes near a node. */
#ifndef RG_RANK_SIMILAR_H
#define RG_RANK_SIMILAR_H
#include "rank/model.h"
#include <regatta/rank.h>

/* As regatta_similar; arguments are checked; cosines may be NULL. O(n * dim). */
regatta_status rg_similar(regatta_ctx *ctx, const regatta_model *model, regatta_side side,
                          uint32_t node, uint32_t k, uint32_t *nodes, float *cosines);
#endif
