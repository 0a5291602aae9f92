/* Checks the options of pruning, prunes, and reports what is left. */
#include "api/options.h"
#include "fit/prune/prune_auto.h"
#include "fit/prune/prune_balance.h"
#include "fit/prune/prune_blend.h"
#include "fit/prune/prune_search.h"
#include "fit/update/update_drift.h"
#include "model/bounds.h"
#include <regatta/prune.h>
#include <string.h>

/* Kept if the options do not say. */
static const double SHARE = 0.25;

static regatta_status check(regatta_ctx *ctx, const regatta_prune_options *o)
{
    const int n =
        (o->edges > 0) + (o->share != 0.0) + (o->bytes > 0) + (o->agreement != 0.0);
    if (!(o->drop_loss >= 0.0 && o->drop_loss <= 1.0))
        return rg_fail(ctx, REGATTA_EINVAL, "drop_loss must be from 0 to 1, not %g",
                       o->drop_loss);
    if (o->solve > 1)
        return rg_fail(ctx, REGATTA_EINVAL, "solve must be 0 or 1, not %lu",
                       (unsigned long)o->solve);
    if (n > 1)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "set one of edges, share, bytes and agreement, not %d", n);
    if (!(o->share >= 0.0 && o->share <= 1.0))
        return rg_fail(ctx, REGATTA_EINVAL, "share must be above 0 and at most 1, not %g",
                       o->share);
    if (!(o->agreement >= 0.0 && o->agreement <= 1.0))
        return rg_fail(ctx, REGATTA_EINVAL,
                       "agreement must be above 0 and at most 1, not %g", o->agreement);
    return REGATTA_OK;
}

static int64_t bytes_of(const regatta_prune_options *o)
{
    return o->bytes < INT64_MAX ? (int64_t)o->bytes : INT64_MAX;
}

/* The number of weights that edges, share or bytes ask for. */
static regatta_status count_kept(rg_prune *p, int64_t *n, const regatta_prune_options *o)
{
    *n = p->n_edges;
    if (o->bytes > 0) return rg_prune_for_bytes(p, n, bytes_of(o));
    if (o->edges == 0 && o->share == 0.0 && o->drop != NULL) return REGATTA_OK;
    if (o->edges == 0)
        *n = (int64_t)((o->share > 0.0 ? o->share : SHARE) * (double)p->n_edges);
    else if (o->edges < (uint64_t)p->n_edges)
        *n = (int64_t)o->edges;
    return REGATTA_OK;
}

static regatta_status cut(rg_prune *p, regatta_model **out, double *agreement,
                          const regatta_prune_options *o)
{
    regatta_status status = REGATTA_OK;
    int64_t n = 0;
    if (o->agreement > 0.0) {
        RG_TRY(rg_prune_balance(p, (int64_t)(SHARE * (double)p->n_edges)));
        return rg_prune_for_agreement(p, out, agreement, o->agreement);
    }
    RG_TRY(count_kept(p, &n, o));
    RG_TRY(rg_prune_balance(p, n));
    if (o->bytes > 0) RG_TRY(count_kept(p, &n, o)); /* bytes of a weight differ */
    RG_TRY(rg_prune_cut(p, out, n, 1));
    RG_TRY(rg_drift_overlap(p->ctx, agreement, p->model, *out));
done:
    return status;
}

/* Finds the channels to leave out, and fits the blend of the others. */
static regatta_status choose_drop(regatta_ctx *ctx, rg_prune_drop *d,
                                  const regatta_model *model,
                                  const regatta_prune_options *o)
{
    regatta_status status = REGATTA_OK;
    const char *unknown = NULL;
    int64_t length = 0;
    if (o->drop == NULL) return REGATTA_OK;
    if (strcmp(o->drop, "auto") == 0) {
        const rg_prune_budget budget = {o->drop_loss, bytes_of(o), o->agreement};
        RG_TRY(rg_prune_drop_auto(ctx, d, model, &budget));
    } else {
        const uint32_t mask = rg_channel_mask(o->drop, &unknown, &length);
        if (unknown != NULL)
            return rg_fail(ctx, REGATTA_EINVAL, "drop: no channel is called '%.*s'",
                           (int)length, unknown);
        for (int a = 0; a < rg_n_channels; a++) d->off[a] = (int)(mask >> a & 1);
        RG_TRY(rg_prune_drop_check(ctx, d, model));
    }
    RG_TRY(rg_prune_drop_blend(ctx, d, model));
done:
    return status;
}

static regatta_status prune(regatta_ctx *ctx, regatta_model **out,
                            const regatta_model *model, const regatta_prune_options *opts,
                            regatta_prune_report *report)
{
    regatta_status status = REGATTA_OK;
    regatta_prune_options o = REGATTA_PRUNE_OPTIONS_INIT;
    regatta_prune_report r = REGATTA_PRUNE_REPORT_INIT;
    rg_prune p = {.ctx = ctx, .run = {.ctx = ctx, .run.env.ctx = ctx}};
    rg_prune_drop drop = {.n = 0};
    if (model == NULL) return rg_missing(ctx, "model");
    if (report != NULL) RG_TRY(rg_struct_check(ctx, report, "report"));
    RG_TRY(rg_options_read(ctx, &o, sizeof o, opts, "prune options"));
    RG_TRY(check(ctx, &o));
    RG_TRY(choose_drop(ctx, &drop, model, &o));
    RG_TRY(rg_prune_open(ctx, &p, model, &drop, (int)o.solve));
    RG_TRY(cut(&p, out, &r.agreement, &o));
    RG_TRY(rg_model_check_numbers(ctx, *out));
    r.edges_before = (uint64_t)rg_prune_count(model);
    r.edges_after = (uint64_t)rg_prune_count(*out);
    r.solved = r.edges_after < (uint64_t)p.n_edges && p.n_solved == p.n_edges;
    for (int a = 0; a < rg_n_channels; a++) r.dropped |= (uint32_t)drop.off[a] << a;
    if (report != NULL) rg_struct_write(report, &r, sizeof r);
done:
    rg_prune_close(&p);
    rg_prune_drop_free(&drop);
    if (status != REGATTA_OK) {
        regatta_model_free(*out);
        *out = NULL;
    }
    return status;
}

regatta_status regatta_model_prune(regatta_ctx *ctx, regatta_model **out,
                                   const regatta_model *model,
                                   const regatta_prune_options *opts,
                                   regatta_prune_report *report)
{
    if (out != NULL) *out = NULL;
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    if (out == NULL) return rg_missing(ctx, "out");
    return rg_end(ctx, prune(ctx, out, model, opts, report));
}
