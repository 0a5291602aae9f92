#include "fit/blend/gate_fit.h"
#include "base/kernels/kernels.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "fit/blend/ranker.h"
#include "gat/adam.h"
#include <math.h>
#include <string.h>

enum {
    C = RG_N_CHANNELS,
    IN = RG_NET_INPUTS,
    UNITS = RG_NET_UNITS,
    OUT = RG_NET_OUTPUTS
};
enum { ROUNDS = 5, BATCH = 128, BLOCK = 8, N_BLOCKS = BATCH / BLOCK };
static const double RATE = 0.003;

_Static_assert(IN == (int)RG_GATE_INPUTS && UNITS == (int)RG_GATE_UNITS &&
                   OUT == (int)RG_GATE_OUTPUTS,
               "the network is the gate");
_Static_assert(sizeof(rg_net) % sizeof(float) == 0, "floats only");
enum { N_FLOATS = sizeof(rg_net) / sizeof(float) };

/* What a block of users works in. */
typedef struct bench {
    rg_net grad;
    float *x, *unit, *out, *z; /* of one user's samples */
} bench;

typedef struct fit {
    const rg_samples *samples;
    rg_blend prior;
    float mean[IN], inverse[IN], low[IN], high[IN]; /* of the inputs */
    uint8_t *popular; /* [n_samples] labels in the second scenario */
    uint32_t *list;   /* [n_lists] 2 user + scenario */
    int64_t n_lists;
    rg_net net, first, second; /* and its moments */
    bench block[N_BLOCKS];
    float *room;
} fit;

/* A channel that is left out tells nothing: samples may still know what it said. */
static void inputs_of(float *x, const fit *f, int64_t u, int64_t e)
{
    const rg_samples *o = f->samples;
    const float *on = f->prior.on, items = on[RG_CHANNEL_ITEMS];
    for (int a = 0; a < C; a++) x[a] = on[a] != 0.0f ? o->s[e * C + a] : 0.0f;
    x[RG_GATE_DEGREE] = o->log_degree[e];
    x[RG_GATE_HISTORY] = o->log_history[u];
    x[RG_GATE_BEST] = items != 0.0f ? o->best[e] : 0.0f;
    x[RG_GATE_SUPPORT] = items != 0.0f ? o->support[e] : 0.0f;
}

typedef void (*input_fn)(fit *f, double *sum, const float *x);

/* Calls fn on the inputs of every offer of the part; how many there are. */
static double each_input(fit *f, const rg_samples_part *part, input_fn fn, double *sum)
{
    const rg_samples *o = f->samples;
    double n = 0.0;
    memset(sum, 0, IN * sizeof *sum);
    for (int64_t u = 0; u < o->n_users; u++) {
        if (!rg_samples_in(o, part, u)) continue;
        for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++) {
            float x[IN];
            inputs_of(x, f, u, e);
            fn(f, sum, x);
            n += 1.0;
        }
    }
    return n;
}

static void add_input(fit *f, double *sum, const float *x)
{
    for (int k = 0; k < IN; k++) {
        sum[k] += (double)x[k];
        f->low[k] = fminf(f->low[k], x[k]);
        f->high[k] = fmaxf(f->high[k], x[k]);
    }
}

static void add_square(fit *f, double *sum, const float *x)
{
    for (int k = 0; k < IN; k++) {
        const double off = (double)x[k] - (double)f->mean[k];
        sum[k] += off * off;
    }
}

/* Mean, range and deviation of the inputs. One that is the same for all, but for
 * rounding, teaches nothing. */
static void measure_inputs(fit *f, const rg_samples_part *part)
{
    double sum[IN];
    for (int k = 0; k < IN; k++) {
        f->low[k] = INFINITY;
        f->high[k] = -INFINITY;
    }
    const double n = each_input(f, part, add_input, sum);
    if (!(n > 0.0)) return; /* nobody to learn from either */
    for (int k = 0; k < IN; k++) f->mean[k] = (float)(sum[k] / n);
    each_input(f, part, add_square, sum);
    for (int k = 0; k < IN; k++) {
        const double deviation = sqrt(sum[k] / n);
        const double least = 1e-3 * (1.0 + fabs((double)f->mean[k]));
        f->inverse[k] = deviation > least ? (float)(1.0 / deviation) : 0.0f;
    }
}

/* The second scenario: the more users an item has, the surer a positive label of it
 * stays.
 */
static void tilt(fit *f, const rg_gate_options *options)
{
    const rg_samples *o = f->samples;
    double most = 1.0;
    for (int64_t e = 0; e < o->n_samples; e++)
        most = fmax(most, expm1((double)o->log_degree[e]));
    for (int64_t e = 0; e < o->n_samples; e++)
        f->popular[e] =
            o->label[e] && rg_random_unit(options->seed, RG_STREAM_GATE, (uint64_t)e) <
                               pow(expm1((double)o->log_degree[e]) / most, options->tilt);
}

static int any(const uint8_t *label, int64_t n)
{
    for (int64_t e = 0; e < n; e++)
        if (label[e]) return 1;
    return 0;
}

/* Who teaches something, in which scenario. */
static void list_users(fit *f, const rg_samples_part *part, int n_scenarios)
{
    const rg_samples *o = f->samples;
    for (int64_t u = 0; u < o->n_users; u++) {
        const int64_t first = o->offset[u], n = o->offset[u + 1] - first;
        if (!rg_samples_in(o, part, u)) continue;
        for (int k = 0; k < n_scenarios; k++)
            if (any((k == 0 ? o->label : f->popular) + first, n))
                f->list[f->n_lists++] = (uint32_t)(2 * u + k);
    }
}

static void start_net(fit *f, uint64_t seed)
{
    const double width = 1.0 / sqrt((double)IN);
    const int64_t n = (int64_t)IN * UNITS + UNITS; /* in, in_bias */
    float *x = (float *)&f->net;
    for (int64_t k = 0; k < n; k++)
        x[k] = (float)(width *
                       (2.0 * rg_random_unit(seed, RG_STREAM_GATE_START, (uint64_t)k) -
                        1.0));
}

/* z of the user's samples, less the largest one: their exponentials; returns the sum. */
static double forward(const fit *f, bench *b, int64_t u)
{
    const rg_samples *o = f->samples;
    const int64_t first = o->offset[u], n = o->offset[u + 1] - first;
    float max = -INFINITY;
    for (int64_t e = 0; e < n; e++) {
        float *x = b->x + e * IN;
        inputs_of(x, f, u, first + e);
        for (int k = 0; k < IN; k++) x[k] = (x[k] - f->mean[k]) * f->inverse[k];
    }
    rg_kernels_best()->net_forward(b->out, b->unit, b->x, n, &f->net);
    for (int64_t e = 0; e < n; e++) {
        const float *s = o->s + (first + e) * C, *g = b->out + e * OUT;
        float z = o->log_degree[first + e] * g[C];
        for (int a = 0; a < C; a++) z += s[a] * fmaxf(f->prior.base[a] + g[a], 0.0f);
        b->z[e] = z;
        if (z > max) max = z;
    }
    return rg_kernels_best()->exp_sum(b->z, max, n);
}

/* Adds a user's derivatives, `share` of the batch's. */
static void add_user(const fit *f, bench *b, uint32_t list, float share)
{
    const rg_samples *o = f->samples;
    const int64_t u = list / 2, first = o->offset[u], n = o->offset[u + 1] - first;
    const uint8_t *label = (list % 2 == 0 ? o->label : f->popular) + first;
    const float inverse = (float)(1.0 / forward(f, b, u));
    float n_positive = 0.0f;
    for (int64_t e = 0; e < n; e++) n_positive += (float)label[e];
    for (int64_t e = 0; e < n; e++) {
        const float *s = o->s + (first + e) * C;
        float *g = b->out + e * OUT;
        const float target = label[e] ? 1.0f / n_positive : 0.0f;
        const float d = (b->z[e] * inverse - target) * share;
        for (int a = 0; a < C; a++)
            g[a] = f->prior.base[a] + g[a] > 0.0f ? f->prior.on[a] * d * s[a] : 0.0f;
        g[C] = d * o->log_degree[first + e];
    }
    rg_kernels_best()->net_backward(&b->grad, b->out, b->unit, b->x, n, &f->net);
}

/* One step along the lists list[n], n <= BATCH; t counts the steps from 1. */
static void step(fit *f, const uint32_t *list, int64_t n, float rate, int64_t t,
                 int threads)
{
    const int64_t n_blocks = rg_block_count(n, BLOCK);
    const int team = rg_threads_for(n * N_FLOATS * 16, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t k = 0; k < n_blocks; k++) {
        bench *b = &f->block[k];
        memset(&b->grad, 0, sizeof b->grad);
        for (int64_t l = k * BLOCK; l < (k + 1) * BLOCK && l < n; l++)
            add_user(f, b, list[l], 1.0f / (float)n);
    }
    float *sum = (float *)&f->block[0].grad;
    for (int64_t k = 1; k < n_blocks; k++) {
        const float *more = (const float *)&f->block[k].grad;
        for (int64_t i = 0; i < N_FLOATS; i++) sum[i] += more[i];
    }
    const rg_adam_size size = rg_adam_size_of(rate, 0.0f, t);
    rg_kernels_best()->adam((float *)&f->net, (float *)&f->first, (float *)&f->second,
                            sum, N_FLOATS, &size);
}

static void train(fit *f, uint64_t seed, int threads)
{
    const int64_t per_round = rg_block_count(f->n_lists, BATCH), n = ROUNDS * per_round;
    int64_t t = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        rg_shuffle(f->list, f->n_lists, seed, RG_STREAM_GATE_ORDER, round);
        for (int64_t at = 0; at < f->n_lists; at += BATCH, t++) {
            const int64_t m = f->n_lists - at < BATCH ? f->n_lists - at : BATCH;
            const double rate = RATE * (1.0 - (double)t / (double)n);
            step(f, f->list + at, m, (float)rate, t + 1, threads);
        }
    }
}

static int is_finite(const rg_net *net)
{
    const float *x = (const float *)net;
    for (int64_t k = 0; k < N_FLOATS; k++)
        if (!isfinite(x[k])) return 0;
    return 1;
}

/* The network of the inputs as they are. */
static void to_blend(rg_blend *out, const fit *f)
{
    const rg_net *net = &f->net;
    rg_gate *gate = &out->gate;
    *out = f->prior;
    out->gated = 1.0f;
    memcpy(gate->in_bias, net->in_bias, sizeof gate->in_bias);
    for (int i = 0; i < IN; i++)
        for (int k = 0; k < UNITS; k++) {
            gate->in[i][k] = net->in[i][k] * f->inverse[i];
            gate->in_bias[k] -= gate->in[i][k] * f->mean[i];
        }
    memcpy(gate->out, net->out, sizeof gate->out);
    memcpy(gate->out_bias, net->out_bias, sizeof gate->out_bias);
    memcpy(gate->low, f->low + C, sizeof gate->low);
    memcpy(gate->high, f->high + C, sizeof gate->high);
}

static int64_t longest(const rg_samples *o)
{
    int64_t most = 0;
    for (int64_t u = 0; u < o->n_users; u++) {
        const int64_t n = o->offset[u + 1] - o->offset[u];
        if (n > most) most = n;
    }
    return most;
}

static regatta_status make_room(regatta_ctx *ctx, fit *f)
{
    regatta_status status = REGATTA_OK;
    const int64_t most = longest(f->samples), each = most * (IN + UNITS + OUT + 1);
    RG_NEW(ctx->mem, f->popular, f->samples->n_samples);
    RG_NEW(ctx->mem, f->list, 2 * f->samples->n_users);
    RG_NEW(ctx->mem, f->room, N_BLOCKS * each);
    for (int k = 0; k < N_BLOCKS; k++) {
        bench *b = &f->block[k];
        b->x = f->room + k * each;
        b->unit = b->x + most * IN;
        b->out = b->unit + most * UNITS;
        b->z = b->out + most * OUT;
    }
done:
    return status; /* the caller frees what is there */
}

regatta_status rg_gate_fit(regatta_ctx *ctx, rg_blend *out, const rg_samples *samples,
                           const rg_samples_part *part, const int *on,
                           const rg_gate_options *options)
{
    regatta_status status = REGATTA_OK;
    fit *f = NULL;
    RG_NEW(ctx->mem, f, 1);
    f->samples = samples;
    RG_TRY(rg_ranker_anchor(ctx, &f->prior, samples, part, on));
    RG_TRY(make_room(ctx, f));
    measure_inputs(f, part);
    if (options->tilt > 0.0) tilt(f, options);
    list_users(f, part, options->tilt > 0.0 ? 2 : 1);
    *out = f->prior;
    if (f->n_lists == 0) goto done;
    start_net(f, options->seed);
    train(f, options->seed, ctx->threads);
    if (!is_finite(&f->net)) {
        status = rg_fail(ctx, REGATTA_ENUMERIC, "the gate's numbers are not finite");
        goto done;
    }
    to_blend(out, f);
done:
    if (f != NULL) {
        rg_free(ctx->mem, f->popular);
        rg_free(ctx->mem, f->list);
        rg_free(ctx->mem, f->room);
        rg_free(ctx->mem, f);
    }
    return status;
}
