/* regatta index: the same model with an index over its items' vectors. */
#include "cli/option_table.h"
#include "cli/output.h"
#include <inttypes.h>
#include <string.h>

typedef struct options {
    const char *output;
    regatta_convert_options convert;
    uint32_t threads;
} options;

static const char about[] =
    "Writes the model with an index over its items' vectors, so that `candidates` finds\n"
    "the best of millions without looking at each. Prints, tab-separated: items; bytes\n"
    "of the index; seconds it took to build; recall@20 against exact search at the\n"
    "default effort, for up to 1000 of the model's own users; nothing of that with -o -\n"
    "(`regatta info` has it too). The same index at any number of threads.\n";

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        CLI_OUTPUT_FILE(o->output, "OUT", "the file to write"),
        {.name = "degree",
         .kind = CLI_U32,
         .value = &o->convert.index_degree,
         .min = 4,
         .max = 128,
         .argument = "N",
         .help = "items that an item points to: more find more and take longer"},
        {.name = "effort",
         .kind = CLI_U32,
         .value = &o->convert.index_build,
         .min = 8,
         .max = 4096,
         .argument = "N",
         .help = "how far the build looks for them"},
        CLI_THREADS(o->threads),
    };
    const cli_usage usage = {"index", "MODEL -o OUT", about,           1,
                             1,       table,          CLI_COUNT(table)};
    return cli_parse(&usage, argc, argv, first);
}

static void print_report(cli_output *out, const regatta_model_info *info, double seconds)
{
    cli_print(out, "items\t%" PRIu32 "\nbytes\t%" PRId64 "\nseconds\t%.2f\n",
              info->n_items, info->index_bytes, seconds);
    cli_print(out, "recall@20\t%.4f\n", info->index_recall);
}

/* A model on standard output stands there alone. */
static int save(regatta_ctx *ctx, const regatta_model *model, const char *path,
                double seconds)
{
    int code = CLI_DONE, n = 1;
    cli_output *out[2] = {NULL, NULL};
    regatta_model_info info = {.struct_size = sizeof info};
    regatta_model_get_info(model, &info);
    CLI_TRY(cli_output_open(&out[0], path));
    CLI_TRY(cli_output_model(ctx, model, out[0]));
    if (strcmp(path, "-") != 0) {
        CLI_TRY(cli_output_open(&out[n++], NULL));
        print_report(out[1], &info, seconds);
    }
    code = cli_output_commit_all(out, n);
done:
    for (int k = 0; k < 2; k++) cli_output_abandon(&out[k]);
    return code;
}
int cmd_index(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL, *indexed = NULL;
    options o = {.convert = REGATTA_CONVERT_OPTIONS_INIT};
    o.convert.index = 1;
    o.convert.index_degree = 32;
    o.convert.index_build = 100;
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    const char *const inputs[] = {argv[first]};
    const char *const outputs[] = {o.output};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_output_probe(o.output));
    CLI_TRY(cli_context(&ctx, o.threads));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    CLI_TRY(cli_need_vectors(model, argv[first]));
    const double begin = cli_clock();
    CLI_CALL(regatta_model_convert(ctx, &indexed, model, &o.convert));
    const double seconds = cli_clock() - begin;
    CLI_TRY(save(ctx, indexed, o.output, seconds));
done:
    regatta_model_free(indexed);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
