/* See split_report.h. */
#include "cli/output/split_report.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOMENT_BYTES = 40 };

static regatta_csr rows_of(const regatta_graph *graph)
{
    const regatta_csr rows = cli_graph_rows(graph);
    return rows;
}

static int64_t n_edges(const regatta_graph *graph)
{
    const regatta_csr rows = rows_of(graph);
    return rows.offset[rows.n_users];
}

static int64_t degree(const regatta_csr *rows, uint32_t user)
{
    return rows->offset[user + 1] - rows->offset[user];
}

static const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

/* 2024-01-31T12:00:00Z, or the number where the calendar does not reach. */
static void moment(char text[MOMENT_BYTES], int64_t seconds)
{
    const time_t t = (time_t)seconds;
    struct tm tm;
    if (!gmtime_r(&t, &tm) || !strftime(text, MOMENT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm))
        snprintf(text, MOMENT_BYTES, "%" PRId64, seconds);
}

static int refuse_time(const cli_parts *p, const regatta_split_options *split,
                       const char *input, const char *part)
{
    const regatta_csr all = rows_of(p->all);
    char cut[MOMENT_BYTES], from[MOMENT_BYTES], to[MOMENT_BYTES];
    int64_t first = all.time[0], last = first;
    for (int64_t e = 0; e < all.offset[all.n_users]; e++) {
        if (all.time[e] < first) first = all.time[e];
        if (all.time[e] > last) last = all.time[e];
    }
    moment(cut, split->time);
    moment(from, first);
    moment(to, last);
    return cli_error(CLI_INPUT,
                     "%s: the %s part is empty: the times are from %s to %s, and --split "
                     "cuts at %s",
                     input, part, from, to, cut);
}

static int refuse_empty(const cli_parts *p, const regatta_split_options *split,
                        const char *input, const char *part)
{
    if (n_edges(p->all) == 0)
        return cli_error(CLI_INPUT, "%s: there is no interaction to split", input);
    if (split->kind == REGATTA_SPLIT_TIME) return refuse_time(p, split, input, part);
    return cli_error(
        CLI_INPUT,
        "%s: the %s part is empty: no user has enough items for this --split "
        "(one stays in the training part)",
        input, part);
}

/* Users and items whose rows all lie at or after the cut. */
static int report_time(const regatta_csr *train, const regatta_csr *test)
{
    int64_t n_users = 0, user_rows = 0, item_rows = 0;
    unsigned char *known = cli_new(train->n_items, 1);
    if (!known) return cli_no_memory();
    for (int64_t e = 0; e < train->offset[train->n_users]; e++) known[train->item[e]] = 1;
    for (uint32_t u = 0; u < train->n_users; u++) {
        if (degree(train, u) > 0 || degree(test, u) == 0) continue;
        n_users++;
        user_rows += degree(test, u);
    }
    for (int64_t e = 0; e < test->offset[test->n_users]; e++)
        item_rows += !known[test->item[e]];
    free(known);
    if (n_users)
        fprintf(stderr,
                "  %" PRId64 " user%s without a row before the cut: in test only, with "
                "%" PRId64 " row%s\n",
                n_users, plural(n_users), user_rows, plural(user_rows));
    if (item_rows)
        fprintf(stderr, "  %" PRId64 " row%s of test of items that are not in train\n",
                item_rows, plural(item_rows));
    return CLI_DONE;
}

/* Prints the number of users with too few items for the split; `repeats`: each
 * interaction counts. */
static int report_short(regatta_ctx *ctx, const cli_parts *parts,
                        const regatta_split_options *split, int repeats)
{
    const regatta_csr all = rows_of(parts->all), test = rows_of(parts->test);
    const int64_t asked = (int64_t)split->leave_last + split->leave_valid;
    regatta_history h = REGATTA_HISTORY_INIT;
    int64_t n_untested = 0, n_short = 0;
    for (uint32_t u = 0; u < all.n_users; u++) {
        const int code = cli_status(ctx, regatta_graph_history(ctx, &h, parts->all, u));
        if (code != CLI_DONE) return code;
        if (h.n == 0) continue; /* dislikes and impressions alone */
        n_untested += degree(&test, u) == 0;
        n_short += (repeats ? h.n : degree(&all, u)) <= asked;
    }
    if (split->kind == REGATTA_SPLIT_LEAVE_LAST && n_short)
        fprintf(stderr,
                "  %" PRId64 " user%s with fewer than %" PRId64
                " items: one item stays in train, then test is filled before valid\n",
                n_short, plural(n_short), asked + 1);
    if (n_untested)
        fprintf(stderr, "  %" PRId64 " user%s without a row in test: too few items\n",
                n_untested, plural(n_untested));
    return CLI_DONE;
}

int cli_split_report(regatta_ctx *ctx, const cli_parts *parts,
                     const regatta_split_options *split, regatta_dedup dedup,
                     const char *input, int quiet)
{
    const int shares = split->kind == REGATTA_SPLIT_RATIO;
    const char *const name = strcmp(input, "-") == 0 ? "<stdin>" : input;
    if (n_edges(parts->train) == 0) return refuse_empty(parts, split, name, "training");
    if (n_edges(parts->test) == 0 && !(shares && split->test_share <= 0.0))
        return refuse_empty(parts, split, name, "test");
    if (parts->valid && n_edges(parts->valid) == 0 &&
        !(shares && split->valid_share <= 0.0))
        return refuse_empty(parts, split, name, "validation");
    if (quiet) return CLI_DONE;
    const regatta_csr train = rows_of(parts->train), test = rows_of(parts->test);
    if (split->kind == REGATTA_SPLIT_TIME) return report_time(&train, &test);
    if (shares && split->test_share <= 0.0) return CLI_DONE;
    return report_short(ctx, parts, split, dedup == REGATTA_DEDUP_SUM);
}
