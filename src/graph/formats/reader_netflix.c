#include "graph/formats/reader_netflix.h"
#include "graph/formats/made_sample.h"
#include "graph/readers/reader_rows.h"
#include <string.h>

enum { MOST = 3 }; /* columns of a row: user, rating, date */

typedef struct lists {
    rg_rows *rows;
    rg_input *in;
    int n;      /* columns of a row in the file */
    char *name; /* of the present item */
    int64_t length, capacity;
} lists;

/* The length of the item of a line `item:`; 0 for another line. */
static int64_t item_of(const char *line, int64_t length)
{
    rg_field_trim(&line, &length);
    if (length < 2 || line[length - 1] != ':') return 0;
    return memchr(line, ',', (size_t)length) == NULL ? length - 1 : 0;
}

int rg_netflix_is(const rg_sample *s)
{
    if (s->n < 2) return 0;
    const int64_t length = item_of(s->line[0], s->length[0]);
    for (int64_t k = 0; k < length; k++)
        if (s->line[0][k] < '0' || s->line[0][k] > '9') return 0;
    if (length == 0 || memchr(s->line[1], ' ', (size_t)s->length[1]) != NULL) return 0;
    return item_of(s->line[1], s->length[1]) == 0;
}

static regatta_status take_item(lists *l, const char *line, int64_t length)
{
    rg_field_trim(&line, &length);
    length--; /* the colon */
    if (length > l->capacity) {
        rg_free(l->rows->ctx->mem, l->name);
        l->capacity = 0;
        l->name = rg_alloc(l->rows->ctx->mem, length, 1);
        if (l->name == NULL) return REGATTA_ENOMEM;
        l->capacity = length;
    }
    memcpy(l->name, line, (size_t)length);
    l->length = length;
    return REGATTA_OK;
}

static regatta_status add_row(lists *l, char *line, int64_t length)
{
    rg_rows *const rows = l->rows;
    rg_fields *const f = &rows->fields;
    const char *reason = rg_fields_split(f, line, length, REGATTA_FORMAT_CSV);
    rows->bad = REGATTA_BAD_COLUMNS;
    if (l->length == 0)
        return rg_reader_fail(rows->ctx, l->in, "no line `item:` before this row");
    if (reason != NULL || f->n != l->n)
        return rg_reader_fail(
            rows->ctx, l->in,
            "the row is not of the form %s (--skip-bad drops such rows)",
            l->n == 1   ? "user"
            : l->n == 2 ? "user,date"
                        : "user,rating,date");
    f->text[f->n] = l->name;
    f->length[f->n++] = l->length;
    return rg_rows_add(rows);
}

static regatta_status read_rows(lists *l)
{
    regatta_status status = REGATTA_OK;
    for (;;) {
        char *line = NULL;
        int64_t length = 0;
        RG_TRY(rg_input_line(l->in, &line, &length));
        if (line == NULL) break;
        if (rg_reader_is_blank(line, length, REGATTA_FORMAT_AUTO)) continue;
        if (item_of(line, length) > 0)
            RG_TRY(take_item(l, line, length));
        else
            RG_TRY(rg_rows_drop(l->rows, add_row(l, line, length)));
    }
done:
    return status;
}

/* The columns of the first row, by their number. */
static regatta_status resolve(lists *l, rg_sample *sample)
{
    static const char *const names[MOST][MOST] = {
        {"user"}, {"user", "date"}, {"user", "rating", "date"}};
    regatta_status status = REGATTA_OK;
    regatta_ctx *const ctx = l->rows->ctx;
    rg_fields f = {0};
    rg_made_sample made;
    int k = 0;
    rg_made_begin(&made, ctx->mem);
    while (k < sample->n && item_of(sample->line[k], sample->length[k]) > 0) k++;
    if (k < sample->n) rg_sample_split(sample, k, REGATTA_FORMAT_CSV, &f);
    if (f.n < 1 || f.n > MOST) {
        status = rg_reader_fail_at(ctx, l->in, k < sample->n ? sample->number[k] : 0,
                                   "no rows `user,rating,date` after a line `item:`");
        goto done;
    }
    l->n = f.n;
    for (int c = 0; c < f.n; c++)
        rg_made_cell(&made, names[f.n - 1][c], (int64_t)strlen(names[f.n - 1][c]));
    rg_made_cell(&made, "item", 4);
    rg_made_row(&made, sample->number[k]);
    RG_TRY(rg_made_end(&made));
    RG_TRY(rg_rows_resolve(l->rows, &made.sample, REGATTA_FORMAT_CSV));
    rg_sample_split(&made.sample, 0, REGATTA_FORMAT_CSV, &l->rows->fields);
    rg_rows_name(l->rows);
done:
    rg_made_free(&made);
    return status;
}

regatta_status rg_read_netflix(regatta_ctx *ctx, rg_edges **out, rg_input *in,
                               const regatta_read_options *opts,
                               regatta_read_report *report)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    regatta_read_options o = *opts;
    rg_sample sample = {0};
    lists l = {.in = in};
    o.header = REGATTA_HEADER_YES;
    o.format = REGATTA_FORMAT_CSV;
    RG_TRY(rg_rows_create(ctx, &l.rows, in, &o, report));
    RG_TRY(rg_sample_take(ctx, &sample, in));
    RG_TRY(resolve(&l, &sample));
    RG_TRY(read_rows(&l));
    RG_TRY(rg_rows_end(l.rows, out));
    report->has_header = 0;
done:
    rg_free(ctx->mem, sample.scratch);
    rg_free(ctx->mem, l.name);
    rg_rows_free(l.rows);
    return status;
}
