/* The index of a model in shards, NAME.safetensors.index.json. */
#ifndef RG_MODEL_SHARD_INDEX_H
#define RG_MODEL_SHARD_INDEX_H
#include "base/text/text.h"
#include "model/file/shards.h"

/* A shard of an index. */
typedef struct rg_shard_file {
    char name[RG_SHARD_NAME];
    uint64_t checksum;
} rg_shard_file;

/* Where a tensor is. */
typedef struct rg_shard_place {
    char name[RG_TENSOR_NAME];
    int shard;
} rg_shard_place;

typedef struct rg_shard_index {
    rg_mem mem;
    int n_shards, n_tensors;
    int64_t total_size;    /* bytes of the tensors */
    rg_shard_file *shard;  /* [n_shards] */
    rg_shard_place *place; /* [n_tensors] */
} rg_shard_index;

/* Appends the index of the plan, whose shards are shard[n_shards]. */
void rg_shard_index_write(rg_text *text, const rg_shard_plan *plan,
                          const rg_shard_file *shard);
/* Checks all of the text but what its shards contain. REGATTA_EFORMAT "PATH: reason". */
regatta_status rg_shard_index_read(regatta_ctx *ctx, rg_shard_index **out,
                                   const char *text, int64_t n, const char *path);
/* Returns the shard of a tensor; -1 if the index does not name it. */
int rg_shard_index_find(const rg_shard_index *index, const char *tensor);
void rg_shard_index_free(rg_shard_index *index);
#endif
