#include "cli/converting/convert_model.h"
#include "cli/output/meter.h"
#include "cli/output/output.h"

int cli_convert_model(regatta_ctx *ctx, const char *from, const char *to, uint32_t shards,
                      int quiet)
{
    int code = CLI_DONE;
    regatta_model *model = NULL;
    cli_output *out = NULL;
    cli_meter meter = {.stage = NULL};
    cli_meter_begin(&meter, "convert", NULL, 0, quiet);
    CLI_CALL(regatta_model_load(ctx, &model, from));
    CLI_TRY(cli_output_open(&out, to));
    CLI_TRY(cli_output_model(ctx, model, out, shards));
    CLI_TRY(cli_output_commit(&out));
    cli_meter_end(&meter, 1);
done:
    cli_meter_end(&meter, 0);
    cli_output_abandon(&out);
    regatta_model_free(model);
    return code;
}
