#include "gat/target/target_loss.h"
#include "base/parallel.h"
#include <math.h>
#include <string.h>

enum { UNITS = RG_NET_UNITS, N_BLOCKS = 16 };

/* The scratch of a block of users, for the pairs and the samples of one of them. */
typedef struct scratch {
    float *x, *unit, *o; /* [pairs] inputs, units and output of the network */
    float *factor;       /* [pairs] g */
    float *sum;          /* [samples] x_j */
    float *total, *mean; /* [samples] of the kind softmax: sum of exp, and the mean of
                            the parts */
    float *n;            /* [samples] of the kind softmax: n_j */
    float *p;            /* [samples] exp(z - max), then dx */
    float *grad;         /* [parameters] */
} scratch;

struct rg_target_loss {
    rg_mem mem;
    const rg_target_samples *samples;
    rg_target_kind kind;
    int threads;
    float *gain; /* [n_users] 1 / x_max; 0 for users without effect */
    float *room;
    scratch block[N_BLOCKS];
};

int64_t rg_target_parameters(int width)
{
    return rg_target_floats(width) + 2;
}

/* Computes x at g = 1. */
static void plain_sums(float *sum, const rg_target_samples *s, int64_t u)
{
    const int64_t first = s->offset[u], n = s->offset[u + 1] - first;
    for (int64_t j = 0; j < n; j++) sum[j] = s->rest[first + j];
    for (int64_t e = s->first[s->own[u]]; e < s->first[s->own[u + 1]]; e++)
        sum[s->pair[e].sample] += s->pair[e].part;
}

/* Returns 1 / x_max; 0 for a user without effect. */
static float gain_of(const rg_target_samples *s, int64_t u, float *sum)
{
    const int64_t first = s->offset[u], n = s->offset[u + 1] - first;
    float most = 0.0f;
    int64_t n_positive = 0;
    plain_sums(sum, s, u);
    for (int64_t j = 0; j < n; j++) {
        most = fmaxf(most, sum[j]);
        n_positive += s->label[first + j] != 0;
    }
    return n_positive > 0 && n_positive < n && most > 0.0f ? 1.0f / most : 0.0f;
}

static regatta_status make_room(regatta_ctx *ctx, rg_target_loss *l)
{
    regatta_status status = REGATTA_OK;
    const rg_target_samples *s = l->samples;
    int64_t pairs = 0, samples = 0;
    for (int64_t u = 0; u < s->n_users; u++) {
        const int64_t p = s->first[s->own[u + 1]] - s->first[s->own[u]];
        const int64_t n = s->offset[u + 1] - s->offset[u];
        pairs = p > pairs ? p : pairs;
        samples = n > samples ? n : samples;
    }
    const int64_t n_in = s->width + 1, n_grad = rg_target_parameters(s->width);
    const int64_t each = pairs * (n_in + UNITS + 2) + 5 * samples + n_grad;
    const int64_t stride = (each + 15) / 16 * 16; /* whole cache lines */
    RG_NEW(ctx->mem, l->gain, s->n_users);
    RG_NEW(ctx->mem, l->room, N_BLOCKS * stride);
    for (int k = 0; k < N_BLOCKS; k++) {
        scratch *b = &l->block[k];
        b->unit = l->room + k * stride;
        b->x = b->unit + pairs * UNITS;
        b->o = b->x + pairs * n_in;
        b->factor = b->o + pairs;
        b->sum = b->factor + pairs;
        b->total = b->sum + samples;
        b->mean = b->total + samples;
        b->n = b->mean + samples;
        b->p = b->n + samples;
        b->grad = b->p + samples;
    }
done:
    return status; /* the caller frees what is there */
}

regatta_status rg_target_loss_create(regatta_ctx *ctx, rg_target_loss **out,
                                     const rg_target_samples *samples,
                                     rg_target_kind kind)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_target_loss *l = NULL;
    RG_NEW(ctx->mem, l, 1);
    l->mem = ctx->mem;
    l->samples = samples;
    l->kind = kind;
    l->threads = ctx->threads;
    RG_TRY(make_room(ctx, l));
    for (int64_t u = 0; u < samples->n_users; u++)
        l->gain[u] = gain_of(samples, u, l->block[0].sum);
    *out = l;
    l = NULL;
done:
    rg_target_loss_free(l);
    return status;
}

void rg_target_loss_free(rg_target_loss *l)
{
    if (l == NULL) return;
    rg_free(l->mem, l->gain);
    rg_free(l->mem, l->room);
    rg_free(l->mem, l);
}

int rg_target_counts(const rg_target_loss *l, int64_t u)
{
    return l->gain[u] > 0.0f;
}

void rg_target_plain(const rg_target_loss *l, float *x, int64_t u)
{
    const int64_t n = l->samples->offset[u + 1] - l->samples->offset[u];
    plain_sums(x, l->samples, u);
    for (int64_t j = 0; j < n; j++) x[j] *= l->gain[u];
}

/* The network's outputs of a user's pairs, item by item of the history. */
static void pair_outputs(const rg_target_loss *l, scratch *b, const rg_target_net *net,
                         int64_t u)
{
    const rg_target_samples *s = l->samples;
    const int64_t n_in = s->width + 1, begin = s->first[s->own[u]];
    rg_target_own room;
    for (int64_t h = s->own[u]; h < s->own[u + 1]; h++) {
        const rg_net own = rg_target_net_of(&room, net, &s->own_item[h]);
        const int64_t at = s->first[h] - begin, n = s->first[h + 1] - s->first[h];
        for (int64_t k = 0; k < n; k++) {
            const rg_target_pair *p = &s->pair[begin + at + k];
            const int64_t j = s->item[s->offset[u] + p->sample];
            rg_target_inputs(b->x + (at + k) * n_in, s->q + j * s->width, s->width,
                             p->share);
        }
        rg_kernels_best()->net_forward(b->o + at, b->unit + at * UNITS, b->x + at * n_in,
                                       n, &own);
    }
}

/* The kernels' views are not const; they do not write the numbers of a network. */
static rg_target_net net_of(const float *x, int width)
{
    return rg_target_net_at((float *)x, width);
}

static float clamped(float o)
{
    return fmaxf(-RG_TARGET_MOST, fminf(RG_TARGET_MOST, o));
}

static void gate_factors(float *factor, const float *o, int64_t n)
{
    for (int64_t e = 0; e < n; e++) factor[e] = 2.0f / (1.0f + expf(-clamped(o[e])));
}

/* Also computes the means of the parts under the softmax. */
static void softmax_factors(scratch *b, const rg_target_pair *pair, int64_t n_pairs,
                            int64_t n_samples)
{
    memset(b->total, 0, (size_t)n_samples * sizeof *b->total);
    memset(b->mean, 0, (size_t)n_samples * sizeof *b->mean);
    memset(b->n, 0, (size_t)n_samples * sizeof *b->n);
    for (int64_t e = 0; e < n_pairs; e++) {
        const uint32_t j = pair[e].sample;
        b->factor[e] = expf(clamped(b->o[e]));
        b->total[j] += b->factor[e];
        b->n[j] += 1.0f;
    }
    for (int64_t e = 0; e < n_pairs; e++) {
        const uint32_t j = pair[e].sample;
        b->factor[e] *= b->n[j] / b->total[j];
        b->mean[j] += pair[e].part * b->factor[e] / b->n[j];
    }
}

/* Computes x, then p = exp(z - max z) of a user's samples. Returns the loss; *inverse is
 * 1 over the sum of p. */
static double forward(const rg_target_loss *l, scratch *b, float *inverse, const float *x,
                      int64_t u)
{
    const rg_target_samples *s = l->samples;
    const int64_t first = s->offset[u], n = s->offset[u + 1] - first;
    const int64_t begin = s->first[s->own[u]], n_pairs = s->first[s->own[u + 1]] - begin;
    const rg_target_pair *pair = s->pair + begin;
    const rg_target_net net = net_of(x, s->width);
    const float known = net.out_bias[1], gain = net.out_bias[2] * l->gain[u];
    double total = 0.0, positive = 0.0, n_positive = 0.0;
    float max = -INFINITY;
    pair_outputs(l, b, &net, u);
    if (l->kind == RG_TARGET_SOFTMAX)
        softmax_factors(b, pair, n_pairs, n);
    else
        gate_factors(b->factor, b->o, n_pairs);
    for (int64_t j = 0; j < n; j++) b->sum[j] = s->rest[first + j];
    for (int64_t e = 0; e < n_pairs; e++)
        b->sum[pair[e].sample] += pair[e].part * b->factor[e];
    for (int64_t j = 0; j < n; j++) {
        b->p[j] = known * s->known[first + j] + gain * b->sum[j];
        max = fmaxf(max, b->p[j]);
    }
    for (int64_t j = 0; j < n; j++) {
        if (s->label[first + j]) {
            positive += (double)(b->p[j] - max);
            n_positive += 1.0;
        }
        b->p[j] = expf(b->p[j] - max);
        total += (double)b->p[j];
    }
    *inverse = (float)(1.0 / total);
    return log(total) - positive / n_positive;
}

/* The derivative of the loss by o of pair e, for a derivative dx by its sample's x. */
static float output_gradient(const rg_target_loss *l, const scratch *b,
                             const rg_target_pair *pair, int64_t e)
{
    const float g = b->factor[e], dx = b->p[pair->sample];
    if (fabsf(b->o[e]) >= RG_TARGET_MOST) return 0.0f;
    if (l->kind == RG_TARGET_SOFTMAX)
        return dx * g * (pair->part - b->mean[pair->sample]);
    return dx * pair->part * g * (1.0f - 0.5f * g);
}

/* b->grad += weight times the derivatives of a user's loss. */
static void add_user(const rg_target_loss *l, scratch *b, const float *x, int64_t u,
                     float weight)
{
    const rg_target_samples *s = l->samples;
    const int64_t first = s->offset[u], n = s->offset[u + 1] - first;
    const int64_t begin = s->first[s->own[u]], n_in = s->width + 1;
    const rg_target_net net = net_of(x, s->width);
    const rg_target_net grad = rg_target_net_at(b->grad, s->width);
    float inverse, n_positive = 0.0f;
    rg_target_own room, own_grad;
    forward(l, b, &inverse, x, u);
    for (int64_t j = 0; j < n; j++) n_positive += (float)s->label[first + j];
    for (int64_t j = 0; j < n; j++) {
        const float t = s->label[first + j] ? 1.0f / n_positive : 0.0f;
        const float dz = weight * (b->p[j] * inverse - t);
        grad.out_bias[1] += dz * s->known[first + j];
        grad.out_bias[2] += dz * b->sum[j] * l->gain[u];
        b->p[j] = dz * net.out_bias[2] * l->gain[u];
    }
    for (int64_t h = s->own[u]; h < s->own[u + 1]; h++) {
        const rg_net own = rg_target_net_of(&room, &net, &s->own_item[h]);
        const rg_net d = rg_target_grad_of(&own_grad, &grad);
        const int64_t at = s->first[h] - begin, m = s->first[h + 1] - s->first[h];
        for (int64_t e = at; e < at + m; e++)
            b->o[e] = output_gradient(l, b, &s->pair[begin + e], e);
        rg_kernels_best()->net_backward(&d, b->o + at, b->unit + at * UNITS,
                                        b->x + at * n_in, m, &own);
        rg_target_collect(&grad, &d, &s->own_item[h]);
    }
}

/* Returns the threads for the users of a list. */
static int team_for(const rg_target_loss *l, int64_t n)
{
    const rg_target_samples *s = l->samples;
    const int64_t pairs = s->first[s->own[s->n_users]] / (s->n_users + 1) + 1;
    return rg_threads_for(n * pairs * (s->width + 2) * UNITS, l->threads);
}

void rg_target_each(rg_target_loss *l, double *each, const float *x, const uint32_t *list,
                    int64_t n)
{
    const int team = team_for(l, n);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t k = 0; k < N_BLOCKS; k++) {
        scratch *b = &l->block[k];
        float inverse;
        for (int64_t i = n * k / N_BLOCKS; i < n * (k + 1) / N_BLOCKS; i++)
            each[i] = forward(l, b, &inverse, x, list[i]);
    }
}

void rg_target_gradient(rg_target_loss *l, float *grad, const float *x,
                        const uint32_t *list, int64_t n)
{
    const int64_t n_floats = rg_target_parameters(l->samples->width);
    const int team = team_for(l, 3 * n);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t k = 0; k < N_BLOCKS; k++) {
        scratch *b = &l->block[k];
        memset(b->grad, 0, (size_t)n_floats * sizeof *b->grad);
        for (int64_t i = n * k / N_BLOCKS; i < n * (k + 1) / N_BLOCKS; i++)
            add_user(l, b, x, list[i], 1.0f / (float)n);
    }
    memcpy(grad, l->block[0].grad, (size_t)n_floats * sizeof *grad);
    for (int k = 1; k < N_BLOCKS; k++)
        for (int64_t i = 0; i < n_floats; i++) grad[i] += l->block[k].grad[i];
}
