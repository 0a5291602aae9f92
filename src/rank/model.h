/* A model as the ranking stage reads it, trained here or mapped from a file. */
#ifndef RG_RANK_MODEL_H
#define RG_RANK_MODEL_H
#include "base/file.h"
#include "gat/train.h"
#include "graph/idmap.h"
#include <regatta/model.h>

/* All arrays are read-only: they belong to `vectors`/`history`-like owners below or to
 * the mapped file. */
struct regatta_model {
    rg_mem mem;
    rg_shape shape;
    float scale; /* 1 / temperature */
    int64_t n_edges;
    rg_idmap *users, *items;
    const int64_t *history_offset; /* [n_users + 1] training items of each user */
    const uint32_t *history_item;  /* [n_edges] ascending within a user */
    const float *history_weight;   /* [n_edges] as training counted them; NULL = all 1 */
    const float *user_vectors;     /* [n_users][dim] unit rows (zero for no edges) */
    const float *item_vectors;     /* [n_items][dim] unit rows */
    const float *bias;             /* [n_items] */
    const float *item_state;       /* [layers][n_items][dim] */
    const float *item_degree;      /* [n_items] */
    const float *user_x0;          /* [n_users][dim] or NULL */
    rg_params *params;             /* attention parameters; NULL for kind NONE */
    regatta_model_info info;
    char *json; /* regatta_model_json */

    float *panels;        /* item_vectors packed for rg_panel_score; owned */
    float *panel_bias;    /* bias padded to whole panels; owned */
    uint32_t *item_count; /* [n_items] users per item in history (novelty); owned */
    float *owned;         /* arena behind the float arrays; NULL when mapped */
    int64_t *owned_offset;
    uint32_t *owned_item;
    rg_map map; /* empty when trained here */
};

/* Builds what is derived (panels, panel_bias, item_count); the last step of training and
 * loading. */
regatta_status rg_model_finish(regatta_ctx *ctx, regatta_model *model);
void rg_model_fold_tables(rg_fold_tables *out, const regatta_model *model);
#endif
