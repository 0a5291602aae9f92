#include "api/options.h"
#include <string.h>

regatta_status rg_options_read(regatta_ctx *ctx, void *out, size_t size, const void *opts,
                               const char *name)
{
    if (opts == NULL) return REGATTA_OK;
    const uint32_t own = (uint32_t)size;
    uint32_t theirs;
    memcpy(&theirs, opts, sizeof theirs);
    if (theirs < sizeof theirs)
        return rg_fail(ctx, REGATTA_EINVAL, "%s: struct_size is not set", name);
    memcpy(out, opts, theirs < size ? theirs : size);
    memcpy(out, &own, sizeof own);
    return REGATTA_OK;
}

void rg_struct_write(void *caller, const void *filled, size_t size)
{
    uint32_t theirs;
    memcpy(&theirs, caller, sizeof theirs);
    if (theirs < sizeof theirs) return;
    memcpy(caller, filled, theirs < size ? theirs : size);
    memcpy(caller, &theirs, sizeof theirs);
}
