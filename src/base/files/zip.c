#include "base/files/zip.h"
#include <string.h>
#include <zlib.h>

/* Sizes of the records, and the ratio that deflate cannot exceed. */
enum {
    END = 22,
    LOCATOR64 = 20,
    END64 = 56,
    ENTRY = 46,
    LOCAL = 30,
    MAX_COMMENT = 65535,
    MAX_RATIO = 1100,
    STORED = 0,
    DEFLATED = 8,
    ENCRYPTED = 1
};

static uint64_t number(const unsigned char *at, int n)
{
    uint64_t x = 0;
    for (int k = n - 1; k >= 0; k--) x = x << 8 | at[k];
    return x;
}

static int is_record(const rg_zip *z, int64_t at, int64_t n, const char *magic)
{
    return at >= 0 && at <= z->size - n && memcmp(z->bytes + at, magic, 4) == 0;
}

/* A number of the file as a position; -1 beyond it. */
static int64_t place(const rg_zip *z, uint64_t x)
{
    return x <= (uint64_t)z->size ? (int64_t)x : -1;
}

/* The end record, behind which is a comment. */
static int64_t find_end(const rg_zip *z)
{
    const int64_t least = z->size - END - MAX_COMMENT;
    for (int64_t at = z->size - END; at >= 0 && at >= least; at--)
        if (is_record(z, at, END, "PK\5\6")) return at;
    return -1;
}

const char *rg_zip_open(rg_zip *zip, const void *bytes, int64_t size)
{
    static const char damaged[] = "the zip archive is cut or damaged";
    *zip = (rg_zip){bytes, size, 0, 0};
    const int64_t end = find_end(zip);
    if (end < 0) return damaged;
    zip->n_entries = (int64_t)number(zip->bytes + end + 10, 2);
    zip->directory = place(zip, number(zip->bytes + end + 16, 4));
    if (is_record(zip, end - LOCATOR64, LOCATOR64, "PK\6\7")) {
        const int64_t at = place(zip, number(zip->bytes + end - LOCATOR64 + 8, 8));
        if (!is_record(zip, at, END64, "PK\6\6")) return damaged;
        zip->n_entries = place(zip, number(zip->bytes + at + 32, 8));
        zip->directory = place(zip, number(zip->bytes + at + 48, 8));
    }
    return zip->directory < 0 || zip->n_entries < 0 ? damaged : NULL;
}

/* Sizes and position that do not fit 32 bits are in the extra field 1, in this order. */
static int read_extra(const unsigned char *extra, int64_t n, uint64_t *wide[3])
{
    while (n >= 4) {
        const int64_t length = (int64_t)number(extra + 2, 2);
        const int is_zip64 = number(extra, 2) == 1;
        extra += 4;
        n -= 4;
        if (length > n) return 0;
        const unsigned char *at = extra;
        for (int k = 0; k < 3 && is_zip64; k++) {
            if (*wide[k] != UINT32_MAX) continue;
            if (at + 8 > extra + length) return 0;
            *wide[k] = number(at, 8);
            at += 8;
        }
        extra += length;
        n -= length;
    }
    return 1;
}

/* The member of a directory entry. */
static int read_entry(const rg_zip *z, const unsigned char *entry, rg_zip_member *m)
{
    uint64_t packed = number(entry + 20, 4), size = number(entry + 24, 4);
    uint64_t local = number(entry + 42, 4);
    uint64_t *wide[3] = {&size, &packed, &local};
    const int64_t n_name = (int64_t)number(entry + 28, 2);
    if (!read_extra(entry + ENTRY + n_name, (int64_t)number(entry + 30, 2), wide))
        return 0;
    const int64_t at = place(z, local), n_packed = place(z, packed);
    if (n_packed < 0 || size > INT64_MAX || !is_record(z, at, LOCAL, "PK\3\4")) return 0;
    const int64_t begin = at + LOCAL + (int64_t)number(z->bytes + at + 26, 2) +
                          (int64_t)number(z->bytes + at + 28, 2);
    if (begin > z->size - n_packed) return 0;
    const int is_encrypted = (number(entry + 8, 2) & ENCRYPTED) != 0;
    *m = (rg_zip_member){z->bytes + begin, n_packed, (int64_t)size,
                         is_encrypted ? -1 : (int)number(entry + 10, 2),
                         (uint32_t)number(entry + 16, 4)};
    return 1;
}

int rg_zip_find(const rg_zip *z, const char *name, rg_zip_member *member)
{
    const int64_t length = (int64_t)strlen(name);
    int64_t at = z->directory;
    for (int64_t k = 0; k < z->n_entries; k++) {
        if (!is_record(z, at, ENTRY, "PK\1\2")) return -1;
        const unsigned char *entry = z->bytes + at;
        const int64_t n_name = (int64_t)number(entry + 28, 2);
        const int64_t n = ENTRY + n_name + (int64_t)number(entry + 30, 2) +
                          (int64_t)number(entry + 32, 2);
        if (n > z->size - at) return -1;
        if (n_name == length && memcmp(entry + ENTRY, name, (size_t)length) == 0)
            return read_entry(z, entry, member) ? 1 : -1;
        at += n;
    }
    return 0;
}

static voidpf zlib_alloc(voidpf mem, uInt n, uInt size)
{
    return rg_alloc(*(rg_mem *)mem, n, size);
}

static void zlib_free(voidpf mem, voidpf p)
{
    rg_free(*(rg_mem *)mem, p);
}

/* Inflates exactly `size` bytes. */
static regatta_status inflate_member(regatta_ctx *ctx, unsigned char *out,
                                     const rg_zip_member *m)
{
    enum { CHUNK = 1 << 30 };
    z_stream z = {.zalloc = zlib_alloc, .zfree = zlib_free, .opaque = &ctx->mem};
    int64_t in_left = m->n_packed, out_left = m->size;
    int code = Z_OK;
    z.next_in = (unsigned char *)(uintptr_t)m->packed;
    z.next_out = out;
    if (inflateInit2(&z, -15) != Z_OK) return REGATTA_ENOMEM;
    while (code == Z_OK) {
        const int64_t in = in_left < CHUNK ? in_left : CHUNK;
        const int64_t to = out_left < CHUNK ? out_left : CHUNK;
        z.avail_in = (uInt)in;
        z.avail_out = (uInt)to;
        code = inflate(&z, Z_NO_FLUSH);
        in_left -= in - (int64_t)z.avail_in;
        out_left -= to - (int64_t)z.avail_out;
    }
    inflateEnd(&z);
    if (code == Z_MEM_ERROR) return REGATTA_ENOMEM;
    return code == Z_STREAM_END && out_left == 0 ? REGATTA_OK : REGATTA_EFORMAT;
}

static uint32_t crc_of(const unsigned char *bytes, int64_t n)
{
    return (uint32_t)crc32_z(crc32_z(0, NULL, 0), bytes, (size_t)n);
}

regatta_status rg_zip_read(regatta_ctx *ctx, void **out, const rg_zip_member *m,
                           rg_unpacked *sizes, const char *name)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    unsigned char *bytes = NULL;
    if (m->method != STORED && m->method != DEFLATED)
        return rg_fail(ctx, REGATTA_EFORMAT, "%s is %s", name,
                       m->method < 0 ? "encrypted"
                                     : "compressed by another method than deflate");
    const int is_possible =
        m->method == STORED ? m->size == m->n_packed : m->size / MAX_RATIO <= m->n_packed;
    if (!is_possible) return rg_fail(ctx, REGATTA_EFORMAT, "%s is damaged", name);
    if (m->method == DEFLATED) {
        sizes->packed += m->n_packed;
        RG_TRY(rg_unpacked_add(ctx, sizes, name, m->size));
    }
    RG_NEW(ctx->mem, bytes, m->size);
    if (m->method == STORED)
        memcpy(bytes, m->packed, (size_t)m->size);
    else
        status = inflate_member(ctx, bytes, m);
    if (status == REGATTA_OK && crc_of(bytes, m->size) != m->crc)
        status = REGATTA_EFORMAT;
    if (status == REGATTA_EFORMAT)
        status = rg_fail(ctx, REGATTA_EFORMAT, "%s is damaged", name);
    if (status != REGATTA_OK) goto done;
    *out = bytes;
    bytes = NULL;
done:
    rg_free(ctx->mem, bytes);
    return status;
}
