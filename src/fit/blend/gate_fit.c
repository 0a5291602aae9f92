#include "fit/blend/gate_fit.h"
#include "base/kernels/kernels.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "fit/blend/ranker.h"
#include "gat/adam.h"
#include <math.h>
#include <string.h>

/* The gate is the mean of networks that learn apart, from the same batches. */
enum { UNITS = RG_NET_FEW, MEMBERS = 4, MAX_INPUTS = RG_MAX_CHANNELS + RG_GATE_SIDES };

enum { ROUNDS = 20, STEPS = 1500, BATCH = 128, BLOCK = 8, N_BLOCKS = BATCH / BLOCK };
static const double RATE = 0.01;

/* How much of what the networks say counts (docs/experiments.md, "The form of
 * the gate"). */
static const float SHARE = 0.7f;

_Static_assert((int)RG_GATE_UNITS == MEMBERS * UNITS, "the networks are the gate");

/* The scratch of a block of lists, whose samples are columns. */
typedef struct scratch {
    rg_net grad[MEMBERS];
    float *x;              /* [n_in][stride] standardised inputs */
    float *s, *factor;     /* [n_out][stride] scores and factors before the gate; the last
                              row is that of popularity */
    float *unit, *out;     /* [UNITS][stride], [n_out][stride] of a network */
    float *z, *target;     /* [stride] */
    int64_t at[BLOCK + 1]; /* where the columns of each list begin */
    int64_t n_lists;
} scratch;

typedef struct fit {
    const rg_samples *samples;
    rg_blend *anchor;
    int n;                        /* channels with scores: no others are in the network */
    int channel[RG_MAX_CHANNELS]; /* [n] which, ascending */
    int n_in, n_out;              /* inputs and outputs of the network */
    float mean[MAX_INPUTS], inverse[MAX_INPUTS], low[MAX_INPUTS], high[MAX_INPUTS];
    uint8_t *popular; /* [n_samples] labels in the second scenario */
    uint32_t *list;   /* [n_lists] 2 user + scenario */
    int64_t n_lists;
    int64_t n_floats; /* floats of a network */
    int64_t n_all;    /* of all in one block, each in whole cache lines */
    int64_t stride;   /* most columns of a block */
    rg_net net[MEMBERS];
    float *first, *second; /* [n_all] and their moments */
    scratch block[N_BLOCKS];
    float *nets, *room;
} fit;

/* Writes the inputs; those of a channel that is off are 0. */
static void inputs_of(float *x, const fit *f, int64_t u, int64_t e)
{
    const rg_samples *o = f->samples;
    const float *on = f->anchor->on, *s = o->s + e * o->n_channels;
    const int has_evidence = o->evidence >= 0 && on[o->evidence] != 0.0f;
    for (int k = 0; k < f->n; k++) {
        const int a = f->channel[k];
        x[k] = on[a] != 0.0f ? s[a] : 0.0f;
    }
    float *side = x + f->n;
    side[RG_GATE_DEGREE] = o->log_degree[e];
    side[RG_GATE_HISTORY] = o->log_history[u];
    side[RG_GATE_BEST] = has_evidence ? o->best[e] : 0.0f;
    side[RG_GATE_SUPPORT] = has_evidence ? o->support[e] : 0.0f;
}

typedef void (*input_fn)(fit *f, double *sum, const float *x);

/* Calls fn on the inputs of every sample of the part; returns their number. */
static double each_input(fit *f, const rg_samples_part *part, input_fn fn, double *sum)
{
    const rg_samples *o = f->samples;
    double n = 0.0;
    memset(sum, 0, (size_t)f->n_in * sizeof *sum);
    for (int64_t u = 0; u < o->n_users; u++) {
        if (!rg_samples_in(o, part, u)) continue;
        for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++) {
            float x[MAX_INPUTS];
            inputs_of(x, f, u, e);
            fn(f, sum, x);
            n += 1.0;
        }
    }
    return n;
}

static void add_input(fit *f, double *sum, const float *x)
{
    for (int k = 0; k < f->n_in; k++) {
        sum[k] += (double)x[k];
        f->low[k] = fminf(f->low[k], x[k]);
        f->high[k] = fmaxf(f->high[k], x[k]);
    }
}

static void add_square(fit *f, double *sum, const float *x)
{
    for (int k = 0; k < f->n_in; k++) {
        const double off = (double)x[k] - (double)f->mean[k];
        sum[k] += off * off;
    }
}

/* Computes mean, range and deviation of the inputs. An input that is constant up to
 * rounding has inverse 0. */
static void measure_inputs(fit *f, const rg_samples_part *part)
{
    double sum[MAX_INPUTS];
    for (int k = 0; k < f->n_in; k++) {
        f->low[k] = INFINITY;
        f->high[k] = -INFINITY;
    }
    const double n = each_input(f, part, add_input, sum);
    if (!(n > 0.0)) return; /* then there are no users */
    for (int k = 0; k < f->n_in; k++) f->mean[k] = (float)(sum[k] / n);
    each_input(f, part, add_square, sum);
    for (int k = 0; k < f->n_in; k++) {
        const double deviation = sqrt(sum[k] / n);
        const double least = 1e-3 * (1.0 + fabs((double)f->mean[k]));
        f->inverse[k] = deviation > least ? (float)(1.0 / deviation) : 0.0f;
    }
}

/* Sets the labels of the second scenario: a positive label stays with a probability that
 * grows with the item's degree. */
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

/* Lists the users with a positive sample in each scenario. */
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

/* Returns 1 if some sample has a score of the channel: the network does not depend on
 * what other channels the build has. */
static int has_scores(const rg_samples *o, int a)
{
    for (int64_t e = 0; e < o->n_samples; e++)
        if (o->s[e * o->n_channels + a] != 0.0f) return 1;
    return 0;
}

/* Draws the first layers. */
static void start_nets(fit *f, uint64_t seed)
{
    const int n_first = (f->n_in + 1) * UNITS; /* net.in and net.in_bias */
    const double width = 1.0 / sqrt((double)f->n_in);
    for (int k = 0; k < MEMBERS * n_first; k++) {
        const double draw = rg_random_unit(seed, RG_STREAM_GATE_START, (uint64_t)k);
        f->net[k / n_first].in[k % n_first] = (float)(width * (2.0 * draw - 1.0));
    }
}

/* The factor of channel a before the gate. */
static float factor_of(const rg_blend *b, int a, float lu, float li)
{
    return b->base[a] + b->user[a] * lu + b->item[a] * li;
}

/* Writes the columns of a user's samples from column `to` on. */
static void write_columns(const fit *f, scratch *b, int64_t u, int64_t to)
{
    const rg_samples *o = f->samples;
    const int64_t first = o->offset[u], n = o->offset[u + 1] - first;
    const int64_t stride = f->stride;
    const float lu = o->log_history[u];
    const float pop = *f->anchor->pop + *f->anchor->pop_user * lu;
    for (int64_t e = 0; e < n; e++) {
        const float *s = o->s + (first + e) * o->n_channels;
        const float li = o->log_degree[first + e];
        float x[MAX_INPUTS];
        inputs_of(x, f, u, first + e);
        for (int k = 0; k < f->n_in; k++)
            b->x[k * stride + to + e] = (x[k] - f->mean[k]) * f->inverse[k];
        for (int k = 0; k < f->n; k++) {
            const int a = f->channel[k];
            b->s[k * stride + to + e] = f->anchor->on[a] * s[a];
            b->factor[k * stride + to + e] = factor_of(f->anchor, a, lu, li);
        }
        b->s[f->n * stride + to + e] = li;
        b->factor[f->n * stride + to + e] = pop;
    }
}

/* Writes the targets of a list: its positive samples share 1. */
static void write_targets(const fit *f, scratch *b, uint32_t list, int64_t to)
{
    const rg_samples *o = f->samples;
    const int64_t u = list / 2, first = o->offset[u], n = o->offset[u + 1] - first;
    const uint8_t *label = (list % 2 == 0 ? o->label : f->popular) + first;
    float n_positive = 0.0f;
    for (int64_t e = 0; e < n; e++) n_positive += (float)label[e];
    for (int64_t e = 0; e < n; e++)
        b->target[to + e] = label[e] ? 1.0f / n_positive : 0.0f;
}

/* Writes the columns of n lists, and zeros to the end of the last group. */
static void write_block(const fit *f, scratch *b, const uint32_t *list, int64_t n)
{
    const int64_t *offset = f->samples->offset;
    b->n_lists = n;
    b->at[0] = 0;
    for (int64_t l = 0; l < n; l++) {
        const int64_t u = list[l] / 2;
        write_columns(f, b, u, b->at[l]);
        write_targets(f, b, list[l], b->at[l]);
        b->at[l + 1] = b->at[l] + offset[u + 1] - offset[u];
    }
    for (int64_t e = b->at[n]; e % RG_COLUMNS != 0; e++) {
        for (int k = 0; k < f->n_in; k++) b->x[k * f->stride + e] = 0.0f;
        for (int k = 0; k < f->n_out; k++)
            b->s[k * f->stride + e] = b->factor[k * f->stride + e] = 0.0f;
    }
}

/* Replaces the scores of each list by the derivatives of its loss, times `share`. */
static void differentiate(scratch *b, float share)
{
    for (int64_t l = 0; l < b->n_lists; l++) {
        const int64_t n = b->at[l + 1] - b->at[l];
        float *z = b->z + b->at[l], max = -INFINITY;
        const float *target = b->target + b->at[l];
        for (int64_t e = 0; e < n; e++) max = z[e] > max ? z[e] : max;
        const float inverse = (float)(1.0 / rg_kernels_best()->exp_sum(z, max, n));
        for (int64_t e = 0; e < n; e++) z[e] = (z[e] * inverse - target[e]) * share;
    }
    for (int64_t e = b->at[b->n_lists]; e % RG_COLUMNS != 0; e++) b->z[e] = 0.0f;
}

/* Adds the derivatives of n lists, each with weight `share`. */
static void add_lists(const fit *f, scratch *b, const uint32_t *list, int64_t n,
                      float share)
{
    const rg_kernels *k = rg_kernels_best();
    write_block(f, b, list, n);
    const int64_t columns = b->at[n];
    for (int m = 0; m < MEMBERS; m++) {
        const rg_net *net = &f->net[m];
        k->columns_forward(b->out, b->unit, b->x, columns, f->stride, net);
        k->gate_score(b->z, b->out, b->factor, b->s, f->n_out, columns, f->stride);
        differentiate(b, share);
        k->gate_slope(b->out, b->z, b->factor, b->s, f->n_out, columns, f->stride);
        k->columns_backward(&b->grad[m], b->out, b->unit, b->x, columns, f->stride, net);
    }
}

/* Makes one step on the lists list[n], n <= BATCH; t counts the steps from 1. */
static void step(fit *f, const uint32_t *list, int64_t n, float rate, int64_t t,
                 int threads)
{
    const int64_t n_blocks = rg_block_count(n, BLOCK);
    const int team = rg_threads_for(n * f->n_all * 16, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t k = 0; k < n_blocks; k++) {
        scratch *b = &f->block[k];
        memset(b->grad[0].in, 0, (size_t)f->n_all * sizeof *b->grad[0].in);
        const int64_t first = k * BLOCK, left = n - first;
        add_lists(f, b, list + first, left < BLOCK ? left : BLOCK, 1.0f / (float)n);
    }
    float *sum = f->block[0].grad[0].in;
    for (int64_t k = 1; k < n_blocks; k++) {
        const float *more = f->block[k].grad[0].in;
        for (int64_t i = 0; i < f->n_all; i++) sum[i] += more[i];
    }
    const rg_adam_size size = rg_adam_size_of(rate, 0.0f, t);
    rg_kernels_best()->adam(f->net[0].in, f->first, f->second, sum, f->n_all, &size);
}

/* Fewer rounds of many users, but at least five. */
static int rounds_of(const fit *f)
{
    const int64_t n = STEPS / rg_block_count(f->n_lists, BATCH);
    return n < 5 ? 5 : n < ROUNDS ? (int)n : ROUNDS;
}

static void train(fit *f, uint64_t seed, int threads)
{
    const int64_t n_rounds = rounds_of(f),
                  n = n_rounds * rg_block_count(f->n_lists, BATCH);
    int64_t t = 0;
    for (int round = 0; round < n_rounds; round++) {
        rg_shuffle(f->list, f->n_lists, seed, RG_STREAM_GATE_ORDER, (uint32_t)round);
        for (int64_t at = 0; at < f->n_lists; at += BATCH, t++) {
            const int64_t m = f->n_lists - at < BATCH ? f->n_lists - at : BATCH;
            const double rate = RATE * (1.0 - (double)t / (double)n);
            step(f, f->list + at, m, (float)rate, t + 1, threads);
        }
    }
}

/* 6 for each number of the networks and sample of a list, 15 for each number in a step of
 * Adam. */
static double flops_of(const fit *f)
{
    const int64_t *offset = f->samples->offset;
    double samples = 0.0;
    for (int64_t l = 0; l < f->n_lists; l++)
        samples += (double)(offset[f->list[l] / 2 + 1] - offset[f->list[l] / 2]);
    return (double)MEMBERS * (double)f->n_floats * (double)rounds_of(f) *
           (6.0 * samples + 15.0 * (double)rg_block_count(f->n_lists, BATCH));
}

static int is_finite(const float *x, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        if (!isfinite(x[k])) return 0;
    return 1;
}

/* Adds network `member` to the gate, with inputs as they are and not standardised. */
static void add_member(rg_blend *out, const fit *f, int member)
{
    const rg_net *net = &f->net[member];
    rg_gate *gate = &out->gate;
    const int first = member * UNITS;
    const float share = SHARE / (float)MEMBERS;
    for (int k = 0; k < UNITS; k++) gate->in_bias[first + k] = net->in_bias[k];
    for (int i = 0; i < f->n_in; i++) {
        float *in = gate->in[i < f->n ? f->channel[i] : out->n + i - f->n] + first;
        for (int k = 0; k < UNITS; k++) {
            in[k] = net->in[i * UNITS + k] * f->inverse[i];
            gate->in_bias[first + k] -= in[k] * f->mean[i];
        }
    }
    for (int o = 0; o < f->n_out; o++) {
        const int to = o < f->n ? f->channel[o] : out->n;
        for (int k = 0; k < UNITS; k++)
            gate->out[to][first + k] = share * net->out[o * UNITS + k];
        gate->out_bias[to] += share * net->out_bias[o];
    }
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

/* Points to the networks in n_all floats from `at` on: in, in_bias, out, out_bias. */
static void nets_at(rg_net *net, const fit *f, float *at)
{
    for (int m = 0; m < MEMBERS; m++, at += f->n_all / MEMBERS) {
        net[m] = (rg_net){.n_in = f->n_in, .n_out = f->n_out, .in = at};
        net[m].in_bias = net[m].in + f->n_in * UNITS;
        net[m].out = net[m].in_bias + UNITS;
        net[m].out_bias = net[m].out + f->n_out * UNITS;
    }
}

static regatta_status make_room(regatta_ctx *ctx, fit *f)
{
    regatta_status status = REGATTA_OK;
    f->stride = rg_block_count(BLOCK * longest(f->samples), RG_COLUMNS) * RG_COLUMNS;
    const int64_t each = f->stride * (f->n_in + UNITS + 3 * f->n_out + 2);
    RG_NEW(ctx->mem, f->popular, f->samples->n_samples);
    RG_NEW(ctx->mem, f->list, 2 * f->samples->n_users);
    RG_NEW(ctx->mem, f->nets, (N_BLOCKS + 3) * f->n_all);
    RG_NEW(ctx->mem, f->room, N_BLOCKS * each);
    for (int k = 0; k < N_BLOCKS; k++) {
        scratch *b = &f->block[k];
        nets_at(b->grad, f, f->nets + k * f->n_all);
        b->x = f->room + k * each;
        b->s = b->x + f->stride * f->n_in;
        b->factor = b->s + f->stride * f->n_out;
        b->unit = b->factor + f->stride * f->n_out;
        b->out = b->unit + f->stride * UNITS;
        b->z = b->out + f->stride * f->n_out;
        b->target = b->z + f->stride;
    }
    nets_at(f->net, f, f->nets + N_BLOCKS * f->n_all);
    f->first = f->net[0].in + f->n_all;
    f->second = f->first + f->n_all;
done:
    return status; /* the caller frees what is there */
}

static regatta_status create(regatta_ctx *ctx, fit **out, const rg_samples *samples)
{
    regatta_status status = REGATTA_OK;
    fit *f = NULL;
    RG_NEW(ctx->mem, f, 1);
    *out = f; /* the caller frees what is there */
    f->samples = samples;
    for (int a = 0; a < samples->n_channels; a++)
        if (has_scores(samples, a)) f->channel[f->n++] = a;
    f->n_in = f->n + RG_GATE_SIDES;
    f->n_out = f->n + 1;
    f->n_floats = (int64_t)(f->n_in + 1 + f->n_out) * UNITS + f->n_out;
    f->n_all = MEMBERS * ((f->n_floats + 15) / 16 * 16);
    RG_TRY(rg_blend_create(ctx->mem, &f->anchor, samples->n_channels, samples->evidence));
    RG_TRY(make_room(ctx, f));
done:
    return status;
}

static void release(regatta_ctx *ctx, fit *f)
{
    if (f == NULL) return;
    rg_blend_free(f->anchor);
    rg_free(ctx->mem, f->popular);
    rg_free(ctx->mem, f->list);
    rg_free(ctx->mem, f->nets);
    rg_free(ctx->mem, f->room);
    rg_free(ctx->mem, f);
}

regatta_status rg_gate_fit(regatta_ctx *ctx, rg_blend *out, const rg_samples *samples,
                           const rg_samples_part *part, const int *on, const float *start,
                           const rg_gate_options *options)
{
    regatta_status status = REGATTA_OK;
    fit *f = NULL;
    RG_TRY(create(ctx, &f, samples));
    if (options->l2 > 0.0)
        RG_TRY(rg_ranker_fit(ctx, f->anchor, samples, part, on, start, options->l2));
    else
        RG_TRY(rg_ranker_anchor(ctx, f->anchor, samples, part, on, start));
    measure_inputs(f, part);
    if (options->tilt > 0.0) tilt(f, options);
    list_users(f, part, options->tilt > 0.0 ? 2 : 1);
    rg_blend_set(out, f->anchor);
    if (f->n_lists == 0) goto done;
    start_nets(f, options->seed);
    train(f, options->seed, ctx->threads);
    rg_count_flops(ctx, flops_of(f));
    if (!is_finite(f->net[0].in, f->n_all)) {
        status = rg_fail(ctx, REGATTA_ENUMERIC, "the gate's numbers are not finite");
        goto done;
    }
    *out->gated = 1.0f;
    memcpy(out->gate.low, f->low + f->n, RG_GATE_SIDES * sizeof *f->low);
    memcpy(out->gate.high, f->high + f->n, RG_GATE_SIDES * sizeof *f->high);
    for (int m = 0; m < MEMBERS; m++) add_member(out, f, m);
done:
    release(ctx, f);
    return status;
}
