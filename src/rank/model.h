/* A model as the ranking stage reads it, trained here or mapped from a file. */
#ifndef RG_RANK_MODEL_H
#define RG_RANK_MODEL_H
#include "base/file.h"
#include "gat/train.h"
#include "graph/idmap.h"
#include "rank/blend.h"
#include <regatta/model.h>

/* Weighted sparse rows inside a model: arrays that belong to the model's owner. */
typedef struct rg_weights {
    const int64_t *offset;  /* [n_rows + 1]; NULL = the model has none of this */
    const uint32_t *target; /* ascending within a row */
    const uint16_t *value;  /* bfloat16 */
} rg_weights;

enum { RG_MODEL_BLOCKS = 10 };

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

    int has_items, has_users; /* 1: the model has the two channels that follow */
    int64_t n_item_weights, n_user_weights;
    rg_weights item_attention; /* rows: history items; targets: candidates; w_ij */
    const float *item_scale;   /* [n_items] d_j^-c, a factor of the candidate's sum */
    rg_weights user_attention; /* rows: users; targets: the users they attend to */
    int64_t spectral_rank;     /* 0 = none */
    const float *spectral_in;  /* [n_items][spectral_rank] D_i^-1/2 V S^1/2 */
    const float *spectral_out; /* [n_items][spectral_rank] V D_i^1/4 */
    const rg_blend *blend;     /* NULL: the score is the only channel's own */
    regatta_model_info info;
    char *json; /* regatta_model_json */

    float *panels;                /* item_vectors packed for rg_panel_score; owned */
    float *panel_bias;            /* bias padded to whole panels; owned */
    float *spectral_panels;       /* spectral_out packed; owned */
    uint32_t *item_count;         /* [n_items] users per item in history; owned */
    float *log_degree;            /* [n_items] log(1 + item_count); owned */
    float *owned;                 /* arena behind the float arrays; NULL when mapped */
    void *block[RG_MODEL_BLOCKS]; /* what rg_model_set_* copied */
    int n_blocks;
    int64_t *owned_offset;
    uint32_t *owned_item;
    rg_map map; /* empty when trained here */
};

/* Builds what is derived (panels, panel_bias, item_count); the last step of training and
 * loading. */
regatta_status rg_model_finish(regatta_ctx *ctx, regatta_model *model);
void rg_model_fold_tables(rg_fold_tables *out, const regatta_model *model);
#endif
