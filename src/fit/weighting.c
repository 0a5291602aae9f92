#include "fit/weighting.h"
#include <float.h>
#include <math.h>

enum { LARGEST_EXPONENT = 40, WIDEST = 48, LEAST_EXPONENT = -60 };
enum { FIRST = FLT_MIN_EXP - FLT_MANT_DIG, N_EXPONENTS = FLT_MAX_EXP - FIRST + 1 };

/* Statistics of the positive weights of a graph. */
typedef struct range {
    int64_t n[N_EXPONENTS]; /* counts by exponent, from FIRST on */
    int64_t n_positive;
    float smallest, largest;
    int64_t at; /* edge of the largest weight */
} range;

float rg_weighting_counted(regatta_weighting kind, float weight)
{
    switch (kind) {
    case REGATTA_WEIGHTING_BINARY: return 1.0f;
    case REGATTA_WEIGHTING_LOG: return log1pf(weight);
    default: return weight;
    }
}

static void measure(range *r, const rg_csr *rows, regatta_weighting kind)
{
    *r = (range){.smallest = INFINITY};
    for (int64_t e = 0; e < rows->n_edges; e++) {
        const float w = rg_weighting_counted(kind, rows->value[e]);
        if (!(w > 0.0f)) continue;
        r->n[ilogbf(w) - FIRST]++;
        r->n_positive++;
        if (w < r->smallest) r->smallest = w;
        if (w <= r->largest) continue;
        r->largest = w;
        r->at = e;
    }
}

/* Returns the exponent of the median. */
static int middle_of(const range *r)
{
    int k = 0;
    for (int64_t n = r->n[0]; 2 * n < r->n_positive; n += r->n[k]) k++;
    return k + FIRST;
}

static const char *name_of_user(const regatta_graph *graph, int64_t edge)
{
    const rg_csr *rows = graph->by_user;
    int64_t u = 0;
    while (rows->offset[u + 1] <= edge) u++;
    return rg_idmap_name(graph->users, (uint32_t)u);
}

static regatta_status refuse(regatta_ctx *ctx, const regatta_graph *graph, const range *r,
                             regatta_weighting kind, int middle)
{
    const float largest = graph->by_user->value[r->at];
    const int log_helps =
        kind == REGATTA_WEIGHTING_RAW &&
        (double)log1pf(largest) < ldexp(log1p(ldexp(1.0, middle)), WIDEST);
    return rg_fail(
        ctx, REGATTA_ENUMERIC,
        "weight %.9g of user '%.100s' and item '%.100s' is above 2^48 times the median, "
        "and products of such weights overflow a float: train with --weights %s",
        (double)largest, name_of_user(graph, r->at),
        rg_idmap_name(graph->items, graph->by_user->target[r->at]),
        log_helps ? "log or --weights binary" : "binary");
}

/* Returns the scaled weight before it is raised to w->least. */
static float scaled(const rg_weighting *w, float value)
{
    return ldexpf(rg_weighting_counted(w->kind, value), w->exponent);
}

static int is_raised(const rg_weighting *w, float value)
{
    return value > 0.0f && scaled(w, value) < w->least;
}

regatta_status rg_weighting_choose(regatta_ctx *ctx, rg_weighting *out,
                                   const regatta_graph *graph, regatta_weighting kind)
{
    const rg_csr *rows = graph->by_user;
    range r;
    *out = (rg_weighting){.kind = kind};
    if (kind == REGATTA_WEIGHTING_BINARY || rows->value == NULL || rows->n_edges == 0)
        return REGATTA_OK;
    measure(&r, rows, kind);
    if (r.n_positive == 0)
        return rg_fail(ctx, REGATTA_ENUMERIC,
                       "all weights are 0: train with --weights binary");
    const int middle = middle_of(&r);
    if (ilogbf(r.largest) - middle > WIDEST) return refuse(ctx, graph, &r, kind, middle);
    if (r.smallest >= ldexpf(1.0f, -LARGEST_EXPONENT) &&
        r.largest <= ldexpf(1.0f, LARGEST_EXPONENT))
        return REGATTA_OK;
    out->exponent = -middle;
    out->least = ldexpf(1.0f, LEAST_EXPONENT);
    for (int64_t e = 0; e < rows->n_edges; e++)
        out->n_raised += is_raised(out, rows->value[e]);
    return REGATTA_OK;
}

regatta_status rg_weighting_apply(regatta_ctx *ctx, float **out,
                                  const regatta_graph *graph,
                                  const rg_weighting *weighting)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = graph->by_user;
    if (weighting->kind == REGATTA_WEIGHTING_BINARY || rows->value == NULL)
        return REGATTA_OK;
    float *weight = NULL;
    RG_NEW(ctx->mem, weight, rows->n_edges);
    for (int64_t e = 0; e < rows->n_edges; e++)
        weight[e] = is_raised(weighting, rows->value[e])
                        ? weighting->least
                        : scaled(weighting, rows->value[e]);
    *out = weight;
done:
    return status;
}
