/* regatta info: print the size and the settings of a model. */
#include "cli/option_table.h"
#include "cli/output/document.h"
#include "cli/output/info.h"
#include "cli/output/output.h"
#include "cli/output/reliability_table.h"
#include <inttypes.h>
#include <string.h>

static void write_value(cli_output *out, json_t *value);

/* name=value pairs of an object inside a list. */
static void write_pairs(cli_output *out, json_t *object)
{
    const char *key = NULL, *between = "";
    json_t *value = NULL;
    json_object_foreach(object, key, value)
    {
        cli_print(out, "%s%s=", between, key);
        write_value(out, value);
        between = " ";
    }
}

static void write_list(cli_output *out, json_t *list)
{
    size_t i = 0;
    json_t *value = NULL;
    json_array_foreach(list, i, value)
    {
        if (i > 0) cli_text(out, ", ");
        write_value(out, value);
    }
}

/* Prints six digits and no quotes; --json prints all digits. */
static void write_value(cli_output *out, json_t *value)
{
    if (json_is_object(value))
        write_pairs(out, value);
    else if (json_is_array(value))
        write_list(out, value);
    else if (json_is_string(value))
        cli_text(out, json_string_value(value));
    else if (json_is_integer(value))
        cli_print(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        cli_print(out, "%.6g", json_real_value(value));
    else
        cli_text(out, json_is_true(value) ? "yes" : "no");
}

/* Prints a line for each member that is not null (null: not tried or not measured). */
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
        } else if (!json_is_null(value)) {
            cli_print(out, "%s\t", name);
            write_value(out, value);
            cli_text(out, "\n");
        }
    }
}

/* null: the model has none */
static json_t *index_json(const regatta_model_info *info)
{
    if (info->index_degree == 0) return json_null();
    return json_pack("{s:I,s:I,s:I,s:f}", "degree", (json_int_t)info->index_degree,
                     "effort", (json_int_t)info->index_build, "bytes",
                     (json_int_t)info->index_bytes, "recall@20", info->index_recall);
}

/* null: the model has none */
static json_t *communities_json(const regatta_model_info *info)
{
    if (info->n_communities == 0) return json_null();
    return json_integer((json_int_t)info->n_communities);
}

/* null: the model has none */
static json_t *dislikes_json(const regatta_model_info *info)
{
    if (info->n_dislikes == 0) return json_null();
    return json_integer((json_int_t)info->n_dislikes);
}

/* null: the model has none */
static json_t *exposure_json(const regatta_model_info *info)
{
    if (info->n_shown == 0) return json_null();
    return json_pack("{s:I,s:f}", "pairs", (json_int_t)info->n_shown, "strength",
                     info->exposure);
}

/* null: the model has no other domains */
static json_t *own_json(const regatta_model_info *info, uint32_t n)
{
    if (info->n_own_users == info->n_users && info->n_own_items == info->n_items)
        return json_null();
    return json_integer((json_int_t)n);
}

const char *cli_order_word(uint32_t has_order, uint32_t has_time)
{
    return has_time ? "time" : has_order ? "rows" : "items";
}

/* First and last; null: there are none. */
static json_t *time_range(const regatta_model_info *info)
{
    if (!info->has_time) return json_null();
    return json_pack("[I,I]", (json_int_t)info->time_first, (json_int_t)info->time_last);
}

json_t *cli_info_json(const regatta_model *model)
{
    static const char *const type[] = {[REGATTA_TYPE_F32] = "f32",
                                       [REGATTA_TYPE_BF16] = "bf16",
                                       [REGATTA_TYPE_I8] = "i8"};
    const regatta_model_info info = cli_model_info(model);
    return json_pack(
        "{s:I,s:I,s:o,s:o,s:I,s:I,s:s,s:b,s:o,s:o,s:o,s:I,s:s,s:o,s:o,s:o,s:{s:o,s:o},s:"
        "o,s:o}",
        "users", (json_int_t)info.n_users, "items", (json_int_t)info.n_items, "own_users",
        own_json(&info, info.n_own_users), "own_items", own_json(&info, info.n_own_items),
        "interactions", (json_int_t)info.n_edges, "repeats",
        (json_int_t)(info.n_interactions - info.n_edges), "order",
        cli_order_word(info.has_order, info.has_time), "times", (int)info.has_time,
        "time_range", time_range(&info), "dislikes", dislikes_json(&info), "exposure",
        exposure_json(&info), "dim", (json_int_t)info.dim, "type", type[info.type],
        "index", index_json(&info), "communities", communities_json(&info), "data_hash",
        cli_json_hash(info.data_hash), "validation", "ndcg@20",
        cli_json_number(info.valid_ndcg), "recall@20", cli_json_number(info.valid_recall),
        "calibration", cli_calibration_json(model), "made_by", cli_json_model(model));
}

int cli_info_print(const regatta_model *model, const cli_report *to)
{
    int code = CLI_DONE;
    cli_output *out = NULL;
    json_t *root = cli_info_json(model);
    if (!root) return cli_no_memory();
    CLI_TRY(cli_report_write(json_incref(root), to));
    if (to->json) goto done;
    CLI_TRY(cli_output_open(&out, NULL));
    json_t *made_by = json_incref(json_object_get(root, "made_by"));
    json_object_del(root, "made_by");
    json_object_del(made_by, "data"); /* printed already */
    json_object_del(json_object_get(made_by, "domains"), "own_users");
    json_object_del(json_object_get(made_by, "domains"), "own_items");
    if (json_object_get(made_by, "validation")) json_object_del(root, "validation");
    settings(out, "", root);
    settings(out, "", made_by);
    json_decref(made_by);
    CLI_TRY(cli_output_commit(&out));
done:
    cli_output_abandon(&out);
    json_decref(root);
    return code;
}

int cmd_info(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    uint32_t quiet = 0; /* stderr has only errors */
    const cli_machine machine = {0};
    cli_report report = {0};
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL;
    const cli_option table[] = {
        CLI_REPORT_ROWS(report),
        CLI_QUIET(quiet),
    };
    const cli_usage usage = {"info",
                             "MODEL",
                             "Prints the size of a model, all settings that made it, "
                             "hashes, and its quality on\n"
                             "the validation slice.\n",
                             1,
                             1,
                             table,
                             CLI_COUNT(table),
                             NULL};
    code = cli_parse(&usage, argc, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    const char *const inputs[] = {argv[first]};
    const char *const outputs[] = {report.file};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), outputs, CLI_COUNT(outputs)));
    CLI_TRY(cli_context(&ctx, &machine));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    CLI_TRY(cli_info_print(model, &report));
done:
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
