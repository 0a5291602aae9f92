/* Blocks of histories from lines of text or JSON, or from a table of interactions. */
#ifndef RG_CLI_HISTORIES_H
#define RG_CLI_HISTORIES_H
#include "cli/input/history_table.h"
#include "cli/input/id_lists.h"
#include "cli/input/lines.h"
#include "cli/input/name_set.h"

/* Two rows of the option table. `what` are the ids of a history: "items", or "ids" where
 * they may be users too. */
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
/* Both are about histories: CLI_USAGE where none is read. */
int cli_histories_check(uint32_t form, uint32_t skip_unknown, int has_history);

/* What is read, and how. */
typedef struct cli_history_rules {
    const char *path;
    regatta_side side;     /* REGATTA_ITEMS: histories of items, lists of users */
    uint32_t form;         /* cli_history_form */
    uint32_t skip_unknown; /* 1: an unknown id is left out and counted */
    uint32_t strict;       /* 1: in a table or a stream, too, it is CLI_INPUT */
    uint32_t stream;       /* 1: each line stands alone, no table, names may repeat */
    uint32_t quiet;
} cli_history_rules;

/* Start from CLI_HISTORIES_INIT, which cli_histories_free may take. */
typedef struct cli_histories {
    cli_nodes items;
    int64_t *offset; /* [capacity + 1] */
    char **name;     /* [capacity] */
    int64_t n, capacity;
    const regatta_model *model;
    cli_history_rules rules;
    cli_lines in;
    cli_history_table table;
    int separator_said; /* once, that a line is not separated by tabs or blanks */
    char *scratch;      /* for the fields of a line */
    int64_t scratch_bytes;
    cli_name_set seen;
    int64_t n_all;       /* histories so far */
    int64_t n_unknown;   /* ids left out */
    int64_t n_none;      /* histories without a known id that named some */
    int64_t n_bare;      /* lines of text with a name and no id */
    int64_t n_repeated;  /* names that were there before */
    int64_t n_is_member; /* names that hold known ids of the other side */
} cli_histories;

#define CLI_HISTORIES_INIT                                                               \
    {                                                                                    \
        .in = CLI_LINES_INIT                                                             \
    }

/* Opens rules->path for blocks of at most `capacity` histories. */
int cli_histories_open(cli_histories *h, regatta_ctx *ctx, const regatta_model *model,
                       const cli_history_rules *rules, int64_t capacity);
/* Fills the block from what follows; n = 0 at the end. CLI_INPUT where the whole input
 * has no history (but for a stream), and for a line that is none. */
int cli_histories_next(cli_histories *h);
/* The block as a question; its arrays are the block's. */
regatta_query cli_histories_query(const cli_histories *h);
/* What was left out or is doubtful, on stderr unless quiet. */
void cli_histories_say(const cli_histories *h);
void cli_histories_free(cli_histories *h);

/* The side of the ids in the histories. */
regatta_side cli_histories_members(const cli_histories *h);
/* Adds one id that is not known: counted, or CLI_INPUT. */
int cli_histories_unknown(cli_histories *h, const char *id, const char *where);
/* Counts a history that names ids of which none is known; the first is said. */
void cli_histories_none(cli_histories *h, const char *where);
/* Counts a line of text that is a name alone, the newest; the first is said. */
void cli_histories_bare(cli_histories *h, const char *where);
#endif
