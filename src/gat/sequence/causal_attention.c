/* Causal self-attention of packed tokens, for each sequence and head of C columns:
 *
 *   forward    z_ts = <q_t, k_s> / sqrt(C) + place[t - s] + time[bucket(t, s)],  s <= t
 *              a_t = softmax of z_t over s <= t,  o_t = sum_s a_ts v_s
 *   backward   da_ts = <do_t, v_s>,  dz_ts = a_ts (da_ts - sum_r a_tr da_tr)
 *              dq_t = sum_s dz_ts k_s / sqrt(C),  dk_s = sum_t dz_ts q_t / sqrt(C)
 *              dv_s = sum_t a_ts do_t,  dplace[t - s] += dz_ts,  dtime likewise
 *
 * Kang, McAuley, "Self-attentive sequential recommendation", ICDM 2018; the bias of the
 * time between two interactions follows Li, Wang, McAuley, "Time interval aware
 * self-attention", WSDM 2020. All products are those of the dense kernels over blocks of
 * RG_PANEL queries, whose keys end with the block: 2 L^2 C FLOPs forward and 5 L^2 C
 * backward per head. One thread does all sequences of the call. */
#include "gat/sequence/causal_attention.h"
#include "base/kernels/vec.h"
#include <math.h>
#include <string.h>

/* One head of one sequence. Tables are [length][width]; keys, values and gradients of
 * scores have rows of ld floats. */
typedef struct head {
    int64_t length, width, ld;
    float scale; /* 1 / sqrt(width), part of q */
    float *q, *k, *v, *packed, *out;
    float *dq, *dk, *dv, *dz; /* dz [RG_PANEL][ld] */
    const int64_t *time;      /* NULL = none */
    float *place, *interval;  /* biases of the head, or their gradients */
} head;

int rg_time_bucket(int64_t later, int64_t earlier)
{
    int bucket = 0;
    if (later <= earlier) return 0;
    for (uint64_t d = (uint64_t)later - (uint64_t)earlier; d > 0; d >>= 1) bucket++;
    return bucket < RG_TIME_BUCKETS ? bucket : RG_TIME_BUCKETS - 1;
}

int64_t rg_causal_ld(int64_t length)
{
    return rg_panel_count(length) * RG_PANEL;
}

int64_t rg_causal_weight_floats(const rg_causal_shape *shape, const rg_packed *tokens)
{
    int64_t n = 0;
    for (int64_t s = 0; s < tokens->n; s++) {
        const int64_t length = rg_packed_length(tokens, s);
        n += shape->heads * length * rg_causal_ld(length);
    }
    return n;
}

int64_t rg_causal_scratch_floats(const rg_causal_shape *shape, int64_t longest)
{
    const int64_t width = shape->dim / shape->heads;
    return 8 * rg_causal_ld(longest) * width + RG_PANEL * rg_causal_ld(longest);
}

static head head_of(float *scratch, const rg_causal_bias *bias, const rg_packed *tokens,
                    const rg_causal_shape *shape, int64_t s, int h)
{
    const int64_t length = rg_packed_length(tokens, s), width = shape->dim / shape->heads;
    const int64_t ld = rg_causal_ld(length), n = ld * width;
    return (head){.length = length,
                  .width = width,
                  .ld = ld,
                  .scale = (float)(1.0 / sqrt((double)width)),
                  .q = scratch,
                  .k = scratch + n,
                  .v = scratch + 2 * n,
                  .packed = scratch + 3 * n,
                  .out = scratch + 4 * n,
                  .dq = scratch + 5 * n,
                  .dk = scratch + 6 * n,
                  .dv = scratch + 7 * n,
                  .dz = scratch + 8 * n,
                  .time = tokens->time != NULL ? tokens->time + tokens->offset[s] : NULL,
                  .place = bias->place + h * shape->window,
                  .interval = bias->time + h * RG_TIME_BUCKETS};
}

/* to [length][width] = scale * columns of from, whose rows have `stride` floats. */
static void take(float *to, const float *from, int64_t stride, float scale, const head *a)
{
    for (int64_t t = 0; t < a->length; t++)
        for (int64_t c = 0; c < a->width; c++)
            to[t * a->width + c] = scale * from[t * stride + c];
}

static void put(float *to, int64_t stride, const float *from, float scale, const head *a)
{
    for (int64_t t = 0; t < a->length; t++)
        for (int64_t c = 0; c < a->width; c++)
            to[t * stride + c] = scale * from[t * a->width + c];
}

static void take_qkv(const head *a, const float *qkv, int64_t dim)
{
    take(a->q, qkv, 3 * dim, a->scale, a);
    take(a->k, qkv + dim, 3 * dim, 1.0f, a);
    take(a->v, qkv + 2 * dim, 3 * dim, 1.0f, a);
}

/* Turns the scores of query t into weights. Those of later keys, up to `end`, are 0. */
static void weigh(float *z, const head *a, int64_t t, int64_t end)
{
    float max = -INFINITY;
    for (int64_t s = 0; s <= t; s++) z[s] += a->place[t - s];
    if (a->time != NULL)
        for (int64_t s = 0; s <= t; s++)
            z[s] += a->interval[rg_time_bucket(a->time[t], a->time[s])];
    for (int64_t s = 0; s <= t; s++) max = fmaxf(max, z[s]);
    const float inverse = (float)(1.0 / rg_vec_exp_sum(z, max, t + 1));
    for (int64_t s = 0; s <= t; s++) z[s] *= inverse;
    memset(z + t + 1, 0, (size_t)(end - t - 1) * sizeof *z);
}

static void head_forward(const head *a, float *weight)
{
    rg_panel_pack(a->packed, a->k, a->length, a->width, 0, rg_panel_count(a->length));
    memset(a->out, 0, (size_t)(a->length * a->width) * sizeof *a->out);
    for (int64_t first = 0; first < a->length; first += RG_PANEL) {
        const int64_t most = first + RG_PANEL;
        const int64_t end = most < a->length ? most : a->length, m = end - first;
        float *z = weight + first * a->ld;
        rg_panel_score(z, a->ld, a->q + first * a->width, m, a->width, a->packed, NULL, 0,
                       rg_panel_count(end));
        for (int64_t t = first; t < end; t++) weigh(weight + t * a->ld, a, t, end);
        rg_vec_mul_add(a->out + first * a->width, z, a->ld, a->v, m, end, a->width);
    }
}

void rg_causal_forward(float *out, float *weight, float *scratch, const float *qkv,
                       const rg_causal_bias *bias, const rg_packed *tokens,
                       const rg_causal_shape *shape)
{
    const int64_t dim = shape->dim;
    for (int64_t s = 0; s < tokens->n; s++)
        for (int h = 0; h < shape->heads; h++) {
            const head a = head_of(scratch, bias, tokens, shape, s, h);
            const int64_t first = tokens->offset[s];
            take_qkv(&a, qkv + first * 3 * dim + h * a.width, dim);
            head_forward(&a, weight);
            put(out + first * dim + h * a.width, dim, a.out, 1.0f, &a);
            weight += a.length * a.ld;
        }
}

/* dz = a (da - sum a da) of query t, in place; adds it to the gradients of the biases. */
static void weigh_backward(float *dz, const float *weight, const head *a, int64_t t,
                           int64_t end)
{
    double sum = 0.0;
    for (int64_t s = 0; s <= t; s++) sum += (double)weight[s] * (double)dz[s];
    const float mean = (float)sum;
    for (int64_t s = 0; s <= t; s++) {
        dz[s] = weight[s] * (dz[s] - mean);
        a->place[t - s] += dz[s];
    }
    memset(dz + t + 1, 0, (size_t)(end - t - 1) * sizeof *dz);
    if (a->time != NULL)
        for (int64_t s = 0; s <= t; s++)
            a->interval[rg_time_bucket(a->time[t], a->time[s])] += dz[s];
}

/* a->out is the gradient of the output. */
static void head_backward(const head *a, const float *weight)
{
    const size_t size = (size_t)(a->length * a->width) * sizeof *a->dq;
    rg_panel_pack(a->packed, a->v, a->length, a->width, 0, rg_panel_count(a->length));
    memset(a->dq, 0, size);
    memset(a->dk, 0, size);
    memset(a->dv, 0, size);
    for (int64_t first = 0; first < a->length; first += RG_PANEL) {
        const int64_t most = first + RG_PANEL, at = first * a->width;
        const int64_t end = most < a->length ? most : a->length, m = end - first;
        const float *rows = weight + first * a->ld;
        rg_panel_score(a->dz, a->ld, a->out + at, m, a->width, a->packed, NULL, 0,
                       rg_panel_count(end));
        for (int64_t t = first; t < end; t++)
            weigh_backward(a->dz + (t - first) * a->ld, weight + t * a->ld, a, t, end);
        rg_vec_mul_add(a->dq + at, a->dz, a->ld, a->k, m, end, a->width);
        rg_vec_mul_add_t(a->dk, a->dz, a->ld, a->q + at, m, end, a->width);
        rg_vec_mul_add_t(a->dv, rows, a->ld, a->out + at, m, end, a->width);
    }
}

void rg_causal_backward(float *dqkv, const rg_causal_bias *dbias, float *scratch,
                        const float *dout, const float *weight, const float *qkv,
                        const rg_packed *tokens, const rg_causal_shape *shape)
{
    const int64_t dim = shape->dim;
    for (int64_t s = 0; s < tokens->n; s++)
        for (int h = 0; h < shape->heads; h++) {
            const head a = head_of(scratch, dbias, tokens, shape, s, h);
            const int64_t first = tokens->offset[s], column = h * a.width;
            float *to = dqkv + first * 3 * dim + column;
            take_qkv(&a, qkv + first * 3 * dim + column, dim);
            take(a.out, dout + first * dim + column, dim, 1.0f, &a);
            head_backward(&a, weight);
            put(to, 3 * dim, a.dq, a.scale, &a);
            put(to + dim, 3 * dim, a.dk, 1.0f, &a);
            put(to + 2 * dim, 3 * dim, a.dv, 1.0f, &a);
            weight += a.length * a.ld;
        }
}
