/* regatta/report.h: checks of the arguments. */
#include "api/arguments.h"
#include "report/report.h"

enum { MAX_USERS = 32, MAX_K = 1000 };

static regatta_status report(regatta_ctx *ctx, const regatta_model *model,
                             const regatta_report_options *opts)
{
    regatta_status status = REGATTA_OK;
    const regatta_report_options init = REGATTA_REPORT_OPTIONS_INIT;
    regatta_report_options o = init;
    if (model == NULL) return rg_missing(ctx, "model");
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "report options"));
    if (model->n_users == 0 || model->own.items == 0)
        return rg_fail(ctx, REGATTA_EINVAL, "the model has no users or no items");
    if (o.k < 1 || o.k > MAX_K)
        return rg_fail(ctx, REGATTA_EINVAL, "k must be 1 to %d, not %lu", (int)MAX_K,
                       (unsigned long)o.k);
    if (o.n_users < 0 || o.n_users > MAX_USERS)
        return rg_fail(ctx, REGATTA_EINVAL, "n_users must be 0 to %d, not %lld",
                       (int)MAX_USERS, (long long)o.n_users);
    if (o.n_users == 0) o.user = NULL;
    if (o.n_users > 0 && o.user == NULL) return rg_missing(ctx, "user");
    RG_TRY(rg_check_nodes(ctx, model, REGATTA_USERS, o.user, o.n_users, "user"));
    if (o.item != REGATTA_NONE)
        RG_TRY(rg_check_nodes(ctx, model, REGATTA_ITEMS, &o.item, 1, "item"));
    RG_TRY(rg_report(ctx, model, &o));
done:
    return status;
}

regatta_status regatta_report(regatta_ctx *ctx, const regatta_model *model,
                              const regatta_report_options *opts)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, report(ctx, model, opts));
}
