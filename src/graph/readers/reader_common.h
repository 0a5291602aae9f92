/* Common parts of the readers: messages with their position, ids, the first lines. */
#ifndef RG_GRAPH_READER_COMMON_H
#define RG_GRAPH_READER_COMMON_H
#include "base/files/file.h"
#include "graph/idmap.h"
#include "graph/readers/reader_fields.h"

/* REGATTA_EFORMAT "PATH:LINE: reason" of the line last read; "PATH: row ROW: reason" if
 * the input counts rows. */
__attribute__((format(printf, 3, 4))) regatta_status
rg_reader_fail(regatta_ctx *ctx, const rg_input *in, const char *format, ...);
/* The same with a line number of the caller's; 0 = "PATH: reason". */
__attribute__((format(printf, 4, 5))) regatta_status
rg_reader_fail_at(regatta_ctx *ctx, const rg_input *in, int64_t line, const char *format,
                  ...);

/* The text of a cell or word as an id: without blanks around it, and as UTF-8. */
enum { RG_MAX_ID = 65535, RG_MAX_RECODED = 1024 };
typedef struct rg_id {
    const char *text; /* of the line, or utf8 */
    int64_t length;
    int is_recoded; /* 1: was Windows-1252; -1: neither that nor UTF-8 */
    char utf8[3 * RG_MAX_RECODED];
} rg_id;

/* Also removes blanks after the conversion: Windows-1252 has a no-break space. *id refers
 * to itself: do not copy it. */
void rg_id_take(rg_id *id, const char *text, int64_t length);
/* Returns 1 if it may be an id: it is not empty, has at most RG_MAX_ID bytes, holds no
 * control character (a tab would break every table it is written to) and, unless null
 * words are kept, is not NA, NULL, nan or the like. */
int rg_reader_is_id(const rg_id *id, int keep_null_words);
/* REGATTA_OK when rg_reader_is_id; else REGATTA_EFORMAT and *bad. `column` is as
 * rg_reader_fail prints it, "" for none. */
regatta_status rg_reader_check_id(regatta_ctx *ctx, const rg_input *in, regatta_side side,
                                  const rg_id *id, const char *column,
                                  int keep_null_words, regatta_bad_row *bad);
/* Adds a checked id and stores its number. *n_recoded counts new ids that were
 * converted. */
regatta_status rg_reader_add_id(regatta_ctx *ctx, rg_idmap *map, const rg_id *id,
                                uint32_t *out, int64_t *n_recoded);
/* Returns 1 if a text means a missing value: NA, N/A, NULL, nan, None, \\N, ... */
int rg_reader_is_null_word(const char *text, int64_t length);
/* Returns the reason why a text is not an id, such as "is not UTF-8: ..."; NULL: it is
 * one. */
const char *rg_reader_id_wrong(const rg_id *id);
/* Counts a bad row in the report. */
void rg_reader_count_bad(regatta_read_report *report, regatta_bad_row bad,
                         const rg_input *in, int64_t line);

/* Cuts the line last read, joined with the next lines if a quoted field continues there.
 * *reason is NULL, or why the row cannot be cut; a field that never ends is
 * REGATTA_EFORMAT and *reason rg_fields_open. */
regatta_status rg_reader_split(regatta_ctx *ctx, rg_input *in, rg_fields *fields,
                               char *line, int64_t length, regatta_format format,
                               const char **reason);
/* Only spaces and tabs, and not the separator of `format` among them. */
int rg_reader_is_blank(const char *line, int64_t length, regatta_format format);
/* '#' or '%' followed by a space, by itself or by nothing. "#12 7" or "%x" may be an id
 * and is a row. */
int rg_reader_is_comment(const char *line, int64_t length);
/* Returns 1 for blank-separated formats, which skip comments between rows: an id cannot
 * be '#'. */
int rg_reader_skips_comments(regatta_format format);

/* The first rows, up to 64 KiB, comments and blank lines left out. */
enum { RG_SAMPLE_LINES = 256 };
typedef struct rg_sample {
    int n;
    int is_empty;   /* the file has no bytes */
    int is_cut;     /* the first line is longer than the sample */
    char separator; /* of a line "sep=;" before the rows, which Excel writes; 0 = none */
    char quote;     /* see rg_fields */
    const char *line[RG_SAMPLE_LINES];
    int64_t length[RG_SAMPLE_LINES];
    int64_t number[RG_SAMPLE_LINES]; /* of the line in the file, from 1 */
    char *scratch;                   /* a copy of the line that is split */
} rg_sample;

/* Consumes only blank lines, comments and "sep=" before the first row; lines point into
 * the input and are valid until it is read. The caller frees scratch with ctx's
 * allocator, after failures too. */
regatta_status rg_sample_take(regatta_ctx *ctx, rg_sample *sample, rg_input *in);
/* Cuts row k; its fields are valid until the next cut. */
const char *rg_sample_split(rg_sample *sample, int k, regatta_format format,
                            rg_fields *fields);
/* Sets sample->quote by how the rows are quoted in this format: with single quotes, or
 * in TSV, PIPE and SSV, which usually know none, with quotes in every row and, but for
 * SSV, around every cell of the first. */
void rg_sample_find_quote(rg_sample *sample, regatta_format format);
/* At most RG_SHOWN bytes of a cell, for a message. */
enum { RG_SHOWN = 40 };
int rg_shown(int64_t length);
#endif
