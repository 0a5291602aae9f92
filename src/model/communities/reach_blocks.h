/* The rows of a reach by the communities of their targets. */
#ifndef RG_MODEL_REACH_BLOCKS_H
#define RG_MODEL_REACH_BLOCKS_H
#include "model/candidates_tables.h"

/* The targets of a row that lie in one community. */
typedef struct rg_reach_block {
    uint32_t community;
    uint16_t n;    /* targets */
    uint16_t mass; /* bfloat16: the sum of w_ij scale_j above 0 */
} rg_reach_block;

struct rg_reach_blocks {
    rg_mem mem;
    int64_t *offset;       /* [n_items + 1] blocks of the rows */
    rg_reach_block *block; /* of a row by ascending community */
    int64_t *first;        /* [n_items + 1] places of the rows */
    uint8_t *place;        /* of the targets of a row, block after block; in a block by
                              falling |w_ij scale_j|, of nearly equal ones the
                              lower items first */
};

/* For a model with communities. O(entries log). Same bits at any number of threads.
 * ENOMEM */
regatta_status rg_reach_blocks_create(regatta_ctx *ctx, rg_reach_blocks **out,
                                      const regatta_model *model, const rg_reach *reach);
void rg_reach_blocks_free(rg_reach_blocks *blocks); /* NULL is a no-op */
#endif
