#include "fit/hubs.h"
#include "base/rng.h"
#include <string.h>

static int64_t count_hubs(const rg_csr *rows)
{
    int64_t n = 0;
    for (int64_t u = 0; u < rows->n_rows; u++) n += rg_csr_degree(rows, u) > RG_HUB_ABOVE;
    return n;
}

/* Marks the edges that stay, and the items that keep an edge. */
static void choose(uint8_t *edge, uint8_t *item, const rg_csr *rows, uint64_t seed)
{
    for (int64_t u = 0; u < rows->n_rows; u++) {
        const int64_t end = rows->offset[u + 1];
        int64_t wanted = rg_csr_degree(rows, u);
        if (wanted > RG_HUB_ABOVE) wanted = RG_HUB_SAMPLED;
        for (int64_t e = rows->offset[u]; e < end; e++) {
            edge[e] = (uint8_t)rg_random_take(seed, RG_STREAM_HUB, e, end, wanted);
            wanted -= edge[e];
            item[rows->target[e]] |= edge[e];
        }
    }
}

regatta_status rg_hubs_find(regatta_ctx *ctx, rg_hubs *out, const regatta_graph *graph,
                            uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = graph->by_user;
    uint8_t *edge = NULL, *item = NULL, *user = NULL;
    regatta_graph *sampled = NULL;
    *out = (rg_hubs){.n_users = count_hubs(rows)};
    if (out->n_users == 0) return REGATTA_OK;
    RG_NEW(ctx->mem, edge, rows->n_edges);
    RG_NEW(ctx->mem, item, rows->n_cols);
    RG_NEW(ctx->mem, user, rows->n_rows);
    RG_NEW(ctx->mem, out->item, rows->n_cols);
    choose(edge, item, rows, seed);
    memset(user, 1, (size_t)rows->n_rows);
    int64_t n = 0;
    for (int64_t i = 0; i < rows->n_cols; i++)
        if (item[i]) out->item[n++] = (uint32_t)i;
    out->n_left_out = rows->n_cols - n;
    RG_TRY(rg_bipartite_select(ctx, &sampled, graph, edge));
    RG_TRY(rg_bipartite_induce(ctx, &out->core, sampled, user, item));
done:
    regatta_graph_free(sampled);
    rg_free(ctx->mem, edge);
    rg_free(ctx->mem, item);
    rg_free(ctx->mem, user);
    return status; /* the caller frees the allocated parts */
}

regatta_status rg_hubs_spread(regatta_ctx *ctx, const rg_hubs *hubs, rg_fitted *fitted,
                              const regatta_graph *graph, const rg_weighting *weighting)
{
    regatta_status status = REGATTA_OK;
    if (hubs->core == NULL) return REGATTA_OK;
    const rg_spread s = {ctx, hubs->item, hubs->core->by_user->n_cols,
                         graph->by_user->n_cols};
    for (int c = 0; c < rg_n_channels; c++)
        if (fitted->part[c] != NULL && rg_channels[c]->fit->spread != NULL)
            RG_TRY(rg_channels[c]->fit->spread(&s, fitted->part[c]));
    rg_free(ctx->mem, fitted->weight);
    fitted->weight = NULL;
    RG_TRY(rg_fitted_begin(ctx, fitted, graph, weighting));
done:
    return status;
}

void rg_hubs_free(regatta_ctx *ctx, rg_hubs *hubs)
{
    regatta_graph_free(hubs->core);
    rg_free(ctx->mem, hubs->item);
    *hubs = (rg_hubs){0};
}
