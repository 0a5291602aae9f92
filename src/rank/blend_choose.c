#include "rank/blend_choose.h"
#include <math.h>
#include <string.h>

/* The prior counts as much as a sample of this size of effect; one value for all data. */
static const double L2 = 1.0;
static const double KIND_GAIN = 1.02, DROP_GAIN = 1.01;
enum { FEW_USERS = 200 };

typedef struct chooser {
    regatta_ctx *ctx;
    const rg_offers *offers;
    double *ndcg;    /* [n_users] scratch */
    double *each[2]; /* [n_users] of the kind measured last, in both futures */
    double *held[2]; /* and of the one that is chosen so far */
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

static void add(double *to, const double *x, int64_t n)
{
    for (int64_t u = 0; u < n; u++) to[u] += x[u];
}

static void hold(chooser *c)
{
    for (int k = 0; k < 2; k++) {
        double *was = c->held[k];
        c->held[k] = c->each[k];
        c->each[k] = was;
    }
}

/* Whether each[] beats held[] by two standard errors in the mean of both futures; the
 * errors of the two go together. */
static int is_sure(const chooser *c)
{
    const int64_t n = c->offers->n_users;
    double gain = 0.0, error = 0.0;
    for (int k = 0; k < 2; k++) {
        double sum = 0.0, square = 0.0;
        for (int64_t u = 0; u < n; u++) sum += c->each[k][u] - c->held[k][u];
        const double mean = sum / (double)n;
        for (int64_t u = 0; u < n; u++) {
            const double off = c->each[k][u] - c->held[k][u] - mean;
            square += off * off;
        }
        gain += mean;
        error += sqrt(square) / (double)n;
    }
    return gain > 2.0 * error;
}

/* Mean over the two halves of what a fit on the other half reaches. */
static regatta_status cross_validate(const chooser *c, double *ndcg, const int *on,
                                     rg_blend_kind kind)
{
    regatta_status status = REGATTA_OK;
    const int threads = c->ctx->threads;
    const int64_t n = c->offers->n_users;
    rg_offers other = *c->offers;
    other.taken = c->offers->taken_other;
    other.n_held = c->offers->n_held_other;
    for (int k = 0; k < 2; k++) memset(c->each[k], 0, (size_t)n * sizeof *c->each[k]);
    *ndcg = 0.0;
    for (int half = 0; half < 2; half++) {
        const rg_offers_part test = {.part = half, .of = 2};
        const rg_offers_part train = {.part = half, .of = 2, .other = 1};
        rg_blend blend;
        RG_TRY(fit(c, &blend, &train, on, kind));
        *ndcg += 0.5 * rg_offers_ndcg(c->offers, &blend, &test, c->ndcg, threads);
        add(c->each[0], c->ndcg, n);
        if (!c->offers->has_other) continue;
        rg_offers_ndcg(&other, &blend, &test, c->ndcg, threads);
        add(c->each[1], c->ndcg, n);
    }
done:
    return status;
}

static regatta_status choose_kind(chooser *c, rg_blend_report *report, const int *on,
                                  rg_blend_kind richest)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(cross_validate(c, &report->by_kind[RG_BLEND_START], on, RG_BLEND_START));
    report->kind = RG_BLEND_START;
    report->ndcg = report->by_kind[RG_BLEND_START];
    hold(c);
    if (c->offers->n_users < FEW_USERS) return REGATTA_OK;
    for (rg_blend_kind kind = RG_BLEND_LINEAR; kind <= richest; kind++) {
        RG_TRY(cross_validate(c, &report->by_kind[kind], on, kind));
        const int large = report->by_kind[kind] > report->ndcg * KIND_GAIN;
        /* Pairs are many and fit what is peculiar to the slices: both bars for them. */
        const int need_large = !c->offers->has_other || kind == RG_BLEND_PAIRS;
        if ((need_large && !large) || (c->offers->has_other && !is_sure(c))) continue;
        hold(c);
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
    for (int k = 0; k < 2; k++) {
        RG_NEW(ctx->mem, c.each[k], offers->n_users);
        RG_NEW(ctx->mem, c.held[k], offers->n_users);
    }
    measure_alone(&c, report, on);
    RG_TRY(choose_kind(&c, report, on, richest));
    while (count(kept) > 1 && dropped >= 0) RG_TRY(drop_one(&c, report, kept, &dropped));
    RG_TRY(fit(&c, out, NULL, kept, report->kind));
done:
    rg_free(ctx->mem, c.ndcg);
    for (int k = 0; k < 2; k++) {
        rg_free(ctx->mem, c.each[k]);
        rg_free(ctx->mem, c.held[k]);
    }
    return status;
}
