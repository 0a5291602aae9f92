#include "base/bf16.h"
#include "base/rng.h"
#include "channel/channel_target.h"
#include "support/channel_model.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS = RG_NET_UNITS };

/* Adds the channel with g = 1, without coordinates, sides and limits. */
static rg_target_state *add_target(regatta_model *m, int kind)
{
    float *limit = rg_model_own(m, m->n_items, sizeof *limit);
    CU_ASSERT_PTR_NOT_NULL_FATAL(limit);
    CU_ASSERT_EQUAL_FATAL(rg_model_add_channel(m, channel_number("target")), REGATTA_OK);
    rg_target_state *s = rg_model_channel(m, channel_number("target"));
    s->n_items = m->n_items;
    s->kind = kind;
    s->n_nets = 1;
    s->limit = limit;
    s->scale[RG_TARGET_TYPICAL] = 1.0f;
    return s;
}

static void set_limit(rg_target_state *s, int64_t item, float limit)
{
    ((float *)s->limit)[item] = limit;
}

/* A network whose only number is c: every factor of the gate is 2 / (1 + exp(-c)), except
 * that of a weight below the limit of its row. */
static void test_channel_target__hand(void)
{
    const float w[] = {0, 2, 3, 4, 0, 0, 0, -1, 0}; /* rows: history items */
    const float scale[] = {1, 0.5f, 10}, history[] = {2, 0, 3, 0, 0, 0};
    regatta_ctx *ctx = context_of(1);
    const channel_parts p = {.n_users = 2,
                             .n_items = 3,
                             .history = history,
                             .weighted = 1,
                             .items = w,
                             .scale = scale};
    regatta_model *m = channel_model(ctx, &p);
    rg_target_state *s = add_target(m, RG_TARGET_GATE);
    const double g = 2.0 / (1.0 + exp(-0.7));
    float row[3] = {7, 7, 7};
    double part[2];
    const rg_history h = history_of(m, 0), none = history_of(m, 1);
    *rg_target_net_at(s->x[0], 0).out_bias = 0.7f;
    channel_row(row, NULL, NULL, m, "target", &h);
    CU_ASSERT_EQUAL(row[0], 0.0f);
    CU_ASSERT_DOUBLE_EQUAL(row[1], 0.5 * g * (2 * 2 - 3 * 1), 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(row[2], 10.0 * g * 2 * 3, 1e-5);
    set_limit(s, 0, 3.0f);
    channel_row(row, NULL, NULL, m, "target", &h);
    CU_ASSERT_DOUBLE_EQUAL(row[1], 0.5 * (2 * 2 - g * 3 * 1), 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(row[2], 10.0 * g * 2 * 3, 1e-5);
    channel_explain(part, NULL, m, "target", &h, 1);
    CU_ASSERT_DOUBLE_EQUAL(part[0], 2.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(part[1], -1.5 * g, 1e-6);
    channel_row(row, NULL, NULL, m, "target", &none);
    for (int j = 0; j < 3; j++) CU_ASSERT_EQUAL(row[j], 0.0f);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

enum { U = 9, N = 37, WIDTH = 3 };

/* A model with random numbers everywhere; its arrays. */
typedef struct world {
    regatta_model *model;
    rg_target_state *state;
    float w[N * N], history[U * N], scale[N], q[N * WIDTH];
} world;

static world *world_make(regatta_ctx *ctx, int kind, int n_nets)
{
    world *a = calloc(1, sizeof *a);
    sparse_normal(a->w, N * N, 0.4, 1);
    sparse_normal(a->history, (U - 1) * N, 0.3, 2); /* the last user has none */
    sparse_normal(a->q, N * WIDTH, 1.0, 3);
    for (int k = 0; k < U * N; k++) a->history[k] = fabsf(a->history[k]);
    for (int j = 0; j < N; j++) a->scale[j] = 1.0f / (float)(1 + j);
    const channel_parts p = {.n_users = U,
                             .n_items = N,
                             .history = a->history,
                             .weighted = 1,
                             .items = a->w,
                             .scale = a->scale};
    a->model = channel_model(ctx, &p);
    rg_target_state *s = a->state = add_target(a->model, kind);
    s->width = WIDTH;
    s->n_nets = n_nets;
    s->q = rg_rows_f32(a->q, N, WIDTH);
    for (int64_t i = 0; i < N; i += 3) set_limit(s, i, 0.8f);
    for (int n = 0; n < n_nets; n++)
        for (int64_t k = 0; k < rg_target_floats(WIDTH); k++)
            s->x[n][k] = (float)(0.3 * rg_random_normal(4, RG_STREAM_TEST,
                                                        (uint64_t)(9999 * n + k)));
    s->scale[RG_TARGET_PLACE_MEAN] = 0.7f;
    s->scale[RG_TARGET_PLACE_INVERSE] = 1.5f;
    s->scale[RG_TARGET_AGE_MEAN] = 1.0f;
    s->scale[RG_TARGET_AGE_INVERSE] = 0.5f;
    return a;
}

static void world_free(world *a)
{
    regatta_model_free(a->model);
    free(a);
}

/* The order of a history: its items backwards, the first of them once more at the end. */
typedef struct order {
    uint32_t step[N + 1], latest[N];
    int64_t time[N + 1];
} order;

static rg_history ordered(rg_history h, order *o)
{
    if (h.n == 0) return h;
    for (int64_t k = 0; k < h.n; k++) o->step[k] = (uint32_t)(h.n - 1 - k);
    o->step[h.n] = (uint32_t)(h.n - 1);
    for (int64_t k = 0; k <= h.n; k++) {
        o->latest[o->step[k]] = (uint32_t)k;
        o->time[k] = 1000000000 + 43200 * k;
    }
    h.n_steps = h.n + 1;
    h.step = o->step;
    h.latest = o->latest;
    h.time = o->time;
    h.at = o->time[h.n] + 86400;
    return h;
}

static double within(double x)
{
    return fmax(-3.0, fmin(3.0, x));
}

/* o of a pair by the formula of target_net.h in double. */
static double output_of(const world *a, const float *x, const rg_history *h, int64_t e,
                        uint32_t j, double w)
{
    const rg_target_net n = rg_target_net_at((float *)x, WIDTH);
    const float *qh = a->q + h->item[e] * WIDTH, *qj = a->q + j * WIDTH;
    double place = 0.0, age = 0.0, o = (double)*n.out_bias;
    if (h->n_steps > 0) {
        const double later = (double)(h->n_steps - 1 - h->latest[e]);
        const double days = (double)(h->at - h->time[h->latest[e]]) / 86400.0;
        place = within((log(1.0 + later) - (double)0.7f) * 1.5);
        age = within((log(1.0 + days) - 1.0) * 0.5);
    }
    const double side[] = {w / (fabs(w) + 1.0), place, age};
    for (int k = 0; k < UNITS; k++) {
        double z = (double)n.bias[k];
        for (int p = 0; p < WIDTH; p++)
            z += (double)qh[p] * (double)n.own[p * UNITS + k] +
                 (double)qj[p] * (double)n.other[p * UNITS + k] +
                 (double)qh[p] * (double)qj[p] * (double)n.product[p * UNITS + k];
        for (int s = 0; s < RG_TARGET_SIDES; s++)
            z += side[s] * (double)n.side[s * UNITS + k];
        o += (double)n.out[k] * fmax(0.0, z);
    }
    return fmax(-(double)RG_TARGET_MOST, fmin((double)RG_TARGET_MOST, o));
}

/* Writes the parts of x_j by the formula of the header; returns the sum of their sizes.
 */
static double right_parts(double *part, const world *a, const float *x,
                          const rg_history *h, uint32_t j)
{
    double total = 0.0, n = 0.0, o[N], size = 1e-3;
    for (int64_t e = 0; e < h->n; e++) {
        const uint32_t i = h->item[e];
        const double w = (double)rg_from_bf16(rg_to_bf16(a->w[i * N + j]));
        part[e] = (double)h->weight[e] * (double)a->scale[j] * w;
        o[e] = (double)NAN;
        if (w == 0.0 || fabs(w) < (double)a->state->limit[i]) continue;
        o[e] = output_of(a, x, h, e, j, w);
        total += exp(o[e]);
        n += 1.0;
    }
    for (int64_t e = 0; e < h->n; e++) {
        if (!isnan(o[e]))
            part[e] *= a->state->kind == RG_TARGET_GATE ? 2.0 / (1.0 + exp(-o[e]))
                                                        : n * exp(o[e]) / total;
        size += fabs(part[e]);
    }
    return size;
}

static void check_user(const world *a, const float *x, const rg_history *h)
{
    float row[N];
    double part[N], right[N];
    channel_row(row, NULL, NULL, a->model, "target", h);
    for (uint32_t j = 0; j < N; j++) {
        const double size = right_parts(right, a, x, h, j);
        double sum = 0.0;
        channel_explain(part, NULL, a->model, "target", h, j);
        for (int64_t e = 0; e < h->n; e++) {
            CU_ASSERT_DOUBLE_EQUAL(part[e], right[e], 1e-5 * size);
            sum += part[e];
        }
        CU_ASSERT_DOUBLE_EQUAL(row[j], sum, 1e-5 * size);
    }
}

static void test_channel_target__dense(void)
{
    regatta_ctx *ctx = context_of(1);
    for (int kind = RG_TARGET_GATE; kind <= RG_TARGET_SOFTMAX; kind++) {
        world *a = world_make(ctx, kind, 1);
        for (uint32_t u = 0; u < U; u++) {
            order o;
            rg_history h = history_of(a->model, u);
            check_user(a, a->state->x[0], &h);
            h = ordered(h, &o);
            check_user(a, a->state->x[0], &h);
        }
        world_free(a);
    }
    regatta_ctx_free(ctx);
}

/* Users have the networks of their halves, other histories the first. */
static void test_channel_target__halves(void)
{
    regatta_ctx *ctx = context_of(1);
    world *a = world_make(ctx, RG_TARGET_GATE, RG_TARGET_HALVES);
    for (uint32_t u = 0; u < U; u++) {
        rg_history h = history_of(a->model, u);
        check_user(a, a->state->x[u % 2], &h);
        h.user = REGATTA_NONE;
        check_user(a, a->state->x[0], &h);
    }
    world_free(a);
    regatta_ctx_free(ctx);
}

/* Without a kind x is that of item attention. */
static void test_channel_target__none(void)
{
    regatta_ctx *ctx = context_of(1);
    world *a = world_make(ctx, RG_TARGET_NONE, 1);
    for (uint32_t u = 0; u < U; u++) {
        const rg_history h = history_of(a->model, u);
        float row[N], items[N];
        channel_row(row, NULL, NULL, a->model, "target", &h);
        channel_row(items, NULL, NULL, a->model, "items", &h);
        for (int j = 0; j < N; j++)
            CU_ASSERT_DOUBLE_EQUAL(row[j], items[j], 1e-6 * (1.0 + fabs((double)row[j])));
    }
    world_free(a);
    regatta_ctx_free(ctx);
}

/* 100,000 items in the model and in the history: the cost is linear in the weights. */
static void test_channel_target__large(void)
{
    enum { MANY = 100000, EACH = 4 };
    regatta_ctx *ctx = context_of(1);
    const float one[] = {1.0f};
    const channel_parts p = {.n_users = 1, .n_items = 1, .history = one, .items = one};
    regatta_model *m = channel_model(ctx, &p);
    rg_csr *rows = NULL;
    uint32_t *item = calloc(MANY, sizeof *item);
    float *scale = calloc(MANY, sizeof *scale), *row = calloc(MANY, sizeof *row);
    float *work = calloc(3 * MANY, sizeof *work);
    drop_channel(m, "items");
    m->n_items = MANY;
    CU_ASSERT_EQUAL(rg_csr_create(ctx, &rows, MANY, MANY, MANY * EACH, 1), REGATTA_OK);
    for (uint32_t i = 0; i < MANY; i++) {
        item[i] = i;
        scale[i] = 1.0f;
        rows->offset[i + 1] = (int64_t)(i + 1) * EACH;
        for (uint32_t k = 0; k < EACH; k++) {
            rows->target[i * EACH + k] = (i / EACH) * EACH + k;
            rows->value[i * EACH + k] = 1.0f;
        }
    }
    CU_ASSERT_EQUAL(set_items(m, rows, scale), REGATTA_OK);
    for (int kind = RG_TARGET_GATE; kind <= RG_TARGET_SOFTMAX; kind++) {
        rg_target_state *s = kind == RG_TARGET_GATE
                                 ? add_target(m, kind)
                                 : rg_model_channel(m, channel_number("target"));
        const rg_history h = {.user = REGATTA_NONE, .item = item, .n = MANY};
        s->kind = kind;
        *rg_target_net_at(s->x[0], 0).out_bias = 100.0f; /* clamped */
        const int64_t flops =
            rg_channels[channel_number("target")]->row(row, NULL, NULL, m, s, &h, work);
        CU_ASSERT_EQUAL(flops, MANY + MANY * EACH * (2 + 2 * 2 * UNITS));
        const double g =
            kind == RG_TARGET_GATE ? 2.0 / (1.0 + exp(-(double)RG_TARGET_MOST)) : 1.0;
        for (int j = 0; j < MANY; j++) CU_ASSERT_DOUBLE_EQUAL(row[j], EACH * g, 1e-5);
    }
    rg_csr_free(rows);
    free(item);
    free(scale);
    free(row);
    free(work);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_channel_target__moment(void)
{
    const uint32_t step[] = {1, 0, 1}, latest[] = {1, 2};
    const int64_t time[] = {0, 0, 86400};
    rg_history h = {
        .n = 2, .n_steps = 3, .step = step, .latest = latest, .time = time, .at = 172800};
    const float scale[RG_TARGET_SCALES] = {1.0f, 0.5f, 2.0f, 0.0f, 0.0f};
    rg_target_item item;
    float place, age;
    rg_target_moment(&place, &age, &h, 0);
    CU_ASSERT_DOUBLE_EQUAL(place, log(2.0), 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(age, log(3.0), 1e-6);
    rg_target_scale_moment(&item, scale, place, age);
    CU_ASSERT_DOUBLE_EQUAL(item.place, 2.0 * (log(2.0) - 0.5), 1e-6);
    CU_ASSERT_EQUAL(item.age, 0.0f); /* not used */
    rg_target_scale_moment(&item, scale, 11.5f, -1.0f);
    CU_ASSERT_EQUAL(item.place, 3.0f);
    h.time = NULL;
    rg_target_moment(&place, &age, &h, 1);
    CU_ASSERT_EQUAL(place, 0.0f);
    CU_ASSERT_EQUAL(age, -1.0f);
    h.n_steps = 0;
    rg_target_moment(&place, &age, &h, 1);
    CU_ASSERT_EQUAL(place, -1.0f);
    rg_target_scale_moment(&item, scale, place, age);
    CU_ASSERT_EQUAL(item.place, 0.0f); /* not known */
}

int test_channel_target(void)
{
    static const test_case cases[] = {
        {"hand", test_channel_target__hand},     {"moment", test_channel_target__moment},
        {"dense", test_channel_target__dense},   {"none", test_channel_target__none},
        {"halves", test_channel_target__halves}, {"large", test_channel_target__large},
    };
    return TEST_MAIN("channel_target", cases);
}
