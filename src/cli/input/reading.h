/* Options for reading a graph, and messages about what was read. */
#ifndef RG_CLI_READING_H
#define RG_CLI_READING_H
#include "cli/option_table.h"

typedef struct cli_reading {
    regatta_read_options options;
    uint32_t header, no_header;
    /* the columns, where 0 is "none" */
    uint32_t weight_given, time_given, position_given;
} cli_reading;

#define CLI_READING_INIT                                                                 \
    {                                                                                    \
        REGATTA_READ_OPTIONS_INIT, 0, 0, 0, 0, 0                                         \
    }

#define CLI_COLUMN(key, field)                                                           \
    {                                                                                    \
        .name = key "-column", .kind = CLI_U32, .value = &(field), .min = 1,             \
        .max = 1000, .argument = "N", .help = "Take column N as the " key ", from 1",    \
        .shown = "by header name, else by content"                                       \
    }
#define CLI_OPTIONAL_COLUMN(key, field, was_given)                                       \
    {                                                                                    \
        .name = key "-column", .kind = CLI_U32, .value = &(field), .max = 1000,          \
        .argument = "N",                                                                 \
        .help = "Take column N as the " key ", from 1; 0: there is none",                \
        .shown = "by header name, else by content", .given = &(was_given)                \
    }

/* Rows that read into the cli_reading `r`: of all readers of tables, those with times. */
#define CLI_TABLE_ROWS(r)                                                                \
    {.name = "format",                                                                   \
     .kind = CLI_CHOICE,                                                                 \
     .value = &(r).options.format,                                                       \
     .choices = "auto|adjacency|csv|tsv|ssv|semicolon|pipe|colons|recbole|jsonl|"        \
                "matrix-market|npz|netflix",                                             \
     .argument = "FORMAT",                                                               \
     .help = "Set the format of the data"},                                              \
        {.name = "query",                                                                \
         .kind = CLI_STRING,                                                             \
         .value = &(r).options.query,                                                    \
         .argument = "SQL",                                                              \
         .help = "Read the rows of this SELECT from the data that is a database: an "    \
                 "SQLite file, or postgresql://USER@HOST/DATABASE",                      \
         .shown = "none"},                                                               \
        {.name = "header",                                                               \
         .kind = CLI_FLAG,                                                               \
         .value = &(r).header,                                                           \
         .help = "Take the first line as column names",                                  \
         .shown = "by content"},                                                         \
        {.name = "no-header",                                                            \
         .kind = CLI_FLAG,                                                               \
         .value = &(r).no_header,                                                        \
         .help = "Take the first line as data",                                          \
         .shown = "by content"},                                                         \
        CLI_COLUMN("user", (r).options.user_column),                                     \
        CLI_COLUMN("item", (r).options.item_column),                                     \
        CLI_OPTIONAL_COLUMN("time", (r).options.time_column, (r).time_given),            \
        {.name = "time-format",                                                          \
         .kind = CLI_STRING,                                                             \
         .value = &(r).options.time_format,                                              \
         .argument = "FORMAT",                                                           \
         .help = "Set the format of times: iso, dmy, mdy, ymd, seconds, milliseconds, "  \
                 "microseconds, nanoseconds, excel, or a pattern like '%d/%m/%Y %H:%M'", \
         .shown = "by content"},                                                         \
    {                                                                                    \
        .name = "keep-null-words", .kind = CLI_FLAG,                                     \
        .value = &(r).options.keep_null_words,                                           \
        .help = "Read NA, NULL, nan, None ... as ids, not as missing values"             \
    }

/* The rows of readers of interactions. */
#define CLI_READING_ROWS(r)                                                              \
    CLI_TABLE_ROWS(r),                                                                   \
        CLI_OPTIONAL_COLUMN("weight", (r).options.weight_column, (r).weight_given),      \
        {.name = "event-weights",                                                        \
         .kind = CLI_STRING,                                                             \
         .value = &(r).options.event_weights,                                            \
         .argument = "KIND=W[,..]",                                                      \
         .help = "Give each row the weight of its kind of event (view=1,buy=5), times "  \
                 "its own weight if it has one; 0 leaves the kind out, below 0 it is a " \
                 "dislike, `shown` an impression that was not taken, * is every other "  \
                 "kind",                                                                 \
         .shown = "kinds do not count"},                                                 \
        CLI_COLUMN("event", (r).options.event_column),                                   \
        {.name = "dislike-below",                                                        \
         .kind = CLI_F64,                                                                \
         .value = &(r).options.dislike_below,                                            \
         .min = -1e300,                                                                  \
         .max = 1e300,                                                                   \
         .argument = "R",                                                                \
         .help = "Take weights below R as dislikes, which are never recommended to the " \
                 "user",                                                                 \
         .shown = "refuse negative weights",                                             \
         .given = &(r).options.use_dislike_below},                                       \
        {.name = "dedup",                                                                \
         .kind = CLI_CHOICE,                                                             \
         .value = &(r).options.dedup,                                                    \
         .choices = "sum|max|last",                                                      \
         .argument = "HOW",                                                              \
         .help = "Merge repeated rows of a user and item in this way"},                  \
        {.name = "skip-bad",                                                             \
         .kind = CLI_FLAG,                                                               \
         .value = &(r).options.skip_bad,                                                 \
         .help = "Drop rows that cannot be read, and count them by reason",              \
         .shown = "refuse the file"},                                                    \
    {                                                                                    \
        .name = "min-rating", .kind = CLI_F64, .value = &(r).options.min_weight,         \
        .min = -1e300, .max = 1e300, .argument = "X",                                    \
        .help = "Drop rows with a weight below X", .shown = "drop none",                 \
        .given = &(r).options.use_min_weight                                             \
    }

/* The names of these options. */
#define CLI_READING_NAMES                                                                \
    "format|query|header|no-header|user-column|item-column|weight-column|time-column|"   \
    "event-weights|event-column|dislike-below|dedup|"                                    \
    "min-rating|time-format|skip-bad|keep-null-words"

/* Returns CLI_USAGE if --query is given and none of the paths (NULL allowed) is a
 * database. */
int cli_check_query(const cli_reading *reading, const char *const *paths, int n);
/* The path as messages show it: without the password of a database's URL. Valid until the
 * next call. */
const char *cli_shown_place(const char *path);
/* The options for a file: --query applies if the path is a database. */
regatta_read_options cli_read_options(const cli_reading *reading, const char *path);
/* Returns CLI_USAGE for --header with --no-header. */
int cli_check_header(const cli_reading *reading);
/* Prints on stderr what was read. */
void cli_describe_reading(const char *path, const regatta_read_report *report,
                          const cli_reading *reading);
/* Reads a graph; --query applies if the path is a database. Unless `quiet`, prints the
 * recognised format, the columns in use, and the counts of dropped rows on stderr. */
int cli_read_graph(regatta_ctx *ctx, regatta_graph **out, const char *path,
                   const cli_reading *reading, int quiet);
/* The same for a test part, of which ids suffice: a third column with an ambiguous role
 * is ignored. */
int cli_read_test(regatta_ctx *ctx, regatta_graph **out, const char *path,
                  const cli_reading *reading, int quiet);
/* The columns of a file without a header; user 0: no such file was read. */
typedef struct cli_columns {
    uint32_t user, item, weight, time;
} cli_columns;

/* Reads one of several parts of the same data: a file whose columns are ambiguous, such
 * as one with a row for each user, has the columns of an earlier part without a header.
 * If they do not fit either, it is read as by cli_read_graph or (is_test) cli_read_test.
 * *like begins zeroed, and has the columns of the earlier parts. */
int cli_read_part(regatta_ctx *ctx, regatta_graph **out, const char *path,
                  const cli_reading *reading, cli_columns *like, int is_test, int quiet);
/* A regatta_format in words. */
const char *cli_format_words(uint32_t format);
/* Returns 1 if a file begins like a safetensors file: a length, then '{'. */
int cli_is_model(const char *path);
#endif
