/* Files: input by lines (plain or compressed), and atomic output. Every system call
 * checks ctx->io_fault first, so that tests can make it fail. */
#ifndef RG_BASE_FILE_H
#define RG_BASE_FILE_H
#include "base/ctx.h"

/* ---- reading ---- */
typedef struct rg_input rg_input;

/* Opens `path` ("-" is standard input); gzip and zstd are recognised by their first
 * bytes, UTF-16 too (it is given as UTF-8), and lines that end with "\r" alone (given as
 * "\n"). A directory is REGATTA_EFORMAT "PATH: is a directory", a missing file
 * REGATTA_EIO "PATH: No such file or directory". */
regatta_status rg_input_open(regatta_ctx *ctx, rg_input **out, const char *path);
/* Returns 1 if the path is that of a folder, which rg_input_open_folder opens. */
int rg_is_folder(const char *path);
/* Opens the files of a folder, in the order of their names (base/files/part_list.h), as
 * one text; each may be compressed. */
regatta_status rg_input_open_folder(regatta_ctx *ctx, rg_input **out, const char *path);
/* Creates an input without bytes, for rows from elsewhere: messages show `name` and the
 * number of the row that rg_input_at_row sets. */
regatta_status rg_input_open_name(regatta_ctx *ctx, rg_input **out, const char *name);
void rg_input_at_row(rg_input *in, int64_t row);
int rg_input_counts_rows(const rg_input *in);
int rg_input_is_gzip(const rg_input *in);
int rg_input_is_zstd(const rg_input *in);
/* Returns the path, or "<stdin>", for messages. */
const char *rg_input_name(const rg_input *in);
/* Returns the name of the file that has line *line of the text, and sets *line to its
 * number there: of a folder, the part. */
const char *rg_input_place(const rg_input *in, int64_t *line);
/* Returns 1 if the text is that of the files of a folder. */
int rg_input_is_folder(const rg_input *in);
/* Returns 1 if the last line is the first one of a file of a folder, but not of the first
 * file. */
int rg_input_begins_part(const rg_input *in);
/* Returns a hash of the sizes of the files; 0 if the text cannot be divided among ranks:
 * it is one file that is compressed, a pipe, or not UTF-8 with "\n". */
uint64_t rg_input_mark(const rg_input *in);
/* Between lines: makes the input begin at and end with the share of a rank of the text
 * from here on: bytes of a plain file, files of a folder. Lines of a rank above 0 count
 * from 1. */
regatta_status rg_input_share(rg_input *in, int rank, int n_ranks);
/* Facts about an input, all 0 at first. */
enum {
    RG_INPUT_DIVIDED = 1, /* its readers may divide it among ranks */
    RG_INPUT_WATCHED = 2, /* sets the next one when a quote (") is read */
    RG_INPUT_QUOTE_SEEN = 4
};
void rg_input_set(rg_input *in, int fact);
int rg_input_has(const rg_input *in, int fact);
/* Returns up to `want` bytes from the begin of the next line, at most 65536, without
 * consuming them; *n is less only at the end of the file. */
regatta_status rg_input_peek(rg_input *in, int64_t want, const char **bytes, int64_t *n);
/* Stores the next line without its "\n" or "\r\n"; zero-terminated and writable, valid
 * until the next call; NULL at the end. A byte order mark is not part of the first line.
 * A NUL byte inside or a line above 64 MiB is REGATTA_EFORMAT, a damaged or truncated
 * stream too. */
regatta_status rg_input_line(rg_input *in, char **line, int64_t *length);
/* Joins the last line, its end and the next line; NULL if there is no next line. The
 * caller must not have changed the last line. */
regatta_status rg_input_join(rg_input *in, char **line, int64_t *length);
/* Makes the last line, which the caller has not changed, the next line again. Not after
 * rg_input_peek. */
void rg_input_unread(rg_input *in);
/* Gives up to `want` bytes of whole lines from the next one on, without consuming them;
 * *n is 0 if there is no line that ends within them. A NUL and "\r\n" stay. Lines of a
 * folder are all of one file; *n is 0 if the next one is its first. */
regatta_status rg_input_lines(rg_input *in, int64_t want, const char **bytes, int64_t *n);
/* Consumes that many of these bytes, which are whole lines. */
void rg_input_skip(rg_input *in, int64_t n_bytes, int64_t n_lines);
int64_t rg_input_line_number(const rg_input *in); /* of the last line, from 1 */
void rg_input_close(rg_input *in);                /* NULL is a no-op */

/* ---- writing ---- */
typedef struct rg_output rg_output;

/* Opens an output for `path`: a temporary file beside it (base/files/temporary.h;
 * permissions of the file it replaces, else 0666 less the umask), renamed over it by
 * rg_output_commit; a device, a pipe or an open descriptor (/dev/fd/3, /dev/stdout) is
 * written directly, "-" is standard output; symbolic links are followed. A directory is
 * REGATTA_EFORMAT. */
typedef enum rg_pack { RG_PACK_NONE, RG_PACK_GZIP, RG_PACK_ZSTD } rg_pack;
/* The compression that the extension of a name asks for: .gz or .zst. */
rg_pack rg_pack_of(const char *path);
regatta_status rg_output_open(regatta_ctx *ctx, rg_output **out, const char *path,
                              rg_pack pack);
/* Opens an output that passes its bytes to a function, in order; if the function does not
 * return 0, the output fails with REGATTA_EIO. */
typedef int (*rg_write_fn)(void *state, const void *bytes, size_t n);
regatta_status rg_output_open_function(regatta_ctx *ctx, rg_output **out,
                                       rg_write_fn write, void *state);
regatta_status rg_output_write(rg_output *o, const void *bytes, int64_t n);
__attribute__((format(printf, 2, 3))) regatta_status
rg_output_printf(rg_output *o, const char *format, ...);
/* Flush, fsync, rename, fsync of the folder. Closes the output, after failures too. */
regatta_status rg_output_commit(rg_output *o);

/* One of several files that appear together, which each rank may write: a temporary file
 * for `path`, which must not be a device, a pipe or a descriptor (REGATTA_EINVAL). */
regatta_status rg_output_open_part(regatta_ctx *ctx, rg_output **out, const char *path);
/* Returns the path of an output with links followed. */
const char *rg_output_path(const rg_output *o);
/* Flush and fsync: only the rename is left. After it nothing is written. */
regatta_status rg_output_sync(rg_output *o);
/* Renames a synced output to `path`, in the folder of rg_output_path; NULL: to that path.
 * The output stays open, and its file locked, until rg_output_abandon. */
regatta_status rg_output_place(rg_output *o, const char *path);
/* Returns 1 once it is renamed: rg_output_place may fail after that. */
int rg_output_is_placed(const rg_output *o);
void rg_output_abandon(rg_output *o); /* removes the temporary file; NULL is a no-op */

/* ---- mapping ---- */
typedef struct rg_map {
    const unsigned char *bytes;
    int64_t size;
    rg_mem mem; /* of a copy */
    int copied; /* 1: bytes are a block of mem, not a mapped file */
} rg_map;

regatta_status rg_map_open(regatta_ctx *ctx, rg_map *out, const char *path);
/* Copies bytes[n] to a 64-byte boundary, instead of mapping a file. */
regatta_status rg_map_copy(regatta_ctx *ctx, rg_map *out, const void *bytes, int64_t n);
void rg_map_close(rg_map *map); /* an empty map is a no-op */
#endif
