/* The only file that calls libzstd, which is optional and loaded when it is first needed
 * (base/dynlib.h). */
#ifndef RG_BASE_ZSTD_DOOR_H
#define RG_BASE_ZSTD_DOOR_H
#include "base/ctx.h"

typedef struct rg_zstd rg_zstd;

/* Returns 1 if a file that begins with bytes[n] is compressed with zstd. */
int rg_zstd_is(const void *bytes, int64_t n);

/* A stream that decompresses, or compresses. `name` begins its messages and must outlive
 * it.
 *   REGATTA_EIO  the build or the machine lacks libzstd
 *   REGATTA_ENOMEM */
regatta_status rg_zstd_create(regatta_ctx *ctx, rg_zstd **out, const char *name,
                              int compress);
void rg_zstd_free(rg_zstd *z); /* NULL is a no-op */

/* Bytes to be consumed, and room to be filled. Each call advances both. */
typedef struct rg_zstd_bytes {
    const unsigned char *in;
    int64_t n_in;
    unsigned char *out;
    int64_t room;
} rg_zstd_bytes;

/* Decompresses some bytes; *inside is 0 at the end of a frame.
 *   REGATTA_EFORMAT  damaged bytes, or a window of more than 128 MB */
regatta_status rg_zstd_read(rg_zstd *z, rg_zstd_bytes *b, int *inside);
/* Compresses some bytes; with `finish`, *left is 0 when the frame is complete. */
regatta_status rg_zstd_write(rg_zstd *z, rg_zstd_bytes *b, int finish, int *left);
#endif
