/* Checks the options of a conversion, and converts. */
#include "api/options.h"
#include "rank/model_copy.h"

static regatta_status convert(regatta_ctx *ctx, regatta_model **out,
                              const regatta_model *model,
                              const regatta_convert_options *opts)
{
    regatta_status status = REGATTA_OK;
    regatta_convert_options o = REGATTA_CONVERT_OPTIONS_INIT;
    if (model == NULL) return rg_fail(ctx, REGATTA_EINVAL, "the model is missing");
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "convert options"));
    if (o.type > REGATTA_TYPE_F32)
        return rg_fail(ctx, REGATTA_EINVAL, "type must be 0 to %d, not %lu",
                       REGATTA_TYPE_F32, (unsigned long)o.type);
    RG_TRY(rg_model_copy(ctx, out, model));
done:
    return status;
}

regatta_status regatta_model_convert(regatta_ctx *ctx, regatta_model **out,
                                     const regatta_model *model,
                                     const regatta_convert_options *opts)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL || out == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, convert(ctx, out, model, opts));
}
