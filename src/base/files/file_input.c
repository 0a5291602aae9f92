/* Lines of a file, plain or compressed. A gzip stream is inflated here over read(2), so
 * that a failed read, a damaged stream and one that ends too early are told apart. */
#include "base/files/file.h"
#include "base/files/file_io.h"
#include "base/files/input_state.h"
#include "base/files/zstd_door.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
    RAW_BYTES = 1 << 17,
    FIRST_BYTES = 1 << 18,
    MAX_PEEK = 1 << 16,
    MAX_LINE = 1 << 26,
    GZIP_WINDOW = 15 + 16, /* zlib: the largest window, gzip header and trailer */
    GZIP_MAGIC = 2,
    MAGIC_BYTES = 4,
    LEAST_ROOM = 4 /* a character of UTF-8 */
};

static voidpf zlib_alloc(voidpf in, uInt n, uInt size)
{
    return rg_alloc(((rg_input *)in)->mem, n, size);
}

static void zlib_free(voidpf in, voidpf p)
{
    rg_free(((rg_input *)in)->mem, p);
}

/* Repeats read(2) until it returns bytes: *got is 0 only at the end. */
static regatta_status read_some(rg_input *in, void *to, int64_t most, int64_t *got)
{
    *got = 0;
    if (in->left >= 0 && in->left < most) most = in->left;
    if (in->ended || most == 0) return REGATTA_OK;
    for (;;) {
        if (rg_io_refused(in->ctx, "read")) break;
        const ssize_t n = read(in->fd, to, (size_t)most);
        if (n >= 0) {
            *got = (int64_t)n;
            in->ended = n == 0;
            if (in->left >= 0) in->left -= *got;
            return REGATTA_OK;
        }
        if (errno != EINTR) break;
    }
    return rg_io_fail(in->ctx, in->name);
}

static regatta_status data_fail(rg_input *in, const char *reason)
{
    return rg_fail(in->ctx, REGATTA_EFORMAT, "%s: %s", in->name, reason);
}

static regatta_status line_fail(rg_input *in, int64_t line, const char *reason)
{
    const char *name = rg_input_place(in, &line);
    return rg_fail(in->ctx, REGATTA_EFORMAT, "%s:%lld: %s", name, (long long)line,
                   reason);
}

static regatta_status read_raw(rg_input *in)
{
    int64_t got = 0;
    const regatta_status status = read_some(in, in->raw, RAW_BYTES, &got);
    in->z.next_in = in->raw;
    in->z.avail_in = (uInt)got;
    in->sizes.packed += got;
    return status;
}

/* Inflates some bytes; *got 0 only at the end. A file may hold several gzip members one
 * after another. */
static regatta_status inflate_some(rg_input *in, char *to, int64_t most, int64_t *got)
{
    z_stream *z = &in->z;
    z->next_out = (unsigned char *)to;
    z->avail_out = (uInt)most;
    while (z->avail_out == (uInt)most) {
        if (z->avail_in == 0) {
            const regatta_status status = read_raw(in);
            if (status != REGATTA_OK) return status;
            if (z->avail_in == 0 && in->inside)
                return data_fail(in, "the gzip stream is cut short");
            if (z->avail_in == 0) break;
        }
        if (!in->inside && inflateReset(z) != Z_OK) return REGATTA_EINTERNAL;
        in->inside = 1;
        const int code = inflate(z, Z_NO_FLUSH);
        if (code == Z_MEM_ERROR) return REGATTA_ENOMEM;
        if (code == Z_STREAM_END)
            in->inside = 0;
        else if (code != Z_OK && code != Z_BUF_ERROR)
            return data_fail(in, "the gzip stream is damaged");
    }
    *got = most - (int64_t)z->avail_out;
    return REGATTA_OK;
}

/* The same for zstd, whose files may hold several frames. */
static regatta_status unzstd_some(rg_input *in, char *to, int64_t most, int64_t *got)
{
    rg_zstd_bytes b = {.out = (unsigned char *)to, .room = most};
    while (b.room == most) {
        if (in->z.avail_in == 0) {
            const regatta_status status = read_raw(in);
            if (status != REGATTA_OK) return status;
            if (in->z.avail_in == 0 && in->inside)
                return data_fail(in, "the zstd stream is cut short");
            if (in->z.avail_in == 0) break;
        }
        b.in = in->z.next_in;
        b.n_in = in->z.avail_in;
        const regatta_status status = rg_zstd_read(in->zstd, &b, &in->inside);
        if (status != REGATTA_OK) return status;
        in->z.next_in = (unsigned char *)(uintptr_t)b.in;
        in->z.avail_in = (uInt)b.n_in;
    }
    *got = most - b.room;
    return REGATTA_OK;
}

static regatta_status read_bytes(rg_input *in, char *to, int64_t most, int64_t *got)
{
    if (in->parts != NULL) return rg_input_read_parts(in, to, most, got);
    if (in->raw == NULL) return read_some(in, to, most, got);
    const regatta_status status =
        in->gzip ? inflate_some(in, to, most, got) : unzstd_some(in, to, most, got);
    if (status != REGATTA_OK) return status;
    return rg_unpacked_add(in->ctx, &in->sizes, in->name, *got);
}

/* Decodes some UTF-16 to the end of data; *got 0 only at the end. */
static regatta_status decode_some(rg_input *in, int64_t most, int64_t *got)
{
    for (;;) {
        int64_t fresh = 0, used = 0;
        if (in->n_wide < RAW_BYTES) {
            const regatta_status status =
                read_bytes(in, in->wide + in->n_wide, RAW_BYTES, &fresh);
            if (status != REGATTA_OK) return status;
            in->n_wide += fresh;
        }
        *got = rg_utf16_decode(in->data + in->n, most, (unsigned char *)in->wide,
                               in->n_wide, in->text.big, &used);
        if (*got < 0) return data_fail(in, "a damaged UTF-16 character");
        in->n_wide -= used;
        memmove(in->wide, in->wide + used, (size_t)in->n_wide);
        if (*got > 0) return REGATTA_OK;
        if (fresh == 0 && in->n_wide > 0)
            return data_fail(in, "the UTF-16 text ends within a character");
        if (fresh == 0) return REGATTA_OK;
    }
}

/* Appends bytes to data, which has room; *got is 0 only at the end. */
static regatta_status fill(rg_input *in, int64_t *got)
{
    const int64_t room = in->capacity - in->n;
    const int64_t most = room < RAW_BYTES ? room : RAW_BYTES;
    char *fresh = in->data + in->n;
    const regatta_status status =
        in->wide != NULL ? decode_some(in, most, got) : read_bytes(in, fresh, most, got);
    if (status != REGATTA_OK) return status;
    if (in->text.cr_ends)
        for (int64_t k = 0; k < *got; k++)
            if (fresh[k] == '\r') fresh[k] = '\n';
    if ((in->facts & RG_INPUT_WATCHED) != 0) rg_input_watch(in, fresh, *got);
    in->n += *got;
    return REGATTA_OK;
}

/* After the first bytes: if they are those of compressed data, moves them from data to
 * raw. */
static regatta_status begin_compressed(rg_input *in)
{
    regatta_status status = REGATTA_OK;
    const int is_gzip =
        in->n >= GZIP_MAGIC && memcmp(in->data, "\x1f\x8b", GZIP_MAGIC) == 0;
    if (!is_gzip && !rg_zstd_is(in->data, in->n)) return REGATTA_OK;
    RG_NEW(in->mem, in->raw, RAW_BYTES);
    memcpy(in->raw, in->data, (size_t)in->n); /* fill ensures n <= RAW_BYTES */
    in->z.next_in = in->raw;
    in->z.avail_in = (uInt)in->n;
    in->sizes.packed = in->n;
    in->n = 0;
    in->inside = 1;
    if (!is_gzip) return rg_zstd_create(in->ctx, &in->zstd, in->name, 0);
    in->z.zalloc = zlib_alloc;
    in->z.zfree = zlib_free;
    in->z.opaque = in;
    in->gzip = 1;
    if (inflateInit2(&in->z, GZIP_WINDOW) != Z_OK) return REGATTA_ENOMEM;
    in->z_open = 1;
done:
    return status;
}

/* Makes room after the unconsumed bytes: moves them to the front, or grows the block. */
static regatta_status make_room(rg_input *in)
{
    if (in->at > 0) {
        memmove(in->data, in->data + in->at, (size_t)(in->n - in->at));
        in->n -= in->at;
        in->at = 0;
    }
    if (in->n + LEAST_ROOM <= in->capacity) return REGATTA_OK;
    if (in->capacity >= MAX_LINE)
        return line_fail(in, in->line_number + 1, "a line is longer than 64 MiB");
    char *grown = rg_grow(in->mem, in->data, in->n, in->capacity * 2 + 1, 1);
    if (grown == NULL) return REGATTA_ENOMEM;
    in->data = grown;
    in->capacity *= 2;
    return REGATTA_OK;
}

regatta_status rg_input_have(rg_input *in, int64_t want)
{
    int64_t got = 1;
    while (in->n - in->at < want && got > 0) {
        regatta_status status = make_room(in);
        if (status == REGATTA_OK) status = fill(in, &got);
        if (status != REGATTA_OK) return status;
    }
    return REGATTA_OK;
}

/* Detects the encoding and the line ends from the bytes of a peek. */
static regatta_status begin_text(rg_input *in)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_input_have(in, MAX_PEEK));
    in->text = rg_text_look(in->data, in->n);
    in->at = in->text.mark;
    if (in->text.utf16) {
        RG_NEW(in->mem, in->wide, FIRST_BYTES);
        in->n_wide = in->n - in->at;
        memcpy(in->wide, in->data + in->at, (size_t)in->n_wide);
        in->at = in->n = 0;
        RG_TRY(rg_input_have(in, MAX_PEEK));
    }
    char *text = in->data + in->at;
    const int64_t n = in->n - in->at;
    in->text.cr_ends = rg_text_has_cr_ends(text, n);
    for (int64_t k = 0; in->text.cr_ends && k < n; k++)
        if (text[k] == '\r') text[k] = '\n';
done:
    return status;
}

/* Creates an input that has a buffer and no source. */
static regatta_status create(regatta_ctx *ctx, rg_input **out, const char *name)
{
    regatta_status status = REGATTA_OK;
    rg_input *in = NULL;
    RG_NEW(ctx->mem, in, 1);
    in->ctx = ctx;
    in->mem = ctx->mem;
    in->fd = -1;
    in->left = -1;
    in->name = rg_io_copy(ctx, name);
    if (in->name == NULL) {
        status = REGATTA_ENOMEM;
        goto done;
    }
    RG_NEW(ctx->mem, in->data, FIRST_BYTES + 1);
    in->capacity = FIRST_BYTES;
    *out = in;
    in = NULL;
done:
    rg_input_close(in);
    return status;
}

regatta_status rg_input_open_folder(regatta_ctx *ctx, rg_input **out, const char *path)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_input *in = NULL;
    RG_TRY(create(ctx, &in, path));
    RG_TRY(rg_part_list_read(ctx, &in->parts, path));
    in->part_end = in->parts->n;
    RG_TRY(rg_input_have(in, MAX_PEEK));
    *out = in;
    in = NULL;
done:
    rg_input_close(in);
    return status;
}

regatta_status rg_input_open(regatta_ctx *ctx, rg_input **out, const char *path)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const int standard = strcmp(path, "-") == 0;
    int64_t size = -1, got = 1;
    rg_input *in = NULL;
    RG_TRY(create(ctx, &in, standard ? "<stdin>" : path));
    if (standard)
        in->fd = STDIN_FILENO;
    else
        RG_TRY(rg_io_open(ctx, &in->fd, &size, path));
    in->own = !standard;
    in->is_regular = size >= 0;
    in->size = size;
    while (in->n < MAGIC_BYTES && got > 0) RG_TRY(fill(in, &got));
    RG_TRY(begin_compressed(in));
    RG_TRY(begin_text(in));
    *out = in;
    in = NULL;
done:
    rg_input_close(in);
    return status;
}

regatta_status rg_input_open_name(regatta_ctx *ctx, rg_input **out, const char *name)
{
    *out = NULL;
    rg_input *in = rg_alloc(ctx->mem, 1, sizeof *in);
    if (in == NULL) return REGATTA_ENOMEM;
    in->ctx = ctx;
    in->mem = ctx->mem;
    in->fd = -1;
    in->left = -1;
    in->ended = 1;
    in->counts_rows = 1;
    in->name = rg_io_copy(ctx, name);
    if (in->name == NULL) {
        rg_input_close(in);
        return REGATTA_ENOMEM;
    }
    *out = in;
    return REGATTA_OK;
}

void rg_input_at_row(rg_input *in, int64_t row)
{
    in->line_number = row;
}

int rg_input_counts_rows(const rg_input *in)
{
    return in->counts_rows;
}

int rg_input_is_gzip(const rg_input *in)
{
    return in->gzip;
}

int rg_input_is_zstd(const rg_input *in)
{
    return in->zstd != NULL || in->is_zstd;
}

const char *rg_input_name(const rg_input *in)
{
    return in->name;
}

regatta_status rg_input_peek(rg_input *in, int64_t want, const char **bytes, int64_t *n)
{
    if (want > MAX_PEEK) want = MAX_PEEK;
    *n = 0;
    const regatta_status status = rg_input_have(in, want);
    if (status != REGATTA_OK) return status;
    *bytes = in->data + in->at;
    *n = in->n - in->at < want ? in->n - in->at : want;
    return REGATTA_OK;
}

/* Finds the end of the line at `at`, of which the first `seen` bytes are known to have
 * none; -1 when the file ends with them. */
static regatta_status find_end(rg_input *in, int64_t seen, int64_t *length)
{
    for (int64_t got = 1; got > 0;) {
        const char *from = in->data + in->at;
        const char *stop = memchr(from + seen, '\n', (size_t)(in->n - in->at - seen));
        *length = stop != NULL ? stop - from : in->n - in->at;
        if (stop != NULL) return REGATTA_OK;
        regatta_status status = make_room(in);
        if (status == REGATTA_OK) status = fill(in, &got);
        if (status != REGATTA_OK) return status;
        if (got == 0 && *length == seen) *length = -1;
        if (got > 0) seen = *length;
    }
    return REGATTA_OK;
}

/* Consumes the line at `at`, of n bytes. */
static regatta_status take_line(rg_input *in, int64_t n, char **line, int64_t *length)
{
    char *text = in->data + in->at;
    in->begin = in->at;
    in->at += n + (in->at + n < in->n); /* the "\n" too, if there is one */
    in->line_number++;
    if (n > 0 && text[n - 1] == '\r') n--;
    in->cut = in->begin + n;
    in->was = text[n];
    if (memchr(text, '\0', (size_t)n) != NULL)
        return line_fail(in, in->line_number, "a NUL byte: this is not a text file");
    text[n] = '\0';
    *line = text;
    *length = n;
    return REGATTA_OK;
}

regatta_status rg_input_line(rg_input *in, char **line, int64_t *length)
{
    *line = NULL;
    *length = 0;
    int64_t n = 0;
    const regatta_status status = find_end(in, 0, &n);
    if (status != REGATTA_OK || n < 0) return status;
    return take_line(in, n, line, length);
}

regatta_status rg_input_join(rg_input *in, char **line, int64_t *length)
{
    const int64_t seen = in->at - in->begin;
    *line = NULL;
    *length = 0;
    int64_t n = 0;
    in->data[in->cut] = in->was;
    in->at = in->begin;
    const regatta_status status = find_end(in, seen, &n);
    if (status != REGATTA_OK) return status;
    if (n < 0) {
        in->at += seen;
        return REGATTA_OK;
    }
    return take_line(in, n, line, length);
}

void rg_input_unread(rg_input *in)
{
    in->data[in->cut] = in->was;
    in->at = in->begin;
    in->line_number--;
}

regatta_status rg_input_lines(rg_input *in, int64_t want, const char **bytes, int64_t *n)
{
    *n = 0;
    const regatta_status status = rg_input_have(in, want);
    if (status != REGATTA_OK) return status;
    int64_t size = in->n - in->at < want ? in->n - in->at : want;
    if (in->parts != NULL) size = rg_input_within_part(in, size);
    *bytes = in->data + in->at;
    while (size > 0 && (*bytes)[size - 1] != '\n') size--;
    *n = size;
    return REGATTA_OK;
}

void rg_input_skip(rg_input *in, int64_t n_bytes, int64_t n_lines)
{
    in->at += n_bytes;
    in->line_number += n_lines;
}

int64_t rg_input_line_number(const rg_input *in)
{
    return in->line_number;
}

void rg_input_close(rg_input *in)
{
    if (in == NULL) return;
    if (in->z_open) inflateEnd(&in->z);
    rg_zstd_free(in->zstd);
    rg_input_close(in->inner);
    rg_part_list_free(in->parts);
    if (in->own && in->fd >= 0) close(in->fd);
    rg_free(in->mem, in->raw);
    rg_free(in->mem, in->wide);
    rg_free(in->mem, in->data);
    rg_free(in->mem, in->name);
    rg_free(in->mem, in);
}
