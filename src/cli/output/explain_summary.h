/* A summary of the parts of a score: shares, and few digits. */
#ifndef RG_CLI_EXPLAIN_SUMMARY_H
#define RG_CLI_EXPLAIN_SUMMARY_H
#include "cli/titles.h"

typedef struct cli_explained {
    const regatta_contribution *because;
    int64_t n; /* of `because`, all items of the history */
    const regatta_explanation *terms;
} cli_explained;

/* The sum over channels of one array of an explanation. */
double cli_channel_sum(const double *by_channel);

/* The columns of cli_explain_summary. */
enum { CLI_SUMMARY_COLUMNS = 5 };
extern const cli_column cli_summary_columns[CLI_SUMMARY_COLUMNS];

/* Rows `part name [title] share points`: the `shown` items of the history with the
 * largest contributions, the other items, similar users, and the user's own vector, each
 * with its share of all that is specific to the user; shares add up to 100.0%. Then what
 * does not depend on the history, and the score. In a table of a database a share is a
 * number from 0 to 1, and points have all digits. */
int cli_explain_summary(cli_records *r, const cli_titles *titles,
                        const regatta_model *model, const cli_explained *x,
                        int64_t shown);
#endif
