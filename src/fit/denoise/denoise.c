#include "fit/denoise/denoise.h"
#include "fit/denoise/noise.h"
#include "fit/denoise/twins.h"
#include <math.h>

enum { BOT_EDGES = 20 };
static const double BOT_NOISE = 0.8;

static int is_bot(const rg_findings *f, const rg_support *s, const rg_csr *rows,
                  int64_t user)
{
    double noise = 0.0;
    int64_t n = 0;
    for (int64_t e = rows->offset[user]; e < rows->offset[user + 1]; e++) {
        if (isnan(s->edge[e])) continue;
        noise += (double)f->noise[e];
        n++;
    }
    return n >= BOT_EDGES && noise >= BOT_NOISE * (double)n;
}

static void set_kinds(rg_findings *f, const rg_support *s, const rg_csr *rows)
{
    for (int64_t u = 0; u < rows->n_rows; u++) {
        int kind = f->root[u] != (uint32_t)u ? RG_USER_COPY : 0;
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++)
            if (f->spree[e] > 0) kind |= RG_USER_SPREE;
        if (is_bot(f, s, rows, u)) kind |= RG_USER_BOT;
        f->kind[u] = (uint8_t)kind;
    }
}

regatta_status rg_findings_make(regatta_ctx *ctx, rg_findings *out,
                                const regatta_graph *graph, const regatta_graph *whole,
                                uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = graph->by_user;
    rg_support support = {.edge = NULL};
    *out = (rg_findings){.noise = NULL};
    RG_NEW(ctx->mem, out->noise, rows->n_edges);
    RG_NEW(ctx->mem, out->root, rows->n_rows);
    RG_NEW(ctx->mem, out->twins, rows->n_rows);
    RG_NEW(ctx->mem, out->spree, rows->n_edges);
    RG_NEW(ctx->mem, out->kind, rows->n_rows);
    RG_TRY(rg_twins_find(ctx, out->root, out->twins, whole->by_user, seed));
    RG_TRY(rg_sprees_find(ctx, out->spree, &out->bounds, graph));
    RG_TRY(rg_support_measure(ctx, &support, rows, out->root, seed));
    RG_TRY(rg_noise_estimate(ctx, out->noise, &support, rows));
    set_kinds(out, &support, rows);
done:
    rg_support_free(ctx->mem, &support);
    return status;
}

int rg_findings_have(const rg_findings *f, int64_t n_users, int kind)
{
    for (int64_t u = 0; u < n_users; u++)
        if (f->kind[u] & kind) return 1;
    return 0;
}

void rg_findings_free(rg_mem mem, rg_findings *f)
{
    rg_free(mem, f->noise);
    rg_free(mem, f->root);
    rg_free(mem, f->twins);
    rg_free(mem, f->spree);
    rg_free(mem, f->kind);
    *f = (rg_findings){.noise = NULL};
}
