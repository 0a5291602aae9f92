/* What the readers share: messages with their place, ids, the first lines. */
#ifndef RG_GRAPH_READER_COMMON_H
#define RG_GRAPH_READER_COMMON_H
#include "base/file.h"
#include "graph/idmap.h"
#include "graph/reader_fields.h"

/* REGATTA_EFORMAT "PATH:LINE: reason" of the line last read. */
__attribute__((format(printf, 3, 4))) regatta_status
rg_reader_fail(regatta_ctx *ctx, const rg_input *in, const char *format, ...);
/* The same with a line number of the caller's; 0 = "PATH: reason". */
__attribute__((format(printf, 4, 5))) regatta_status
rg_reader_fail_at(regatta_ctx *ctx, const rg_input *in, int64_t line, const char *format,
                  ...);

/* The number of an id of the line last read; `what` is "user" or "item". An empty id
 * or one with a control character (a tab would break every table it is written to) is
 * REGATTA_EFORMAT. */
regatta_status rg_reader_id(regatta_ctx *ctx, const rg_input *in, rg_idmap *map,
                            const char *what, const char *text, int64_t length,
                            uint32_t *out);

/* Only spaces and tabs, and not the separator of `format` among them. */
int rg_reader_is_blank(const char *line, int64_t length, regatta_format format);
/* '#' or '%' followed by a space, by itself or by nothing: skipped before the first
 * row. "#12 7" or "%x" may be an id and is a row. */
int rg_reader_is_comment(const char *line, int64_t length);

/* The first rows, up to 64 KiB, comments and blank lines left out. */
enum { RG_SAMPLE_LINES = 64 };
typedef struct rg_sample {
    int n;
    int64_t n_bytes; /* of the file that were seen */
    const char *line[RG_SAMPLE_LINES];
    int64_t length[RG_SAMPLE_LINES];
    int64_t number[RG_SAMPLE_LINES]; /* of the line in the file, from 1 */
    char *scratch;                   /* where a line is cut */
} rg_sample;

/* Nothing is consumed; lines point into the input and are valid until it is read. The
 * caller frees scratch with ctx's memory, whatever the status. */
regatta_status rg_sample_take(regatta_ctx *ctx, rg_sample *sample, rg_input *in);
/* Cuts row k; its fields are valid until the next cut. */
const char *rg_sample_split(rg_sample *sample, int k, regatta_format format,
                            rg_fields *fields);
#endif
