#include "fit/blend/ranker.h"
#include "base/parallel.h"
#include <math.h>
#include <string.h>

enum { C = RG_N_CHANNELS, N_FEATURES = 3 * C + 2, USER_BLOCK = 64, MAX_STEPS = 40 };

/* Value, gradient and Hessian of one block of users, or their sum. */
typedef struct sums {
    double value, n;
    double gradient[N_FEATURES];
    double hessian[N_FEATURES][N_FEATURES];
} sums;

typedef struct fit {
    const rg_samples *samples;
    const rg_samples_part *part;
    int use[N_FEATURES]; /* 0: held at zero */
    int threads;
    int64_t n_blocks;
    sums *block; /* [n_blocks] */
    double prior[N_FEATURES], penalty[N_FEATURES];
} fit;

/* f in the order base, user, item, pop, pop_user. */
static void features(double *f, const float *s, double li, double lu)
{
    for (int a = 0; a < C; a++) {
        const double sa = (double)s[a];
        f[a] = sa;
        f[C + a] = sa * lu;
        f[2 * C + a] = sa * li;
    }
    f[3 * C] = li;
    f[3 * C + 1] = li * lu;
}

static void to_blend(rg_blend *blend, const double *w, const int *on)
{
    memset(blend, 0, sizeof *blend);
    for (int a = 0; a < C; a++) {
        blend->on[a] = on[a] ? 1.0f : 0.0f;
        blend->base[a] = (float)w[a];
        blend->user[a] = (float)w[C + a];
        blend->item[a] = (float)w[2 * C + a];
    }
    blend->pop = (float)w[3 * C];
    blend->pop_user = (float)w[3 * C + 1];
}

static void choose_features(int *use, const int *on)
{
    for (int a = 0; a < C; a++) use[a] = use[C + a] = use[2 * C + a] = on[a];
    use[3 * C] = use[3 * C + 1] = 1;
}

static double dot(const double *a, const double *b)
{
    double sum = 0.0;
    for (int k = 0; k < N_FEATURES; k++) sum += a[k] * b[k];
    return sum;
}

/* log sum exp of a user's scores, and how many samples he took. */
static double normaliser(const fit *t, int64_t u, const double *w, int64_t *n_positive)
{
    const rg_samples *o = t->samples;
    double f[N_FEATURES], max = -(double)INFINITY, sum = 0.0;
    *n_positive = 0;
    for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++) {
        features(f, o->s + e * C, (double)o->log_degree[e], (double)o->log_history[u]);
        const double z = dot(w, f);
        if (z > max) {
            sum *= exp(max - z);
            max = z;
        }
        sum += exp(z - max);
        *n_positive += o->label[e];
    }
    return max + log(sum);
}

static void add_user(const fit *t, int64_t u, const double *w, int derivatives, sums *out)
{
    const rg_samples *o = t->samples;
    int64_t n_positive = 0;
    const double log_sum = normaliser(t, u, w, &n_positive);
    if (n_positive == 0) return;
    double f[N_FEATURES], mean[N_FEATURES] = {0.0};
    out->n += 1.0;
    for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++) {
        features(f, o->s + e * C, (double)o->log_degree[e], (double)o->log_history[u]);
        const double z = dot(w, f), p = exp(z - log_sum);
        const double target = o->label[e] ? 1.0 / (double)n_positive : 0.0;
        if (o->label[e]) out->value -= (z - log_sum) * target;
        if (!derivatives) continue;
        for (int a = 0; a < N_FEATURES; a++) {
            mean[a] += p * f[a];
            out->gradient[a] += (p - target) * f[a];
            for (int b = 0; b <= a; b++) out->hessian[a][b] += p * f[a] * f[b];
        }
    }
    if (!derivatives) return;
    for (int a = 0; a < N_FEATURES; a++)
        for (int b = 0; b <= a; b++) out->hessian[a][b] -= mean[a] * mean[b];
}

/* Sums over all users into block[0]'s copy *total, by fixed blocks added in order. */
static void evaluate(const fit *t, const double *w, int derivatives, sums *total)
{
    const int team =
        rg_threads_for(RG_SCALAR * N_FEATURES * t->samples->n_samples, t->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t k = 0; k < t->n_blocks; k++) {
        memset(&t->block[k], 0, sizeof t->block[k]);
        const int64_t last = (k + 1) * USER_BLOCK;
        for (int64_t u = k * USER_BLOCK; u < last && u < t->samples->n_users; u++)
            if (rg_samples_in(t->samples, t->part, u))
                add_user(t, u, w, derivatives, &t->block[k]);
    }
    memset(total, 0, sizeof *total);
    for (int64_t k = 0; k < t->n_blocks; k++) {
        total->value += t->block[k].value;
        total->n += t->block[k].n;
        for (int a = 0; a < N_FEATURES; a++) {
            total->gradient[a] += t->block[k].gradient[a];
            for (int b = 0; b <= a; b++)
                total->hessian[a][b] += t->block[k].hessian[a][b];
        }
    }
}

/* Mean, penalty: what is minimised, with its derivatives. */
static void finish(const fit *t, sums *s, const double *w)
{
    const double n = s->n > 0.0 ? s->n : 1.0;
    s->value /= n;
    for (int a = 0; a < N_FEATURES; a++) {
        const double off = w[a] - t->prior[a];
        s->value += 0.5 * t->penalty[a] * off * off;
        s->gradient[a] = s->gradient[a] / n + t->penalty[a] * off;
        for (int b = 0; b <= a; b++) s->hessian[a][b] /= n;
        s->hessian[a][a] += t->penalty[a];
    }
}

/* The start weights times the factor of a geometric grid that fits best. */
static void find_prior(fit *t, sums *at, const int *on)
{
    enum { FACTORS = 28 }; /* 0.25 to 34 */
    double best = (double)INFINITY, factor = 0.25;
    rg_blend start;
    rg_blend_start(&start, on);
    for (int k = 0; k < FACTORS; k++, factor *= 1.2) {
        double w[N_FEATURES] = {0.0};
        for (int a = 0; a < C; a++) w[a] = factor * (double)start.base[a];
        evaluate(t, w, 0, at);
        if (!(at->value < best)) continue;
        best = at->value;
        memcpy(t->prior, w, sizeof w);
    }
}

static void variances(const fit *t, double *variance)
{
    const rg_samples *o = t->samples;
    double f[N_FEATURES], mean[N_FEATURES] = {0.0}, square[N_FEATURES] = {0.0}, n = 0.0;
    for (int64_t u = 0; u < o->n_users; u++) {
        if (!rg_samples_in(t->samples, t->part, u)) continue;
        for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++) {
            features(f, o->s + e * C, (double)o->log_degree[e],
                     (double)o->log_history[u]);
            n += 1.0;
            for (int a = 0; a < N_FEATURES; a++) {
                mean[a] += f[a];
                square[a] += f[a] * f[a];
            }
        }
    }
    for (int a = 0; a < N_FEATURES; a++) {
        const double m = n > 0.0 ? mean[a] / n : 0.0;
        variance[a] = n > 0.0 ? square[a] / n - m * m : 0.0;
        if (!(variance[a] > 1e-12)) variance[a] = 1e-12;
    }
}

/* Solves hessian step = gradient for the features in use by Cholesky; 0 when the
 * matrix is not positive definite. The lower triangle is overwritten. */
static int solve(double h[N_FEATURES][N_FEATURES], double *x, const int *use)
{
    for (int a = 0; a < N_FEATURES; a++) {
        if (!use[a]) {
            for (int b = 0; b < a; b++) h[a][b] = 0.0;
            for (int b = a + 1; b < N_FEATURES; b++) h[b][a] = 0.0;
            h[a][a] = 1.0;
            x[a] = 0.0;
        }
    }
    for (int a = 0; a < N_FEATURES; a++) {
        for (int b = 0; b <= a; b++) {
            double sum = h[a][b];
            for (int k = 0; k < b; k++) sum -= h[a][k] * h[b][k];
            if (a == b && !(sum > 0.0)) return 0;
            h[a][b] = a == b ? sqrt(sum) : sum / h[b][b];
        }
    }
    for (int a = 0; a < N_FEATURES; a++) {
        for (int k = 0; k < a; k++) x[a] -= h[a][k] * x[k];
        x[a] /= h[a][a];
    }
    for (int a = N_FEATURES - 1; a >= 0; a--) {
        for (int k = a + 1; k < N_FEATURES; k++) x[a] -= h[k][a] * x[k];
        x[a] /= h[a][a];
    }
    return 1;
}

/* One damped Newton step on w; 0 when there is no further progress, -1 when the
 * system is singular. */
static int newton_step(const fit *t, double *w, sums *at)
{
    enum { HALVINGS = 20 }; /* from 1 down to 2e-6 */
    double step[N_FEATURES], next[N_FEATURES];
    const double before = at->value;
    memcpy(step, at->gradient, sizeof step);
    if (!solve(at->hessian, step, t->use)) return -1;
    double slope = 0.0;
    for (int a = 0; a < N_FEATURES; a++)
        slope += t->use[a] ? step[a] * at->gradient[a] : 0.0;
    if (slope < 1e-9 * (1.0 + fabs(before))) return 0;
    double length = 1.0;
    for (int k = 0; k < HALVINGS; k++, length *= 0.5) {
        for (int a = 0; a < N_FEATURES; a++) next[a] = w[a] - length * step[a];
        evaluate(t, next, 1, at);
        finish(t, at, next);
        if (at->value <= before - 1e-4 * length * slope) {
            memcpy(w, next, sizeof next);
            return 1;
        }
    }
    return 0;
}

static regatta_status begin(regatta_ctx *ctx, fit *t, sums **at,
                            const rg_samples *samples, const rg_samples_part *part)
{
    regatta_status status = REGATTA_OK;
    *at = NULL;
    *t = (fit){.samples = samples, .part = part, .threads = ctx->threads};
    t->n_blocks = rg_block_count(samples->n_users, USER_BLOCK);
    RG_NEW(ctx->mem, t->block, t->n_blocks);
    RG_NEW(ctx->mem, *at, 1);
done:
    return status; /* the caller frees what is there */
}

regatta_status rg_ranker_anchor(regatta_ctx *ctx, rg_blend *out,
                                const rg_samples *samples, const rg_samples_part *part,
                                const int *on)
{
    sums *at = NULL;
    fit t;
    const regatta_status status = begin(ctx, &t, &at, samples, part);
    if (status == REGATTA_OK) {
        find_prior(&t, at, on);
        to_blend(out, t.prior, on);
    }
    rg_free(ctx->mem, t.block);
    rg_free(ctx->mem, at);
    return status;
}

regatta_status rg_ranker_fit(regatta_ctx *ctx, rg_blend *out, const rg_samples *samples,
                             const rg_samples_part *part, const int *on, double l2)
{
    regatta_status status = REGATTA_OK;
    sums *at = NULL;
    double w[N_FEATURES];
    fit t;
    RG_TRY(begin(ctx, &t, &at, samples, part));
    choose_features(t.use, on);

    variances(&t, t.penalty);
    for (int a = 0; a < N_FEATURES; a++) t.penalty[a] *= l2;
    find_prior(&t, at, on);
    memcpy(w, t.prior, sizeof w);
    evaluate(&t, w, 1, at);
    finish(&t, at, w);
    for (int step = 0; step < MAX_STEPS; step++) {
        const int moved = newton_step(&t, w, at);
        if (moved < 0) {
            status = rg_fail(ctx, REGATTA_ENUMERIC, "the ranker's system is singular");
            goto done;
        }
        if (!moved) break;
    }
    to_blend(out, w, on);
done:
    rg_free(ctx->mem, t.block);
    rg_free(ctx->mem, at);
    return status;
}
