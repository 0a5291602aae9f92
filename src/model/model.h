/* A model as the ranking stage reads it, trained here or mapped from a file. */
#ifndef RG_MODEL_MODEL_H
#define RG_MODEL_MODEL_H
#include "base/files/file.h"
#include "gat/train.h"
#include "graph/idmap.h"
#include "knn/item_index.h"
#include "model/blend.h"
#include <regatta/model.h>

/* Weighted sparse rows inside a model: arrays that belong to the model's owner. */
typedef struct rg_weights {
    const int64_t *offset;  /* [n_rows + 1]; NULL = the model has none of this */
    const uint32_t *target; /* ascending within a row */
    const uint16_t *value;  /* bfloat16 */
    int coded;              /* 1: value = scale[row] * code, which is what a file holds */
    const int8_t *code;
    const float *scale; /* [n_rows] */
} rg_weights;

enum { RG_MODEL_BLOCKS = 10, RG_MODEL_RANK = 4096 /* of a spectral filter, at most */ };

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
    rg_rows user_vectors;          /* [n_users][dim] unit rows (zero for no edges) */
    rg_rows item_vectors;          /* [n_items][dim] unit rows */
    const float *bias;             /* [n_items] */
    rg_rows item_state;            /* [layers * n_items][dim] */
    const float *item_degree;      /* [n_items] */
    rg_rows user_x0;               /* [n_users][dim] or data NULL */
    rg_params *params;             /* attention parameters; NULL for kind NONE */

    int compact; /* 1: the file holds the targets of sparse rows as distances */
    int has_items, has_users; /* 1: the model has the two channels that follow */
    int64_t n_item_weights, n_user_weights;
    rg_weights item_attention; /* rows: history items; targets: candidates; w_ij */
    const float *item_scale;   /* [n_items] d_j^-c, a factor of the candidate's sum */
    rg_weights user_attention; /* rows: users; targets: the users they attend to */
    int64_t spectral_rank;     /* 0 = none */
    rg_rows spectral_in;       /* [n_items][spectral_rank] D_i^-1/2 V S^1/2 */
    rg_rows spectral_out;      /* [n_items][spectral_rank] V D_i^1/4 */
    const rg_blend *blend;     /* NULL: the score is the only channel's own */
    rg_index index;  /* of item_vectors and bias (rank/model_index.h); code NULL = none */
    rg_index *built; /* what owns it when it was built here, else NULL */
    int64_t index_build; /* the beam that built it */
    double index_recall; /* its recall@20 against exact search */
    regatta_model_info info;
    char *json; /* regatta_model_json */

    rg_table *item_table;     /* item_vectors and bias, for scoring; owned */
    rg_table *spectral_table; /* spectral_out, for scoring; owned */
    struct rg_candidates_tables *candidates; /* made on first need; owned */
    uint32_t *item_count;         /* [n_items] users per item in history; owned */
    float *log_degree;            /* [n_items] log(1 + item_count); owned */
    float *owned;                 /* arena behind the float arrays; NULL when mapped */
    void *block[RG_MODEL_BLOCKS]; /* what rg_model_set_* copied */
    int n_blocks;
    int64_t *owned_offset;
    uint32_t *owned_item;
    rg_map map; /* empty when trained here */
};

/* Builds what is derived (tables for scoring, item_count, log_degree); the last step of
 * training and loading. */
regatta_status rg_model_finish(regatta_ctx *ctx, regatta_model *model);
void rg_model_fold_tables(rg_fold_tables *out, const regatta_model *model);
/* Row r as floats: where it lies, or for compact rows its values written to
 * scratch[dim]. */
const float *rg_model_row(float *scratch, const rg_rows *rows, int64_t r);
/* How the model holds its tables. Where it has none: as a compact one holds its weights,
 * else F32. */
rg_element rg_model_element(const regatta_model *model);
#endif
