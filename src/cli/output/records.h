/* Rows of named fields as TSV, CSV or JSON lines. */
#ifndef RG_CLI_RECORDS_H
#define RG_CLI_RECORDS_H
#include "cli/output/output.h"

typedef enum cli_format { CLI_TSV = 1, CLI_CSV = 2, CLI_JSONL = 3 } cli_format;
#define CLI_FORMATS "auto|tsv|csv|jsonl"

/* The two rows of an option table that every command of records has. */
#define CLI_RECORDS_FORMAT(format_)                                                      \
    {                                                                                    \
        .name = "format", .letter = 'f', .kind = CLI_CHOICE, .value = &(format_),        \
        .choices = CLI_FORMATS, .argument = "FORMAT", .help = "Set the output format",   \
        .shown = "auto, by the extension of --output, else tsv"                          \
    }
#define CLI_RECORDS_OUTPUT(output_)                                                      \
    {                                                                                    \
        .name = "output", .letter = 'o', .kind = CLI_STRING, .value = &(output_),        \
        .argument = "FILE", .help = "Write to FILE", .shown = "standard output"          \
    }

/* A format of CLI_RECORDS_FORMAT that is auto becomes one, by the name of the output;
 * CLI_USAGE where that contradicts it. */
int cli_records_format(uint32_t *format, const char *path);

typedef struct cli_records {
    cli_output *out;
    uint32_t format; /* cli_format */
    const char *const *names;
    int n, column;
    int wrote; /* JSON: a field of this row is out */
} cli_records;

/* CSV gets its header line here. `names` must outlive the records. */
void cli_records_begin(cli_records *r, cli_output *out, uint32_t format,
                       const char *const *names, int n);
/* The next field of the row; the n-th ends it. */
void cli_field_text(cli_records *r, const char *text);
void cli_field_whole(cli_records *r, int64_t x);
/* The shortest decimal form that reads back as the same float, or double. A number that
 * is not finite is empty, in JSON left out. */
void cli_field_float(cli_records *r, float x);
void cli_field_double(cli_records *r, double x);
void cli_field_none(cli_records *r);

/* A JSON string with quotes. A byte that is not UTF-8 becomes U+FFFD. */
void cli_json_text(cli_output *out, const char *text);
/* A number as above, in JSON null where it is not finite. */
void cli_json_real(cli_output *out, double x, int is_float);
#endif
