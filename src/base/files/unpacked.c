#include "base/files/unpacked.h"
#include <inttypes.h>

/* Logs of interactions shrink to a tenth by gzip and to a thirtieth by zstd at the most;
 * files of equal rows shrink further. */
enum { LEAST = 1 << 28, RATIO = 100 };

int64_t rg_unpacked_most(const regatta_ctx *ctx, int64_t packed)
{
    if (ctx->limit_bytes > 0) return ctx->limit_bytes;
    if (packed > INT64_MAX / RATIO) return INT64_MAX;
    return packed > LEAST / RATIO ? packed * RATIO : LEAST;
}

regatta_status rg_unpacked_add(regatta_ctx *ctx, rg_unpacked *u, const char *name,
                               int64_t unpacked)
{
    const int64_t most = rg_unpacked_most(ctx, u->packed);
    if (unpacked > most - u->unpacked)
        return rg_fail(ctx, REGATTA_EFORMAT,
                       "%s: unpacks to more than %" PRId64
                       " bytes: raise --limit-bytes if the file may be so large",
                       name, most);
    u->unpacked += unpacked;
    return REGATTA_OK;
}
