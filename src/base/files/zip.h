/* Members of a zip archive in memory, stored or deflated; zip64 too. */
#ifndef RG_BASE_ZIP_H
#define RG_BASE_ZIP_H
#include "base/ctx.h"
#include "base/files/file.h"
#include "base/files/spool.h"
#include "base/files/unpacked.h"
#include "base/text/text.h"

typedef struct rg_zip {
    const unsigned char *bytes;
    int64_t size;
    int64_t directory, n_entries; /* where the directory begins */
} rg_zip;

typedef struct rg_zip_member {
    const unsigned char *packed;
    int64_t n_packed, size;
    int method; /* 0 stored, 8 deflated */
    uint32_t crc;
} rg_zip_member;

/* Finds the directory of an archive. Returns NULL, or the reason why it is none. */
const char *rg_zip_open(rg_zip *zip, const void *bytes, int64_t size);
/* Finds a member by name: 1 found, 0 not there, -1 the archive is damaged. */
int rg_zip_find(const rg_zip *zip, const char *name, rg_zip_member *member);
/* Unpacks a member to *out[member->size], to be freed with ctx's allocator. `sizes`
 * counts the deflated members so far. REGATTA_EFORMAT  damaged, encrypted, of another
 * method, or above the bound of base/files/unpacked.h; `name` begins the message
 *   REGATTA_ENOMEM */
regatta_status rg_zip_read(regatta_ctx *ctx, void **out, const rg_zip_member *member,
                           rg_unpacked *sizes, const char *name);

/* An archive that is written member after member, each stored, with sizes of 64 bits. */
typedef struct rg_zip_writer {
    rg_output *o;
    int64_t at; /* bytes written */
    int64_t n_members;
    rg_text directory;
} rg_zip_writer;

void rg_zip_writer_begin(rg_zip_writer *z, rg_mem mem, rg_output *o);
/* Adds a member of head[n_head] and bytes[n]. */
regatta_status rg_zip_add(rg_zip_writer *z, const char *name, const void *head,
                          int64_t n_head, const void *bytes, int64_t n);
/* The same with the bytes of a spool. */
regatta_status rg_zip_add_spool(rg_zip_writer *z, const char *name, const void *head,
                                int64_t n_head, rg_spool *spool);
/* Writes the directory. */
regatta_status rg_zip_writer_end(rg_zip_writer *z);
void rg_zip_writer_free(rg_zip_writer *z);
#endif
