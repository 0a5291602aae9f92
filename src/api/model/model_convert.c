/* Checks the options of a conversion and converts. */
#include "api/options.h"
#include "fit/update/update_communities.h"
#include "model/bounds.h"
#include "model/model_copy.h"
#include "model/model_index.h"

static regatta_status convert(regatta_ctx *ctx, regatta_model **out,
                              const regatta_model *model,
                              const regatta_convert_options *opts)
{
    static const rg_element element[] = {[REGATTA_TYPE_F32] = RG_F32,
                                         [REGATTA_TYPE_BF16] = RG_BF16,
                                         [REGATTA_TYPE_I8] = RG_I8};
    regatta_status status = REGATTA_OK;
    regatta_convert_options o = REGATTA_CONVERT_OPTIONS_INIT;
    if (model == NULL) return rg_missing(ctx, "model");
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "convert options"));
    if (o.type > REGATTA_TYPE_I8)
        return rg_fail(ctx, REGATTA_EINVAL, "type must be 0 to %d, not %lu",
                       REGATTA_TYPE_I8, (unsigned long)o.type);
    if (o.index > 1)
        return rg_fail(ctx, REGATTA_EINVAL, "index must be 0 or 1, not %lu",
                       (unsigned long)o.index);
    if (o.communities > 1)
        return rg_fail(ctx, REGATTA_EINVAL, "communities must be 0 or 1, not %lu",
                       (unsigned long)o.communities);
    if (o.type == REGATTA_TYPE_KEEP)
        RG_TRY(rg_model_copy(ctx, out, model));
    else
        RG_TRY(rg_model_convert(ctx, out, model, element[o.type]));
    RG_TRY(rg_model_check_numbers(ctx, *out));
    if (o.index) RG_TRY(rg_model_index_build(ctx, *out, o.index_degree, o.index_build));
    if (o.communities) RG_TRY(rg_communities_find(ctx, *out));
done:
    if (status != REGATTA_OK && *out != NULL) {
        regatta_model_free(*out);
        *out = NULL;
    }
    return status;
}

regatta_status regatta_model_convert(regatta_ctx *ctx, regatta_model **out,
                                     const regatta_model *model,
                                     const regatta_convert_options *opts)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (out == NULL) return rg_missing(ctx, "out");
    return rg_end(ctx, convert(ctx, out, model, opts));
}
