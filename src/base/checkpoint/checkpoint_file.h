/* A file of a checkpoint: records with the ids of their units, and a content hash.
 *
 *   magic[8]  training u64
 *   the bytes of the records
 *   a rg_stored for each record
 *   n_records u64  index u64  hash u64  magic[8]
 *
 * `training` is the hash of the description of the training, `index` the offset of the
 * first rg_stored. `hash` covers all bytes before it, in blocks of RG_CHECKPOINT_BLOCK
 * whose hashes are chained. Numbers have the byte order of the machine. A file appears
 * whole or not at all (base/files/file.h). */
#ifndef RG_BASE_CHECKPOINT_FILE_H
#define RG_BASE_CHECKPOINT_FILE_H
#include "base/checkpoint/archive.h"
#include "base/files/file.h"

enum { RG_CHECKPOINT_BLOCK = 1 << 20 };

/* A record of a file. */
typedef struct rg_stored {
    uint64_t id;      /* of its unit */
    int64_t at, size; /* bytes of the file */
    double flops;     /* of its unit */
} rg_stored;

/* A file in the making. */
typedef struct rg_checkpoint_writer rg_checkpoint_writer;

regatta_status rg_checkpoint_writer_open(regatta_ctx *ctx, rg_checkpoint_writer **out,
                                         const char *path, uint64_t training);
/* Begins a record; its bytes are then written through archive->put. */
regatta_status rg_checkpoint_writer_begin(rg_checkpoint_writer *w, rg_archive *archive,
                                          uint64_t id, double flops);
/* Returns the bytes of the file so far. */
int64_t rg_checkpoint_writer_size(const rg_checkpoint_writer *w);
/* Writes the end of the file and commits it. Frees the writer, after failures too. */
regatta_status rg_checkpoint_writer_commit(rg_checkpoint_writer *w);
void rg_checkpoint_writer_abandon(rg_checkpoint_writer *w); /* NULL is a no-op */

/* A file that is read: mapped, with a checked hash and index. */
typedef struct rg_checkpoint_file {
    char *path;
    rg_map map;
    int64_t n;
    const rg_stored *stored; /* [n] */
} rg_checkpoint_file;

/* *out is zero before the call; free it also after a failure.
 *   REGATTA_EFORMAT  truncated, altered, or of another training */
regatta_status rg_checkpoint_file_open(regatta_ctx *ctx, rg_checkpoint_file *out,
                                       const char *path, uint64_t training);
/* Returns the record of a unit; NULL if the file has none. */
const rg_stored *rg_checkpoint_file_find(const rg_checkpoint_file *file, uint64_t id);
void rg_checkpoint_file_close(regatta_ctx *ctx, rg_checkpoint_file *file);
#endif
