#include "fit/blend/blend_choose.h"
#include "base/checkpoint/checkpoint.h"
#include "fit/blend/ranker.h"
#include <math.h>
#include <string.h>

/* The L2 penalty of the ranker times the number of users it is fitted on. */
static const double L2_USERS = 500.0;
/* Standard errors by which a kind has to win. */
static const double KIND_ERRORS = 1.0;
static const double DROP_GAIN = 1.01;
enum { FEW_USERS = 200, GATE_USERS = 2000 };

typedef struct chooser {
    regatta_ctx *ctx;
    const rg_samples *samples;
    const rg_blend_task *task;
    rg_blend *blend;      /* scratch */
    double *ndcg;         /* [n_users] scratch */
    double *each[2];      /* [n_users] ndcg of the last measured kind, in both
                             scenarios */
    double *incumbent[2]; /* ndcg of the incumbent */
    double *kept[2];      /* ndcg of the best without one channel */
    int64_t n_ids;
    double *off; /* [n_ids] scratch: counts a user of several slices once */
} chooser;

static double n_users(const chooser *c, const rg_samples_part *part)
{
    double n = 0.0;
    for (int64_t u = 0; u < c->samples->n_users; u++)
        n += rg_samples_in(c->samples, part, u);
    return n;
}

/* As rg_samples_ndcg with the scratch of the chooser; counts the FLOPs of the scores. */
static double ndcg_of(const chooser *c, const rg_samples *samples,
                      const rg_samples_part *part)
{
    double flops = 0.0;
    for (int64_t u = 0; u < samples->n_users; u++)
        if (rg_samples_in(samples, part, u))
            flops += (double)(samples->offset[u + 1] - samples->offset[u]) *
                     (double)rg_blend_flops(c->blend, samples->log_history[u]);
    rg_count_flops(c->ctx, flops);
    return rg_samples_ndcg(samples, c->blend, part, c->ndcg, c->ctx->threads);
}

/* The fit of a kind, a unit of a checkpoint. */
typedef struct fit_task {
    const chooser *chooser;
    rg_blend *out;
    const rg_samples_part *part;
    const int *on;
    rg_blend_kind kind;
} fit_task;

static regatta_status run_fit(regatta_ctx *ctx, void *state)
{
    const fit_task *t = state;
    const chooser *c = t->chooser;
    const rg_samples_part *part = t->part;
    const int *on = t->on;
    const rg_blend_kind kind = t->kind;
    rg_blend *out = t->out;
    const float *start = c->task->start;
    (void)ctx;
    if (kind != RG_BLEND_START) {
        const double l2 = L2_USERS / fmax(1.0, n_users(c, part));
        rg_gate_options gate = c->task->gate;
        gate.l2 = l2;
        const regatta_status status =
            kind == RG_BLEND_LINEAR
                ? rg_ranker_fit(c->ctx, out, c->samples, part, on, start, l2)
                : rg_gate_fit(c->ctx, out, c->samples, part, on, start, &gate);
        if (status != REGATTA_ENUMERIC) return status;
    }
    rg_blend_start(out, on, start);
    return REGATTA_OK;
}

static regatta_status visit_fit(rg_archive *archive, void *state)
{
    const rg_blend *blend = ((fit_task *)state)->out;
    return rg_archive_floats(archive, blend->x, rg_blend_floats(blend->n) + blend->n);
}

/* Fits a kind; if the system is singular, uses the start weights. */
static regatta_status fit(const chooser *c, rg_blend *out, const rg_samples_part *part,
                          const int *on, rg_blend_kind kind)
{
    fit_task t = {c, out, part, on, kind};
    const rg_unit unit = {"blend", run_fit, visit_fit, &t};
    return rg_unit_run(c->ctx, &unit);
}

static void add(double *to, const double *x, int64_t n)
{
    for (int64_t u = 0; u < n; u++) to[u] += x[u];
}

static void swap(double **a, double **b)
{
    for (int k = 0; k < 2; k++) {
        double *was = a[k];
        a[k] = b[k];
        b[k] = was;
    }
}

/* Computes the mean gain of each[] over incumbent[] in scenario k and its standard error.
 * The errors of a user in several slices are correlated. */
static double gain_of(const chooser *c, int k, double *error)
{
    const int64_t n = c->samples->n_users;
    double sum = 0.0, square = 0.0;
    for (int64_t u = 0; u < n; u++) sum += c->each[k][u] - c->incumbent[k][u];
    const double mean = sum / (double)n;
    memset(c->off, 0, (size_t)c->n_ids * sizeof *c->off);
    for (int64_t u = 0; u < n; u++)
        c->off[c->samples->user[u]] += c->each[k][u] - c->incumbent[k][u] - mean;
    for (int64_t id = 0; id < c->n_ids; id++) square += c->off[id] * c->off[id];
    *error = sqrt(square) / (double)n;
    return mean;
}

/* True if each[] beats incumbent[] by KIND_ERRORS standard errors in the mean of both
 * scenarios, whose errors are correlated. *past: the error in the first. */
static int is_sure(const chooser *c, double *past)
{
    double tilted = 0.0;
    const double gain = gain_of(c, 0, past) + gain_of(c, 1, &tilted);
    return gain > KIND_ERRORS * (*past + tilted);
}

/* Computes the mean ndcg over both halves, each scored by a fit on the other half. */
static regatta_status cross_validate(const chooser *c, double *ndcg, const int *on,
                                     rg_blend_kind kind)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = c->samples->n_users;
    rg_samples other = *c->samples;
    other.label = c->samples->label_other;
    other.n_holdout = c->samples->n_holdout_other;
    for (int k = 0; k < 2; k++) memset(c->each[k], 0, (size_t)n * sizeof *c->each[k]);
    *ndcg = 0.0;
    if (c->task->step != NULL) RG_TRY(c->task->step(c->task->step_state));
    for (int half = 0; half < 2; half++) {
        const rg_samples_part test = {.part = half, .of = 2};
        const rg_samples_part train = {.part = half, .of = 2, .other = 1};
        RG_TRY(fit(c, c->blend, &train, on, kind));
        *ndcg += 0.5 * ndcg_of(c, c->samples, &test);
        add(c->each[0], c->ndcg, n);
        if (!c->samples->has_other) continue;
        ndcg_of(c, &other, &test);
        add(c->each[1], c->ndcg, n);
    }
done:
    return status;
}

/* Measures a kind; it becomes the incumbent if it is better. */
static regatta_status try_kind(chooser *c, rg_blend_report *report, const int *on,
                               rg_blend_kind kind)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(cross_validate(c, &report->by_kind[kind], on, kind));
    if (kind != RG_BLEND_START && !is_sure(c, &report->kind_error[kind]))
        return REGATTA_OK;
    swap(c->incumbent, c->each);
    report->kind = kind;
    report->ndcg = report->by_kind[kind];
done:
    return status;
}

static int may_try(const chooser *c, rg_blend_kind kind)
{
    const int64_t least = kind == RG_BLEND_GATED ? GATE_USERS : FEW_USERS;
    return kind <= c->task->richest && c->samples->n_users >= least;
}

static int count(const int *on, int n)
{
    int n_on = 0;
    for (int a = 0; a < n; a++) n_on += on[a] != 0;
    return n_on;
}

/* True if channel a is the last one that scores unseen users. */
static int is_last_of_unseen(const chooser *c, const int *on, int a)
{
    if (!on[a] || c->task->seen_only[a]) return 0;
    int n = 0;
    for (int b = 0; b < c->samples->n_channels; b++) n += on[b] && !c->task->seen_only[b];
    return n == 1;
}

/* Measures the blend without each channel and drops the channel whose absence gains most,
 * if it gains enough: the blend of the others becomes the incumbent. *dropped is -1 if no
 * channel is dropped. */
static regatta_status drop_one(chooser *c, rg_blend_report *report, int *on, int *dropped)
{
    regatta_status status = REGATTA_OK;
    *dropped = -1;
    for (int a = 0; a < c->samples->n_channels; a++) {
        if (!on[a] || is_last_of_unseen(c, on, a)) continue;
        on[a] = 0;
        status = cross_validate(c, &report->without[a], on, report->kind);
        on[a] = 1;
        RG_TRY(status);
        gain_of(c, 0, &report->without_error[a]);
        if (!(report->without[a] > report->ndcg * DROP_GAIN)) continue;
        if (*dropped >= 0 && report->without[a] <= report->without[*dropped]) continue;
        *dropped = a;
        swap(c->kept, c->each);
    }
    if (*dropped >= 0) {
        on[*dropped] = 0;
        report->ndcg = report->without[*dropped];
        swap(c->incumbent, c->kept);
    }
done:
    return status;
}

static void measure_alone(const chooser *c, rg_blend_report *report, const int *on)
{
    for (int a = 0; a < c->samples->n_channels; a++) {
        if (!on[a]) continue;
        int single[RG_MAX_CHANNELS] = {0};
        single[a] = 1;
        rg_blend_start(c->blend, single, c->task->start);
        report->alone[a] = ndcg_of(c, c->samples, NULL);
    }
}

/* Drops harmful channels from on[]. */
static regatta_status drop_channels(chooser *c, rg_blend_report *report, int *on)
{
    regatta_status status = REGATTA_OK;
    int dropped = 0;
    while (count(on, c->samples->n_channels) > 1 && dropped >= 0)
        RG_TRY(drop_one(c, report, on, &dropped));
done:
    return status;
}

static regatta_status create(regatta_ctx *ctx, chooser *c, rg_blend_report *report)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = c->samples->n_users;
    *report = (rg_blend_report){.ndcg = (double)NAN, .ungated = (double)NAN};
    for (int k = 0; k < RG_N_BLEND_KINDS; k++)
        report->by_kind[k] = report->kind_error[k] = (double)NAN;
    for (int a = 0; a < RG_MAX_CHANNELS; a++)
        report->alone[a] = report->without[a] = report->without_error[a] = (double)NAN;
    for (int64_t u = 0; u < n; u++)
        if (c->samples->user[u] >= c->n_ids) c->n_ids = (int64_t)c->samples->user[u] + 1;
    RG_TRY(rg_blend_create(ctx->mem, &c->blend, c->samples->n_channels,
                           c->samples->evidence));
    RG_NEW(ctx->mem, c->off, c->n_ids);
    RG_NEW(ctx->mem, c->ndcg, n);
    for (int k = 0; k < 2; k++) {
        RG_NEW(ctx->mem, c->each[k], n);
        RG_NEW(ctx->mem, c->incumbent[k], n);
        RG_NEW(ctx->mem, c->kept[k], n);
    }
done:
    return status; /* the caller frees the allocated parts */
}

regatta_status rg_blend_choose(regatta_ctx *ctx, rg_blend *out, rg_blend_report *report,
                               const rg_samples *samples, const rg_blend_task *task)
{
    regatta_status status = REGATTA_OK;
    chooser c = {.ctx = ctx, .samples = samples, .task = task};
    int on[RG_MAX_CHANNELS];
    memcpy(on, task->on, (size_t)samples->n_channels * sizeof *on);
    RG_TRY(create(ctx, &c, report));
    measure_alone(&c, report, on);
    RG_TRY(try_kind(&c, report, on, RG_BLEND_START));
    if (may_try(&c, RG_BLEND_LINEAR)) RG_TRY(try_kind(&c, report, on, RG_BLEND_LINEAR));
    RG_TRY(drop_channels(&c, report, on));
    report->ungated = report->ndcg;
    if (may_try(&c, RG_BLEND_GATED)) RG_TRY(try_kind(&c, report, on, RG_BLEND_GATED));
    RG_TRY(fit(&c, out, NULL, on, report->kind));
done:
    rg_blend_free(c.blend);
    rg_free(ctx->mem, c.off);
    rg_free(ctx->mem, c.ndcg);
    for (int k = 0; k < 2; k++) {
        rg_free(ctx->mem, c.each[k]);
        rg_free(ctx->mem, c.incumbent[k]);
        rg_free(ctx->mem, c.kept[k]);
    }
    return status;
}
