/* The bound on the bytes that the compressed data of a file may unpack to, so that a
 * small file cannot take all memory. */
#ifndef RG_BASE_UNPACKED_H
#define RG_BASE_UNPACKED_H
#include "base/ctx.h"

/* Bytes of one file so far; begins zeroed. */
typedef struct rg_unpacked {
    int64_t packed, unpacked;
} rg_unpacked;

/* Returns the bound for compressed data of `packed` bytes: the context's limit_bytes; by
 * default 256 MiB, or 100 * packed if that is more. */
int64_t rg_unpacked_most(const regatta_ctx *ctx, int64_t packed);
/* Counts `unpacked` more bytes.
 *   REGATTA_EFORMAT  they exceed the bound; the message names the file, `name`, and
 *                    --limit-bytes */
regatta_status rg_unpacked_add(regatta_ctx *ctx, rg_unpacked *u, const char *name,
                               int64_t unpacked);
#endif
