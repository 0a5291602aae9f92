/* A model in several safetensors files, the shards, and an index of them, as Hugging Face
 * has it (docs/format.md):
 *
 *   NAME.safetensors.index.json                  which shard has which tensor
 *   NAME-HASH-00001-of-00004.safetensors, ...    beside it
 *
 * HASH is that of the checksums of the shards: an older index does not name the shards of
 * another model, and the rename of the index puts a model in place. */
#ifndef RG_MODEL_SHARDS_H
#define RG_MODEL_SHARDS_H
#include "model/file/safetensors.h"
#include "model/model.h"

enum {
    RG_SHARDS_MOST = 256,
    RG_SHARD_NAME = 256 /* bytes of a file name with its end */
};

#define RG_SHARDS_INDEX ".safetensors.index.json"

/* A tensor, or rows of one, and its shard, from 0. */
typedef struct rg_shard_piece {
    rg_tensor tensor;
    int shard;
} rg_shard_piece;

/* Which piece belongs to which shard: a function of the tensors and n_shards alone. */
typedef struct rg_shard_plan {
    rg_mem mem;
    int n_shards, n;
    int64_t bytes; /* of all tensors */
    rg_shard_piece *piece;
} rg_shard_plan;

/* Deals the tensors, in their order, to shards of nearly the same size. A large tensor is
 * divided between rows, of its first dimension: part 2 of 3 of NAME is
 * NAME.00002-of-00003. ENOMEM; the tensors' data outlive *out. */
regatta_status rg_shard_plan_create(regatta_ctx *ctx, rg_shard_plan **out,
                                    const rg_tensor *tensors, int n, int n_shards);
void rg_shard_plan_free(rg_shard_plan *plan);
/* Returns the length of the name of the whole tensor and stores the part, from 1, and
 * the number of parts; 0: the name is that of a whole tensor. */
int rg_shard_part_of(const char *name, int *part, int *n_parts);

/* Returns 1 if the content of a file is that of an index (a model's file has no such
 * first byte). */
int rg_is_shard_index(const rg_map *map);
/* Reads the shards that the index `map` names, from the folder of `path`: the maps belong
 * to the model, divided tensors are joined in memory of the model. REGATTA_EFORMAT, EIO,
 * ENOMEM; the messages name the index or the shard. */
regatta_status rg_shards_read(regatta_ctx *ctx, rg_safetensors **out,
                              regatta_model *model, const rg_map *map, const char *path);
#endif
