#include "base/checkpoint/archive.h"
#include <math.h>
#include <string.h>

void rg_archive_read(rg_archive *r, regatta_ctx *ctx, const char *name,
                     const unsigned char *bytes, int64_t n)
{
    *r =
        (rg_archive){.ctx = ctx, .name = name, .reads = 1, .at = bytes, .end = bytes + n};
}

void rg_archive_write(rg_archive *r, regatta_ctx *ctx, rg_archive_put put, void *state)
{
    *r = (rg_archive){.ctx = ctx, .put = put, .put_state = state};
}

regatta_status rg_archive_wrong(rg_archive *r, const char *reason)
{
    return rg_fail(r->ctx, REGATTA_EFORMAT,
                   "%.300s: not a checkpoint of this training: %s", r->name, reason);
}

regatta_status rg_archive_end(rg_archive *r)
{
    if (!r->reads || r->at == r->end) return REGATTA_OK;
    return rg_archive_wrong(r, "a record is too long");
}

regatta_status rg_archive_bytes(rg_archive *r, void *bytes, int64_t n)
{
    if (!r->reads) return r->put(r->put_state, bytes, n);
    if (n > r->end - r->at) return rg_archive_wrong(r, "a record is too short");
    memcpy(bytes, r->at, (size_t)n);
    r->at += n;
    return REGATTA_OK;
}

regatta_status rg_archive_int(rg_archive *r, int64_t *value, int64_t low, int64_t high)
{
    const regatta_status status = rg_archive_bytes(r, value, sizeof *value);
    if (status != REGATTA_OK || !r->reads) return status;
    if (*value >= low && *value <= high) return REGATTA_OK;
    return rg_archive_wrong(r, "a number is out of range");
}

regatta_status rg_archive_number(rg_archive *r, int *value, int low, int high)
{
    int64_t wide = *value;
    const regatta_status status = rg_archive_int(r, &wide, low, high);
    if (status == REGATTA_OK) *value = (int)wide;
    return status;
}

regatta_status rg_archive_real(rg_archive *r, double *value)
{
    return rg_archive_bytes(r, value, sizeof *value);
}

regatta_status rg_archive_floats(rg_archive *r, float *x, int64_t n)
{
    const regatta_status status = rg_archive_bytes(r, x, n * (int64_t)sizeof *x);
    if (status != REGATTA_OK || !r->reads) return status;
    for (int64_t k = 0; k < n; k++)
        if (!isfinite(x[k])) return rg_archive_wrong(r, "a number is not finite");
    return REGATTA_OK;
}

regatta_status rg_archive_count(rg_archive *r, int64_t *n, size_t size)
{
    const regatta_status status = rg_archive_int(r, n, 0, INT64_MAX);
    if (status != REGATTA_OK || !r->reads) return status;
    if (*n <= (int64_t)((size_t)(r->end - r->at) / size)) return REGATTA_OK;
    return rg_archive_wrong(r, "a record is too short");
}
