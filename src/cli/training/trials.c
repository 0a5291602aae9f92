#include "cli/training/trials.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The value that the option has in `options`. */
static void text_in(const cli_trials *t, const cli_option *o,
                    const regatta_train_options *options, char text[CLI_VALUE_BYTES])
{
    const regatta_train_options defaults = *t->train;
    *t->train = *options;
    cli_tunable_text(o, text);
    *t->train = defaults;
}

int cli_trials_differs(const cli_trials *t, const cli_option *o,
                       const regatta_train_options *options)
{
    char now[CLI_VALUE_BYTES], before[CLI_VALUE_BYTES];
    if (!cli_is_tunable(o, t->train)) return 0;
    cli_tunable_text(o, before);
    text_in(t, o, options, now);
    return strcmp(now, before) != 0;
}

char *cli_trials_options(const cli_trials *t, const regatta_train_options *options)
{
    char value[CLI_VALUE_BYTES];
    size_t n = 0;
    char *text = cli_new(1, 1);
    for (int i = 0; text && i < t->n_options; i++) {
        const cli_option *o = &t->table[i];
        if (!cli_trials_differs(t, o, options)) continue;
        text_in(t, o, options, value);
        const size_t room = strlen(o->name) + strlen(value) + 5;
        char *grown = cli_resize(text, (int64_t)(n + room), 1);
        if (!grown) {
            free(text);
            return NULL;
        }
        text = grown;
        n += (size_t)snprintf(text + n, room, n ? " --%s %s" : "--%s %s", o->name, value);
    }
    return text;
}

int cli_trials_add(void *state, const regatta_trial *trial)
{
    cli_trials *t = state;
    cli_trial *list = cli_resize(t->list, t->n + 1, sizeof *list);
    char *text = cli_trials_options(t, trial->options);
    if (list) t->list = list;
    if (!list || !text) {
        free(text);
        t->failed = 1;
        return REGATTA_GO_ON;
    }
    list[t->n] = (cli_trial){*trial, text};
    list[t->n++].numbers.options = NULL;
    return REGATTA_GO_ON;
}

void cli_trials_free(cli_trials *t)
{
    for (int64_t k = 0; k < t->n; k++) free(t->list[k].options);
    free(t->list);
}

/* Trials on all users before those of a sample, then the best differences first. */
static int better_first(const void *a, const void *b)
{
    const regatta_trial *x = &((const cli_trial *)a)->numbers,
                        *y = &((const cli_trial *)b)->numbers;
    const int fits = (x->n_fits > 0) - (y->n_fits > 0);
    if (fits) return -fits;
    const double d = isfinite(x->difference) ? x->difference : -2.0,
                 e = isfinite(y->difference) ? y->difference : -2.0;
    if (d != e) return d > e ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static const char *users_of(const regatta_trial *t)
{
    return t->n_fits ? "all" : t->is_sampled ? "sample" : "-";
}

void cli_trials_print(const cli_trials *t)
{
    cli_trial *sorted = cli_new(t->n, sizeof *sorted);
    if (!sorted) return;
    memcpy(sorted, t->list, (size_t)t->n * sizeof *sorted);
    qsort(sorted, (size_t)t->n, sizeof *sorted, better_first);
    printf(
        "trial  fits  users   ndcg@20  error   difference  error    seconds  options\n");
    for (int64_t k = 0; k < t->n; k++) {
        const regatta_trial *r = &sorted[k].numbers;
        if (!r->n_fits && !r->is_sampled) continue;
        printf("%5u%s %5u  %-6s  %.4f   %.4f  %+10.4f  %.4f  %9.1f  %s\n", r->number,
               r->is_winner ? "*" : " ", r->n_fits, users_of(r), r->ndcg,
               r->standard_error, r->difference, r->difference_error, r->seconds,
               *sorted[k].options ? sorted[k].options : "(the defaults)");
    }
    free(sorted);
}

int cli_trials_mixed(const cli_trials *t)
{
    const regatta_trial *first = NULL;
    for (int64_t k = 0; k < t->n; k++) {
        const regatta_trial *r = &t->list[k].numbers;
        if (!r->n_fits && !r->is_sampled) continue;
        if (!first) first = r;
        if (r->n_fits != first->n_fits || r->is_sampled != first->is_sampled) return 1;
    }
    return 0;
}

int cli_trials_write(const cli_trials *t, regatta_ctx *ctx, cli_records *to,
                     const cli_destination *where)
{
    static const cli_column columns[] = {{"trial", CLI_COLUMN_WHOLE},
                                         {"fits", CLI_COLUMN_WHOLE},
                                         {"users", CLI_COLUMN_TEXT},
                                         {"ndcg@20", CLI_COLUMN_DOUBLE},
                                         {"standard_error", CLI_COLUMN_DOUBLE},
                                         {"difference", CLI_COLUMN_DOUBLE},
                                         {"difference_error", CLI_COLUMN_DOUBLE},
                                         {"pairs", CLI_COLUMN_WHOLE},
                                         {"seconds", CLI_COLUMN_DOUBLE},
                                         {"winner", CLI_COLUMN_WHOLE},
                                         {"options", CLI_COLUMN_TEXT}};
    int code = cli_records_open(to, ctx, where, columns, CLI_COUNT(columns), 1);
    if (code != CLI_DONE) return code;
    for (int64_t k = 0; k < t->n; k++) {
        const regatta_trial *r = &t->list[k].numbers;
        cli_field_whole(to, r->number);
        cli_field_whole(to, r->n_fits);
        cli_field_text(to, users_of(r));
        cli_field_double(to, r->ndcg);
        cli_field_double(to, r->standard_error);
        cli_field_double(to, r->difference);
        cli_field_double(to, r->difference_error);
        cli_field_whole(to, r->n_users);
        cli_field_double(to, r->seconds);
        cli_field_whole(to, r->is_winner);
        cli_field_text(to, t->list[k].options);
    }
    return cli_records_flush(to);
}

json_t *cli_trials_json(const cli_trials *t)
{
    json_t *const all = json_array();
    for (int64_t k = 0; all && k < t->n; k++) {
        const regatta_trial *r = &t->list[k].numbers;
        json_array_append_new(
            all, json_pack("{s:I,s:I,s:s,s:o,s:o,s:o,s:o,s:I,s:f,s:b,s:s}", "trial",
                           (json_int_t)r->number, "fits", (json_int_t)r->n_fits, "users",
                           users_of(r), "ndcg@20", cli_json_number(r->ndcg),
                           "standard_error", cli_json_number(r->standard_error),
                           "difference", cli_json_number(r->difference),
                           "difference_error", cli_json_number(r->difference_error),
                           "pairs", (json_int_t)r->n_users, "seconds", r->seconds,
                           "winner", (int)r->is_winner, "options", t->list[k].options));
    }
    return all;
}
