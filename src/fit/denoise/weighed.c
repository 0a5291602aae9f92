#include "fit/denoise/weighed.h"
#include "fit/weighting.h"
#include "graph/interactions.h"
#include <string.h>

/* The share of a weight that noise takes away: at 1 the few interactions of an item that
 * no other supports yet would be lost with the noise. */
static const double STRENGTH = 0.5;

/* Returns what an interaction counts before its item is brought to its number of
 * users. */
static double supported(const rg_findings *f, int64_t e, int kinds)
{
    return !(kinds & RG_WEIGH_NOISE) ? 1.0 : 1.0 - STRENGTH * (double)f->noise[e];
}

/* Returns what the interactions of a user count for copies and sprees. */
static double counted_of(const rg_findings *f, int64_t user, int64_t e, int kinds)
{
    const double spree = (kinds & RG_WEIGH_SPREES) && f->spree[e] > 0
                             ? (double)f->bounds.usual / (double)f->spree[e]
                             : 1.0;
    return kinds & RG_WEIGH_COPIES ? spree / (double)f->twins[user] : spree;
}

regatta_status rg_findings_weigh(regatta_ctx *ctx, float *weight, const rg_findings *f,
                                 const rg_csr *by_user, int kinds)
{
    regatta_status status = REGATTA_OK;
    double *sum = NULL;
    int64_t *n = NULL;
    RG_NEW(ctx->mem, sum, by_user->n_cols);
    RG_NEW(ctx->mem, n, by_user->n_cols);
    for (int64_t e = 0; e < by_user->n_edges; e++) {
        sum[by_user->target[e]] += supported(f, e, kinds);
        n[by_user->target[e]]++;
    }
    for (int64_t u = 0; u < by_user->n_rows; u++)
        for (int64_t e = by_user->offset[u]; e < by_user->offset[u + 1]; e++) {
            const uint32_t item = by_user->target[e];
            const double w = supported(f, e, kinds) * (double)n[item] / sum[item] *
                             counted_of(f, u, e, kinds);
            weight[e] *= (float)w;
        }
done:
    rg_free(ctx->mem, sum);
    rg_free(ctx->mem, n);
    return status;
}

regatta_status rg_weighed_make(regatta_ctx *ctx, rg_weighed *out,
                               const regatta_graph *graph, regatta_weighting weighting,
                               const rg_findings *f, int kinds)
{
    regatta_status status = REGATTA_OK;
    const float *given = graph->by_user->value;
    *out = (rg_weighed){.graph = *graph, .rows = *graph->by_user};
    RG_NEW(ctx->mem, out->weight, out->rows.n_edges);
    for (int64_t e = 0; e < out->rows.n_edges; e++)
        out->weight[e] = given != NULL ? rg_weighting_counted(weighting, given[e]) : 1.0f;
    RG_TRY(rg_findings_weigh(ctx, out->weight, f, graph->by_user, kinds));
    out->rows.value = out->weight;
    out->graph.by_user = &out->rows;
done:
    return status;
}

void rg_weighed_free(rg_mem mem, rg_weighed *weighed)
{
    rg_free(mem, weighed->weight);
    weighed->weight = NULL;
}

static void set_ones(float *weight, int64_t n)
{
    for (int64_t k = 0; k < n; k++) weight[k] = 1.0f;
}

/* Multiplies the weights of the rows of a graph with repeats, from 1 if it has none. */
static regatta_status weigh_rows(regatta_ctx *ctx, regatta_graph *g, const float *factor)
{
    regatta_status status = REGATTA_OK;
    rg_sequences *s = g->sequences;
    const int64_t *first = g->by_user->offset;
    rg_interactions in = {.graph = NULL};
    if (s == NULL || s->count == NULL) return REGATTA_OK;
    if (s->own_weight == NULL) {
        RG_NEW(s->mem, s->own_weight, s->n);
        set_ones(s->own_weight, s->n);
        s->weight = s->own_weight;
    }
    RG_TRY(rg_interactions_open(ctx, &in, g, 0));
    for (int64_t u = 0; u < g->by_user->n_rows; u++) {
        rg_interactions_read(&in, u);
        for (int64_t k = 0; k < in.now.n; k++)
            s->own_weight[s->offset[u] + k] *= factor[first[u] + in.now.position[k]];
    }
done:
    rg_interactions_close(&in);
    return status;
}

regatta_status rg_weighed_copy(regatta_ctx *ctx, regatta_graph **out,
                               const regatta_graph *graph, const rg_findings *f)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = graph->by_user->n_edges;
    regatta_graph *g = NULL;
    float *factor = NULL;
    uint8_t *keep = NULL;
    *out = NULL;
    RG_NEW(ctx->mem, factor, n);
    RG_NEW(ctx->mem, keep, n);
    memset(keep, 1, (size_t)n);
    set_ones(factor, n);
    RG_TRY(rg_findings_weigh(ctx, factor, f, graph->by_user, RG_WEIGH_ALL));
    RG_TRY(rg_bipartite_select(ctx, &g, graph, keep));
    if (g->by_user->value == NULL) {
        RG_NEW(g->by_user->mem, g->by_user->value, n);
        set_ones(g->by_user->value, n);
    }
    for (int64_t e = 0; e < n; e++) g->by_user->value[e] *= factor[e];
    RG_TRY(weigh_rows(ctx, g, factor));
    rg_bipartite_rehash(g);
    *out = g;
    g = NULL;
done:
    regatta_graph_free(g);
    rg_free(ctx->mem, factor);
    rg_free(ctx->mem, keep);
    return status;
}
