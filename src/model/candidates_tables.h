/* What candidates derive from a model, made on first need and kept with it: the model
 * stays as it is for everybody who reads it, at any number of threads. */
#ifndef RG_MODEL_CANDIDATES_TABLES_H
#define RG_MODEL_CANDIDATES_TABLES_H
#include "model/model.h"

enum {
    RG_REACH_TARGETS = 256,     /* of an item that are walked to, at most */
    RG_REACH_NONE = -1,         /* no row of its own */
    RG_CODES_ELEMENTS = 1 << 18 /* vectors below this are searched as they are */
};

/* Where a walk of two hops leads from each item: its row of item attention, or of a
 * longer one the RG_REACH_TARGETS targets of the largest |w_ij scale_j|, ties to the
 * lower item. */
typedef struct rg_reach {
    rg_mem mem;
    int64_t n_long;
    int32_t *place;   /* [n_items] of a cut row below, RG_REACH_NONE: the model's own */
    uint32_t *target; /* [n_long][RG_REACH_TARGETS] ascending */
    uint16_t *value;  /* bfloat16 */
} rg_reach;

/* One row of it. */
typedef struct rg_reach_row {
    const uint32_t *target;
    const uint16_t *value;
    int64_t n;
} rg_reach_row;

rg_reach_row rg_reach_of(const rg_reach *reach, const regatta_model *model,
                         uint32_t item);

typedef struct rg_candidates_tables rg_candidates_tables;
regatta_status rg_candidates_tables_create(rg_mem mem, rg_candidates_tables **out);
void rg_candidates_tables_free(rg_candidates_tables *tables); /* NULL is a no-op */

/* The model's, made when it is asked for the first time: one thread makes it, others
 * wait. O(weights) and O(n_items dim). ENOMEM, after which the next call tries again. */
regatta_status rg_candidates_reach(regatta_ctx *ctx, const rg_reach **out,
                                   const regatta_model *model);
/* A table that finds the best items by vector: 8-bit codes over the model's vectors, or
 * with `exact`, for few of them, and where they are codes, the model's own. */
regatta_status rg_candidates_codes(regatta_ctx *ctx, const rg_table **out,
                                   const regatta_model *model, int exact);
#endif
