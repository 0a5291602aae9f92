/* Finds noise in a graph and reports it. */
#include "api/options.h"
#include "fit/denoise/weighed.h"
#include <regatta/denoise.h>
#include <string.h>

static void count(regatta_denoise_report *r, const rg_findings *f, const rg_csr *rows)
{
    for (int64_t e = 0; e < rows->n_edges; e++) r->n_noise += (double)f->noise[e];
    for (int64_t u = 0; u < rows->n_rows; u++) {
        r->n_copies += (f->kind[u] & RG_USER_COPY) != 0;
        r->n_sprees += (f->kind[u] & RG_USER_SPREE) != 0;
        r->n_bots += (f->kind[u] & RG_USER_BOT) != 0;
    }
    r->spree_usual = f->bounds.usual;
    r->spree_above = f->bounds.above;
}

static void fill_arrays(const regatta_denoise_options *o, const rg_findings *f,
                        const rg_csr *rows)
{
    if (o->noise != NULL && rows->n_edges > 0)
        memcpy(o->noise, f->noise, (size_t)rows->n_edges * sizeof *f->noise);
    for (int64_t u = 0; u < rows->n_rows; u++) {
        if (o->suspect != NULL) o->suspect[u] = f->kind[u];
        if (o->same_as != NULL) o->same_as[u] = f->root[u];
    }
}

static regatta_status denoise(regatta_ctx *ctx, regatta_graph **out,
                              const regatta_graph *graph,
                              const regatta_denoise_options *opts,
                              regatta_denoise_report *report)
{
    regatta_status status = REGATTA_OK;
    regatta_denoise_options o = REGATTA_DENOISE_OPTIONS_INIT;
    regatta_denoise_report r = REGATTA_DENOISE_REPORT_INIT;
    rg_findings found = {.noise = NULL};
    if (graph == NULL) return rg_missing(ctx, "graph");
    if (report != NULL) RG_TRY(rg_struct_check(ctx, report, "report"));
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "denoise options"));
    RG_TRY(rg_findings_make(ctx, &found, graph, graph, o.seed));
    if (out != NULL) RG_TRY(rg_weighed_copy(ctx, out, graph, &found));
    count(&r, &found, graph->by_user);
    fill_arrays(&o, &found, graph->by_user);
    if (report != NULL) rg_struct_write(report, &r, sizeof r);
done:
    rg_findings_free(ctx->mem, &found);
    return status;
}

regatta_status regatta_graph_denoise(regatta_ctx *ctx, regatta_graph **out,
                                     const regatta_graph *graph,
                                     const regatta_denoise_options *opts,
                                     regatta_denoise_report *report)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, denoise(ctx, out, graph, opts, report));
}
