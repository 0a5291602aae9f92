#include "graph/reader_common.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { REASON_BYTES = 320, PEEK_BYTES = 1 << 16 };

static regatta_status fail_with(regatta_ctx *ctx, const rg_input *in, int64_t line,
                                const char *reason)
{
    if (line <= 0)
        return rg_fail(ctx, REGATTA_EFORMAT, "%s: %s", rg_input_name(in), reason);
    return rg_fail(ctx, REGATTA_EFORMAT, "%s:%" PRId64 ": %s", rg_input_name(in), line,
                   reason);
}

regatta_status rg_reader_fail(regatta_ctx *ctx, const rg_input *in, const char *format,
                              ...)
{
    char reason[REASON_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    return fail_with(ctx, in, rg_input_line_number(in), reason);
}

regatta_status rg_reader_fail_at(regatta_ctx *ctx, const rg_input *in, int64_t line,
                                 const char *format, ...)
{
    char reason[REASON_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    return fail_with(ctx, in, line, reason);
}

regatta_status rg_reader_id(regatta_ctx *ctx, const rg_input *in, rg_idmap *map,
                            const char *what, const char *text, int64_t length,
                            uint32_t *out)
{
    const uint32_t before = map->n;
    const regatta_status status = rg_idmap_add(ctx, map, text, length, out);
    if (status != REGATTA_OK || map->n == before) return status;
    const char *wrong = rg_id_wrong(text, length); /* of a new name: once is enough */
    if (wrong != NULL) return rg_reader_fail(ctx, in, "the %s id %s", what, wrong);
    return REGATTA_OK;
}

int rg_reader_is_blank(const char *line, int64_t length, regatta_format format)
{
    for (int64_t k = 0; k < length; k++) {
        if (line[k] != ' ' && line[k] != '\t') return 0;
        if (line[k] == '\t' && format == REGATTA_FORMAT_TSV) return 0;
    }
    return 1;
}

int rg_reader_is_comment(const char *line, int64_t length)
{
    if (length == 0 || (line[0] != '#' && line[0] != '%')) return 0;
    return length == 1 || line[1] == ' ' || line[1] == line[0];
}

/* The line that begins at bytes[at]; -1 when it does not end within the n bytes. */
static int64_t line_length(const char *bytes, int64_t at, int64_t n, int whole)
{
    const char *stop = memchr(bytes + at, '\n', (size_t)(n - at));
    if (stop != NULL) return stop - (bytes + at);
    return whole ? n - at : -1;
}

static void keep_line(rg_sample *s, const char *line, int64_t length, int64_t number)
{
    if (length > 0 && line[length - 1] == '\r') length--;
    if (rg_reader_is_blank(line, length, REGATTA_FORMAT_AUTO)) return;
    if (s->n == 0 && rg_reader_is_comment(line, length)) return;
    s->line[s->n] = line;
    s->length[s->n] = length;
    s->number[s->n++] = number;
}

regatta_status rg_sample_take(regatta_ctx *ctx, rg_sample *sample, rg_input *in)
{
    *sample = (rg_sample){0};
    regatta_status status = REGATTA_OK;
    const char *bytes = NULL;
    int64_t n = 0, at = 0;
    RG_TRY(rg_input_peek(in, PEEK_BYTES, &bytes, &n));
    RG_NEW(ctx->mem, sample->scratch, PEEK_BYTES + 1);
    sample->n_bytes = n;
    const int whole = n < PEEK_BYTES;
    if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) at = 3;
    for (int64_t number = 1; at < n && sample->n < RG_SAMPLE_LINES; number++) {
        int64_t length = line_length(bytes, at, n, whole);
        if (length < 0 && sample->n > 0) break; /* cut off: the others will do */
        if (length < 0) length = n - at;
        keep_line(sample, bytes + at, length, number);
        at += length + 1;
    }
done:
    return status;
}

const char *rg_sample_split(rg_sample *sample, int k, regatta_format format,
                            rg_fields *fields)
{
    memcpy(sample->scratch, sample->line[k], (size_t)sample->length[k]);
    sample->scratch[sample->length[k]] = '\0';
    return rg_fields_split(fields, sample->scratch, sample->length[k], format);
}
