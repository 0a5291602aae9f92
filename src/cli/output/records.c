/* Rows as TSV, CSV (RFC 4180) and JSON lines; JSON strings and numbers. */
#include "cli/output/records.h"
#include "base/text/utf8.h"
#include "cli/output/format_name.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cli_to_check(const cli_destination *d)
{
    if (!d->to) {
        if (!d->table) return CLI_DONE;
        return cli_error(CLI_USAGE, "--table has no effect without --to");
    }
    if (!d->table || !*d->table) return cli_error(CLI_USAGE, "--to needs --table NAME");
    if (rg_store_kind_of(d->to) == RG_STORE_NONE)
        return cli_error(CLI_USAGE,
                         "--to: not a database: give postgresql://.., or a file "
                         "named .db, .db3, .sqlite or .sqlite3");
    if (d->path) return cli_error(CLI_USAGE, "--to and --output exclude each other");
    if (d->format) return cli_error(CLI_USAGE, "--format has no effect with --to");
    return CLI_DONE;
}

int cli_destination_check(cli_destination *d)
{
    static const cli_extension extensions[] = {{".tsv", CLI_TSV},
                                               {".csv", CLI_CSV},
                                               {".jsonl", CLI_JSONL},
                                               {".ndjson", CLI_JSONL},
                                               {".json", CLI_JSONL}};
    const cli_formats formats = {.choices = CLI_FORMATS,
                                 .extensions = extensions,
                                 .n = sizeof extensions / sizeof *extensions,
                                 .usual = CLI_TSV,
                                 .strict = d->strict};
    const int code = cli_to_check(d);
    if (code != CLI_DONE || !d->to)
        return code != CLI_DONE ? code
                                : cli_format_by_name(&d->format, d->path, &formats);
    d->format = CLI_TABLE;
    return CLI_DONE;
}

void cli_json_text(cli_output *out, const char *text)
{
    cli_text(out, "\"");
    for (const unsigned char *s = (const unsigned char *)text; *s;) {
        const int n = rg_utf8_length(s, RG_UTF8_MAX);
        if (n == 0)
            cli_text(out, "\\ufffd");
        else if (*s == '"' || *s == '\\')
            cli_print(out, "\\%c", *s);
        else if (*s < 0x20)
            cli_print(out, "\\u%04x", *s);
        else
            cli_write(out, s, (size_t)n);
        s += n ? n : 1;
    }
    cli_text(out, "\"");
}

/* Returns the length. */
static int real_text(char out[REGATTA_NUMBER_BYTES], double x, int is_float)
{
    return is_float ? regatta_float_text(out, (float)x) : regatta_double_text(out, x);
}

void cli_json_real(cli_output *out, double x, int is_float)
{
    char text[REGATTA_NUMBER_BYTES];
    if (isfinite(x))
        cli_write(out, text, (size_t)real_text(text, x, is_float));
    else
        cli_text(out, "null");
}

static void csv_text(cli_output *out, const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        cli_text(out, text);
        return;
    }
    cli_text(out, "\"");
    for (const char *s = text; *s; s++) {
        if (*s == '"') cli_text(out, "\"");
        cli_write(out, s, 1);
    }
    cli_text(out, "\"");
}

static void write_header(cli_records *r)
{
    for (int i = 0; i < r->n; i++) {
        if (i) cli_text(r->out, r->format == CLI_TSV ? "\t" : ",");
        if (r->format == CLI_TSV)
            cli_text(r->out, r->columns[i].name);
        else
            csv_text(r->out, r->columns[i].name);
    }
    cli_text(r->out, "\n");
}

static int open_table(cli_records *r, const cli_destination *d)
{
    static const rg_column_kind kind[] = {[CLI_COLUMN_TEXT] = RG_COLUMN_TEXT,
                                          [CLI_COLUMN_WHOLE] = RG_COLUMN_INTEGER,
                                          [CLI_COLUMN_FLOAT] = RG_COLUMN_SINGLE,
                                          [CLI_COLUMN_DOUBLE] = RG_COLUMN_DOUBLE};
    int code = CLI_DONE;
    regatta_ctx *ctx = r->ctx;
    rg_store_column *columns = cli_new(r->n, sizeof *columns);
    r->cells = cli_new(r->n, sizeof *r->cells);
    if (!columns || !r->cells) {
        code = cli_no_memory();
        goto done;
    }
    for (int i = 0; i < r->n; i++)
        columns[i] = (rg_store_column){.name = r->columns[i].name,
                                       .kind = kind[r->columns[i].kind]};
    CLI_CALL(rg_store_open(ctx, &r->store, d->to, 1));
    CLI_CALL(rg_store_replace(r->store, d->table, columns, r->n));
done:
    free(columns);
    return code;
}

int cli_records_open(cli_records *r, regatta_ctx *ctx, const cli_destination *d,
                     const cli_column *columns, int n, int header)
{
    int code = CLI_DONE;
    *r = (cli_records){.ctx = ctx, .format = d->format, .columns = columns, .n = n};
    if (d->format == CLI_TABLE) return open_table(r, d);
    CLI_TRY(d->is_part ? cli_output_open_each(&r->out, d->path)
                       : cli_output_open(&r->out, d->path));
    if (!d->is_later && (d->format == CLI_CSV || (header && d->format == CLI_TSV)))
        write_header(r);
done:
    return code;
}

/* Begins a field of a file. */
static void before(cli_records *r)
{
    if (r->format == CLI_JSONL) {
        cli_text(r->out, r->wrote ? "," : "{");
        cli_json_text(r->out, r->columns[r->column].name);
        cli_text(r->out, ":");
        r->wrote = 1;
    } else if (r->column)
        cli_text(r->out, r->format == CLI_TSV ? "\t" : ",");
}

/* Points the text cells to their text, which has its final place now. */
static void put_row(cli_records *r)
{
    const char *text = r->text;
    for (int i = 0; i < r->n; i++) {
        if (r->cells[i].kind != RG_CELL_TEXT) continue;
        r->cells[i].text = text;
        text += r->cells[i].length;
    }
    if (r->code == CLI_DONE)
        r->code = cli_status(r->ctx, rg_store_put(r->store, r->cells));
    r->n_text = 0;
}

static void after(cli_records *r)
{
    if (++r->column < r->n) return;
    if (r->format == CLI_TABLE)
        put_row(r);
    else {
        if (r->format == CLI_JSONL) cli_text(r->out, r->wrote ? "}" : "{}");
        cli_text(r->out, "\n");
    }
    r->column = r->wrote = 0;
}

static void cell(cli_records *r, rg_cell cell)
{
    r->cells[r->column] = cell;
    after(r);
}

static void text_cell(cli_records *r, const char *text)
{
    const int64_t n = (int64_t)strlen(text), most = r->n_text + n;
    if (most > r->text_capacity) {
        char *grown = cli_resize(r->text, 2 * most, 1);
        if (!grown) {
            if (r->code == CLI_DONE) r->code = cli_no_memory();
            cell(r, (rg_cell){.kind = RG_CELL_NULL});
            return;
        }
        r->text = grown;
        r->text_capacity = 2 * most;
    }
    if (n > 0) memcpy(r->text + r->n_text, text, (size_t)n);
    r->n_text = most;
    cell(r, (rg_cell){.kind = RG_CELL_TEXT, .length = n});
}

void cli_field_text(cli_records *r, const char *text)
{
    if (r->format == CLI_TABLE) {
        text_cell(r, text);
        return;
    }
    before(r);
    if (r->format == CLI_JSONL)
        cli_json_text(r->out, text);
    else if (r->format == CLI_CSV)
        csv_text(r->out, text);
    else
        cli_text(r->out, text);
    after(r);
}

void cli_field_whole(cli_records *r, int64_t x)
{
    char digit[24];
    int at = sizeof digit;
    uint64_t rest = x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
    if (r->format == CLI_TABLE) {
        cell(r, (rg_cell){.kind = RG_CELL_INTEGER, .integer = x});
        return;
    }
    do digit[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (x < 0) digit[--at] = '-';
    before(r);
    cli_write(r->out, digit + at, sizeof digit - (size_t)at);
    after(r);
}

static void field_real(cli_records *r, double x, int is_float)
{
    char text[REGATTA_NUMBER_BYTES];
    if (!isfinite(x)) {
        cli_field_none(r);
        return;
    }
    if (r->format == CLI_TABLE) {
        cell(r, (rg_cell){.kind = is_float ? RG_CELL_SINGLE : RG_CELL_REAL, .real = x});
        return;
    }
    const int n = real_text(text, x, is_float);
    before(r);
    cli_write(r->out, text, (size_t)n);
    after(r);
}

void cli_field_float(cli_records *r, float x)
{
    field_real(r, (double)x, 1);
}

void cli_field_double(cli_records *r, double x)
{
    field_real(r, x, 0);
}

void cli_field_none(cli_records *r)
{
    if (r->format == CLI_TABLE) {
        cell(r, (rg_cell){.kind = RG_CELL_NULL});
        return;
    }
    if (r->format != CLI_JSONL) before(r);
    after(r);
}

int cli_records_flush(cli_records *r)
{
    return r->format == CLI_TABLE ? r->code : cli_output_flush(r->out);
}

int cli_records_commit(cli_records *r)
{
    int code = r->code;
    if (code == CLI_DONE && r->format == CLI_TABLE)
        code = cli_status(r->ctx, rg_store_commit(r->store));
    else if (code == CLI_DONE)
        code = cli_output_commit(&r->out);
    return code;
}

void cli_records_abandon(cli_records *r)
{
    rg_store_close(r->store);
    cli_output_abandon(&r->out);
    free(r->cells);
    free(r->text);
    *r = (cli_records){.out = NULL};
}
