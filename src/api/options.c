#include "api/options.h"
#include <string.h>

static uint32_t size_of(const void *caller)
{
    uint32_t size;
    memcpy(&size, caller, sizeof size);
    return size;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

regatta_status rg_missing(regatta_ctx *ctx, const char *name)
{
    return rg_fail(ctx, REGATTA_EINVAL, "%s is missing: the argument is NULL", name);
}

regatta_status rg_struct_check(regatta_ctx *ctx, const void *caller, const char *name)
{
    if (caller == NULL) return rg_missing(ctx, name);
    const uint32_t size = size_of(caller);
    if (size == 0)
        return rg_fail(ctx, REGATTA_EINVAL, "%s: struct_size is not set", name);
    if (!rg_struct_size_ok(size))
        return rg_fail(ctx, REGATTA_EINVAL, "%s: invalid struct_size: %lu", name,
                       (unsigned long)size);
    return REGATTA_OK;
}

regatta_status rg_options_read(regatta_ctx *ctx, void *out, size_t size, const void *opts,
                               const char *name)
{
    if (opts == NULL) return REGATTA_OK;
    const regatta_status status = rg_struct_check(ctx, opts, name);
    if (status != REGATTA_OK) return status;
    const uint32_t own = (uint32_t)size;
    memcpy(out, opts, smaller(size_of(opts), size));
    memcpy(out, &own, sizeof own);
    return REGATTA_OK;
}

void rg_struct_write(void *caller, const void *filled, size_t size)
{
    rg_struct_write_at(caller, 0, filled, size);
}

void rg_struct_write_at(void *first, int64_t place, const void *filled, size_t size)
{
    const uint32_t theirs = size_of(first);
    char *const out = (char *)first + place * (int64_t)theirs;
    memcpy(out, filled, smaller(theirs, size));
    memcpy(out, &theirs, sizeof theirs);
}
