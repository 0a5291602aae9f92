/* regatta index: add an index over the item vectors, or communities, to a model. */
#include "cli/output/document.h"
#include "cli/output/meter.h"
#include "cli/output/output.h"
#include <inttypes.h>
#include <string.h>

/* From this number of items on, the index answers `candidates -n 500`, the default,
 * faster than the exact search in 8-bit codes: measured on one thread of an x86-64-v3
 * processor with vectors of dimension 128 (docs/serving.md has the table). Lists of 20
 * are faster from 12,000 items on. */
enum { PAYS_FROM = 50000 };

typedef struct options {
    const char *output;
    regatta_convert_options convert;
    cli_report report;
    cli_machine machine;
    uint32_t force, quiet, shards;
    uint32_t degree_given, effort_given;
} options;

static const char about[] =
    "Writes the model with an index over its item vectors, so that `candidates`\n"
    "searches millions of items without scoring each of them. Prints, tab-separated:\n"
    "items; bytes of the index; seconds of the build; recall@20 against exact search\n"
    "at the default effort, for up to 1000 users of the model. With -o - it prints\n"
    "only the model; `regatta info` has the figures too. The index is the same at any\n"
    "number of threads. Refuses a model with so few items that exact search is\n"
    "faster. With --communities it finds the communities of the items in the graph of\n"
    "the histories instead, for `candidates --communities`, and prints their number.\n";

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        CLI_OUTPUT_FILE(o->output, "OUT", "Write this file"),
        CLI_SHARDS(o->shards),
        {.name = "degree",
         .kind = CLI_U32,
         .value = &o->convert.index_degree,
         .min = 4,
         .max = 128,
         .argument = "N",
         .help = "Give each item N outgoing edges; more edges raise recall and time",
         .given = &o->degree_given},
        {.name = "effort",
         .kind = CLI_U32,
         .value = &o->convert.index_build,
         .min = 8,
         .max = 4096,
         .argument = "N",
         .help = "Set the beam of the build",
         .given = &o->effort_given},
        {.name = "communities",
         .kind = CLI_FLAG,
         .value = &o->convert.communities,
         .help = "Find communities of items, not an index of vectors"},
        {.name = "force",
         .kind = CLI_FLAG,
         .value = &o->force,
         .help = "Index a model even if it has so few items that exact search is faster"},
        CLI_REPORT_ROWS(o->report),
        CLI_MACHINE(o->machine),
        CLI_PROGRESS,
        CLI_QUIET(o->quiet),
    };
    const cli_usage usage = {"index", "MODEL -o OUT",   about, 1, 1,
                             table,   CLI_COUNT(table), NULL};
    int code = CLI_DONE;
    CLI_TRY(cli_parse(&usage, argc, argv, first));
    if (*first < 0) goto done;
    if (o->convert.communities && (o->degree_given || o->effort_given))
        return cli_error(CLI_USAGE,
                         "--communities builds no index: --degree and --effort have no "
                         "effect");
    if (o->convert.communities && o->force)
        return cli_error(CLI_USAGE, "--force has no effect with --communities");
    o->convert.index = !o->convert.communities;
    code = cli_shards_check(o->shards, o->output);
done:
    return code;
}

static int check_model(const regatta_model *model, const options *o, const char *path)
{
    if (o->convert.communities) return CLI_DONE;
    const int code = cli_need_vectors(model, path);
    if (code != CLI_DONE) return code;
    const regatta_model_info info = cli_model_info(model);
    if (o->force || info.n_items >= PAYS_FROM) return CLI_DONE;
    return cli_error(CLI_USAGE,
                     "%s: %" PRIu32
                     " item%s: exact search is faster below %d items (for lists of 500; "
                     "12000 for lists of 20): pass --force to index anyway",
                     path, info.n_items, CLI_S(info.n_items), PAYS_FROM);
}

static json_t *report(const regatta_model_info *info, const options *o, double seconds)
{
    if (o->convert.communities)
        return json_pack("{s:s,s:I,s:I,s:f}", "regatta", regatta_version(), "items",
                         (json_int_t)info->n_items, "communities",
                         (json_int_t)info->n_communities, "seconds", seconds);
    return json_pack("{s:s,s:I,s:I,s:f,s:f}", "regatta", regatta_version(), "items",
                     (json_int_t)info->n_items, "bytes", (json_int_t)info->index_bytes,
                     "seconds", seconds, "recall@20", info->index_recall);
}

static void print_report(cli_output *out, const regatta_model_info *info,
                         const options *o, double seconds)
{
    if (o->convert.communities) {
        cli_print(out, "items\t%" PRIu32 "\ncommunities\t%" PRIu32 "\nseconds\t%.2f\n",
                  info->n_items, info->n_communities, seconds);
        return;
    }
    cli_print(out, "items\t%" PRIu32 "\nbytes\t%" PRId64 "\nseconds\t%.2f\n",
              info->n_items, info->index_bytes, seconds);
    cli_print(out, "recall@20\t%.4f\n", info->index_recall);
}

/* With a model on standard output, no table is printed. */
static int save(regatta_ctx *ctx, const regatta_model *model, const options *o,
                double seconds)
{
    int code = CLI_DONE, n = 1;
    cli_output *out[4] = {NULL};
    const regatta_model_info info = cli_model_info(model);
    CLI_TRY(cli_output_open(&out[0], o->output));
    CLI_TRY(cli_output_model(ctx, model, out[0], o->shards));
    CLI_TRY(cli_report_put(report(&info, o, seconds), &o->report, out, &n));
    if (!o->report.json && strcmp(o->output, "-") != 0) {
        CLI_TRY(cli_output_open(&out[n++], NULL));
        print_report(out[n - 1], &info, o, seconds);
    }
    code = cli_output_commit_all(out, n);
done:
    for (int k = 0; k < 4; k++) cli_output_abandon(&out[k]);
    return code;
}

int cmd_index(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL, *indexed = NULL;
    options o = {.convert = REGATTA_CONVERT_OPTIONS_INIT};
    o.convert.index_degree = 32;
    o.convert.index_build = 100;
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    const char *const inputs[] = {argv[first]};
    const char *const outputs[] = {o.output, o.report.json ? "-" : NULL, o.report.file};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_output_probe(o.output));
    if (o.report.file) CLI_TRY(cli_output_probe(o.report.file));
    CLI_TRY(cli_context(&ctx, &o.machine));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    CLI_TRY(check_model(model, &o, argv[first]));
    const double begin = cli_clock();
    cli_meter meter;
    cli_meter_begin(&meter, "index", NULL, 0, (int)o.quiet);
    code = cli_status(ctx, regatta_model_convert(ctx, &indexed, model, &o.convert));
    cli_meter_end(&meter, code == CLI_DONE);
    if (code != CLI_DONE) goto done;
    const double seconds = cli_clock() - begin;
    CLI_TRY(save(ctx, indexed, &o, seconds));
done:
    regatta_model_free(indexed);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
