/* regatta inspect: describe a graph, its test part, or a model. */
#include "cli/input/reading.h"
#include "cli/input/side_tables.h"
#include "cli/output/document.h"
#include "cli/output/info.h"
#include "cli/output/meter.h"
#include "cli/output/output.h"
#include "cli/pictures.h"
#include <inttypes.h>

typedef struct options {
    cli_reading reading;
    cli_side_tables tables;
    const char *test;
    cli_report report;
    cli_machine machine;
    uint32_t quiet;
} options;

static const char about[] =
    "Describes a graph of interactions: size, density, degrees and their inequality,\n"
    "connected components, k-cores, communities, times. With --test it compares the\n"
    "test part with the graph; with side tables (--item-features ..) it reads and "
    "counts\n"
    "them, and --json has the counts. For a model file it prints the output of `regatta\n"
    "info`. All numbers are of the data after duplicates are merged.\n"
    "On a terminal, histograms of users and items by interactions, and of interactions\n"
    "over time, follow.\n";

static const int quantile[REGATTA_N_QUANTILES] = {0, 25, 50, 75, 90, 99, 100};

static json_t *degrees(const uint32_t *degree)
{
    json_t *object = json_object();
    char name[8];
    for (int i = 0; object && i < REGATTA_N_QUANTILES; i++) {
        snprintf(name, sizeof name, "%d%%", quantile[i]);
        json_object_set_new(object, name, json_integer(degree[i]));
    }
    return object;
}

static json_t *summary_json(const regatta_graph_summary *s)
{
    return json_pack(
        "{s:I,s:I,s:I,s:I,s:s,s:o,s:b,s:b,s:I,s:I,s:o,s:o,s:o,s:I,s:I,s:I,s:I,s:I,s:I,"
        "s:I,s:o,s:o}",
        "users", (json_int_t)s->n_users, "items", (json_int_t)s->n_items, "interactions",
        (json_int_t)s->n_edges, "repeats", (json_int_t)(s->n_interactions - s->n_edges),
        "order", cli_order_word(s->has_order, s->has_time), "density",
        cli_json_number(s->density), "weights", (int)s->has_weight, "times",
        (int)s->has_time, "dislikes", (json_int_t)s->n_dislikes, "impressions",
        (json_int_t)s->n_impressions, "user_degree", degrees(s->user_degree),
        "item_degree", degrees(s->item_degree), "item_gini",
        cli_json_number(s->item_gini), "isolated_users", (json_int_t)s->n_isolated_users,
        "isolated_items", (json_int_t)s->n_isolated_items, "components",
        (json_int_t)s->n_components, "largest_component",
        (json_int_t)s->largest_component, "max_core", (json_int_t)s->max_core,
        "max_core_nodes", (json_int_t)s->max_core_nodes, "communities",
        (json_int_t)s->n_communities, "modularity", cli_json_number(s->modularity),
        "hash", cli_json_hash(s->hash));
}

static void print_degrees(cli_output *out, const char *side, const uint32_t *degree)
{
    cli_print(out, "%s degree", side);
    for (int i = 0; i < REGATTA_N_QUANTILES; i++)
        cli_print(out, "%s%d%%: %" PRIu32, i ? ", " : "\t", quantile[i], degree[i]);
    cli_text(out, "\n");
}

static void print_summary(cli_output *out, const regatta_graph_summary *s)
{
    cli_print(out, "users\t%" PRIu32 "\nitems\t%" PRIu32 "\ninteractions\t%" PRId64 "\n",
              s->n_users, s->n_items, s->n_edges);
    cli_print(out, "repeats\t%" PRId64 "\norder\t%s\n", s->n_interactions - s->n_edges,
              cli_order_word(s->has_order, s->has_time));
    if (s->n_dislikes) cli_print(out, "dislikes\t%" PRId64 "\n", s->n_dislikes);
    if (s->n_impressions) cli_print(out, "impressions\t%" PRId64 "\n", s->n_impressions);
    cli_print(out, "density\t%.6g\nweights\t%s\n", s->density,
              s->has_weight ? "yes" : "no");
    if (s->has_time)
        cli_print(out, "times\t%" PRId64 " to %" PRId64 " (seconds)\n", s->time_first,
                  s->time_last);
    else
        cli_text(out, "times\tno\n");
    print_degrees(out, "user", s->user_degree);
    print_degrees(out, "item", s->item_degree);
    cli_print(out, "item gini\t%.4f\n", s->item_gini);
    cli_print(out, "isolated\t%" PRIu32 " user%s, %" PRIu32 " item%s\n",
              s->n_isolated_users, CLI_S(s->n_isolated_users), s->n_isolated_items,
              CLI_S(s->n_isolated_items));
    cli_print(out, "components\t%" PRIu32 ", the largest of %" PRIu32 " node%s\n",
              s->n_components, s->largest_component, CLI_S(s->largest_component));
    cli_print(out, "deepest core\t%" PRIu32 ", of %" PRIu32 " node%s\n", s->max_core,
              s->max_core_nodes, CLI_S(s->max_core_nodes));
    cli_print(out, "communities\t%" PRIu32 ", modularity %.4f\n", s->n_communities,
              s->modularity);
    cli_print(out, "hash\t%016" PRIx64 "\n", s->hash);
}

static void print_overlap(cli_output *out, const regatta_overlap *v, int64_t n_test)
{
    cli_print(out, "test interactions\t%" PRId64 "\n", n_test);
    cli_print(out,
              "test unknown\t%" PRIu32 " user%s, %" PRIu32 " item%s, %" PRId64
              " interaction%s\n",
              v->n_unknown_users, CLI_S(v->n_unknown_users), v->n_unknown_items,
              CLI_S(v->n_unknown_items), v->n_unknown_edges, CLI_S(v->n_unknown_edges));
    cli_print(out, "test leaked\t%" PRId64 " interaction%s that DATA has too\n",
              v->n_leaked, CLI_S(v->n_leaked));
}

static int report(const regatta_graph_summary *s, const regatta_overlap *v,
                  int64_t n_test, json_t *features, const cli_report *to)
{
    int code = CLI_DONE;
    cli_output *out = NULL;
    if (to->json || to->file) {
        json_t *root = summary_json(s);
        if (root && s->has_time)
            json_object_set_new(
                root, "time_range",
                json_pack("[I,I]", (json_int_t)s->time_first, (json_int_t)s->time_last));
        if (root && n_test >= 0)
            json_object_set_new(
                root, "test",
                json_pack("{s:I,s:I,s:I,s:I,s:I}", "interactions", (json_int_t)n_test,
                          "unknown_users", (json_int_t)v->n_unknown_users,
                          "unknown_items", (json_int_t)v->n_unknown_items,
                          "unknown_interactions", (json_int_t)v->n_unknown_edges,
                          "leaked", (json_int_t)v->n_leaked));
        if (root && features) json_object_set(root, "features", features);
        CLI_TRY(cli_report_write(root, to));
        if (to->json) return CLI_DONE;
    }
    CLI_TRY(cli_output_open(&out, NULL));
    print_summary(out, s);
    if (n_test >= 0) print_overlap(out, v, n_test);
    CLI_TRY(cli_output_commit(&out));
done:
    cli_output_abandon(&out);
    return code;
}

static int inspect_model(regatta_ctx *ctx, const char *path, const cli_report *to)
{
    regatta_model *model = NULL;
    int code = cli_status(ctx, regatta_model_load(ctx, &model, path));
    if (code == CLI_DONE) code = cli_info_print(model, to);
    if (code == CLI_DONE && !to->json) {
        const regatta_model_info info = cli_model_info(model);
        const cli_pictured of = {.model = model,
                                 .n_users = info.n_users,
                                 .n_items = info.n_items,
                                 .has_time = info.has_time,
                                 .time_first = info.time_first,
                                 .time_last = info.time_last};
        code = cli_pictures_print(ctx, &of);
    }
    regatta_model_free(model);
    return code;
}

static int inspect_graph(regatta_ctx *ctx, const char *path, options *o)
{
    int code = CLI_DONE;
    int64_t n_test = -1;
    cli_meter meter;
    regatta_graph *graph = NULL, *test = NULL;
    regatta_graph_summary summary = {.struct_size = sizeof summary};
    regatta_overlap overlap = {.struct_size = sizeof overlap};
    const char *const paths[] = {path, o->test};
    CLI_TRY(cli_check_query(&o->reading, paths, CLI_COUNT(paths)));
    CLI_TRY(cli_read_graph(ctx, &graph, path, &o->reading, (int)o->quiet));
    if (o->test) {
        CLI_TRY(cli_read_test(ctx, &test, o->test, &o->reading, (int)o->quiet));
        CLI_CALL(regatta_graph_overlap(ctx, &overlap, graph, test));
        const regatta_csr rows = cli_graph_rows(test);
        n_test = rows.offset[rows.n_users];
    }
    CLI_TRY(cli_side_tables_read(ctx, &o->tables, graph, (int)o->quiet));
    cli_meter_begin(&meter, "summarize", NULL, 0, (int)o->quiet);
    code = cli_status(ctx, regatta_graph_summarize(ctx, &summary, graph));
    cli_meter_end(&meter, code == CLI_DONE);
    if (code != CLI_DONE) goto done;
    CLI_TRY(report(&summary, &overlap, n_test, o->tables.report, &o->report));
    if (o->report.json) goto done;
    const cli_pictured of = {.graph = graph,
                             .n_users = summary.n_users,
                             .n_items = summary.n_items,
                             .has_time = summary.has_time,
                             .time_first = summary.time_first,
                             .time_last = summary.time_last};
    code = cli_pictures_print(ctx, &of);
done:
    regatta_graph_free(graph);
    regatta_graph_free(test);
    return code;
}

int cmd_inspect(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    options o = {.reading = CLI_READING_INIT};
    const cli_option table[] = {
        {.name = "test",
         .kind = CLI_STRING,
         .value = &o.test,
         .argument = "FILE",
         .help = "Report unknown users and items in this test part, and leakage"},
        CLI_REPORT_ROWS(o.report),
        CLI_SIDE_TABLE_ROWS(o.tables),
        CLI_READING_ROWS(o.reading),
        CLI_MACHINE(o.machine),
        CLI_LIMIT_BYTES(o.machine),
        CLI_PROGRESS,
        CLI_QUIET(o.quiet),
    };
    uint8_t given[CLI_MAX_OPTIONS] = {0};
    const cli_usage usage = {"inspect", "DATA|MODEL",     about, 1, 1,
                             table,     CLI_COUNT(table), given};
    code = cli_parse(&usage, argc, argv, &first);
    if (code != CLI_DONE || first < 0) goto done;
    const int is_model = cli_is_model(argv[first]);
    const cli_idle rules[] = {{is_model,
                               "test|" CLI_SIDE_TABLE_NAMES "|" CLI_TABLE_READING_NAMES
                               "|limit-bytes|" CLI_READING_NAMES,
                               "on a model: it applies to interactions"},
                              {!cli_side_tables_given(&o.tables), CLI_TABLE_READING_NAMES,
                               "without a side table"}};
    CLI_TRY(cli_refuse_idle(&usage, rules, CLI_COUNT(rules)));
    const char *const inputs[] = {argv[first], o.test};
    const char *const outputs[] = {o.report.file};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_side_tables_apart(&o.tables, argv[first], outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_context(&ctx, &o.machine));
    CLI_TRY(is_model ? inspect_model(ctx, argv[first], &o.report)
                     : inspect_graph(ctx, argv[first], &o));
done:
    cli_side_tables_free(&o.tables);
    regatta_ctx_free(ctx);
    return code;
}
