#include "rank/weighting.h"
#include <math.h>

regatta_status rg_weighting_apply(regatta_ctx *ctx, float **out,
                                  const regatta_graph *graph, regatta_weighting weighting)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = graph->by_user;
    if (weighting == REGATTA_WEIGHTING_BINARY || rows->value == NULL) return REGATTA_OK;
    float *weight = NULL;
    RG_NEW(ctx->mem, weight, rows->n_edges);
    for (int64_t e = 0; e < rows->n_edges; e++)
        weight[e] =
            weighting == REGATTA_WEIGHTING_LOG ? log1pf(rows->value[e]) : rows->value[e];
    *out = weight;
done:
    return status;
}
