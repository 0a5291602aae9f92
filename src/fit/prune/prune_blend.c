#include "fit/prune/prune_blend.h"
#include "channel/fit/channel_fit.h"
#include "fit/blend/samples_build.h"
#include "linalg/cholesky.h"
#include <string.h>

enum { MOST_USERS = 4000, MAX_FEATURES = 3 * RG_MAX_CHANNELS + 2, ROUNDS = 4 };
/* Of the ridge, relative to the diagonal: features may depend on each other. */
static const double PENALTY = 1e-4;

/* Fills up to MOST_USERS users of the target domain with a history, evenly spread;
 * returns how many. */
static int64_t pick_users(uint32_t *user, const regatta_model *m)
{
    const int64_t n = m->own.users < MOST_USERS ? m->own.users : MOST_USERS;
    int64_t n_users = 0;
    for (int64_t q = 0; q < n; q++) {
        const int64_t u = q * (int64_t)m->own.users / n;
        if (m->history_offset[u + 1] > m->history_offset[u])
            user[n_users++] = (uint32_t)u;
    }
    return n_users;
}

/* Creates the samples of the model, without labels. */
static regatta_status make_samples(regatta_ctx *ctx, rg_samples **out,
                                   const regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    rg_holdout users = {.n_users = 0};
    int on[RG_MAX_CHANNELS];
    rg_model_channels(on, model);
    RG_TRY(rg_holdout_create(ctx->mem, &users, MOST_USERS, 0, 0));
    users.n_users = pick_users(users.user, model);
    RG_TRY(rg_samples_build(ctx, out, model, &users, on));
done:
    rg_holdout_free(ctx->mem, &users);
    return status;
}

/* The least squares of the scores of a model by those of the channels that stay. */
typedef struct fitter {
    const rg_samples *samples; /* with the inputs of the gate that are left */
    const double *score;       /* [n_samples] of the model */
    const int *on;
    int n, channel[RG_MAX_CHANNELS]; /* [n] the channels that are on */
    double gram[MAX_FEATURES * MAX_FEATURES], right[MAX_FEATURES];
} fitter;

/* Writes the derivatives of the score by base, user and item of each channel, pop and
 * pop_user; a factor that the gate makes 0 has none. */
static void features(double *x, const fitter *f, const rg_blend *blend,
                     const rg_blend_case *c)
{
    double kappa[RG_MAX_CHANNELS];
    const int n = f->n;
    rg_blend_factors(kappa, blend, c);
    for (int k = 0; k < n; k++) {
        const int a = f->channel[k];
        const double s = *blend->gated == 0.0f || kappa[a] > 0.0 ? c->s[a] : 0.0;
        x[k] = s;
        x[n + k] = s * c->log_history;
        x[2 * n + k] = s * c->log_degree;
    }
    x[3 * n] = c->log_degree;
    x[3 * n + 1] = c->log_degree * c->log_history;
}

/* Adds x x' and x y to the sums; weight may be negative. */
static void add(fitter *f, const double *x, double y, double weight)
{
    const int m = 3 * f->n + 2;
    for (int a = 0; a < m; a++) {
        const double w = weight * x[a];
        f->right[a] += w * y;
        for (int b = 0; b <= a; b++) f->gram[a * m + b] += w * x[b];
    }
}

/* Adds a user: features and what is missing of the scores, about their means. */
static void add_user(fitter *f, const rg_blend *blend, int64_t u)
{
    const rg_samples *o = f->samples;
    const double n = (double)(o->offset[u + 1] - o->offset[u]);
    double x[MAX_FEATURES], mean[MAX_FEATURES] = {0.0}, missing = 0.0;
    for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++) {
        const rg_blend_case c = rg_samples_case(o, u, e);
        const double y = f->score[e] - rg_blend_score(blend, &c);
        features(x, f, blend, &c);
        add(f, x, y, 1.0);
        missing += y / n;
        for (int a = 0; a < 3 * f->n + 2; a++) mean[a] += x[a] / n;
    }
    if (n > 0.0) add(f, mean, missing, -n);
}

/* Changes the weights to the solution of one round. */
static void solve(fitter *f, rg_blend *blend)
{
    const int n = f->n, m = 3 * n + 2;
    for (int a = 0; a < m; a++) {
        double *own = &f->gram[a * m + a];
        *own = *own > 0.0 ? *own * (1.0 + PENALTY) : 1.0;
    }
    if (rg_cholesky(f->gram, m, 1e-12) < m) return;
    rg_cholesky_solve(f->right, f->gram, m);
    for (int k = 0; k < n; k++) {
        const int a = f->channel[k];
        blend->base[a] += (float)f->right[k];
        blend->user[a] += (float)f->right[n + k];
        blend->item[a] += (float)f->right[2 * n + k];
    }
    *blend->pop += (float)f->right[3 * n];
    *blend->pop_user += (float)f->right[3 * n + 1];
}

/* Takes the channels that are not on out of the blend: in the gate each has its mean. */
static void leave_out(rg_blend *blend, const fitter *f)
{
    const rg_samples *o = f->samples;
    for (int a = 0; a < blend->n; a++) {
        if (blend->on[a] == 0.0f || f->on[a]) continue;
        double mean = 0.0;
        for (int64_t e = 0; e < o->n_samples; e++)
            mean += (double)o->s[e * o->n_channels + a] / (double)o->n_samples;
        for (int k = 0; k < RG_GATE_UNITS; k++)
            blend->gate.in_bias[k] += (float)((double)blend->gate.in[a][k] * mean);
        blend->on[a] = blend->base[a] = blend->user[a] = blend->item[a] = 0.0f;
    }
}

static void score_samples(double *score, const rg_samples *o, const rg_blend *blend)
{
    for (int64_t u = 0; u < o->n_users; u++)
        for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++) {
            const rg_blend_case c = rg_samples_case(o, u, e);
            score[e] = rg_blend_score(blend, &c);
        }
}

/* Fits the weights to the scores, in rounds: the gate makes other factors 0 in each. */
static void fit_rounds(fitter *f, rg_blend *blend)
{
    leave_out(blend, f);
    for (int round = 0; round < ROUNDS; round++) {
        memset(f->gram, 0, sizeof f->gram);
        memset(f->right, 0, sizeof f->right);
        for (int64_t u = 0; u < f->samples->n_users; u++) add_user(f, blend, u);
        solve(f, blend);
    }
}

static regatta_status fit_blend(regatta_ctx *ctx, rg_prune_drop *d,
                                const regatta_model *model, const int *on)
{
    regatta_status status = REGATTA_OK;
    rg_samples view;
    fitter f = {.samples = &view, .on = on};
    float *none = NULL;
    double *score = NULL;
    if (d->samples == NULL) RG_TRY(make_samples(ctx, &d->samples, model));
    view = *d->samples;
    RG_NEW(ctx->mem, none, view.n_samples);
    RG_NEW(ctx->mem, score, view.n_samples);
    score_samples(score, &view, model->blend);
    f.score = score;
    if (view.evidence >= 0 && !on[view.evidence]) /* then a model has no such inputs */
        view.best = view.support = none;
    for (int a = 0; a < rg_n_channels; a++)
        if (on[a]) f.channel[f.n++] = a;
    RG_TRY(rg_channel_blend(ctx, &d->blend));
    rg_blend_spread(d->blend, model->blend);
    fit_rounds(&f, d->blend);
done:
    rg_free(ctx->mem, none);
    rg_free(ctx->mem, score);
    return status;
}

regatta_status rg_prune_drop_blend(regatta_ctx *ctx, rg_prune_drop *d,
                                   const regatta_model *model)
{
    int on[RG_MAX_CHANNELS], before[RG_MAX_CHANNELS], changes = 0;
    rg_blend_free(d->blend);
    d->blend = NULL;
    rg_prune_drop_on(on, d, model);
    rg_model_channels(before, model);
    for (int a = 0; a < rg_n_channels; a++) changes |= on[a] != before[a];
    return changes ? fit_blend(ctx, d, model, on) : REGATTA_OK;
}
