/* Blocks of pairs of a user, or a history, and an item, from a table or JSON lines. */
#ifndef RG_CLI_PAIRS_H
#define RG_CLI_PAIRS_H
#include "cli/input/id_lists.h"
#include "cli/input/lines.h"

/* How pairs are read. */
typedef struct cli_pair_rules {
    uint32_t labelled; /* 1: a label follows the item */
    uint32_t has_positive;
    double positive; /* with has_positive labels from this number on are 1, lower ones 0;
                        else they are 0 or 1 */
    uint32_t strict; /* 1: an unknown id is CLI_INPUT, not left out */
    uint32_t quiet;
} cli_pair_rules;

/* What the pairs of a line are asked for. */
typedef struct cli_pair_query {
    uint32_t user;          /* REGATTA_NONE: a history */
    uint32_t group;         /* number of the user; each history has its own, after the
                               users of the model. Set by cli_pairs_add_query */
    uint32_t has_at, timed; /* timed: the history has times, or is empty */
    int64_t at, first, n;   /* of the history in `history` */
    char *name;             /* of the user; NULL: that of the model, or none */
} cli_pair_query;

/* Start from CLI_PAIRS_INIT, which cli_pairs_free may take. */
typedef struct cli_pairs {
    const regatta_model *model;
    cli_pair_rules rules;
    cli_lines in;
    char separator, *scratch; /* of a table; room for a field */
    int user_at, item_at;     /* columns of a table, from 0 */
    int label_at, time_at;    /* the same; -1: none */
    int most;                 /* columns of a table; 0 before its first line */
    int64_t scratch_bytes;
    /* The block: pairs in the order of the input. */
    int64_t n, capacity;
    uint32_t *item;
    int64_t *query; /* number in `queries` */
    uint8_t *label; /* 0 without labels */
    float *score;   /* cli_pairs_score fills these two */
    double *probability;
    cli_pair_query *queries;
    int64_t n_queries, query_capacity;
    cli_nodes history;
    int64_t *time, time_capacity; /* [history.n] */
    /* So far. */
    char *first_unknown; /* "FILE:LINE: user 'id'"; NULL: none */
    int64_t n_all, n_unknown, n_unknown_history, n_histories, n_untimed;
    int model_has_times;
    uint32_t n_answers; /* items of the target domain, which come first */
} cli_pairs;

#define CLI_PAIRS_INIT                                                                   \
    {                                                                                    \
        .in = CLI_LINES_INIT                                                             \
    }

int cli_pairs_open(cli_pairs *p, regatta_ctx *ctx, const regatta_model *model,
                   const char *path, const cli_pair_rules *rules);
/* Fills the block with the pairs of the next lines, at least `least` if there are as
 * many; n = 0 at the end. CLI_INPUT "FILE:LINE: reason" for a line that is not as it
 * should be. */
int cli_pairs_next(cli_pairs *p, int64_t least);
/* Fills score and, if the model has a calibration, probability: one row of scores for
 * each user and time of asking, and for each history. */
int cli_pairs_score(cli_pairs *p, regatta_ctx *ctx, int has_calibration);
/* Returns the name of the user of pair k; "" if it has none. */
const char *cli_pairs_user(const cli_pairs *p, int64_t k);
/* Prints the counts of what was left out on stderr, unless quiet. */
void cli_pairs_say(const cli_pairs *p);
void cli_pairs_free(cli_pairs *p);

/* Add a query, a pair of the last query, and a member of its history. */
int cli_pairs_add_query(cli_pairs *p, const cli_pair_query *query);
int cli_pairs_add(cli_pairs *p, uint32_t item, int label);
int cli_pairs_add_history(cli_pairs *p, uint32_t item, const int64_t *time);
/* Counts an unknown id, or an item that is no answer, in *count, or returns CLI_INPUT. */
int cli_pairs_unknown(cli_pairs *p, regatta_side side, const char *id, const char *where,
                      int64_t *count);
/* Returns why there is no pair: "the file is empty" or "has no pair". */
const char *cli_pairs_missing(const cli_pairs *p);

/* Stores the label that a number means. CLI_INPUT if it means none. */
int cli_pairs_label(const cli_pairs *p, double number, const char *text,
                    const char *where, int *label);
#endif
