/* regatta info: what is in a model and what made it. */
#include "cli/document.h"
#include "cli/info.h"
#include "cli/option_table.h"
#include "cli/output.h"
#include <inttypes.h>
#include <string.h>

static void settings(cli_output *out, const char *prefix, json_t *object)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(object, key, value)
    {
        char name[128];
        snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "." : "", key);
        if (json_is_object(value)) {
            settings(out, name, value);
            continue;
        }
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
        cli_print(out, "%s\t", name);
        cli_text(out, text ? text : "?");
        cli_text(out, "\n");
        free(text);
    }
}

json_t *cli_info_json(const regatta_model *model)
{
    regatta_model_info info = {.struct_size = sizeof info};
    regatta_model_get_info(model, &info);
    return json_pack(
        "{s:I,s:I,s:I,s:I,s:o,s:{s:o,s:o},s:o}", "users", (json_int_t)info.n_users,
        "items", (json_int_t)info.n_items, "interactions", (json_int_t)info.n_edges,
        "dim", (json_int_t)info.dim, "data_hash", cli_json_hash(info.data_hash),
        "validation", "ndcg@20", cli_json_number(info.valid_ndcg), "recall@20",
        cli_json_number(info.valid_recall), "made_by", cli_json_model(model));
}

int cli_info_print(const regatta_model *model, int json)
{
    int code = CLI_DONE;
    cli_output *out = NULL;
    json_t *root = cli_info_json(model);
    if (json || !root) return cli_document_write(root, NULL);
    CLI_TRY(cli_output_open(&out, NULL));
    settings(out, "", root);
    CLI_TRY(cli_output_commit(&out));
done:
    cli_output_abandon(&out);
    json_decref(root);
    return code;
}

int cmd_info(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    uint32_t json = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL;
    const cli_option table[] = {
        {.name = "json", .kind = CLI_FLAG, .value = &json, .help = "one JSON object"},
    };
    const cli_usage usage = {"info",
                             "MODEL",
                             "Prints the size of a model, every setting that made it, "
                             "hashes, and its quality\non its validation slice.\n",
                             1,
                             1,
                             table,
                             CLI_COUNT(table)};
    code = cli_parse(&usage, argc, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    CLI_TRY(cli_context(&ctx, 0));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    CLI_TRY(cli_info_print(model, (int)json));
done:
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
