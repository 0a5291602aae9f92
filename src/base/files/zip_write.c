#include "base/files/zip.h"
#include <string.h>
#include <zlib.h>

enum { VERSION = 45, WIDE = 0xffff }; /* zip64 */

void rg_zip_writer_begin(rg_zip_writer *z, rg_mem mem, rg_output *o)
{
    *z = (rg_zip_writer){.o = o};
    rg_text_begin(&z->directory, mem);
}

void rg_zip_writer_free(rg_zip_writer *z)
{
    rg_free(z->directory.mem, z->directory.bytes);
}

/* A record under construction, the low byte of each number first. */
typedef struct record {
    char bytes[128];
    int64_t n;
} record;

static void put(record *r, uint64_t x, int n)
{
    for (int k = 0; k < n; k++) r->bytes[r->n++] = (char)(x >> 8 * k);
}

static void put_magic(record *r, const char *magic)
{
    memcpy(r->bytes + r->n, magic, 4);
    r->n += 4;
}

/* The fields from the version to the lengths, which both headers of a member have; the
 * sizes are in the extra field. */
static void put_common(record *r, uint32_t crc, size_t n_name, int n_extra)
{
    put(r, VERSION, 2);
    put(r, 0, 2); /* flags */
    put(r, 0, 2); /* stored */
    put(r, 0, 2); /* time and date: 1980-01-01, so that equal data are equal files */
    put(r, 0x21, 2);
    put(r, crc, 4);
    put(r, UINT32_MAX, 4);
    put(r, UINT32_MAX, 4);
    put(r, n_name, 2);
    put(r, (uint64_t)n_extra, 2);
}

static void put_extra(record *r, int64_t size, int n_bytes)
{
    put(r, 1, 2);
    put(r, (uint64_t)n_bytes, 2);
    put(r, (uint64_t)size, 8);
    put(r, (uint64_t)size, 8);
}

static regatta_status put_bytes(rg_zip_writer *z, const void *bytes, int64_t n)
{
    z->at += n;
    return rg_output_write(z->o, bytes, n);
}

static uint32_t crc_of(uint32_t crc, const void *bytes, int64_t n)
{
    return (uint32_t)crc32_z(crc, bytes, (size_t)n);
}

/* Writes the header of a member, and its entry in the directory. */
static regatta_status begin_member(rg_zip_writer *z, const char *name, uint32_t crc,
                                   int64_t size)
{
    regatta_status status = REGATTA_OK;
    const size_t n_name = strlen(name);
    const int64_t at = z->at;
    record local = {.n = 0}, extra = {.n = 0}, entry = {.n = 0}, place = {.n = 0};
    put_magic(&local, "PK\3\4");
    put_common(&local, crc, n_name, 20);
    put_extra(&extra, size, 16);
    RG_TRY(put_bytes(z, local.bytes, local.n));
    RG_TRY(put_bytes(z, name, (int64_t)n_name));
    RG_TRY(put_bytes(z, extra.bytes, extra.n));
    put_magic(&entry, "PK\1\2");
    put(&entry, VERSION, 2);
    put_common(&entry, crc, n_name, 28);
    put(&entry, 0, 2 + 2 + 2); /* comment, disk, kind */
    put(&entry, 0, 4);
    put(&entry, UINT32_MAX, 4);
    put_extra(&place, size, 24);
    put(&place, (uint64_t)at, 8);
    rg_text_append_bytes(&z->directory, entry.bytes, entry.n);
    rg_text_append_bytes(&z->directory, name, (int64_t)n_name);
    rg_text_append_bytes(&z->directory, place.bytes, place.n);
    z->n_members++;
    status = z->directory.status;
done:
    return status;
}

regatta_status rg_zip_add(rg_zip_writer *z, const char *name, const void *head,
                          int64_t n_head, const void *bytes, int64_t n)
{
    const uint32_t crc = crc_of(crc_of(0, head, n_head), bytes, n);
    regatta_status status = REGATTA_OK;
    RG_TRY(begin_member(z, name, crc, n_head + n));
    RG_TRY(put_bytes(z, head, n_head));
    RG_TRY(put_bytes(z, bytes, n));
done:
    return status;
}

/* Reads the spool from its begin: into the checksum, or to the archive. */
static regatta_status pass(rg_zip_writer *z, rg_spool *spool, uint32_t *crc)
{
    regatta_status status = REGATTA_OK;
    char bytes[1 << 14];
    int64_t left = rg_spool_size(spool);
    RG_TRY(rg_spool_rewind(spool));
    while (left > 0) {
        const int64_t n = left < (int64_t)sizeof bytes ? left : (int64_t)sizeof bytes;
        RG_TRY(rg_spool_read(spool, bytes, n));
        left -= n;
        if (crc != NULL)
            *crc = crc_of(*crc, bytes, n);
        else
            RG_TRY(put_bytes(z, bytes, n));
    }
done:
    return status;
}

regatta_status rg_zip_add_spool(rg_zip_writer *z, const char *name, const void *head,
                                int64_t n_head, rg_spool *spool)
{
    uint32_t crc = crc_of(0, head, n_head);
    regatta_status status = REGATTA_OK;
    RG_TRY(pass(z, spool, &crc));
    RG_TRY(begin_member(z, name, crc, n_head + rg_spool_size(spool)));
    RG_TRY(put_bytes(z, head, n_head));
    RG_TRY(pass(z, spool, NULL));
done:
    return status;
}

regatta_status rg_zip_writer_end(rg_zip_writer *z)
{
    const int64_t at = z->at, n = z->directory.n;
    record end = {.n = 0};
    regatta_status status = put_bytes(z, z->directory.bytes, n);
    put_magic(&end, "PK\6\6");
    put(&end, 44, 8); /* bytes that follow in this record */
    put(&end, VERSION, 2);
    put(&end, VERSION, 2);
    put(&end, 0, 4 + 4); /* disks */
    put(&end, (uint64_t)z->n_members, 8);
    put(&end, (uint64_t)z->n_members, 8);
    put(&end, (uint64_t)n, 8);
    put(&end, (uint64_t)at, 8);
    put_magic(&end, "PK\6\7");
    put(&end, 0, 4);
    put(&end, (uint64_t)(at + n), 8);
    put(&end, 1, 4);
    put_magic(&end, "PK\5\6");
    put(&end, 0, 4);
    put(&end, WIDE, 2);
    put(&end, WIDE, 2);
    put(&end, UINT32_MAX, 4);
    put(&end, UINT32_MAX, 4);
    put(&end, 0, 2);
    return status == REGATTA_OK ? put_bytes(z, end.bytes, end.n) : status;
}
