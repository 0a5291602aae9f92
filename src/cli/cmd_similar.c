/* regatta similar: the users or items nearest to one by the cosine of their vectors. */
#include "cli/ids.h"
#include "cli/option_table.h"
#include "cli/records.h"
#include <stdlib.h>

typedef struct options {
    const char *item, *user, *output;
    uint32_t k, format, threads;
} options;

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        {.name = "item",
         .letter = 'i',
         .kind = CLI_STRING,
         .value = &o->item,
         .argument = "ID",
         .help = "items nearest to this item"},
        {.name = "user",
         .letter = 'u',
         .kind = CLI_STRING,
         .value = &o->user,
         .argument = "ID",
         .help = "users nearest to this user"},
        {.name = "k",
         .letter = 'k',
         .kind = CLI_U32,
         .value = &o->k,
         .min = 1,
         .max = INT32_MAX,
         .argument = "N",
         .help = "how many"},
        CLI_RECORDS_FORMAT(o->format),
        CLI_RECORDS_OUTPUT(o->output),
        CLI_THREADS(o->threads),
    };
    const cli_usage usage = {"similar",
                             "MODEL --item ID | --user ID",
                             "Prints `item rank score` (or `user rank score`), "
                             "tab-separated: the nearest by the\ncosine of the vectors, "
                             "itself left out.\n",
                             1,
                             1,
                             table,
                             CLI_COUNT(table)};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    if (!o->item == !o->user)
        return cli_error(CLI_USAGE, "one of --item and --user is needed");
    return CLI_DONE;
}

static int write_nearest(const regatta_model *model, const options *o,
                         const uint32_t *node, const float *cosine, uint32_t n)
{
    int code = CLI_DONE;
    cli_output *out = NULL;
    cli_records r;
    const regatta_side side = o->user ? REGATTA_USERS : REGATTA_ITEMS;
    const char *const names[] = {o->user ? "user" : "item", "rank", "score"};
    CLI_TRY(cli_output_open(&out, o->output));
    cli_records_begin(&r, out, o->format, names, 3);
    for (uint32_t i = 0; i < n && node[i] != REGATTA_NONE; i++) {
        cli_field_text(&r, regatta_model_name(model, side, node[i]));
        cli_field_whole(&r, (int64_t)i + 1);
        cli_field_float(&r, cosine[i]);
    }
    CLI_TRY(cli_output_commit(&out));
done:
    cli_output_abandon(&out);
    return code;
}

int cmd_similar(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL;
    uint32_t *node = NULL, of = 0;
    float *cosine = NULL;
    options o = {.k = 20};
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    CLI_TRY(cli_not_same(argv[first], o.output));
    CLI_TRY(cli_context(&ctx, o.threads));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    CLI_TRY(cli_need_vectors(model, argv[first]));
    const regatta_side side = o.user ? REGATTA_USERS : REGATTA_ITEMS;
    CLI_TRY(cli_find(model, side, o.user ? o.user : o.item, "", &of));
    regatta_model_info info = {.struct_size = sizeof info};
    regatta_model_get_info(model, &info);
    const uint32_t n = o.user ? info.n_users : info.n_items;
    if (o.k > n) o.k = n;
    node = cli_new(o.k, sizeof *node);
    cosine = cli_new(o.k, sizeof *cosine);
    if (!node || !cosine) {
        code = cli_no_memory();
        goto done;
    }
    CLI_CALL(regatta_similar(ctx, model, side, of, o.k, node, cosine));
    CLI_TRY(write_nearest(model, &o, node, cosine, o.k));
done:
    free(node);
    free(cosine);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
