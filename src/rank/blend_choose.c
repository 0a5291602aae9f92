#include "rank/blend_choose.h"
#include <math.h>

/* The prior counts as much as a sample of this size of effect; one value for all data. */
static const double L2 = 1.0;
static const double KIND_GAIN = 1.02, DROP_GAIN = 1.01;
enum { FEW_USERS = 200 };

typedef struct chooser {
    regatta_ctx *ctx;
    const rg_offers *offers;
    double *ndcg; /* [n_users] scratch */
} chooser;

/* A fit that did not come off (singular) is no blend: the start takes its place. */
static regatta_status fit(const chooser *c, rg_blend *out, const rg_offers_part *part,
                          const int *on, rg_blend_kind kind)
{
    if (kind != RG_BLEND_START) {
        const regatta_status status =
            rg_ranker_fit(c->ctx, out, c->offers, part, on, kind == RG_BLEND_LINEAR, L2);
        if (status != REGATTA_ENUMERIC) return status;
    }
    rg_blend_start(out, on);
    return REGATTA_OK;
}

/* Mean over the two halves of what a fit on the other half reaches. */
static regatta_status cross_validate(const chooser *c, double *ndcg, const int *on,
                                     rg_blend_kind kind)
{
    regatta_status status = REGATTA_OK;
    *ndcg = 0.0;
    for (int half = 0; half < 2; half++) {
        const rg_offers_part test = {.part = half, .of = 2};
        const rg_offers_part train = {.part = half, .of = 2, .other = 1};
        rg_blend blend;
        RG_TRY(fit(c, &blend, &train, on, kind));
        *ndcg += 0.5 * rg_offers_ndcg(c->offers, &blend, &test, c->ndcg, c->ctx->threads);
    }
done:
    return status;
}

static regatta_status choose_kind(const chooser *c, rg_blend_report *report,
                                  const int *on, rg_blend_kind richest)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(cross_validate(c, &report->by_kind[RG_BLEND_START], on, RG_BLEND_START));
    report->kind = RG_BLEND_START;
    report->ndcg = report->by_kind[RG_BLEND_START];
    if (c->offers->n_users < FEW_USERS) return REGATTA_OK;
    for (rg_blend_kind kind = RG_BLEND_LINEAR; kind <= richest; kind++) {
        RG_TRY(cross_validate(c, &report->by_kind[kind], on, kind));
        if (!(report->by_kind[kind] > report->ndcg * KIND_GAIN)) continue;
        report->kind = kind;
        report->ndcg = report->by_kind[kind];
    }
done:
    return status;
}

static int count(const int *on)
{
    int n = 0;
    for (int a = 0; a < RG_N_CHANNELS; a++) n += on[a] != 0;
    return n;
}

/* Without channel a nothing would answer a history that was not in training. */
static int only_users_without(const int *on, int a)
{
    return on[RG_CHANNEL_USERS] && a != RG_CHANNEL_USERS && count(on) == 2;
}

/* Tries to leave each channel out; the one whose absence gains most goes, if it gains
 * enough. *dropped is -1 when none does. */
static regatta_status drop_one(const chooser *c, rg_blend_report *report, int *on,
                               int *dropped)
{
    regatta_status status = REGATTA_OK;
    *dropped = -1;
    for (int a = 0; a < RG_N_CHANNELS; a++) {
        if (!on[a] || only_users_without(on, a)) continue;
        on[a] = 0;
        status = cross_validate(c, &report->without[a], on, report->kind);
        on[a] = 1;
        RG_TRY(status);
        if (!(report->without[a] > report->ndcg * DROP_GAIN)) continue;
        if (*dropped < 0 || report->without[a] > report->without[*dropped]) *dropped = a;
    }
    if (*dropped >= 0) {
        on[*dropped] = 0;
        report->ndcg = report->without[*dropped];
    }
done:
    return status;
}

static void measure_alone(const chooser *c, rg_blend_report *report, const int *on)
{
    for (int a = 0; a < RG_N_CHANNELS; a++) {
        if (!on[a]) continue;
        int single[RG_N_CHANNELS] = {0};
        rg_blend blend;
        single[a] = 1;
        rg_blend_start(&blend, single);
        report->alone[a] =
            rg_offers_ndcg(c->offers, &blend, NULL, c->ndcg, c->ctx->threads);
    }
}

regatta_status rg_blend_choose(regatta_ctx *ctx, rg_blend *out, rg_blend_report *report,
                               const rg_offers *offers, const int *on,
                               rg_blend_kind richest)
{
    regatta_status status = REGATTA_OK;
    chooser c = {.ctx = ctx, .offers = offers};
    int kept[RG_N_CHANNELS], dropped = 0;
    *report = (rg_blend_report){.ndcg = (double)NAN};
    for (int k = 0; k < RG_N_BLEND_KINDS; k++) report->by_kind[k] = (double)NAN;
    for (int a = 0; a < RG_N_CHANNELS; a++) {
        report->alone[a] = report->without[a] = (double)NAN;
        kept[a] = on[a];
    }
    RG_NEW(ctx->mem, c.ndcg, offers->n_users);
    measure_alone(&c, report, on);
    RG_TRY(choose_kind(&c, report, on, richest));
    while (count(kept) > 1 && dropped >= 0) RG_TRY(drop_one(&c, report, kept, &dropped));
    RG_TRY(fit(&c, out, NULL, kept, report->kind));
done:
    rg_free(ctx->mem, c.ndcg);
    return status;
}
