#include "support/zip_file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void put(zip_file *z, const void *bytes, size_t n)
{
    if (z->n + n > z->capacity) {
        z->capacity = 2 * (z->n + n);
        z->bytes = realloc(z->bytes, z->capacity);
        if (z->bytes == NULL) abort();
    }
    memcpy(z->bytes + z->n, bytes, n);
    z->n += n;
}

static size_t number(unsigned char *to, uint64_t x, int n)
{
    for (int k = 0; k < n; k++) to[k] = (unsigned char)(x >> 8 * k);
    return (size_t)n;
}

/* The fields from the version to the lengths that both headers have. */
static size_t common(unsigned char *to, const zip_file *z, uint32_t crc, uint64_t packed,
                     uint64_t size, size_t n_name, size_t n_extra)
{
    size_t n = number(to, 20, 2);
    n += number(to + n, 0, 2);
    n += number(to + n, z->deflates ? 8 : 0, 2);
    n += number(to + n, 0, 4);
    n += number(to + n, crc, 4);
    n += number(to + n, z->is_zip64 ? UINT32_MAX : packed, 4);
    n += number(to + n, z->is_zip64 ? UINT32_MAX : size, 4);
    n += number(to + n, n_name, 2);
    return n + number(to + n, n_extra, 2);
}

void zip_add(zip_file *z, const char *name, const void *bytes, size_t n)
{
    unsigned char head[64], *packed = malloc(compressBound((uLong)n) + 64);
    const size_t n_name = strlen(name), at = z->n, n_extra = z->is_zip64 ? 28 : 0;
    const uint32_t crc = (uint32_t)crc32(0, bytes, (uInt)n);
    size_t n_packed = n;
    if (z->deflates) {
        z_stream s = {.next_in = (unsigned char *)(uintptr_t)bytes,
                      .avail_in = (uInt)n,
                      .next_out = packed,
                      .avail_out = (uInt)compressBound((uLong)n) + 64};
        deflateInit2(&s, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
        deflate(&s, Z_FINISH);
        n_packed = s.total_out;
        deflateEnd(&s);
    } else {
        memcpy(packed, bytes, n);
    }
    memcpy(head, "PK\3\4", 4);
    put(z, head, 4 + common(head + 4, z, crc, n_packed, n, n_name, 0));
    put(z, name, n_name);
    put(z, packed, n_packed);
    free(packed);
    unsigned char *d = z->directory + z->n_directory;
    memcpy(d, "PK\1\2\24\0", 6);
    size_t used = 6 + common(d + 6, z, crc, n_packed, n, n_name, n_extra);
    used += number(d + used, 0, 2 + 2 + 2); /* comment, disk, attributes */
    used += number(d + used, 0, 4);
    used += number(d + used, z->is_zip64 ? UINT32_MAX : at, 4);
    memcpy(d + used, name, n_name);
    used += n_name;
    if (z->is_zip64) {
        used += number(d + used, 1, 2);
        used += number(d + used, 24, 2);
        used += number(d + used, n, 8);
        used += number(d + used, n_packed, 8);
        used += number(d + used, at, 8);
    }
    z->n_directory += used;
    z->n_members++;
}

void zip_add_array(zip_file *z, const char *name, const char *type, const char *shape,
                   const void *bytes, size_t n)
{
    char *array = malloc(256 + n), member[64];
    char *header = array + 10;
    const int length = sprintf(
        header, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", type, shape);
    memcpy(array, "\x93NUMPY\1\0", 8);
    array[8] = (char)length;
    array[9] = 0;
    memcpy(header + length, bytes, n);
    snprintf(member, sizeof member, "%s.npy", name);
    zip_add(z, member, array, 10 + (size_t)length + n);
    free(array);
}

void zip_end(zip_file *z)
{
    unsigned char end[22] = "PK\5\6", wide[56] = "PK\6\6", locator[20] = "PK\6\7";
    const size_t at = z->n, at_wide = z->n + z->n_directory;
    put(z, z->directory, z->n_directory);
    if (z->is_zip64) {
        number(wide + 4, 44, 8);
        number(wide + 24, (uint64_t)z->n_members, 8);
        number(wide + 32, (uint64_t)z->n_members, 8);
        number(wide + 40, z->n_directory, 8);
        number(wide + 48, at, 8);
        put(z, wide, sizeof wide);
        number(locator + 8, at_wide, 8);
        number(locator + 16, 1, 4);
        put(z, locator, sizeof locator);
    }
    number(end + 8, z->is_zip64 ? 0xffff : (uint64_t)z->n_members, 2);
    number(end + 10, z->is_zip64 ? 0xffff : (uint64_t)z->n_members, 2);
    number(end + 12, z->n_directory, 4);
    number(end + 16, z->is_zip64 ? UINT32_MAX : at, 4);
    put(z, end, sizeof end);
}

void zip_free(zip_file *z)
{
    free(z->bytes);
    *z = (zip_file){NULL, 0, 0, {0}, 0, 0, 0, 0};
}
