/* The traffic of a context's ranks. */
#include "api/options.h"
#include "base/ranks/ranks.h"

regatta_status regatta_ctx_traffic(regatta_ctx *ctx, regatta_traffic *out)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (out == NULL) return rg_end(ctx, rg_missing(ctx, "out"));
    const regatta_status status = rg_struct_check(ctx, out, "traffic");
    if (status != REGATTA_OK) return rg_end(ctx, status);
    regatta_traffic traffic = ctx->traffic;
    traffic.n_ranks = (uint32_t)rg_n_ranks(ctx);
    rg_struct_write(out, &traffic, sizeof traffic);
    return rg_end(ctx, REGATTA_OK);
}
