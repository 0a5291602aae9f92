/* The safetensors container: an 8-byte little-endian header length, a JSON header, raw
 * little-endian tensors without holes. The writer aligns every tensor to 64 bytes in the
 * file (docs/format.md); the reader checks everything. */
#ifndef RG_MODEL_SAFETENSORS_H
#define RG_MODEL_SAFETENSORS_H
#include "base/files/file.h"

typedef enum rg_dtype {
    RG_DTYPE_U8,
    RG_DTYPE_I8,
    RG_DTYPE_U32,
    RG_DTYPE_U64,
    RG_DTYPE_I64,
    RG_DTYPE_F32,
    RG_DTYPE_F64,
    RG_DTYPE_BF16
} rg_dtype;

enum { RG_TENSOR_NAME = 48, RG_TENSOR_RANK = 3 };

/* One tensor. `data` is borrowed: the bytes to write, or an address in a map. */
typedef struct rg_tensor {
    char name[RG_TENSOR_NAME];
    rg_dtype dtype;
    int rank;
    int64_t dim[RG_TENSOR_RANK]; /* 1 beyond rank */
    const void *data;
} rg_tensor;

/* Return the number of elements, and of their bytes. */
int64_t rg_tensor_count(const rg_tensor *t);
int64_t rg_tensor_bytes(const rg_tensor *t);

/* What a file is made of. `settings` and, unless NULL, `shard` become members of
 * __metadata__, beside "format" and "format_version". */
typedef struct rg_safetensors_content {
    const rg_tensor *tensors;
    int n_tensors;
    const char *settings;
    const char *shard; /* "2 of 4": the file is a part of a model (model/file/shards.h) */
} rg_safetensors_content;

/* Writes the tensors in their order, small ones named pad.N between them where the next
 * would not begin at a boundary, and last `checksum`, U64[1]: XXH3 of every byte before
 * it, which is also stored in *checksum. */
regatta_status rg_safetensors_write(regatta_ctx *ctx, rg_output *output,
                                    const rg_safetensors_content *content,
                                    uint64_t *checksum);

/* The content of a header after all checks: size of the file, checksum, dtypes, shapes
 * against offsets, no gap and no overlap, alignment, names. */
typedef struct rg_safetensors {
    rg_mem mem;
    int n_tensors;
    rg_tensor *tensors; /* in order of the file, without pads */
    char *settings;
    char *shard;       /* of the metadata; NULL: the file is a whole model */
    uint64_t checksum; /* of the file */
    int version;       /* of the format: 1 to 3 */
} rg_safetensors;

/* REGATTA_EFORMAT "PATH: reason"; the map outlives *out. */
regatta_status rg_safetensors_read(regatta_ctx *ctx, rg_safetensors **out,
                                   const rg_map *map, const char *path);
/* Returns the tensor of this name, NULL if there is none. */
const rg_tensor *rg_safetensors_find(const rg_safetensors *file, const char *name);
void rg_safetensors_free(rg_safetensors *file);
#endif
