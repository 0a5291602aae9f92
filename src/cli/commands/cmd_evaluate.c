/* regatta evaluate: measure a model on held-out interactions. */
#include "cli/input/reading.h"
#include "cli/output/document.h"
#include "cli/output/format_name.h"
#include "cli/output/info.h"
#include "cli/output/output.h"
#include "cli/output/reordering.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct options {
    cli_reading reading;
    cli_reordering order;
    cli_u32s k;
    cli_report report;
    const char *per_user, *history;
    uint32_t keep_seen, threads, quiet;
} options;

typedef struct per_user {
    const regatta_model *model;
    const regatta_graph *test; /* numbers the users; NULL: the model does */
    cli_output *out;
} per_user;

static const char about[] =
    "Ranks all items for every user of TEST, without the training items, and prints\n"
    "the means over the users with test items: `metric` and its value at each k,\n"
    "tab-separated. --json prints, and --report FILE writes, one object with\n"
    "\"metrics\": {\"recall@20\": ..}, the protocol, hashes of the data and the split,\n"
    "the vector unit, and the settings of the model. Machines with other vector units\n"
    "round differently, so the last digits of a figure may differ. docs/metrics.md\n"
    "defines each metric. --per-user writes one row for each user, with a header.\n"
    "--history measures the fold-in: the users of TEST are treated as unseen, and\n"
    "DATA has their histories.\n";

/* The metrics in their printed order, with the offset of each. */
static const struct metric {
    const char *name;
    size_t offset;
    int of_user; /* defined for one user */
} metric[] = {
    {"recall", offsetof(regatta_metrics, recall), 1},
    {"precision", offsetof(regatta_metrics, precision), 1},
    {"f1", offsetof(regatta_metrics, f1), 1},
    {"accuracy", offsetof(regatta_metrics, accuracy), 1},
    {"ndcg", offsetof(regatta_metrics, ndcg), 1},
    {"map", offsetof(regatta_metrics, map), 1},
    {"mrr", offsetof(regatta_metrics, mrr), 1},
    {"hit", offsetof(regatta_metrics, hit), 1},
    {"auc", offsetof(regatta_metrics, auc), 1},
    {"coverage", offsetof(regatta_metrics, coverage), 0},
    {"gini", offsetof(regatta_metrics, gini), 0},
    {"novelty", offsetof(regatta_metrics, novelty), 1},
};
enum { N_METRICS = CLI_COUNT(metric) };

static double value_of(const regatta_metrics *m, int i)
{
    double x = 0;
    memcpy(&x, (const char *)m + metric[i].offset, sizeof x);
    return x;
}

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
        {.name = "per-user",
         .kind = CLI_STRING,
         .value = &o->per_user,
         .argument = "FILE",
         .help = "Write one row for each user; -: print the rows on standard output "
                 "instead of the table",
         .shown = "none"},
        {.name = "history",
         .kind = CLI_STRING,
         .value = &o->history,
         .argument = "DATA",
         .help = "Fold the users of TEST in from their items in DATA (any format that "
                 "train reads)",
         .shown = "none: use the users of the model"},
        {.name = "keep-seen",
         .kind = CLI_FLAG,
         .value = &o->keep_seen,
         .help = "Also rank the items of the user's history"},
        CLI_REORDERING_ROWS(o->order),
        CLI_READING_ROWS(o->reading),
        CLI_THREADS(o->threads),
        CLI_QUIET(o->quiet),
    };
    const cli_usage usage = {"evaluate", "MODEL TEST",     about, 2, 2,
                             table,      CLI_COUNT(table), NULL};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    uint32_t most = 0;
    for (int i = 0; i < o->k.n; i++)
        if (o->k.value[i] > most) most = o->k.value[i];
    return cli_reordering_check(&o->order, most);
}

static void write_user(void *state, uint32_t user, uint32_t n_test,
                       const regatta_metrics *m, int n)
{
    const per_user *p = state;
    cli_text(p->out, p->test ? regatta_graph_name(p->test, REGATTA_USERS, user)
                             : regatta_model_name(p->model, REGATTA_USERS, user));
    cli_print(p->out, "\t%" PRIu32, n_test);
    for (int j = 0; j < n; j++)
        for (int i = 0; i < N_METRICS; i++)
            if (metric[i].of_user) cli_print(p->out, "\t%.9g", value_of(&m[j], i));
    cli_text(p->out, "\n");
}

static void user_header(cli_output *out, const cli_u32s *k)
{
    cli_text(out, "user\tn_test");
    for (int j = 0; j < k->n; j++)
        for (int i = 0; i < N_METRICS; i++)
            if (metric[i].of_user)
                cli_print(out, "\t%s@%" PRIu32, metric[i].name, k->value[j]);
    cli_text(out, "\n");
}

static void print_table(cli_output *out, const regatta_metrics *m, int n)
{
    cli_text(out, "metric");
    for (int j = 0; j < n; j++) cli_print(out, "\t@%" PRIu32, m[j].k);
    cli_text(out, "\n");
    for (int i = 0; i < N_METRICS; i++) {
        cli_text(out, metric[i].name);
        for (int j = 0; j < n; j++) cli_print(out, "\t%.4f", value_of(&m[j], i));
        cli_text(out, "\n");
    }
}

static json_t *metrics_json(const regatta_metrics *m, int n)
{
    json_t *object = json_object();
    char name[48];
    for (int j = 0; object && j < n; j++)
        for (int i = 0; i < N_METRICS; i++) {
            snprintf(name, sizeof name, "%s@%" PRIu32, metric[i].name, m[j].k);
            json_object_set_new(object, name, cli_json_number(value_of(&m[j], i)));
        }
    return object;
}

static json_t *protocol_json(const options *o)
{
    json_t *k = json_array();
    for (int i = 0; k && i < o->k.n; i++)
        json_array_append_new(k, json_integer(o->k.value[i]));
    return json_pack(
        "{s:s,s:s,s:s,s:f,s:f,s:s,s:o}", "ranked", "all items of the model", "training",
        o->keep_seen ? "training items are ranked too"
                     : "training items of the user are left out",
        "users", o->history ? "folded in from histories" : "of the model", "mmr",
        (double)o->order.mmr, "popularity_penalty", (double)o->order.popularity_penalty,
        "mean", "over the users with test items", "k", k);
}

static json_t *report(const regatta_model *model, const regatta_metrics *m,
                      const regatta_evaluation *e, const options *o, double seconds)
{
    json_t *info = cli_info_json(model);
    json_t *made_by = json_object_get(info, "made_by");
    json_t *settings = json_object_get(made_by, "options");
    json_t *root = json_pack(
        "{s:s,s:o,s:o,s:I,s:I,s:{s:I,s:I,s:I,s:I},s:o,s:o,s:o,s:O,s:f,s:O}", "regatta",
        regatta_version(), "metrics", metrics_json(m, o->k.n), "protocol",
        protocol_json(o), "n_users", (json_int_t)e->n_users, "n_test",
        (json_int_t)e->n_test, "left_out", "unknown_users",
        (json_int_t)e->n_unknown_users, "unknown_interactions",
        (json_int_t)e->n_unknown_edges, "seen_interactions", (json_int_t)e->n_seen_edges,
        "unknown_history_items", (json_int_t)e->n_unknown_history, "data_hash",
        json_incref(json_object_get(info, "data_hash")), "split_hash",
        cli_json_hash(e->test_hash), "vector_unit", cli_json_string(regatta_simd()),
        "options", settings ? settings : made_by, "seconds", seconds, "model", info);
    json_decref(info);
    return root;
}

static void say_left_out(const regatta_evaluation *e)
{
    fprintf(stderr, "measured %" PRIu32 " users, %" PRId64 " test interactions\n",
            e->n_users, e->n_test);
    if (e->n_unknown_edges)
        fprintf(stderr,
                "  left out %" PRId64 " interactions of unknown users (%" PRIu32
                ") or items\n",
                e->n_unknown_edges, e->n_unknown_users);
    if (e->n_seen_edges)
        fprintf(stderr,
                "  left out %" PRId64 " interactions that are in the training history\n",
                e->n_seen_edges);
    if (e->n_unknown_history)
        fprintf(stderr, "  left %" PRId64 " unknown items out of the histories\n",
                e->n_unknown_history);
}

static int is_stdout(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

static int measure(regatta_ctx *ctx, const regatta_model *model,
                   const regatta_graph *test, const regatta_graph *history,
                   const options *o)
{
    int code = CLI_DONE, n_out = 0;
    cli_output *out[4] = {NULL}; /* all appear or none */
    per_user rows = {.model = model, .test = history ? test : NULL};
    regatta_metrics metrics[CLI_MAX_U32S] = {REGATTA_METRICS_INIT};
    regatta_evaluation result = {.struct_size = sizeof result};
    regatta_evaluate_options ask = REGATTA_EVALUATE_OPTIONS_INIT;
    const double begin = cli_clock();
    ask.k = o->k.value;
    ask.n_k = o->k.n;
    ask.keep_seen = o->keep_seen;
    ask.history = history;
    ask.mmr = o->order.mmr;
    ask.popularity_penalty = o->order.popularity_penalty;
    ask.pool = o->order.pool;
    if (o->per_user) {
        CLI_TRY(cli_output_open(&out[n_out++], o->per_user));
        rows.out = out[0];
        user_header(rows.out, &o->k);
        ask.per_user = write_user;
        ask.per_user_state = &rows;
    }
    CLI_CALL(regatta_evaluate(ctx, model, test, &ask, metrics, &result));
    const double seconds = cli_clock() - begin;
    if (!o->quiet) say_left_out(&result);
    CLI_TRY(cli_report_put(report(model, metrics, &result, o, seconds), &o->report, out,
                           &n_out));
    if (!o->report.json && !is_stdout(o->per_user)) {
        CLI_TRY(cli_output_open(&out[n_out++], NULL));
        print_table(out[n_out - 1], metrics, o->k.n);
    }
    CLI_TRY(cli_output_commit_all(out, n_out));
    if (!o->quiet) cli_say_tsv(o->per_user);
done:
    for (int k = 0; k < 4; k++) cli_output_abandon(&out[k]);
    return code;
}

int cmd_evaluate(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_graph *test = NULL, *history = NULL;
    regatta_model *model = NULL;
    options o = {
        .reading = CLI_READING_INIT, .order = CLI_REORDERING_INIT, .k = {{20}, 1}};
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    const char *const inputs[] = {argv[first], argv[first + 1], o.history};
    const char *const outputs[] = {o.report.json ? "-" : NULL, o.report.file, o.per_user};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    if (o.report.file) CLI_TRY(cli_output_probe(o.report.file));
    CLI_TRY(cli_context(&ctx, o.threads));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    CLI_TRY(cli_read_test(ctx, &test, argv[first + 1], &o.reading, (int)o.quiet));
    if (o.history)
        CLI_TRY(cli_read_graph(ctx, &history, o.history, &o.reading, (int)o.quiet));
    CLI_TRY(measure(ctx, model, test, history, &o));
done:
    regatta_graph_free(test);
    regatta_graph_free(history);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
