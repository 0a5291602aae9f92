/* Blocks of histories from lines of text or JSON, or from a table of interactions. */
#ifndef RG_CLI_HISTORIES_H
#define RG_CLI_HISTORIES_H
#include "cli/input/history_table.h"
#include "cli/input/id_lists.h"
#include "cli/input/lines.h"
#include "cli/input/moment.h"
#include "cli/input/name_set.h"

/* Two rows of the option table. `what` names the ids of a history: "items", or "ids"
 * if they may be users too. */
#define CLI_HISTORY_ROWS(form_, skip_unknown_, what)                                     \
    {.name = "history-format",                                                           \
     .kind = CLI_CHOICE,                                                                 \
     .value = &(form_),                                                                  \
     .choices = "auto|lines|table",                                                      \
     .argument = "FORM",                                                                 \
     .help =                                                                             \
         "Read one history on each line, or a table with one interaction on each row"},  \
    {                                                                                    \
        .name = "skip-unknown", .kind = CLI_FLAG, .value = &(skip_unknown_),             \
        .help = "Leave unknown " what " of a history out instead of refusing it"         \
    }
/* Returns CLI_USAGE if one of these two options is set and no history is read. */
int cli_histories_check(uint32_t form, uint32_t skip_unknown, int has_history);

/* The input of histories and how it is read. */
typedef struct cli_history_rules {
    const char *path;
    regatta_side side;     /* REGATTA_ITEMS: histories of items, lists of users */
    uint32_t form;         /* cli_history_form */
    uint32_t skip_unknown; /* 1: an unknown id is left out and counted */
    uint32_t strict;       /* 1: in a table or a stream, too, it is CLI_INPUT */
    uint32_t stream;       /* 1: each line stands alone, no table, names may repeat */
    uint32_t quiet;
    const cli_at *at; /* NULL: as without --at */
} cli_history_rules;

/* Start from CLI_HISTORIES_INIT, which cli_histories_free may take. */
typedef struct cli_histories {
    cli_nodes items; /* in the order in which they came */
    int64_t *time;   /* [items.n] where timed is 1, seconds */
    int64_t time_capacity;
    int timed; /* 1: the histories have times; 0: they have none; -1: none so far has ids
                */
    int64_t *at;     /* [capacity] the time at which each is asked; of timed histories */
    int asks_at;     /* 1: a history of the block is asked at a given time */
    int64_t *offset; /* [capacity + 1] */
    char **name;     /* [capacity] */
    int64_t n, capacity;
    const regatta_model *model;
    cli_history_rules rules;
    cli_lines in;
    cli_history_table table;
    int separator_said; /* 1 after the message that a line has another separator than tabs
                           or blanks */
    char *scratch;      /* for the fields of a line */
    int64_t scratch_bytes;
    cli_name_set seen;
    int64_t n_all;       /* histories so far */
    int64_t n_unknown;   /* ids left out */
    int64_t n_none;      /* histories without a known id that named some */
    int64_t n_bare;      /* lines of text with a name and no id */
    int64_t n_repeated;  /* repeated names */
    int64_t n_is_member; /* names that contain known ids of the other side */
} cli_histories;

#define CLI_HISTORIES_INIT                                                               \
    {                                                                                    \
        .in = CLI_LINES_INIT                                                             \
    }

/* Opens rules->path for blocks of at most `capacity` histories. */
int cli_histories_open(cli_histories *h, regatta_ctx *ctx, const regatta_model *model,
                       const cli_history_rules *rules, int64_t capacity);
/* Fills the block with the next histories; n = 0 at the end. Returns CLI_INPUT for an
 * invalid line, and for an input without histories unless it is a stream. */
int cli_histories_next(cli_histories *h);
/* Returns the block as a query; its arrays belong to the block. */
regatta_query cli_histories_query(const cli_histories *h);
/* Prints the counts of omitted ids and doubtful lines on stderr, unless quiet. */
void cli_histories_say(const cli_histories *h);
void cli_histories_free(cli_histories *h);

/* Returns the side of the ids in the histories. */
regatta_side cli_histories_members(const cli_histories *h);
/* Adds one node; `time` NULL: it has no time. */
int cli_histories_add(cli_histories *h, uint32_t node, const int64_t *time);
/* Ends a history that named ids, with or without times. CLI_INPUT if earlier histories
 * differ in this. */
int cli_histories_timed(cli_histories *h, int timed, const char *where);
/* Sets the time at which the present history is asked: of its line, else (NULL) that of
 * --at, else that of its latest interaction. */
void cli_histories_ask_at(cli_histories *h, const int64_t *time);
/* Counts one unknown id, or returns CLI_INPUT. */
int cli_histories_unknown(cli_histories *h, const char *id, const char *where);
/* Counts a note in *n that is printed once, or for each line of a stream, whose answers
 * come one by one; returns 1 if it is not to be printed. */
int cli_histories_said(const cli_histories *h, int64_t *n);
/* Counts a history with ids of which none is known; prints a message for the first. */
void cli_histories_none(cli_histories *h, const char *where);
/* Counts the latest line of text with only a name; prints a message for the first. */
void cli_histories_bare(cli_histories *h, const char *where);
#endif
