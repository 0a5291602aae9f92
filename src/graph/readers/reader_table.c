/* Reads rows of columns in all formats with separators. */
#include "graph/readers/reader.h"
#include "graph/readers/reader_blocks.h"
#include "graph/readers/reader_rows.h"
#include "graph/readers/rows_share.h"
#include <string.h>

typedef struct table {
    rg_rows *rows;
    rg_input *in;
    regatta_format format; /* of the separators: TSV for RecBole */
    char *header;          /* the line of it; NULL = none */
    int64_t header_length;
    int is_lost;       /* the rows from here on are unknown, so none can be skipped */
    rg_blocks *blocks; /* NULL = line by line */
    int64_t until;     /* the line after which the blocks go on */
    int is_shared;     /* the input is the share of a rank */
} table;

/* A header that names other columns: the rows below would get the wrong roles. */
static regatta_status refuse_header(table *t)
{
    t->is_lost = 1;
    return rg_reader_fail(t->rows->ctx, t->in,
                          t->header != NULL
                              ? "another header than that of the first file"
                              : "a header, which the first file does not have");
}

static regatta_status read_row(table *t, char *line, int64_t length, int begins_part)
{
    rg_rows *const rows = t->rows;
    const char *reason = NULL;
    rows->bad = REGATTA_BAD_COLUMNS;
    const regatta_status status = rg_reader_split(rows->ctx, t->in, &rows->fields, line,
                                                  length, t->format, &reason);
    t->is_lost = reason == rg_fields_open;
    if (status != REGATTA_OK) return status;
    if (reason != NULL)
        return rg_reader_fail(rows->ctx, t->in, "%s (--skip-bad drops such rows)",
                              reason);
    if (begins_part && rows->opts->header != REGATTA_HEADER_NO &&
        rg_columns_named(&rows->fields))
        return refuse_header(t);
    return rg_rows_add(rows);
}

static regatta_status take_header(table *t, char *line, int64_t length)
{
    regatta_status status = REGATTA_OK;
    rg_rows *const rows = t->rows;
    RG_NEW(rows->ctx->mem, t->header, length + 1);
    memcpy(t->header, line, (size_t)length);
    t->header_length = length;
    if (rg_fields_split(&rows->fields, line, length, t->format) == NULL) {
        if (rows->columns.has_row_names) rg_fields_shift(&rows->fields);
        rg_rows_name(rows);
    }
done:
    return status;
}

static int is_header(const table *t, const char *line, int64_t length)
{
    return t->header != NULL && length == t->header_length &&
           memcmp(line, t->header, (size_t)length) == 0;
}

/* Concatenated files have headers between rows. In a file of regatta_graph_write without
 * numbers it may be a user and an item. */
static int repeats_header(const table *t, const char *line, int64_t length)
{
    if (t->rows->columns.is_own && t->rows->columns.n == 2) return 0;
    return is_header(t, line, length);
}

static regatta_status read_line(table *t, char *line, int64_t length)
{
    const int begins_part = rg_input_begins_part(t->in);
    if (begins_part) {
        t->until = 0;
        if (is_header(t, line, length)) return REGATTA_OK;
    }
    if (!repeats_header(t, line, length)) return read_row(t, line, length, begins_part);
    t->rows->bad = REGATTA_BAD_HEADER;
    return rg_reader_fail(t->rows->ctx, t->in,
                          "a repeated header (--skip-bad drops such rows)");
}

/* After the header: its repetitions are not plain rows. Here the ranks divide the rows.
 */
static regatta_status begin_blocks(table *t)
{
    const int is_row = t->rows->columns.is_own && t->rows->columns.n == 2;
    const regatta_status status = rg_rows_share(t->rows, t->format, &t->is_shared);
    if (status != REGATTA_OK) return status;
    return rg_blocks_create(t->rows->ctx, &t->blocks, t->rows, t->format,
                            is_row ? NULL : t->header, t->header_length);
}

/* Reads by blocks as far as they go. */
static regatta_status read_blocks(table *t)
{
    if (t->blocks == NULL || rg_input_line_number(t->in) < t->until) return REGATTA_OK;
    return rg_blocks_read(t->blocks, &t->until);
}

static regatta_status read_rows(table *t)
{
    const int skips_comments = rg_reader_skips_comments(t->format);
    for (int64_t n = 0;;) {
        char *line = NULL;
        int64_t length = 0;
        regatta_status status = read_blocks(t);
        if (status != REGATTA_OK) return status;
        status = rg_input_line(t->in, &line, &length);
        if (status != REGATTA_OK || line == NULL) return status;
        if (rg_reader_is_blank(line, length, t->format)) continue;
        if (skips_comments && rg_reader_is_comment(line, length)) continue;
        if (n++ == 0 && t->rows->columns.has_header) {
            status = take_header(t, line, length);
            if (status == REGATTA_OK) status = begin_blocks(t);
            if (status != REGATTA_OK) return status;
            continue;
        }
        status = read_line(t, line, length);
        if (!t->is_lost) status = rg_rows_drop(t->rows, status);
        if (status != REGATTA_OK) return status;
    }
}

/* A column of a role that holds lists, by its type in the header of RecBole. */
static regatta_status refuse_lists(table *t, rg_sample *sample)
{
    rg_fields f;
    if (rg_sample_split(sample, 0, t->format, &f) != NULL) return REGATTA_OK;
    for (int r = 0; r < RG_N_ROLES; r++) {
        const int k = t->rows->columns.at[r];
        const char *role = rg_role_name_of((rg_role)r, t->rows->opts);
        if (k < 0 || k >= f.n ||
            rg_recbole_type(f.text[k], f.length[k]) != RG_RECBOLE_LIST)
            continue;
        return rg_reader_fail_at(t->rows->ctx, t->in, sample->number[0],
                                 "the %s column '%.*s' holds lists: give --%s-column",
                                 role, rg_shown(f.length[k]), f.text[k], role);
    }
    return REGATTA_OK;
}

/* Resolves the columns from the first rows, before any is consumed. */
static regatta_status resolve(table *t, regatta_ctx *ctx)
{
    regatta_status status = REGATTA_OK;
    rg_sample sample = {0};
    RG_TRY(rg_sample_take(ctx, &sample, t->in));
    if (sample.n == 0) {
        status = rg_reader_fail_at(ctx, t->in, 0, "contains no interaction");
        goto done;
    }
    rg_sample_find_quote(&sample, t->format);
    t->rows->fields.quote = sample.quote;
    RG_TRY(rg_rows_resolve(t->rows, &sample, t->format));
    if (t->rows->report->format == REGATTA_FORMAT_RECBOLE)
        RG_TRY(refuse_lists(t, &sample));
done:
    rg_free(ctx->mem, sample.scratch);
    return status;
}

regatta_status rg_read_table(regatta_ctx *ctx, rg_edges **out, rg_input *in,
                             const regatta_read_options *opts,
                             regatta_read_report *report)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    regatta_read_options o = *opts;
    int whole = 0;
    table t = {.in = in, .format = (regatta_format)report->format};
    if (t.format == REGATTA_FORMAT_RECBOLE) {
        t.format = REGATTA_FORMAT_TSV;
        o.header = REGATTA_HEADER_YES;
        o.format = REGATTA_FORMAT_RECBOLE; /* its types say which columns hold lists */
    }
    RG_TRY(rg_rows_create(ctx, &t.rows, in, &o, report));
    RG_TRY(resolve(&t, ctx));
    if (!t.rows->columns.has_header) RG_TRY(begin_blocks(&t));
    status = read_rows(&t);
    if (t.is_shared) status = rg_rows_join(t.rows, status, &whole);
    if (status != REGATTA_OK || whole) goto done;
    RG_TRY(rg_rows_end(t.rows, out));
done:
    rg_blocks_free(t.blocks);
    rg_rows_free(t.rows);
    rg_free(ctx->mem, t.header);
    return status;
}
