/* Search tables that candidates derive from a model. They are built on first use and
 * stored with the model; readers on other threads see no change of the model. */
#ifndef RG_MODEL_CANDIDATES_TABLES_H
#define RG_MODEL_CANDIDATES_TABLES_H
#include "model/model.h"

enum {
    RG_REACH_TARGETS = 256,     /* the largest number of targets of an item */
    RG_REACH_NONE = -1,         /* the row is not cut */
    RG_CODES_ELEMENTS = 1 << 18 /* smaller tables of vectors are searched without codes */
};

/* The targets of a walk of two hops from each item: its row of item attention, or for
 * longer rows the RG_REACH_TARGETS targets of the largest |w_ij scale_j|, ties to the
 * lower item. */
typedef struct rg_reach {
    rg_mem mem;
    int64_t n_long;
    int32_t *place;   /* [n_items] number of the cut row below; RG_REACH_NONE: use the
                         model's row */
    uint32_t *target; /* [n_long][RG_REACH_TARGETS] ascending */
    uint16_t *value;  /* bfloat16 */
} rg_reach;

/* One row of a reach. */
typedef struct rg_reach_row {
    const uint32_t *target;
    const uint16_t *value;
    int64_t n;
} rg_reach_row;

rg_reach_row rg_reach_of(const rg_reach *reach, const regatta_model *model,
                         uint32_t item);

struct rg_reach_blocks;
typedef struct rg_reach_blocks rg_reach_blocks; /* communities/reach_blocks.h */

typedef struct rg_candidates_tables rg_candidates_tables;
regatta_status rg_candidates_tables_create(rg_mem mem, rg_candidates_tables **out);
void rg_candidates_tables_free(rg_candidates_tables *tables); /* NULL is a no-op */

/* Returns the model's reach. The first call builds it; concurrent calls wait. O(weights)
 * and O(n_items dim). ENOMEM, after which the next call tries again. */
regatta_status rg_candidates_reach(regatta_ctx *ctx, const rg_reach **out,
                                   const regatta_model *model);
/* The same of the blocks of the reach, for a model with communities. */
regatta_status rg_candidates_blocks(regatta_ctx *ctx, const rg_reach_blocks **out,
                                    const regatta_model *model);
/* Returns a table to search the items by vector: 8-bit codes of the model's vectors; or
 * the model's own table with `exact`, for small tables, and if the model stores codes. */
regatta_status rg_candidates_codes(regatta_ctx *ctx, const rg_table **out,
                                   const regatta_model *model, int exact);
#endif
