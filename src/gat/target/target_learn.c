#include "gat/target/target_learn.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "gat/adam.h"
#include <math.h>
#include <string.h>

enum { MOST_ROUNDS = 8, PATIENCE = 2, NEWTON_STEPS = 20, HALVINGS = 12 };
/* A batch: a round over few users has ROUND_STEPS steps. */
enum { LEAST_BATCH = 16, MOST_BATCH = 128, ROUND_STEPS = 20 };
static const float RATE = 0.01f;
/* The L2 penalty times the number of users from whom a network learns. */
static const double L2_USERS = 1.0;
/* The pull of a and b to 1. */
static const double PULL = 1e-4;
static const double LEAST_GAIN = 1e-7; /* of a round, nats a user */

/* A network in training. */
typedef struct pupil {
    uint32_t *list; /* its users, in the order of a round */
    int64_t n;
    float *x, *first, *second, *best; /* [parameters]: numbers, moments, best numbers */
    int64_t t;                        /* steps of Adam */
} pupil;

typedef struct learner {
    regatta_ctx *ctx;
    const rg_target_samples *samples;
    rg_target_loss *loss;
    uint64_t seed;
    int64_t n_floats;
    uint32_t *list; /* users that count, one list for each network */
    float *floats;
    float *grad;
    float *plain;           /* [n_samples] x / x_max at g = 1 */
    double *before, *after; /* [n_users] losses of users */
    double *each, *listed;  /* [n_users] scratch */
    pupil pupil[RG_TARGET_NETS];
} learner;

static regatta_status make_room(regatta_ctx *ctx, learner *l)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = l->samples->n_users;
    const int64_t stride = (l->n_floats + 15) / 16 * 16;
    RG_NEW(ctx->mem, l->list, RG_TARGET_NETS * n);
    RG_NEW(ctx->mem, l->before, n);
    RG_NEW(ctx->mem, l->after, n);
    RG_NEW(ctx->mem, l->each, n);
    RG_NEW(ctx->mem, l->listed, n);
    RG_NEW(ctx->mem, l->plain, l->samples->offset[n]);
    RG_NEW(ctx->mem, l->floats, (4 * RG_TARGET_NETS + 1) * stride);
    l->grad = l->floats;
    for (int k = 0; k < RG_TARGET_NETS; k++) {
        pupil *p = &l->pupil[k];
        p->list = l->list + k * n;
        p->x = l->floats + (4 * k + 1) * stride;
        p->first = p->x + stride;
        p->second = p->first + stride;
        p->best = p->second + stride;
    }
done:
    return status;
}

/* Fills the lists of users that count. */
static void list_users(learner *l, const uint32_t *user)
{
    for (int64_t u = 0; u < l->samples->n_users; u++) {
        pupil *all = &l->pupil[RG_TARGET_ALL];
        pupil *other = &l->pupil[1 - user[u] % RG_TARGET_HALVES];
        if (!rg_target_counts(l->loss, u)) continue;
        rg_target_plain(l->loss, l->plain + l->samples->offset[u], u);
        all->list[all->n++] = (uint32_t)u;
        other->list[other->n++] = (uint32_t)u;
    }
}

/* The mean loss at g = 1 for the weights a and b, with its derivatives. */
typedef struct point {
    double x[2], loss, gradient[2], hessian[3];
} point;

static void add_plain(const learner *l, point *p, int64_t u)
{
    const rg_target_samples *s = l->samples;
    double max = -(double)INFINITY, total = 0.0, n_positive = 0.0;
    double mean[2] = {0.0}, square[3] = {0.0}, own[2] = {0.0};
    for (int64_t j = s->offset[u]; j < s->offset[u + 1]; j++) {
        max = fmax(max, p->x[0] * (double)s->known[j] + p->x[1] * (double)l->plain[j]);
        n_positive += s->label[j];
    }
    for (int64_t j = s->offset[u]; j < s->offset[u + 1]; j++) {
        const double f[2] = {(double)s->known[j], (double)l->plain[j]};
        const double e = exp(p->x[0] * f[0] + p->x[1] * f[1] - max);
        total += e;
        for (int a = 0; a < 2; a++) {
            mean[a] += e * f[a];
            own[a] += s->label[j] ? f[a] / n_positive : 0.0;
        }
        square[0] += e * f[0] * f[0];
        square[1] += e * f[0] * f[1];
        square[2] += e * f[1] * f[1];
    }
    p->loss += max + log(total) - p->x[0] * own[0] - p->x[1] * own[1];
    for (int a = 0; a < 2; a++) {
        mean[a] /= total;
        p->gradient[a] += mean[a] - own[a];
    }
    p->hessian[0] += square[0] / total - mean[0] * mean[0];
    p->hessian[1] += square[1] / total - mean[0] * mean[1];
    p->hessian[2] += square[2] / total - mean[1] * mean[1];
}

static void evaluate(const learner *l, point *p)
{
    const pupil *all = &l->pupil[RG_TARGET_ALL];
    *p = (point){.x = {p->x[0], p->x[1]}};
    for (int64_t k = 0; k < all->n; k++) add_plain(l, p, all->list[k]);
    p->loss /= (double)all->n;
    for (int a = 0; a < 3; a++) p->hessian[a] /= (double)all->n;
    for (int a = 0; a < 2; a++) {
        p->loss += 0.5 * PULL * (p->x[a] - 1.0) * (p->x[a] - 1.0);
        p->gradient[a] = p->gradient[a] / (double)all->n + PULL * (p->x[a] - 1.0);
        p->hessian[2 * a] += PULL;
    }
}

/* Newton's method over a and b with step halving. */
static void fit_weights(const learner *l, point *p)
{
    evaluate(l, p);
    for (int step = 0; step < NEWTON_STEPS; step++) {
        const double *h = p->hessian, *g = p->gradient;
        const double det = h[0] * h[2] - h[1] * h[1];
        const double move[2] = {(h[2] * g[0] - h[1] * g[1]) / det,
                                (h[0] * g[1] - h[1] * g[0]) / det};
        double length = 1.0;
        point next = *p;
        for (int k = 0; k < HALVINGS; k++, length *= 0.5) {
            for (int a = 0; a < 2; a++) next.x[a] = p->x[a] - length * move[a];
            evaluate(l, &next);
            if (next.loss < p->loss) break;
        }
        if (!(next.loss < p->loss - LEAST_GAIN)) return;
        *p = next;
    }
}

/* One step of Adam of a network along l->grad: the penalty is on the network, not on a
 * and b. */
static void step(const learner *l, pupil *p)
{
    const rg_kernels *kernels = rg_kernels_best();
    const int64_t n = l->n_floats - 2;
    const float l2 = (float)(L2_USERS / (double)p->n);
    const rg_adam_size net = rg_adam_size_of(RATE, l2, ++p->t);
    const rg_adam_size weights = rg_adam_size_of(RATE, 0.0f, p->t);
    kernels->adam(p->x, p->first, p->second, l->grad, n, &net);
    kernels->adam(p->x + n, p->first + n, p->second + n, l->grad + n, 2, &weights);
}

static void take_round(const learner *l, pupil *p, uint32_t round)
{
    int64_t size = p->n / ROUND_STEPS;
    size = size < LEAST_BATCH ? LEAST_BATCH : size > MOST_BATCH ? MOST_BATCH : size;
    rg_shuffle(p->list, p->n, l->seed, RG_STREAM_TARGET_ORDER, round);
    for (int64_t at = 0; at < p->n; at += size) {
        const int64_t n = p->n - at < size ? p->n - at : size;
        rg_target_gradient(l->loss, l->grad, p->x, p->list + at, n);
        step(l, p);
    }
}

/* Writes each[u], the loss of user u by the network of the other half, for all users
 * that count; returns their mean. */
static double measure(const learner *l, double *each)
{
    const pupil *all = &l->pupil[RG_TARGET_ALL];
    double sum = 0.0;
    for (int k = 0; k < RG_TARGET_HALVES; k++) {
        const pupil *test = &l->pupil[1 - k];
        rg_target_each(l->loss, l->listed, l->pupil[k].x, test->list, test->n);
        for (int64_t i = 0; i < test->n; i++) each[test->list[i]] = l->listed[i];
    }
    for (int64_t i = 0; i < all->n; i++) sum += each[all->list[i]];
    return sum / (double)all->n;
}

/* Returns the standard error of the mean difference of x and y over all users. */
static double error_of(const learner *l, const double *x, const double *y)
{
    const pupil *all = &l->pupil[RG_TARGET_ALL];
    double mean = 0.0, square = 0.0;
    for (int64_t i = 0; i < all->n; i++)
        mean += (x[all->list[i]] - y[all->list[i]]) / (double)all->n;
    for (int64_t i = 0; i < all->n; i++) {
        const double off = x[all->list[i]] - y[all->list[i]] - mean;
        square += off * off;
    }
    return sqrt(square) / (double)all->n;
}

static void keep(const learner *l)
{
    for (int k = 0; k < RG_TARGET_HALVES; k++)
        memcpy(l->pupil[k].best, l->pupil[k].x,
               (size_t)l->n_floats * sizeof *l->pupil[k].x);
}

/* Trains the networks of the halves; out->rounds receives the best number of rounds. */
static void train_halves(learner *l, rg_target_learned *out)
{
    out->loss_before = out->loss_after = measure(l, l->before);
    for (int round = 1; round <= MOST_ROUNDS && round <= out->rounds + PATIENCE;
         round++) {
        for (int k = 0; k < RG_TARGET_HALVES; k++)
            take_round(l, &l->pupil[k], (uint32_t)round);
        const double loss = measure(l, l->each);
        if (!(loss < out->loss_after - LEAST_GAIN)) continue;
        double *worse = l->after;
        l->after = l->each;
        l->each = worse;
        out->rounds = round;
        out->loss_after = loss;
        keep(l);
    }
}

/* 6 for each number of a pair's network, 4 rounds over the users in each of the halves'
 * rounds and in each of the last network's. */
static double flops_of(const learner *l, const rg_target_learned *out)
{
    const rg_target_samples *s = l->samples;
    const double pairs = (double)s->first[s->own[s->n_users]];
    const double each = 6.0 * (double)(s->width + 2) * RG_NET_UNITS;
    const double rounds = fmin(MOST_ROUNDS, (double)(out->rounds + PATIENCE));
    return pairs * each * (4.0 / 3.0 * rounds + (double)out->rounds);
}

static int is_finite(const float *x, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        if (!isfinite(x[k])) return 0;
    return 1;
}

static regatta_status learn(learner *l, rg_target_learned *out)
{
    point p = {.x = {1.0, 1.0}};
    const int64_t n = l->n_floats - 2;
    fit_weights(l, &p);
    for (int k = 0; k < RG_TARGET_NETS; k++) {
        float *x = l->pupil[k].x;
        rg_target_start(x, l->samples->width, l->seed);
        x[n] = (float)p.x[0];
        x[n + 1] = (float)p.x[1];
    }
    keep(l);
    train_halves(l, out);
    for (int round = 1; round <= out->rounds; round++)
        take_round(l, &l->pupil[RG_TARGET_ALL], (uint32_t)round);
    if (out->rounds > 0) out->error = error_of(l, l->after, l->before);
    rg_count_flops(l->ctx, flops_of(l, out));
    for (int k = 0; k < RG_TARGET_NETS; k++) {
        const float *x = k == RG_TARGET_ALL ? l->pupil[k].x : l->pupil[k].best;
        if (!is_finite(x, n))
            return rg_fail(l->ctx, REGATTA_ENUMERIC,
                           "target attention: the network's numbers are not finite");
        memcpy(out->x[k], x, (size_t)n * sizeof *x);
    }
    return REGATTA_OK;
}

static void release(learner *l)
{
    const rg_mem mem = l->ctx->mem;
    rg_target_loss_free(l->loss);
    rg_free(mem, l->list);
    rg_free(mem, l->before);
    rg_free(mem, l->after);
    rg_free(mem, l->each);
    rg_free(mem, l->listed);
    rg_free(mem, l->plain);
    rg_free(mem, l->floats);
}

regatta_status rg_target_learn(regatta_ctx *ctx, rg_target_learned *out,
                               const rg_target_samples *samples, const uint32_t *user,
                               rg_target_kind kind, uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    learner l = {.ctx = ctx,
                 .samples = samples,
                 .seed = seed,
                 .n_floats = rg_target_parameters(samples->width)};
    memset(out, 0, sizeof *out);
    RG_TRY(rg_target_loss_create(ctx, &l.loss, samples, kind));
    RG_TRY(make_room(ctx, &l));
    list_users(&l, user);
    for (int k = 0; k < RG_TARGET_NETS; k++)
        rg_target_start(out->x[k], samples->width, seed);
    out->n_users = l.pupil[RG_TARGET_ALL].n;
    /* A half without users learns nothing, and nothing can be measured. */
    if (l.pupil[0].n > 0 && l.pupil[1].n > 0) RG_TRY(learn(&l, out));
done:
    release(&l);
    return status;
}
