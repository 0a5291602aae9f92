#include "base/files/zstd_door.h"
#include "base/dynlib.h"
#include <string.h>

int rg_zstd_is(const void *bytes, int64_t n)
{
    return n >= 4 && memcmp(bytes, "\x28\xb5\x2f\xfd", 4) == 0;
}

#ifdef RG_ZSTD_SONAME
#include <zstd.h>

static struct {
    __typeof__(ZSTD_createDStream) *ZSTD_createDStream;
    __typeof__(ZSTD_freeDStream) *ZSTD_freeDStream;
    __typeof__(ZSTD_decompressStream) *ZSTD_decompressStream;
    __typeof__(ZSTD_createCStream) *ZSTD_createCStream;
    __typeof__(ZSTD_freeCStream) *ZSTD_freeCStream;
    __typeof__(ZSTD_compressStream2) *ZSTD_compressStream2;
    __typeof__(ZSTD_isError) *ZSTD_isError;
    __typeof__(ZSTD_getErrorName) *ZSTD_getErrorName;
} call;

static const rg_dynlib_symbol symbols[] = {
    RG_DYNLIB_SYMBOL(call, ZSTD_createDStream),
    RG_DYNLIB_SYMBOL(call, ZSTD_freeDStream),
    RG_DYNLIB_SYMBOL(call, ZSTD_decompressStream),
    RG_DYNLIB_SYMBOL(call, ZSTD_createCStream),
    RG_DYNLIB_SYMBOL(call, ZSTD_freeCStream),
    RG_DYNLIB_SYMBOL(call, ZSTD_compressStream2),
    RG_DYNLIB_SYMBOL(call, ZSTD_isError),
    RG_DYNLIB_SYMBOL(call, ZSTD_getErrorName),
};

static rg_dynlib library = {.soname = RG_ZSTD_SONAME,
                            .megabytes = 4,
                            .symbols = symbols,
                            .n_symbols = sizeof symbols / sizeof *symbols,
                            .mutex = PTHREAD_MUTEX_INITIALIZER};

struct rg_zstd {
    regatta_ctx *ctx;
    const char *name;
    ZSTD_DStream *reader;
    ZSTD_CStream *writer;
};

regatta_status rg_zstd_create(regatta_ctx *ctx, rg_zstd **out, const char *name,
                              int compress)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_zstd *z = NULL;
    RG_TRY(rg_dynlib_load(ctx, &library));
    RG_NEW(ctx->mem, z, 1);
    z->ctx = ctx;
    z->name = name;
    if (compress)
        z->writer = call.ZSTD_createCStream();
    else
        z->reader = call.ZSTD_createDStream();
    if (z->writer == NULL && z->reader == NULL) {
        status = REGATTA_ENOMEM;
        goto done;
    }
    *out = z;
    z = NULL;
done:
    rg_zstd_free(z);
    return status;
}

void rg_zstd_free(rg_zstd *z)
{
    if (z == NULL) return;
    if (z->reader != NULL) call.ZSTD_freeDStream(z->reader);
    if (z->writer != NULL) call.ZSTD_freeCStream(z->writer);
    rg_free(z->ctx->mem, z);
}

/* Moves the bytes as far as the library has used them. */
static regatta_status advance(rg_zstd *z, rg_zstd_bytes *b, const ZSTD_inBuffer *in,
                              const ZSTD_outBuffer *out, size_t code)
{
    b->in += in->pos;
    b->n_in -= (int64_t)in->pos;
    b->out += out->pos;
    b->room -= (int64_t)out->pos;
    if (!call.ZSTD_isError(code)) return REGATTA_OK;
    return rg_fail(z->ctx, REGATTA_EFORMAT, "%s: the zstd stream cannot be read: %s",
                   z->name, call.ZSTD_getErrorName(code));
}

regatta_status rg_zstd_read(rg_zstd *z, rg_zstd_bytes *b, int *inside)
{
    ZSTD_inBuffer in = {b->in, (size_t)b->n_in, 0};
    ZSTD_outBuffer out = {b->out, (size_t)b->room, 0};
    const size_t code = call.ZSTD_decompressStream(z->reader, &out, &in);
    *inside = code != 0;
    return advance(z, b, &in, &out, code);
}

regatta_status rg_zstd_write(rg_zstd *z, rg_zstd_bytes *b, int finish, int *left)
{
    ZSTD_inBuffer in = {b->in, (size_t)b->n_in, 0};
    ZSTD_outBuffer out = {b->out, (size_t)b->room, 0};
    const size_t code = call.ZSTD_compressStream2(z->writer, &out, &in,
                                                  finish ? ZSTD_e_end : ZSTD_e_continue);
    *left = finish ? code != 0 : in.pos < in.size;
    return advance(z, b, &in, &out, code);
}
#else
regatta_status rg_zstd_create(regatta_ctx *ctx, rg_zstd **out, const char *name,
                              int compress)
{
    *out = NULL;
    return rg_fail(ctx, REGATTA_EIO,
                   "%s: this regatta was built without zstd (REGATTA_ZSTD): %s", name,
                   compress ? "name a .gz file" : "run unzstd on it first");
}

void rg_zstd_free(rg_zstd *z)
{
    (void)z;
}

regatta_status rg_zstd_read(rg_zstd *z, rg_zstd_bytes *b, int *inside)
{
    (void)z, (void)b, (void)inside;
    return REGATTA_EINTERNAL;
}

regatta_status rg_zstd_write(rg_zstd *z, rg_zstd_bytes *b, int finish, int *left)
{
    (void)z, (void)b, (void)finish, (void)left;
    return REGATTA_EINTERNAL;
}
#endif
