/* A model before and after a change that makes its file smaller: measured side by side,
 * written, and reported. */
#ifndef RG_CLI_SIDE_BY_SIDE_H
#define RG_CLI_SIDE_BY_SIDE_H
#include "cli/input/reading.h"
#include "cli/output/document.h"
#include "cli/output/output.h"
#include <math.h>

/* One of the two models, and its measurements. */
typedef struct cli_side {
    regatta_model *model;
    const char *path;
    uint32_t *items;     /* [users][k] */
    double bytes;        /* NaN: the output is not a regular file */
    double kept;         /* share of the first model's top k */
    double recall, ndcg; /* NaN without --test */
    double rate;         /* users a second, all in one call */
    double request;      /* milliseconds of one user alone */
    uint64_t edges;      /* attention weights */
    const char *weights; /* their state; NULL: edges are not reported */
    const char *dropped; /* channels left out, or "none"; NULL: not reported */
} cli_side;

typedef struct cli_side_by_side {
    cli_side side[2]; /* before, after */
    cli_reading reading;
    cli_report report;
    const char *output, *test;
    cli_machine machine;
    uint32_t k, users, quiet, shards;
    regatta_ctx *ctx;
    regatta_graph *held_out; /* of --test; NULL: none */
    uint32_t n_users;        /* compared */
} cli_side_by_side;

#define CLI_SIDE_BY_SIDE_INIT                                                            \
    {                                                                                    \
        .reading = CLI_READING_INIT, .k = 20, .users = 1000, .side = {                   \
            {.recall = (double)NAN, .ndcg = (double)NAN},                                \
            {.recall = (double)NAN, .ndcg = (double)NAN}                                 \
        }                                                                                \
    }

/* The rows of the options of `s`, after those of the command. */
#define CLI_SIDE_BY_SIDE_ROWS(s)                                                         \
    {.name = "test",                                                                     \
     .kind = CLI_STRING,                                                                 \
     .value = &(s)->test,                                                                \
     .argument = "FILE",                                                                 \
     .help = "Measure both models on these held-out interactions",                       \
     .shown = "none"},                                                                   \
        {.name = "k",                                                                    \
         .letter = 'k',                                                                  \
         .kind = CLI_U32,                                                                \
         .value = &(s)->k,                                                               \
         .min = 1,                                                                       \
         .max = 1000,                                                                    \
         .argument = "N",                                                                \
         .help = "Measure at this cut-off"},                                             \
        {.name = "users",                                                                \
         .kind = CLI_U32,                                                                \
         .value = &(s)->users,                                                           \
         .min = 1,                                                                       \
         .max = INT32_MAX,                                                               \
         .argument = "N",                                                                \
         .help = "Compare the models on N users, evenly spread over all users"},         \
        CLI_REPORT_ROWS((s)->report), CLI_READING_ROWS((s)->reading),                    \
        CLI_MACHINE((s)->machine), CLI_LIMIT_BYTES((s)->machine), CLI_PROGRESS,          \
        CLI_QUIET((s)->quiet)

/* Returns CLI_USAGE with the reason if a given option of these rows has no effect. */
int cli_side_by_side_check(const cli_side_by_side *s, const cli_usage *usage);
/* Checks the paths, opens a context, and loads the model and the held-out
 * interactions. */
int cli_side_by_side_open(cli_side_by_side *s, const char *model);
/* Measures the two models. */
int cli_side_by_side_measure(cli_side_by_side *s);
/* Writes the second model and the report of both. Nothing is written if something
 * fails. */
int cli_side_by_side_save(cli_side_by_side *s);
void cli_side_by_side_close(cli_side_by_side *s);
#endif
