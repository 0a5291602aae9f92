/* regatta evaluate: measure a model on held-out interactions. */
#include "cli/input/id_lists.h"
#include "cli/input/new_nodes.h"
#include "cli/input/reading.h"
#include "cli/logged/evaluate_logged.h"
#include "cli/output/comparison.h"
#include "cli/output/info.h"
#include "cli/output/meter.h"
#include "cli/output/records.h"
#include "cli/output/reordering.h"
#include "cli/pairs/evaluate_pairs.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct options {
    cli_reading reading;
    cli_reordering order;
    cli_u32s k;
    cli_report report;
    cli_destination per_user;
    const char *compare;
    cli_strings history;
    const char *only;
    cli_machine machine;
    uint32_t strict, keep_seen, every_next, unknown, quiet;
    cli_new_nodes fresh;
} options;

enum { MAX_HISTORIES = 64 };

/* Where the metrics of the users of one model go. */
typedef struct per_user {
    const regatta_graph *test;
    cli_records *rows;      /* NULL: rows are not written */
    cli_measured *measured; /* keeps the values if it has room for them */
    int64_t n_users;
    cli_meter meter;
    int64_t n_done;
} per_user;

/* The inputs of the command. */
typedef struct data {
    regatta_model *model[2]; /* MODEL and OTHER; the second NULL: no comparison */
    const char *path[2];
    const char *test_path;
    regatta_graph *test;
    regatta_graph **history; /* [n_histories] */
    int64_t n_histories;
} data;

static const char about[] =
    "Ranks all items for every user of TEST, without the training items, and prints\n"
    "the means over the test users: `metric` and its value at each k, tab-separated.\n"
    "A test item that no list can have (the model does not know the item or the user,\n"
    "or the item is in the user's history) counts as a miss; --unknown skip leaves it\n"
    "out. Where the two differ, columns such as `skip@20` have the figures of the\n"
    "other treatment.\n"
    "--json prints, and --report FILE writes, one object with\n"
    "\"metrics\": {\"recall@20\": ..}, the protocol, hashes of the data and the split,\n"
    "the vector unit, and the settings of the model. Machines with other vector units\n"
    "round differently, so the last digits of a figure may differ. docs/metrics.md\n"
    "defines each metric. --per-user writes one row for each user (each interaction\n"
    "with --every-next), with a header, --to writes these rows to a table.\n"
    "--history measures the fold-in: the users of TEST are treated as unseen, and\n"
    "DATA has their histories. Several --history are joined in the order given. The\n"
    "protocol of the papers on sequences (fitted on train, asked with train and valid)\n"
    "is `regatta evaluate MODEL TEST --history TRAIN --history VALID`. If histories\n"
    "and TEST have times, each user is asked at the time of their test item.\n"
    "--every-next asks for each interaction of TEST in order, with the interactions\n"
    "of the user before it in the history (also with --history); counts and means are\n"
    "of interactions, and the first of a user without a history cannot be ranked.\n"
    "--compare OTHER measures both models on the same users and prints, for each\n"
    "metric, both means, the mean difference MODEL - OTHER, its standard error and 95 %\n"
    "confidence interval, and t and p of the paired t test over users, each with the\n"
    "mean of their interactions (--every-next). --per-user then writes the rows of\n"
    "MODEL.\n"
    "\n"
    "`regatta evaluate MODEL --pairs FILE` measures labelled pairs of users and items\n"
    "(AUC, GAUC, log loss, reliability), `regatta evaluate MODEL --logged LOG` what the\n"
    "model would have earned where another policy showed items; `regatta help evaluate\n"
    "--pairs` and `regatta help evaluate --logged` describe them.\n";

/* Checks the options together. */
static int check(options *o)
{
    int code = CLI_DONE;
    if (o->history.n > MAX_HISTORIES)
        return cli_error(CLI_USAGE, "--history: at most %d files", (int)MAX_HISTORIES);
    CLI_TRY(cli_strict_check(o->strict, 0, o->only != NULL));
    CLI_TRY(cli_destination_check(&o->per_user));
    uint32_t most = 0;
    for (int i = 0; i < o->k.n; i++)
        if (o->k.value[i] > most) most = o->k.value[i];
    code = cli_reordering_check(&o->order, most);
done:
    return code;
}

#define PER_USER_ROWS(d)                                                                 \
    {.name = "per-user",                                                                 \
     .kind = CLI_STRING,                                                                 \
     .value = &(d).path,                                                                 \
     .argument = "FILE",                                                                 \
     .help = "Write one row for each user, as TSV, or CSV or JSON lines by the "         \
             "extension of FILE; -: print the rows on standard output instead of the "   \
             "table",                                                                    \
     .shown = "none"},                                                                   \
        CLI_TO_ROWS(d)

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        {.name = "k",
         .letter = 'k',
         .kind = CLI_U32S,
         .value = &o->k,
         .min = 1,
         .max = INT32_MAX,
         .argument = "N[,N..]",
         .help = "Measure at these cut-offs, at most 16"},
        CLI_REPORT_ROWS(o->report),
        PER_USER_ROWS(o->per_user),
        {.name = "history",
         .kind = CLI_STRINGS,
         .value = &o->history,
         .argument = "DATA",
         .help = "Fold the users of TEST in from their items in DATA (any format that "
                 "train reads); may be repeated",
         .shown = "none: use the users of the model"},
        {.name = "every-next",
         .kind = CLI_FLAG,
         .value = &o->every_next,
         .help =
             "Measure each interaction of TEST as the next one after those before it"},
        {.name = "keep-seen",
         .kind = CLI_FLAG,
         .value = &o->keep_seen,
         .help = "Also rank the items of the user's history"},
        {.name = "only-items",
         .kind = CLI_STRING,
         .value = &o->only,
         .argument = "FILE",
         .help = "Rank only these, one id on each line, and leave the other items of "
                 "TEST out",
         .shown = "all items"},
        CLI_STRICT(o->strict),
        {.name = "unknown",
         .kind = CLI_CHOICE,
         .value = &o->unknown,
         .choices = "miss|skip",
         .argument = "HOW",
         .help = "Count test items that no list can have as misses, or leave them out"},
        {.name = "compare",
         .kind = CLI_STRING,
         .value = &o->compare,
         .argument = "OTHER",
         .help = "Compare MODEL with the model OTHER, paired over users",
         .shown = "none"},
        CLI_REORDERING_ROWS(o->order),
        CLI_READING_ROWS(o->reading),
        CLI_NEW_NODES_ROWS(o->fresh),
        CLI_MACHINE(o->machine),
        CLI_LIMIT_BYTES(o->machine),
        CLI_PROGRESS,
        CLI_QUIET(o->quiet),
    };
    const cli_usage usage = {"evaluate", "MODEL TEST",     about, 2, 2,
                             table,      CLI_COUNT(table), NULL};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    return check(o);
}

static void take_user(void *state, uint32_t user, uint32_t n_test,
                      const regatta_metrics *m, int n)
{
    per_user *p = state;
    cli_meter_step(&p->meter, ++p->n_done);
    if (p->measured->value) cli_measured_keep(p->measured, p->n_users, user, m, n);
    if (!p->rows) return;
    cli_field_text(p->rows, regatta_graph_name(p->test, REGATTA_USERS, user));
    cli_field_whole(p->rows, n_test);
    for (int j = 0; j < n; j++)
        for (int i = 0; i < CLI_N_METRICS; i++)
            if (cli_metrics[i].of_user)
                cli_field_double(p->rows, cli_metric_value(&m[j], &cli_metrics[i]));
}

/* The columns of the rows of users. */
typedef struct user_columns {
    cli_column column[2 + CLI_MAX_U32S * CLI_N_METRICS];
    char name[CLI_MAX_U32S * CLI_N_METRICS][40];
    int n;
} user_columns;

static void make_columns(user_columns *c, const cli_u32s *k)
{
    int n = 0;
    c->column[0] = (cli_column){"user", CLI_COLUMN_TEXT};
    c->column[1] = (cli_column){"n_test", CLI_COLUMN_WHOLE};
    for (int j = 0; j < k->n; j++)
        for (int i = 0; i < CLI_N_METRICS; i++) {
            if (!cli_metrics[i].of_user) continue;
            snprintf(c->name[n], sizeof *c->name, "%s@%" PRIu32, cli_metrics[i].name,
                     k->value[j]);
            c->column[2 + n] = (cli_column){c->name[n], CLI_COLUMN_DOUBLE};
            n++;
        }
    c->n = 2 + n;
}

static json_t *protocol_json(const options *o)
{
    json_t *k = json_array();
    for (int i = 0; k && i < o->k.n; i++)
        json_array_append_new(k, json_integer(o->k.value[i]));
    return json_pack(
        "{s:s,s:s,s:s,s:s,s:f,s:f,s:s,s:o}", "ranked",
        o->only ? "the items of a list" : "all items of the model", "training",
        o->keep_seen ? "training items are ranked too"
                     : "training items of the user are left out",
        "users",
        o->history.n || o->every_next ? "folded in from histories" : "of the model",
        "unknown", cli_unknown_name[o->unknown], "mmr", (double)o->order.mmr,
        "popularity_penalty", (double)o->order.popularity_penalty, "mean",
        o->every_next ? "over the test interactions, each as the next one"
                      : "over the users with test items",
        "k", k);
}

/* The figures under the treatment that was not asked for. */
static json_t *other_json(const cli_measured *m, const options *o)
{
    return json_pack("{s:s,s:o,s:I,s:I}", "unknown", cli_unknown_name[!o->unknown],
                     "metrics", cli_metric_json(m->other, o->k.n), "n_users",
                     (json_int_t)m->counts.n_other_users, "n_test",
                     (json_int_t)m->counts.n_other_test);
}

static json_t *measured_json(const regatta_model *model, const cli_measured *m,
                             const options *o)
{
    json_t *info = cli_info_json(model);
    json_t *made_by = json_object_get(info, "made_by");
    json_t *settings = json_object_get(made_by, "options");
    const regatta_evaluation *e = &m->counts;
    json_t *root = json_pack(
        "{s:o,s:I,s:I,s:s,s:{s:I,s:I,s:I,s:I},s:I,s:I,s:o,s:O,s:O}", "metrics",
        cli_metric_json(m->metrics, o->k.n), "n_users", (json_int_t)e->n_users, "n_test",
        (json_int_t)e->n_test, "asked_at",
        e->asked_at_test ? "the time of the test item" : "the end of the history",
        "not_ranked", "unknown_users", (json_int_t)e->n_unknown_users,
        "unknown_interactions", (json_int_t)e->n_unknown_edges, "seen_interactions",
        (json_int_t)e->n_seen_edges, "outside_interactions", (json_int_t)e->n_outside,
        "unknown_history_items", (json_int_t)e->n_unknown_history, "earlier_interactions",
        (json_int_t)e->n_earlier, "other_treatment", other_json(m, o), "options",
        settings ? settings : made_by, "model", info);
    json_object_set(root, "data_hash", json_object_get(info, "data_hash"));
    json_decref(info);
    return root;
}

/* `comparison` NULL: of one model. */
static json_t *report(const data *d, const cli_measured *m,
                      const cli_comparison *comparison, const options *o, double seconds)
{
    json_t *root =
        json_pack("{s:s,s:o,s:o,s:s,s:f}", "regatta", regatta_version(), "protocol",
                  protocol_json(o), "split_hash", cli_json_hash(m->counts.test_hash),
                  "vector_unit", regatta_simd(), "seconds", seconds);
    json_t *first = measured_json(d->model[0], &m[0], o);
    int failed = json_object_update(root, first);
    json_decref(first);
    if (comparison) {
        json_t *second = measured_json(d->model[1], &m[1], o);
        failed |= json_object_set_new(root, "compared_with", second);
        failed |=
            json_object_set_new(root, "comparison", cli_comparison_json(comparison));
    }
    if (!failed) return root;
    json_decref(root);
    return NULL;
}

/* `path` NULL: the model is the only one. */
static void say_counts(const regatta_evaluation *e, uint32_t unknown, const char *path)
{
    const char *what =
        unknown == REGATTA_UNKNOWN_MISS ? "counted as misses:" : "left out";
    fprintf(stderr, "%s%smeasured %" PRIu32 " user%s, %" PRId64 " test interaction%s%s\n",
            path ? path : "", path ? ": " : "", e->n_users, CLI_S(e->n_users), e->n_test,
            CLI_S(e->n_test), e->asked_at_test ? ", asked at their times" : "");
    if (2 * e->n_earlier > e->n_test)
        fprintf(stderr,
                "  %" PRId64 " %s earlier than the latest of their user's history: a "
                "random split. Training on data\n"
                "  with times is for what comes next; for a random test train with "
                "--time-column 0\n",
                e->n_earlier, e->n_earlier == 1 ? "is" : "are");
    if (e->n_unknown_edges)
        fprintf(stderr,
                "  %s %" PRId64 " interaction%s of unknown users (%" PRIu32
                ") or items\n",
                what, e->n_unknown_edges, CLI_S(e->n_unknown_edges), e->n_unknown_users);
    if (e->n_seen_edges)
        fprintf(stderr, "  %s %" PRId64 " interaction%s of the training history\n", what,
                e->n_seen_edges, CLI_S(e->n_seen_edges));
    if (e->n_outside)
        fprintf(stderr,
                "  left out: %" PRId64 " interaction%s with items that are not to rank\n",
                e->n_outside, CLI_S(e->n_outside));
    if (e->n_other_test != e->n_test)
        fprintf(stderr,
                "  with --unknown %s: %" PRIu32 " user%s, %" PRId64 " interaction%s\n",
                cli_unknown_name[!unknown], e->n_other_users, CLI_S(e->n_other_users),
                e->n_other_test, CLI_S(e->n_other_test));
    if (e->n_unknown_history)
        fprintf(stderr, "  left %" PRId64 " unknown item%s out of the histories\n",
                e->n_unknown_history, CLI_S(e->n_unknown_history));
}

static int is_stdout(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

/* Measures model s; rows of users go to `rows`, if not NULL. */
static int measure(regatta_ctx *ctx, cli_measured *m, const data *d, int s,
                   cli_records *rows, const options *o)
{
    int code = CLI_DONE;
    regatta_evaluate_options ask = REGATTA_EVALUATE_OPTIONS_INIT;
    cli_nodes only = {.node = NULL};
    const regatta_csr test = cli_graph_rows(d->test);
    const int64_t n = o->every_next ? test.offset[test.n_users] : (int64_t)test.n_users;
    per_user users = {
        .test = d->test, .rows = rows, .measured = m, .n_users = test.n_users};
    m->metrics[0].struct_size = m->other[0].struct_size = sizeof m->metrics[0];
    m->counts.struct_size = sizeof m->counts;
    ask.k = o->k.value;
    ask.n_k = o->k.n;
    ask.keep_seen = o->keep_seen;
    ask.unknown = o->unknown;
    ask.other = m->other;
    if (d->n_histories > 0) {
        ask.history = d->history[0];
        ask.more_histories = (const regatta_graph *const *)d->history + 1;
        ask.n_more_histories = (uint32_t)d->n_histories - 1;
    }
    ask.every_next = o->every_next;
    if (o->only)
        CLI_TRY(cli_nodes_read(&only, d->model[s], REGATTA_ITEMS, o->only, 1,
                               (cli_list_rules){o->strict, o->quiet}));
    ask.only = only.node;
    ask.n_only = only.n;
    ask.mmr = o->order.mmr;
    ask.popularity_penalty = o->order.popularity_penalty;
    ask.pool = o->order.pool;
    if (d->model[1]) CLI_TRY(cli_measured_open(m, users.n_users, o->k.n));
    ask.per_user = take_user;
    ask.per_user_state = &users;
    cli_meter_begin(&users.meter, "evaluate", o->every_next ? "interactions" : "users", n,
                    (int)o->quiet);
    const regatta_status status =
        regatta_evaluate(ctx, d->model[s], d->test, &ask, m->metrics, &m->counts);
    cli_meter_end(&users.meter, status == REGATTA_OK ? n : users.n_done);
    /* Nothing can be ranked: with two models it matters for which of them. */
    CLI_TRY(cli_status_of(ctx, status, d->model[1] ? d->path[s] : d->test_path));
    if (!o->quiet) say_counts(&m->counts, o->unknown, d->model[1] ? d->path[s] : NULL);
done:
    free(only.node);
    return code;
}

static void print_table(cli_output *out, const cli_measured *m,
                        const cli_comparison *comparison, const options *o)
{
    const int differ = m->counts.n_other_test != m->counts.n_test;
    if (comparison)
        cli_comparison_table(out, comparison);
    else
        cli_metric_table(out, m->metrics, differ ? m->other : NULL, o->k.n,
                         cli_unknown_name[!o->unknown]);
}

static int run(regatta_ctx *ctx, const data *d, const options *o)
{
    int code = CLI_DONE, n_out = 0;
    cli_output *out[4] = {NULL}; /* all appear or none */
    cli_records rows = {.out = NULL};
    user_columns columns;
    const int has_rows = o->per_user.path || o->per_user.to;
    cli_measured m[2] = {{.value = NULL}, {.value = NULL}};
    cli_comparison comparison = {.paired = NULL};
    const cli_comparison *compared = d->model[1] ? &comparison : NULL;
    const double begin = cli_clock();
    if (has_rows) {
        make_columns(&columns, &o->k);
        CLI_TRY(cli_records_open(&rows, ctx, &o->per_user, columns.column, columns.n, 1));
        if (rows.out) out[n_out++] = rows.out;
    }
    CLI_TRY(measure(ctx, &m[0], d, 0, has_rows ? &rows : NULL, o));
    if (d->model[1]) {
        CLI_TRY(measure(ctx, &m[1], d, 1, NULL, o));
        CLI_TRY(cli_compare(ctx, &comparison, &m[0], &m[1],
                            cli_graph_rows(d->test).n_users, o->k.n));
    }
    const double seconds = cli_clock() - begin;
    CLI_TRY(cli_report_put(report(d, m, compared, o, seconds), &o->report, out, &n_out));
    if (!o->report.json && !is_stdout(o->per_user.path)) {
        CLI_TRY(cli_output_open(&out[n_out++], NULL));
        print_table(out[n_out - 1], m, compared, o);
    }
    if (o->per_user.to) CLI_TRY(cli_records_commit(&rows));
    CLI_TRY(cli_output_commit_all(out, n_out));
done:
    rows.out = NULL; /* one of `out` */
    cli_records_abandon(&rows);
    for (int k = 0; k < 4; k++) cli_output_abandon(&out[k]);
    for (int k = 0; k < 2; k++) cli_measured_close(&m[k]);
    cli_comparison_close(&comparison);
    return code;
}

/* Checks that no input is an output. */
static int check_files(const options *o, char **argv)
{
    const char *inputs[3 + MAX_HISTORIES] = {argv[0], argv[1], o->compare};
    const char *const outputs[] = {o->report.json ? "-" : NULL, o->report.file,
                                   o->per_user.path};
    for (int64_t h = 0; h < o->history.n; h++) inputs[3 + h] = o->history.value[h];
    const int code = cli_check_query(&o->reading, inputs + 1, 2 + (int)o->history.n);
    if (code != CLI_DONE) return code;
    return cli_apart(inputs, 3 + (int)o->history.n, outputs, CLI_COUNT(outputs));
}

/* Reads the histories, then the test part, whose columns may be known from them. */
static int read_parts(regatta_ctx *ctx, data *d, const char *test, const options *o)
{
    int code = CLI_DONE;
    cli_columns like = {0};
    d->history = cli_new(o->history.n, sizeof(regatta_graph *));
    if (!d->history) return cli_no_memory();
    for (; d->n_histories < o->history.n; d->n_histories++)
        CLI_TRY(cli_read_part(ctx, &d->history[d->n_histories],
                              o->history.value[d->n_histories], &o->reading, &like, 0,
                              (int)o->quiet));
    d->test_path = test;
    CLI_TRY(cli_read_part(ctx, &d->test, test, &o->reading, &like, 1, (int)o->quiet));
done:
    return code;
}

int cmd_evaluate(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    data d = {.model = {NULL}};
    options o = {
        .reading = CLI_READING_INIT, .order = CLI_REORDERING_INIT, .k = {{20}, 1}};
    if (cli_has_option(argc, argv, "--pairs")) return cli_evaluate_pairs(argc, argv);
    if (cli_has_option(argc, argv, "--logged")) return cli_evaluate_logged(argc, argv);
    CLI_TRY(parse(&o, argc, argv, &first));
    if (first < 0) goto done;
    CLI_TRY(check_files(&o, argv + first));
    if (o.report.file) CLI_TRY(cli_output_probe(o.report.file));
    CLI_TRY(cli_context(&ctx, &o.machine));
    d.path[0] = argv[first];
    d.path[1] = o.compare;
    for (int s = 0; s < 2 && d.path[s]; s++) {
        CLI_CALL(regatta_model_load(ctx, &d.model[s], d.path[s]));
        CLI_TRY(cli_new_nodes_add(ctx, &d.model[s], &o.fresh, (int)o.quiet));
    }
    o.reading.options.like = d.model[0];
    CLI_TRY(read_parts(ctx, &d, argv[first + 1], &o));
    CLI_TRY(run(ctx, &d, &o));
done:
    regatta_graph_free(d.test);
    for (int64_t h = 0; h < d.n_histories; h++) regatta_graph_free(d.history[h]);
    free(d.history);
    free(o.history.value);
    cli_new_nodes_free(&o.fresh);
    for (int s = 0; s < 2; s++) regatta_model_free(d.model[s]);
    regatta_ctx_free(ctx);
    return code;
}
