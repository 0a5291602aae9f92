#include "graph/formats/reader_store.h"
#include "base/text/float_text.h"
#include "base/text/number.h"
#include "base/text/time_text.h"
#include "graph/formats/made_sample.h"
#include "graph/readers/reader_rows.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { CELL_BYTES = 64, TABLE_NAMES = 240 };

typedef struct text_cells {
    char text[RG_MAX_FIELDS][CELL_BYTES]; /* of numbers and times */
} text_cells;

/* The text of a cell, which is in `room` or the store's; NULL and "" are one. */
static const char *text_of(char room[CELL_BYTES], const rg_cell *c, int64_t *length)
{
    switch (c->kind) {
    case RG_CELL_INTEGER:
        *length = snprintf(room, CELL_BYTES, "%" PRId64, c->integer);
        return room;
    case RG_CELL_SINGLE: *length = rg_format_float(room, (float)c->real); return room;
    case RG_CELL_REAL: *length = rg_format_double(room, c->real); return room;
    case RG_CELL_TIME: *length = rg_format_time(room, c->integer); return room;
    case RG_CELL_TEXT: *length = c->length; return c->text;
    default: *length = 0; return "";
    }
}

/* Reads the first rows, and the names of the columns as their header. */
static regatta_status make_sample(rg_store *store, rg_made_sample *made, int *ended)
{
    regatta_status status = REGATTA_OK;
    char room[CELL_BYTES];
    int64_t length = 0;
    const int n = rg_store_n_columns(store);
    for (int k = 0; k < n; k++) {
        const char *name = rg_store_column_name(store, k);
        rg_made_cell(made, name, (int64_t)strlen(name));
    }
    rg_made_row(made, 0);
    for (int64_t number = 1; !rg_made_is_full(made); number++) {
        const rg_cell *row = NULL;
        RG_TRY(rg_store_row(store, &row));
        *ended = row == NULL;
        if (*ended) break;
        for (int k = 0; k < n; k++) {
            const char *text = text_of(room, row + k, &length);
            rg_made_cell(made, text, length);
        }
        rg_made_row(made, number);
    }
    status = rg_made_end(made);
done:
    return status;
}

/* Adds the rows of the sample, then the others. */
static regatta_status add_rows(rg_rows *rows, rg_store *store, rg_made_sample *made,
                               text_cells *cells, int ended)
{
    regatta_status status = REGATTA_OK;
    int64_t number = 0;
    rg_fields *const f = &rows->fields;
    for (int k = 1; k < made->sample.n; k++) {
        rg_input_at_row(rows->in, ++number);
        rg_sample_split(&made->sample, k, REGATTA_FORMAT_CSV, f);
        RG_TRY(rg_rows_drop(rows, rg_rows_add(rows)));
    }
    while (!ended) {
        const rg_cell *row = NULL;
        RG_TRY(rg_store_row(store, &row));
        ended = row == NULL;
        if (ended) break;
        rg_input_at_row(rows->in, ++number);
        f->n = rg_store_n_columns(store);
        for (int k = 0; k < f->n; k++)
            f->text[k] = text_of(cells->text[k], row + k, &f->length[k]);
        RG_TRY(rg_rows_drop(rows, rg_rows_add(rows)));
    }
done:
    return status;
}

static regatta_status ask_for_query(regatta_ctx *ctx, rg_store *store)
{
    char names[TABLE_NAMES] = "";
    const regatta_status status = rg_store_tables(store, names, sizeof names);
    if (status != REGATTA_OK) return status;
    return rg_fail(ctx, REGATTA_EFORMAT,
                   "%s: is a database %s%s: choose the rows with --query \"SELECT user, "
                   "item FROM ...\"",
                   rg_store_name(store),
                   names[0] != '\0' ? "with the tables " : "without tables", names);
}

static regatta_status read_query(regatta_ctx *ctx, rg_edges **out, rg_input *in,
                                 rg_store *store, const regatta_read_options *opts,
                                 regatta_read_report *report)
{
    regatta_status status = REGATTA_OK;
    regatta_read_options o = *opts;
    rg_made_sample made;
    rg_rows *rows = NULL;
    text_cells *cells = NULL;
    int ended = 0;
    o.header = REGATTA_HEADER_YES;
    o.format = REGATTA_FORMAT_CSV; /* a cell with commas is one id */
    rg_made_begin(&made, ctx->mem);
    if (rg_store_n_columns(store) > RG_MAX_FIELDS) {
        status = rg_fail(ctx, REGATTA_EFORMAT, "%s: the query has %d column%s, of %d",
                         rg_input_name(in), rg_store_n_columns(store),
                         RG_S(rg_store_n_columns(store)), RG_MAX_FIELDS);
        goto done;
    }
    RG_TRY(make_sample(store, &made, &ended));
    RG_TRY(rg_rows_create(ctx, &rows, in, &o, report));
    RG_TRY(rg_rows_resolve(rows, &made.sample, REGATTA_FORMAT_CSV));
    rg_sample_split(&made.sample, 0, REGATTA_FORMAT_CSV, &rows->fields);
    rg_rows_name(rows);
    RG_NEW(ctx->mem, cells, 1);
    RG_TRY(add_rows(rows, store, &made, cells, ended));
    RG_TRY(rg_rows_end(rows, out));
    report->has_header = 0;
done:
    rg_free(ctx->mem, cells);
    rg_rows_free(rows);
    rg_made_free(&made);
    return status;
}

regatta_status rg_read_store(regatta_ctx *ctx, rg_edges **out, rg_input **in,
                             const char *place, const char *query,
                             const regatta_read_options *opts,
                             regatta_read_report *report)
{
    *out = NULL;
    *in = NULL;
    regatta_status status = REGATTA_OK;
    rg_store *store = NULL;
    report->format = rg_store_kind_of(place) == RG_STORE_POSTGRES
                         ? REGATTA_FORMAT_POSTGRES
                         : REGATTA_FORMAT_SQLITE;
    RG_TRY(rg_store_open(ctx, &store, place, 0));
    RG_TRY(rg_input_open_name(ctx, in, rg_store_name(store)));
    if (query == NULL) {
        status = ask_for_query(ctx, store);
        goto done;
    }
    RG_TRY(rg_store_query(store, query));
    RG_TRY(read_query(ctx, out, *in, store, opts, report));
done:
    rg_store_close(store);
    return status;
}
