/* Rows as TSV, CSV (RFC 4180) and JSON lines; JSON strings and numbers. */
#include "cli/output/records.h"
#include "base/text/utf8.h"
#include "cli/output/format_name.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cli_records_format(uint32_t *format, const char *path)
{
    static const cli_extension extensions[] = {{".tsv", CLI_TSV},
                                               {".csv", CLI_CSV},
                                               {".jsonl", CLI_JSONL},
                                               {".ndjson", CLI_JSONL},
                                               {".json", CLI_JSONL}};
    static const cli_formats formats = {.choices = CLI_FORMATS,
                                        .extensions = extensions,
                                        .n = sizeof extensions / sizeof *extensions,
                                        .usual = CLI_TSV};
    return cli_format_by_name(format, path, &formats);
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

void cli_records_begin(cli_records *r, cli_output *out, uint32_t format,
                       const char *const *names, int n)
{
    *r = (cli_records){out, format, names, n, 0, 0};
    if (format != CLI_CSV) return;
    for (int i = 0; i < n; i++) {
        if (i) cli_text(out, ",");
        csv_text(out, names[i]);
    }
    cli_text(out, "\n");
}

static void before(cli_records *r)
{
    if (r->format == CLI_JSONL) {
        cli_text(r->out, r->wrote ? "," : "{");
        cli_json_text(r->out, r->names[r->column]);
        cli_text(r->out, ":");
        r->wrote = 1;
    } else if (r->column)
        cli_text(r->out, r->format == CLI_TSV ? "\t" : ",");
}

static void after(cli_records *r)
{
    if (++r->column < r->n) return;
    if (r->format == CLI_JSONL) cli_text(r->out, r->wrote ? "}" : "{}");
    cli_text(r->out, "\n");
    r->column = r->wrote = 0;
}

void cli_field_text(cli_records *r, const char *text)
{
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
    if (r->format != CLI_JSONL) before(r);
    after(r);
}
