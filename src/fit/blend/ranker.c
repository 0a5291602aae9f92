#include "fit/blend/ranker.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "linalg/cholesky.h"
#include <math.h>
#include <omp.h>
#include <string.h>

enum { MAX_FEATURES = 3 * RG_MAX_CHANNELS + 2, USER_BLOCK = 64, MAX_STEPS = 40 };
enum { LANES = 8 }; /* rows of features are filled up to a multiple, for rg_vec_gram */

/* Value, gradient and Hessian of one block of users, or their sum. */
typedef struct sums {
    double value, n;
    double *gradient; /* [n_features] */
    double *hessian;  /* [width][width], of the sum [n_features][n_features] */
} sums;

/* Scratch of a thread, for the samples of a user. */
typedef struct scratch {
    float *x;  /* [longest][width] their features */
    double *z; /* [longest] their scores, then their probabilities */
} scratch;

typedef struct fit {
    const rg_samples *samples;
    const rg_samples_part *part;
    int n, channel[RG_MAX_CHANNELS]; /* [n] the channels that are on, ascending */
    int n_features; /* base, user, item of each of these, pop, pop_user */
    int width;      /* of a row of features: the others are 0 */
    regatta_ctx *ctx;
    int64_t n_blocks;
    double n_samples; /* of the users of the part with a positive sample */
    int64_t longest;  /* samples of a user, at most */
    scratch *thread;  /* [threads] */
    float *row;
    double *score;
    sums *block;  /* [n_blocks] */
    double *room; /* gradients and Hessians of the blocks and of the sum */
    double anchor[MAX_FEATURES], penalty[MAX_FEATURES];
} fit;

/* Writes the features x[n_features] of sample e of user u. */
static void features(float *x, const fit *t, int64_t u, int64_t e)
{
    const rg_samples *o = t->samples;
    const int n = t->n;
    const float *s = o->s + e * o->n_channels;
    const float li = o->log_degree[e], lu = o->log_history[u];
    for (int k = 0; k < n; k++) {
        const float sa = s[t->channel[k]];
        x[k] = sa;
        x[n + k] = sa * lu;
        x[2 * n + k] = sa * li;
    }
    x[3 * n] = li;
    x[3 * n + 1] = li * lu;
}

static void to_blend(rg_blend *blend, const fit *t, const double *w)
{
    const int n = t->n;
    memset(blend->x, 0, (size_t)rg_blend_floats(blend->n) * sizeof *blend->x);
    for (int a = 0; a < blend->n; a++) blend->on[a] = 0.0f;
    for (int k = 0; k < n; k++) {
        const int a = t->channel[k];
        blend->on[a] = 1.0f;
        blend->base[a] = (float)w[k];
        blend->user[a] = (float)w[n + k];
        blend->item[a] = (float)w[2 * n + k];
    }
    *blend->pop = (float)w[3 * n];
    *blend->pop_user = (float)w[3 * n + 1];
}

static double dot(const double *w, const float *x, int n)
{
    double sum = 0.0;
    for (int k = 0; k < n; k++) sum += w[k] * (double)x[k];
    return sum;
}

static int64_t count_positive(const rg_samples *o, int64_t u)
{
    int64_t n = 0;
    for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++) n += o->label[e];
    return n;
}

/* Writes the features and the scores of a user's samples; returns log sum exp of the
 * scores. */
static double score_user(scratch *to, const fit *t, int64_t u, const double *w)
{
    const int64_t first = t->samples->offset[u], n = t->samples->offset[u + 1] - first;
    double max = -(double)INFINITY, sum = 0.0;
    for (int64_t e = 0; e < n; e++) {
        float *x = to->x + e * t->width;
        features(x, t, u, first + e);
        to->z[e] = dot(w, x, t->n_features);
        if (to->z[e] > max) max = to->z[e];
    }
    for (int64_t e = 0; e < n; e++) sum += exp(to->z[e] - max);
    return max + log(sum);
}

/* Adds the Hessian of a user: the products of the features about their mean, each sample
 * with the root of its probability z. Features about 0 would leave, of one that is the
 * same for all samples, the rounding of its square: the system would not be definite. */
static void add_hessian(const fit *t, const double *mean, scratch *room, int64_t n_own,
                        sums *out)
{
    const int n = t->n_features;
    for (int64_t e = 0; e < n_own; e++) {
        float *x = room->x + e * t->width;
        const double root = sqrt(room->z[e]);
        for (int a = 0; a < n; a++) x[a] = (float)(((double)x[a] - mean[a]) * root);
    }
    rg_vec_gram(out->hessian, room->x, n_own, t->width);
}

/* Adds the value and, with derivatives, the gradient and the Hessian of a user with a
 * positive sample. */
static void add_user(const fit *t, int64_t u, const double *w, int derivatives,
                     scratch *room, sums *out)
{
    const rg_samples *o = t->samples;
    const int64_t n_positive = count_positive(o, u), first = o->offset[u];
    if (n_positive == 0) return;
    const double log_sum = score_user(room, t, u, w);
    const int64_t n_own = o->offset[u + 1] - first;
    const int n = t->n_features;
    double mean[MAX_FEATURES] = {0.0};
    out->n += 1.0;
    for (int64_t e = 0; e < n_own; e++) {
        const double off = room->z[e] - log_sum;
        const double target = o->label[first + e] ? 1.0 / (double)n_positive : 0.0;
        if (o->label[first + e]) out->value -= off * target;
        if (!derivatives) continue;
        const float *x = room->x + e * t->width;
        const double p = exp(off);
        room->z[e] = p;
        for (int a = 0; a < n; a++) {
            mean[a] += p * (double)x[a];
            out->gradient[a] += (p - target) * (double)x[a];
        }
    }
    if (derivatives) add_hessian(t, mean, room, n_own, out);
}

/* n features, rows of `width` in the Hessian. */
static void clear(sums *s, int n, int width)
{
    s->value = s->n = 0.0;
    memset(s->gradient, 0, (size_t)n * sizeof *s->gradient);
    memset(s->hessian, 0, (size_t)(width * width) * sizeof *s->hessian);
}

/* Each sample has its features and its score; the derivatives add the features, a row of
 * the gradient, of the mean, of the features about it and of the Hessian's triangle. */
static double flops_of(const fit *t, int derivatives)
{
    const double n = (double)t->n_features;
    const double each = n + 2.0 * n + (derivatives ? n : 0.0);
    return t->n_samples * (each + (derivatives ? n * (n + 1.0) + 6.0 * n : 0.0));
}

/* Writes the sums over all users to *total, from fixed blocks added in order. */
static void evaluate(const fit *t, const double *w, int derivatives, sums *total)
{
    const int n = t->n_features;
    const int team =
        rg_threads_for(RG_SCALAR * n * t->samples->n_samples, t->ctx->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t k = 0; k < t->n_blocks; k++) {
        scratch *room = &t->thread[omp_get_thread_num()];
        clear(&t->block[k], n, t->width);
        const int64_t last = (k + 1) * USER_BLOCK;
        for (int64_t u = k * USER_BLOCK; u < last && u < t->samples->n_users; u++)
            if (rg_samples_in(t->samples, t->part, u))
                add_user(t, u, w, derivatives, room, &t->block[k]);
    }
    rg_count_flops(t->ctx, flops_of(t, derivatives));
    clear(total, n, n);
    for (int64_t k = 0; k < t->n_blocks; k++) {
        total->value += t->block[k].value;
        total->n += t->block[k].n;
        for (int a = 0; a < n; a++) {
            total->gradient[a] += t->block[k].gradient[a];
            for (int b = 0; b <= a; b++)
                total->hessian[a * n + b] += t->block[k].hessian[a * t->width + b];
        }
    }
}

/* Completes the loss and its derivatives: divides by the users, adds the penalty. */
static void finish(const fit *t, sums *s, const double *w)
{
    const double n_users = s->n > 0.0 ? s->n : 1.0;
    const int n = t->n_features;
    s->value /= n_users;
    for (int a = 0; a < n; a++) {
        const double off = w[a] - t->anchor[a];
        s->value += 0.5 * t->penalty[a] * off * off;
        s->gradient[a] = s->gradient[a] / n_users + t->penalty[a] * off;
        for (int b = 0; b <= a; b++) s->hessian[a * n + b] /= n_users;
        s->hessian[a * n + a] += t->penalty[a];
    }
}

/* Returns the loss at the start weights times a factor of the grid. */
static double loss_at(const fit *t, double *w, sums *at, const float *start, int step)
{
    const double factor = 0.25 * pow(1.2, (double)step);
    memset(w, 0, MAX_FEATURES * sizeof *w);
    for (int k = 0; k < t->n; k++) w[k] = factor * (double)start[t->channel[k]];
    evaluate(t, w, 0, at);
    return at->value;
}

/* Sets the anchor: the start weights times the factor of a geometric grid that fits
 * best. The loss is convex in the factor, so bisection of its slope finds it. */
static void find_anchor(fit *t, sums *at, const float *start)
{
    enum { FACTORS = 28 }; /* 0.25 to 34 */
    double w[MAX_FEATURES];
    int low = 0, high = FACTORS - 1;
    while (low < high) {
        const int middle = (low + high) / 2;
        const double here = loss_at(t, w, at, start, middle);
        if (loss_at(t, w, at, start, middle + 1) < here)
            low = middle + 1;
        else
            high = middle;
    }
    loss_at(t, t->anchor, at, start, low);
}

static void variances(const fit *t, double *variance)
{
    const rg_samples *o = t->samples;
    double mean[MAX_FEATURES] = {0.0}, square[MAX_FEATURES] = {0.0}, n = 0.0;
    float x[MAX_FEATURES];
    for (int64_t u = 0; u < o->n_users; u++) {
        if (!rg_samples_in(t->samples, t->part, u)) continue;
        for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++) {
            features(x, t, u, e);
            n += 1.0;
            for (int a = 0; a < t->n_features; a++) {
                mean[a] += (double)x[a];
                square[a] += (double)x[a] * (double)x[a];
            }
        }
    }
    for (int a = 0; a < t->n_features; a++) {
        const double m = n > 0.0 ? mean[a] / n : 0.0;
        variance[a] = n > 0.0 ? square[a] / n - m * m : 0.0;
        if (!(variance[a] > 1e-12)) variance[a] = 1e-12;
    }
}

/* Solves hessian step = gradient; returns 0 if the matrix is not positive definite.
 * Overwrites the lower triangle. */
static int solve(double *h, double *x, int n)
{
    if (rg_cholesky(h, n, 0.0) < n) return 0;
    rg_cholesky_solve(x, h, n);
    return 1;
}

/* Makes one damped Newton step on w; returns 0 if there is no further progress, -1 if the
 * system is singular. */
static int newton_step(const fit *t, double *w, sums *at)
{
    enum { HALVINGS = 20 }; /* from 1 down to 2e-6 */
    const int n = t->n_features;
    double step[MAX_FEATURES], next[MAX_FEATURES];
    const double before = at->value;
    memcpy(step, at->gradient, (size_t)n * sizeof *step);
    if (!solve(at->hessian, step, n)) return -1;
    double slope = 0.0;
    for (int a = 0; a < n; a++) slope += step[a] * at->gradient[a];
    if (slope < 1e-9 * (1.0 + fabs(before))) return 0;
    double length = 1.0;
    for (int k = 0; k < HALVINGS; k++, length *= 0.5) {
        for (int a = 0; a < n; a++) next[a] = w[a] - length * step[a];
        evaluate(t, next, 1, at);
        finish(t, at, next);
        if (at->value <= before - 1e-4 * length * slope) {
            memcpy(w, next, (size_t)n * sizeof *w);
            return 1;
        }
    }
    return 0;
}

/* Allocates the scratch of the threads. */
static regatta_status make_scratch(regatta_ctx *ctx, fit *t)
{
    regatta_status status = REGATTA_OK;
    const int64_t x = t->longest * t->width, z = t->longest;
    RG_NEW(ctx->mem, t->thread, ctx->threads);
    RG_NEW(ctx->mem, t->row, ctx->threads * x);
    RG_NEW(ctx->mem, t->score, ctx->threads * z);
    for (int k = 0; k < ctx->threads; k++)
        t->thread[k] = (scratch){t->row + k * x, t->score + k * z};
done:
    return status;
}

/* Allocates the blocks and their sum *at. */
static regatta_status begin(regatta_ctx *ctx, fit *t, sums *at, const rg_samples *samples,
                            const rg_samples_part *part, const int *on)
{
    regatta_status status = REGATTA_OK;
    *t = (fit){.samples = samples, .part = part, .ctx = ctx};
    for (int a = 0; a < samples->n_channels; a++)
        if (on[a]) t->channel[t->n++] = a;
    const int n = t->n_features = 3 * t->n + 2;
    const int w = t->width = (n + LANES - 1) / LANES * LANES;
    for (int64_t u = 0; u < samples->n_users; u++) {
        const int64_t n_own = samples->offset[u + 1] - samples->offset[u];
        if (!rg_samples_in(samples, part, u) || count_positive(samples, u) == 0) continue;
        t->n_samples += (double)n_own;
        if (n_own > t->longest) t->longest = n_own;
    }
    t->n_blocks = rg_block_count(samples->n_users, USER_BLOCK);
    RG_TRY(make_scratch(ctx, t));
    RG_NEW(ctx->mem, t->block, t->n_blocks);
    RG_NEW(ctx->mem, t->room, (t->n_blocks + 1) * w * (w + 1));
    double *room = t->room;
    for (int64_t k = 0; k <= t->n_blocks; k++, room += w * (w + 1)) {
        sums *s = k < t->n_blocks ? &t->block[k] : at;
        s->gradient = room;
        s->hessian = room + w;
    }
done:
    return status; /* the caller frees the allocated parts */
}

static void end(regatta_ctx *ctx, fit *t)
{
    rg_free(ctx->mem, t->thread);
    rg_free(ctx->mem, t->row);
    rg_free(ctx->mem, t->score);
    rg_free(ctx->mem, t->block);
    rg_free(ctx->mem, t->room);
}

regatta_status rg_ranker_anchor(regatta_ctx *ctx, rg_blend *out,
                                const rg_samples *samples, const rg_samples_part *part,
                                const int *on, const float *start)
{
    sums at;
    fit t;
    const regatta_status status = begin(ctx, &t, &at, samples, part, on);
    if (status == REGATTA_OK) {
        find_anchor(&t, &at, start);
        to_blend(out, &t, t.anchor);
    }
    end(ctx, &t);
    return status;
}

regatta_status rg_ranker_fit(regatta_ctx *ctx, rg_blend *out, const rg_samples *samples,
                             const rg_samples_part *part, const int *on,
                             const float *start, double l2)
{
    regatta_status status = REGATTA_OK;
    double w[MAX_FEATURES];
    sums at;
    fit t;
    RG_TRY(begin(ctx, &t, &at, samples, part, on));
    variances(&t, t.penalty);
    for (int a = 0; a < t.n_features; a++) t.penalty[a] *= l2;
    find_anchor(&t, &at, start);
    memcpy(w, t.anchor, sizeof w);
    evaluate(&t, w, 1, &at);
    finish(&t, &at, w);
    for (int step = 0; step < MAX_STEPS; step++) {
        const int moved = newton_step(&t, w, &at);
        if (moved < 0) {
            status = rg_fail(ctx, REGATTA_ENUMERIC,
                             "the system of the linear blend is singular");
            goto done;
        }
        if (!moved) break;
    }
    to_blend(out, &t, w);
done:
    end(ctx, &t);
    return status;
}
