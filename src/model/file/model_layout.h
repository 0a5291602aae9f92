/* The tensors of a model file, written down once: the writer, the reader and its checks
 * all go through this table (docs/format.md). */
#ifndef RG_MODEL_MODEL_LAYOUT_H
#define RG_MODEL_MODEL_LAYOUT_H
#include "model/file/safetensors.h"
#include "model/model.h"

typedef enum rg_part {
    RG_PART_SHAPE,     /* RG_SHAPE_* */
    RG_PART_NUMBERS,   /* RG_NUMBER_* */
    RG_PART_DATA_HASH, /* of the training graph */
    RG_PART_USER_OFFSETS,
    RG_PART_USER_BYTES,
    RG_PART_ITEM_OFFSETS,
    RG_PART_ITEM_BYTES,
    RG_PART_HISTORY_OFFSETS,
    RG_PART_HISTORY_ITEMS,
    RG_PART_HISTORY_WEIGHTS,
    RG_PART_USER_VECTORS, /* a table, and the scales of its rows */
    RG_PART_USER_VECTORS_SCALE,
    RG_PART_ITEM_VECTORS,
    RG_PART_ITEM_VECTORS_SCALE,
    RG_PART_BIAS,
    RG_PART_ITEM_STATE,
    RG_PART_ITEM_STATE_SCALE,
    RG_PART_ITEM_DEGREE,
    RG_PART_USER_X0,
    RG_PART_USER_X0_SCALE,
    RG_PART_ITEM_ATTENTION_OFFSETS, /* the four of sparse rows in this order */
    RG_PART_ITEM_ATTENTION_TARGETS,
    RG_PART_ITEM_ATTENTION_WEIGHTS,
    RG_PART_ITEM_ATTENTION_WEIGHTS_SCALE,
    RG_PART_ITEM_SCALE,
    RG_PART_USER_ATTENTION_OFFSETS,
    RG_PART_USER_ATTENTION_TARGETS,
    RG_PART_USER_ATTENTION_WEIGHTS,
    RG_PART_USER_ATTENTION_WEIGHTS_SCALE,
    RG_PART_SPECTRAL_IN,
    RG_PART_SPECTRAL_IN_SCALE,
    RG_PART_SPECTRAL_OUT,
    RG_PART_SPECTRAL_OUT_SCALE,
    RG_PART_BLEND,
    RG_PART_INDEX_NUMBERS, /* RG_INDEX_NUMBER_*; all four of the index or none */
    RG_PART_INDEX_CODES,
    RG_PART_INDEX_EDGES,
    RG_PART_INDEX_ENTRIES,
    RG_PART_PARAMS /* the first of the attention parameters */
} rg_part;

enum { RG_N_PARTS = RG_PART_PARAMS + RG_MAX_PARAMS };

enum {
    RG_SHAPE_ATTENTION,
    RG_SHAPE_COMBINE,
    RG_SHAPE_HEADS,
    RG_SHAPE_LAYERS,
    RG_SHAPE_DIM,
    RG_SHAPE_USERS,
    RG_SHAPE_ITEMS,
    RG_SHAPE_EDGES,
    RG_SHAPE_CHANNELS,     /* bit 0: item attention, bit 1: user attention */
    RG_SHAPE_ITEM_WEIGHTS, /* kept weights of each, may be 0 */
    RG_SHAPE_USER_WEIGHTS,
    RG_SHAPE_SPECTRAL, /* rank of the spectral filter, 0 = none */
    RG_N_SHAPE
};

enum { RG_NUMBER_SCALE, RG_NUMBER_VALID_NDCG, RG_NUMBER_VALID_RECALL, RG_N_NUMBERS };

enum {
    RG_INDEX_NUMBER_STEP,   /* of the codes, a float exactly */
    RG_INDEX_NUMBER_RECALL, /* @20 against exact search */
    RG_INDEX_NUMBER_BUILD,  /* the beam that built it */
    RG_N_INDEX_NUMBERS
};

typedef enum rg_presence { RG_ABSENT, RG_OPTIONAL, RG_REQUIRED } rg_presence;

/* tensor[p] is what part p has to look like; a dimension of -1 is any. */
typedef struct rg_model_layout {
    rg_tensor tensor[RG_N_PARTS];
    rg_presence presence[RG_N_PARTS];
} rg_model_layout;

/* The tables, each in one of the types of rg_element. The part behind a table's holds its
 * scales where it is RG_I8. */
enum { RG_N_TABLES = 6 };
typedef struct rg_table_part {
    rg_part part;
    const char *name;
    size_t rows; /* where the model has its rg_rows */
} rg_table_part;
extern const rg_table_part rg_table_parts[RG_N_TABLES];
rg_dtype rg_dtype_of(rg_element type);

/* For a model of these sizes; `params` (NULL for kind NONE) names the parameters. Of the
 * model only shape, n_edges, has_items, has_users, n_item_weights, n_user_weights,
 * spectral_rank, compact and the types of tables and weights are read. */
void rg_model_layout_fill(rg_model_layout *out, const regatta_model *sizes,
                          const rg_params *params);
/* Points the tensors of a layout for `model` at its arrays: names, scalars and the index
 * are the writer's. */
void rg_model_layout_point(rg_model_layout *layout, const regatta_model *model);
/* Points the model's index, where the file has one, into the tensors found; NULL, or what
 * is wrong with it. */
const char *rg_model_layout_index(regatta_model *model, const rg_model_layout *found);
/* The part that attention parameter `entry` of params is; -1 for another group. */
int rg_model_layout_param(const rg_params *params, int entry);
#endif
