/* The options that recommend and candidates share (users, histories, filters), and the
 * loop over their queries, one block at a time. */
#ifndef RG_CLI_ASKING_H
#define RG_CLI_ASKING_H
#include "cli/exclusions.h"
#include "cli/input/histories.h"
#include "cli/input/new_nodes.h"
#include "cli/option_table.h"
#include "cli/output/meter.h"
#include "cli/output/records.h"
#include "cli/ranks/rank_parts.h"
#include "cli/titles.h"

typedef struct cli_asking {
    const char *users, *history, *only, *exclude, *exclude_pairs, *names;
    cli_at at;
    cli_strings user; /* .value to be freed */
    cli_new_nodes fresh;
    uint32_t keep_seen, skip_unknown, strict, history_form, stream, block, quiet,
        block_given;
    cli_machine machine;
} cli_asking;

#define CLI_ASKING_INIT                                                                  \
    {                                                                                    \
        .block = 1024                                                                    \
    }

/* The rows of the table that read into the cli_asking `a`. */
#define CLI_ASKING_ROWS(a)                                                               \
    {.name = "user",                                                                     \
     .letter = 'u',                                                                      \
     .kind = CLI_STRINGS,                                                                \
     .value = &(a)->user,                                                                \
     .argument = "ID",                                                                   \
     .help = "Answer this user; may be repeated"},                                       \
        {.name = "users",                                                                \
         .kind = CLI_STRING,                                                             \
         .value = &(a)->users,                                                           \
         .argument = "FILE",                                                             \
         .help = "Answer the users of a list with one id on each line",                  \
         .shown = "all users"},                                                          \
        {.name = "history",                                                              \
         .kind = CLI_STRING,                                                             \
         .value = &(a)->history,                                                         \
         .argument = "FILE",                                                             \
         .help = "Answer the histories of a file",                                       \
         .shown = "none"},                                                               \
        CLI_HISTORY_ROWS((a)->history_form, (a)->skip_unknown, "items"),                 \
        CLI_AT((a)->at), CLI_STRICT((a)->strict),                                        \
        {.name = "stream",                                                               \
         .kind = CLI_FLAG,                                                               \
         .value = &(a)->stream,                                                          \
         .help = "Answer each line of --history or --users as soon as it is read; an "   \
                 "invalid line does not end the stream"},                                \
        {.name = "only-items",                                                           \
         .kind = CLI_STRING,                                                             \
         .value = &(a)->only,                                                            \
         .argument = "FILE",                                                             \
         .help = "Return only these, one id on each line",                               \
         .shown = "all items"},                                                          \
        {.name = "exclude-items",                                                        \
         .kind = CLI_STRING,                                                             \
         .value = &(a)->exclude,                                                         \
         .argument = "FILE",                                                             \
         .help = "Exclude these, one id on each line",                                   \
         .shown = "none"},                                                               \
        CLI_EXCLUDE_PAIRS((a)->exclude_pairs), CLI_NAMES((a)->names),                    \
        {.name = "keep-seen",                                                            \
         .kind = CLI_FLAG,                                                               \
         .value = &(a)->keep_seen,                                                       \
         .help = "Include the items of the history"},                                    \
        CLI_NEW_NODES_ROWS((a)->fresh),                                                  \
        {.name = "block",                                                                \
         .kind = CLI_U32,                                                                \
         .value = &(a)->block,                                                           \
         .min = 1,                                                                       \
         .max = 65536,                                                                   \
         .argument = "N",                                                                \
         .help = "Answer N queries together; memory grows with N",                       \
         .given = &(a)->block_given},                                                    \
        CLI_LIMIT_BYTES((a)->machine), CLI_PROGRESS, CLI_QUIET((a)->quiet)

/* Frees what the options own. */
void cli_asking_free(cli_asking *a);

/* The rules for the lists of ids. */
cli_list_rules cli_asking_list_rules(const cli_asking *a);

/* Returns CLI_USAGE if options exclude each other or --at is no moment; the format of
 * `where` is known then. */
int cli_asking_check(cli_asking *a, cli_destination *where);

/* Returns the number of queries of k items each that form a block. */
int64_t cli_asking_block(const cli_asking *a, uint32_t k);

/* Callbacks that write answers. `answer` gets a block of queries; name[q] is the name
 * of each history, name is NULL for users. `refuse` gets the message about an invalid
 * line of a stream. Both flush their output before they return. */
typedef struct cli_answerer {
    int (*answer)(void *state, const regatta_query *query, char *const *name);
    int (*refuse)(void *state, int64_t line, const char *words);
    void *state;
} cli_answerer;

/* The output of the answers. `where` comes from the options; the other fields are set
 * while answers are written. */
typedef struct cli_answers {
    cli_destination where;
    cli_records records;  /* in JSON lines an answer is one object, written to .out */
    cli_titles titles;    /* read by cli_asking_open */
    int64_t n_empty;      /* answers without an item */
    cli_rank_parts parts; /* if the path of `where` asks for them */
} cli_answers;

/* Returns the id of the q-th user of a query, or the name of its q-th history. */
const char *cli_asker(const regatta_model *model, const regatta_query *query,
                      char *const *name, int64_t q);
/* Ends an answer and flushes it. In a stream in TSV or CSV an empty line marks the
 * end. */
int cli_answer_end(const cli_asking *a, cli_answers *to);
/* Writes an answer without items; in JSON lines {"line":..,"error":..}. */
int cli_answer_refused(const cli_asking *a, cli_answers *to, int64_t line,
                       const char *words);

/* Checks that no input is the output, then creates a context, loads the model at `path`,
 * adds the new nodes and reads the titles. CLI_USAGE for --at and users without times. */
int cli_asking_open(cli_asking *a, const char *path, cli_answers *to, regatta_ctx **ctx,
                    regatta_model **model);

/* Opens `to` with the columns, answers all queries in order, at most
 * `block` at a time (one line at a time for a stream), and commits the output. Returns
 * CLI_INPUT if lines of a stream were refused. */
int cli_asking_serve(const cli_asking *a, regatta_ctx *ctx, const regatta_model *model,
                     int64_t block, const cli_answerer *who, cli_answers *to,
                     const cli_column *columns, int n_columns);
#endif
