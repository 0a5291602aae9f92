/* Rows of typed fields as TSV, CSV, JSON lines, or a table of a database. */
#ifndef RG_CLI_RECORDS_H
#define RG_CLI_RECORDS_H
#include "cli/output/output.h"
#include "store/store.h"

typedef enum cli_format {
    CLI_TSV = 1,
    CLI_CSV = 2,
    CLI_JSONL = 3,
    CLI_TABLE = 4 /* of a database; chosen by --to */
} cli_format;
#define CLI_FORMATS "auto|tsv|csv|jsonl"

/* The output that the options choose. */
typedef struct cli_destination {
    uint32_t format;        /* cli_format, once cli_destination_check has run */
    const char *path;       /* of the file; NULL: standard output */
    const char *to, *table; /* the database, or NULL */
    int is_part;            /* 1: the file of each rank (ranks/rank_parts.h) */
    int is_later;           /* 1: without a header line: rows of another file precede */
    const char *strict;     /* what to do about an unknown extension; NULL: it is TSV */
} cli_destination;

/* The rows of the option table that say where records go. */
#define CLI_TO_ROWS(d)                                                                   \
    {.name = "to",                                                                       \
     .kind = CLI_STRING,                                                                 \
     .value = &(d).to,                                                                   \
     .argument = "URL|FILE",                                                             \
     .help = "Write to a table of a database, postgresql://.. or an SQLite file, whose " \
             "rows are replaced in one transaction"},                                    \
    {                                                                                    \
        .name = "table", .kind = CLI_STRING, .value = &(d).table, .argument = "NAME",    \
        .help = "Name the table of --to; it is created if it is missing"                 \
    }
#define CLI_RECORDS_ROWS(d)                                                              \
    {.name = "format",                                                                   \
     .letter = 'f',                                                                      \
     .kind = CLI_CHOICE,                                                                 \
     .value = &(d).format,                                                               \
     .choices = CLI_FORMATS,                                                             \
     .argument = "FORMAT",                                                               \
     .help = "Set the output format",                                                    \
     .shown = "auto, by the extension of --output, else tsv"},                           \
        {.name = "output",                                                               \
         .letter = 'o',                                                                  \
         .kind = CLI_STRING,                                                             \
         .value = &(d).path,                                                             \
         .argument = "FILE",                                                             \
         .help = "Write to FILE",                                                        \
         .shown = "standard output"},                                                    \
        CLI_TO_ROWS(d)

/* Sets the format, by the name of the file if it is auto. CLI_USAGE for a name that
 * contradicts it, and for --to without --table, with --output or --format, or not a
 * database. */
int cli_destination_check(cli_destination *d);
/* The checks of --to alone. */
int cli_to_check(const cli_destination *d);

typedef enum cli_column_kind {
    CLI_COLUMN_TEXT,
    CLI_COLUMN_WHOLE,
    CLI_COLUMN_FLOAT,
    CLI_COLUMN_DOUBLE
} cli_column_kind;

typedef struct cli_column {
    const char *name;
    cli_column_kind kind;
} cli_column;

/* Start from zeros, which cli_records_abandon may take. */
typedef struct cli_records {
    regatta_ctx *ctx;
    uint32_t format;
    cli_output *out; /* NULL: a table */
    rg_store *store;
    rg_cell *cells; /* [n] of the row, for a table */
    char *text;     /* of the text cells of the row */
    int64_t n_text, text_capacity;
    const cli_column *columns;
    int n, column;
    int wrote; /* JSON: a field of this row is out */
    int code;  /* of the first row that could not be written to the table */
} cli_records;

/* Opens the destination. CSV gets its header line here, as does TSV with `header`; the
 * table its transaction. `columns` must outlive the records. */
int cli_records_open(cli_records *r, regatta_ctx *ctx, const cli_destination *d,
                     const cli_column *columns, int n, int header);
/* The next field of the row; the n-th ends it. */
void cli_field_text(cli_records *r, const char *text);
void cli_field_whole(cli_records *r, int64_t x);
/* The shortest decimal form that reads back as the same float, or double. A number that
 * is not finite is empty, in JSON left out, in a table NULL. */
void cli_field_float(cli_records *r, float x);
void cli_field_double(cli_records *r, double x);
void cli_field_none(cli_records *r);
/* Reports a failed write. Rows of a file are with the reader after it. */
int cli_records_flush(cli_records *r);
/* The file takes its place, or the new rows the place of the old ones. */
int cli_records_commit(cli_records *r);
/* Leaves the former file or rows as they were, unless committed. */
void cli_records_abandon(cli_records *r);

/* A JSON string with quotes. A byte that is not UTF-8 becomes U+FFFD. */
void cli_json_text(cli_output *out, const char *text);
/* A number as above, in JSON null where it is not finite. */
void cli_json_real(cli_output *out, double x, int is_float);
#endif
