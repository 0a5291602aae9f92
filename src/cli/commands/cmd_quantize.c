/* regatta quantize: write a smaller file of a model and measure the loss. */
#include "cli/output/meter.h"
#include "cli/side_by_side.h"

static const char about[] =
    "Writes a smaller file of a model: its tables of vectors are rounded to bf16 or\n"
    "to 8 bits with a scale per row (docs/format.md). The new file is complete, and\n"
    "its answers are exactly those of the rounded numbers. Prints, tab-separated,\n"
    "before and after: bytes of the file; kept@k, the share of the original top k\n"
    "that stays in the top k, over a sample of users; with --test recall@k and ndcg@k\n"
    "on held-out interactions; users_per_second, with the whole sample in one call;\n"
    "and request_ms, with one user per call. With -o - it prints only the model.\n";

static int parse(cli_side_by_side *s, uint32_t *type, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        CLI_OUTPUT_FILE(s->output, "OUT", "Write this file"),
        CLI_SHARDS(s->shards),
        {.name = "type",
         .kind = CLI_CHOICE,
         .value = type,
         .choices = "bf16|i8|f32",
         .argument = "TYPE",
         .help =
             "Set the type of the tables; a conversion to f32 keeps the rounded values"},
        CLI_SIDE_BY_SIDE_ROWS(s),
    };
    uint8_t given[CLI_MAX_OPTIONS] = {0};
    const cli_usage usage = {"quantize", "MODEL -o OUT",   about, 1, 1,
                             table,      CLI_COUNT(table), given};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    return cli_side_by_side_check(s, &usage);
}

int cmd_quantize(int argc, char **argv)
{
    static const uint32_t TYPE[] = {REGATTA_TYPE_BF16, REGATTA_TYPE_I8, REGATTA_TYPE_F32};
    int code = CLI_DONE, first = 0;
    uint32_t type = 0;
    cli_side_by_side s = CLI_SIDE_BY_SIDE_INIT;
    regatta_convert_options convert = REGATTA_CONVERT_OPTIONS_INIT;
    cli_meter meter = {.stage = NULL};
    code = parse(&s, &type, argc, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    convert.type = TYPE[type];
    CLI_TRY(cli_side_by_side_open(&s, argv[first]));
    regatta_ctx *ctx = s.ctx;
    cli_meter_begin(&meter, "convert", NULL, 0, (int)s.quiet);
    CLI_CALL(regatta_model_convert(ctx, &s.side[1].model, s.side[0].model, &convert));
    cli_meter_end(&meter, 1);
    CLI_TRY(cli_side_by_side_measure(&s));
    CLI_TRY(cli_side_by_side_save(&s));
done:
    cli_meter_end(&meter, 0);
    cli_side_by_side_close(&s);
    return code;
}
