/* Sequence encoders: gradients, golden values (make_encoder_golden.py) and edge cases. */
#include "base/rng.h"
#include "gat/sequence/encoder.h"
#include "support/golden.h"
#include "support/gradcheck.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 8 };

/* An encoder with sequences; loss = sum out * dy. */
typedef struct problem {
    regatta_ctx *ctx;
    rg_encoder_params *p, *grad, *turned;
    rg_packed tokens;
    int64_t offset[MOST + 1];
    int64_t *time;
    float *x, *dy, *memory;
    rg_encoder_room room;
    const rg_drop *drop;
} problem;

static rg_encoder_shape shape_of(rg_encoder_kind kind, int blocks, int heads, int64_t dim)
{
    return (rg_encoder_shape){.kind = kind,
                              .blocks = blocks,
                              .heads = heads,
                              .dim = dim,
                              .hidden = dim + 3,
                              .window = 40};
}

static float *floats(int64_t n)
{
    return calloc((size_t)n, sizeof(float));
}

static void draw(float *x, int64_t n, uint64_t seed, double deviation)
{
    for (int64_t k = 0; k < n; k++)
        x[k] = (float)(deviation * rg_random_normal(seed, RG_STREAM_TEST, (uint64_t)k));
}

static problem make(rg_encoder_shape shape, const int64_t *length, int n, int timed)
{
    problem q = {.ctx = test_context(1)};
    CU_ASSERT_EQUAL_FATAL(rg_encoder_params_create(q.ctx, &q.p, &shape), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_encoder_params_create(q.ctx, &q.grad, &shape), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_encoder_params_create(q.ctx, &q.turned, &shape), REGATTA_OK);
    for (int s = 0; s < n; s++) q.offset[s + 1] = q.offset[s] + length[s];
    const int64_t tokens = q.offset[n];
    q.time = calloc((size_t)tokens, sizeof *q.time);
    for (int64_t t = 0; t < tokens; t++) q.time[t] = t * t * 10;
    q.x = floats(tokens * shape.dim);
    q.dy = floats(tokens * shape.dim);
    draw(q.p->arena, q.p->n_floats, 1, 0.5);
    draw(q.x, tokens * shape.dim, 2, 0.3);
    draw(q.dy, tokens * shape.dim, 3, 1.0);
    q.tokens = (rg_packed){.n = n, .time = timed ? q.time : NULL};
    return q;
}

static void drop_problem(problem *q)
{
    rg_encoder_params_free(q->p);
    rg_encoder_params_free(q->grad);
    rg_encoder_params_free(q->turned);
    free(q->time);
    free(q->x);
    free(q->dy);
    free(q->memory);
    regatta_ctx_free(q->ctx);
}

static int64_t size_of(const problem *q)
{
    return q->offset[q->tokens.n] * q->p->shape.dim;
}

static void forward(problem *q)
{
    q->tokens.offset = q->offset;
    if (q->memory == NULL)
        q->memory = floats(rg_encoder_floats(&q->p->shape, &q->tokens));
    rg_encoder_place(&q->room, q->memory, &q->p->shape, &q->tokens);
    memcpy(q->room.x, q->x, (size_t)size_of(q) * sizeof *q->x);
    rg_encoder_forward(&q->room, q->p, &q->tokens, q->drop);
}

static double loss(void *state)
{
    problem *q = state;
    double sum = 0.0;
    forward(q);
    for (int64_t k = 0; k < size_of(q); k++)
        sum += (double)q->room.out[k] * (double)q->dy[k];
    return sum;
}

/* The gradient of the items' rows is then in room.x. */
static void backward(problem *q)
{
    forward(q);
    memset(q->grad->arena, 0, (size_t)q->grad->n_floats * sizeof(float));
    rg_encoder_params_turn(q->turned, q->p);
    memcpy(q->room.x, q->dy, (size_t)size_of(q) * sizeof *q->dy);
    rg_encoder_backward(q->grad, &q->room, q->p, q->turned, &q->tokens, q->drop);
}

/* Every second unit of the feed-forward is always on, the others are always off: a step
 * of the differences crosses no corner of a unit. The golden values have both. */
static void leave_corners(problem *q)
{
    for (int b = 0; b < q->p->shape.blocks; b++)
        for (int64_t u = 0; q->p->block[b].wide_bias != NULL && u < q->p->shape.hidden;
             u++)
            q->p->block[b].wide_bias[u] = u % 2 ? 8.0f : -8.0f;
}

static void check_gradients(rg_encoder_shape shape, int timed, float rate)
{
    static const int64_t LENGTH[] = {37, 4, 4, 1};
    const rg_drop thinned = {.rate = rate, .seed = 5, .step = 2, .first = 7};
    problem q = make(shape, LENGTH, 4, timed);
    q.drop = &thinned;
    leave_corners(&q);
    backward(&q);
    float *dx = floats(size_of(&q));
    memcpy(dx, q.room.x, (size_t)size_of(&q) * sizeof *dx);
    CU_ASSERT(gradcheck(q.x, dx, size_of(&q), 2e-3, 0, loss, &q) < 4e-3);
    for (int e = 0; e < q.p->n_entries; e++) {
        const rg_encoder_entry *entry = &q.p->entry[e];
        const double error =
            gradcheck(q.p->arena + entry->first, q.grad->arena + entry->first,
                      entry->rows * entry->cols, 2e-3, 0, loss, &q);
        CU_ASSERT(error < 4e-3);
        if (!(error < 4e-3)) printf("\n%s: %g\n", entry->name, error);
    }
    free(dx);
    drop_problem(&q);
}

static void test_encoder__gradients_of_the_transformer(void)
{
    check_gradients(shape_of(RG_ENCODER_TRANSFORMER, 1, 1, 4), 0, 0.0f);
    check_gradients(shape_of(RG_ENCODER_TRANSFORMER, 2, 2, 6), 1, 0.3f);
}

static void test_encoder__gradients_of_the_gru(void)
{
    check_gradients(shape_of(RG_ENCODER_GRU, 1, 1, 4), 0, 0.0f);
    check_gradients(shape_of(RG_ENCODER_GRU, 2, 2, 6), 1, 0.3f);
}

static void check_golden(const char *name)
{
    golden *g = golden_read(name);
    const double *s = golden_find(g, "", "shape")->value;
    const golden_part *offsets = golden_find(g, "", "offsets");
    const rg_encoder_shape shape = {.kind = (rg_encoder_kind)s[0],
                                    .dim = (int64_t)s[1],
                                    .heads = (int)s[2],
                                    .hidden = (int64_t)s[3],
                                    .blocks = (int)s[4],
                                    .window = (int64_t)s[5]};
    int64_t length[MOST];
    for (int k = 0; k + 1 < offsets->n; k++)
        length[k] = (int64_t)(offsets->value[k + 1] - offsets->value[k]);
    problem q = make(shape, length, offsets->n - 1, 1);
    q.tokens.offset = q.offset;
    for (int64_t k = 0; k < size_of(&q); k++) {
        q.x[k] = (float)golden_find(g, "", "x")->value[k];
        q.dy[k] = (float)golden_find(g, "", "dy")->value[k];
    }
    for (int64_t t = 0; t < rg_packed_tokens(&q.tokens); t++)
        q.time[t] = (int64_t)golden_find(g, "", "times")->value[t];
    for (int e = 0; e < q.p->n_entries; e++) {
        const golden_part *part = golden_find(g, "", q.p->entry[e].name);
        CU_ASSERT_EQUAL_FATAL(part->n, q.p->entry[e].rows * q.p->entry[e].cols);
        for (int k = 0; k < part->n; k++)
            q.p->arena[q.p->entry[e].first + k] = (float)part->value[k];
    }
    backward(&q);
    /* Float rounding through two blocks and their norms. */
    CU_ASSERT(golden_distance(q.room.out, golden_find(g, "", "y")) < 1e-5);
    CU_ASSERT(golden_distance(q.room.x, golden_find(g, "", "d_x")) < 1e-4);
    for (int e = 0; e < q.p->n_entries; e++) {
        const golden_part *want = golden_find(g, "d_", q.p->entry[e].name);
        const double error = golden_distance(q.grad->arena + q.p->entry[e].first, want);
        CU_ASSERT(error < 1e-4);
        if (!(error < 1e-4)) printf("\n%s: %g\n", q.p->entry[e].name, error);
    }
    drop_problem(&q);
    golden_free(g);
}

static void test_encoder__golden(void)
{
    check_golden("encoder_transformer");
    check_golden("encoder_gru");
}

static rg_encoder_shape kind_shape(int k)
{
    return shape_of(k == 0 ? RG_ENCODER_TRANSFORMER : RG_ENCODER_GRU, 2, 2, 8);
}

/* A state depends on the tokens up to its own, and not on other sequences. */
static void test_encoder__is_causal(void)
{
    static const int64_t LENGTH[] = {36, 5};
    for (int k = 0; k < 2; k++) {
        problem q = make(kind_shape(k), LENGTH, 2, 1);
        const int64_t dim = q.p->shape.dim;
        forward(&q);
        float *before = floats(size_of(&q));
        memcpy(before, q.room.out, (size_t)size_of(&q) * sizeof *before);
        for (int64_t t = 33; t < 38; t++) q.x[t * dim] += 1.0f;
        forward(&q);
        CU_ASSERT_EQUAL(memcmp(before, q.room.out, (size_t)(33 * dim) * sizeof(float)),
                        0);
        for (int64_t t = 33; t < 41; t++)
            CU_ASSERT_NOT_EQUAL(memcmp(before + t * dim, q.room.out + t * dim,
                                       (size_t)dim * sizeof(float)),
                                0);
        free(before);
        drop_problem(&q);
    }
}

/* A sequence in a batch has the states of the sequence alone, up to rounding. */
static void test_encoder__sequences_are_independent(void)
{
    static const int64_t LENGTH[] = {7, 5, 5, 1};
    for (int k = 0; k < 2; k++) {
        problem all = make(kind_shape(k), LENGTH, 4, 1);
        forward(&all);
        for (int s = 0; s < 4; s++) {
            const int64_t dim = all.p->shape.dim, at = all.offset[s];
            problem one = make(kind_shape(k), LENGTH + s, 1, 1);
            memcpy(one.x, all.x + at * dim, (size_t)(LENGTH[s] * dim) * sizeof *one.x);
            memcpy(one.time, all.time + at, (size_t)LENGTH[s] * sizeof *one.time);
            forward(&one);
            for (int64_t c = 0; c < LENGTH[s] * dim; c++)
                CU_ASSERT_DOUBLE_EQUAL(one.room.out[c], all.room.out[at * dim + c], 1e-5);
            drop_problem(&one);
        }
        drop_problem(&all);
    }
}

/* Equal items at equal times, and no variance in a row: every number is finite. */
static void test_encoder__items_alike(void)
{
    static const int64_t LENGTH[] = {40, 2};
    for (int k = 0; k < 2; k++)
        for (int zero = 0; zero < 2; zero++) {
            problem q = make(kind_shape(k), LENGTH, 2, 1);
            rg_encoder_params_start(q.p, 1);
            for (int64_t c = 0; c < size_of(&q); c++) q.x[c] = zero ? 0.0f : 1.0f;
            for (int64_t t = 0; t < 42; t++) q.time[t] = 9;
            backward(&q);
            for (int64_t c = 0; c < size_of(&q); c++)
                CU_ASSERT(isfinite(q.room.out[c]) && isfinite(q.room.x[c]));
            for (int64_t c = 0; c < q.grad->n_floats; c++)
                CU_ASSERT(isfinite(q.grad->arena[c]));
            drop_problem(&q);
        }
}

static void test_encoder__time_buckets(void)
{
    CU_ASSERT_EQUAL(rg_time_bucket(5, 5), 0);
    CU_ASSERT_EQUAL(rg_time_bucket(5, 9), 0); /* not in order */
    CU_ASSERT_EQUAL(rg_time_bucket(6, 5), 1);
    CU_ASSERT_EQUAL(rg_time_bucket(8, 5), 2);
    CU_ASSERT_EQUAL(rg_time_bucket(1 << 20, 0), 21);
    CU_ASSERT_EQUAL(rg_time_bucket(INT64_MAX, INT64_MIN), RG_TIME_BUCKETS - 1);
}

static const test_case cases[] = {
    {"gradients_of_the_transformer", test_encoder__gradients_of_the_transformer},
    {"gradients_of_the_gru", test_encoder__gradients_of_the_gru},
    {"golden", test_encoder__golden},
    {"is_causal", test_encoder__is_causal},
    {"sequences_are_independent", test_encoder__sequences_are_independent},
    {"items_alike", test_encoder__items_alike},
    {"time_buckets", test_encoder__time_buckets},
};

int test_encoder(void)
{
    return TEST_MAIN("encoder", cases);
}
