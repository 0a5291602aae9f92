/* Training of sequence encoders: gradients of a step, learning, bits, failures. */
#include "base/kernels/vec.h"
#include "base/rng.h"
#include "gat/sequence/encoder_start.h"
#include "gat/sequence/encoder_train.h"
#include "support/fault.h"
#include "support/gradcheck.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 60, ITEMS = 24, MOST_ITEMS = 3000 };

/* Rows that walk around a ring of items: item j is followed by j + 1 (mostly), so the
 * next item depends on the last one and not on how often items occur. */
typedef struct data {
    int64_t offset[ROWS + 1], time[MOST_ITEMS];
    uint32_t item[MOST_ITEMS];
} data;

static const data *ring(void)
{
    static data d;
    for (int64_t r = 0, n = 0; r < ROWS; r++) {
        const int64_t length = r == 0 ? 1 : r == 1 ? 300 : 3 + r % 20;
        for (int64_t k = 0; k < length; k++, n++) {
            const double u = rg_random_unit(5, RG_STREAM_TEST, (uint64_t)n);
            const uint32_t before = k > 0 ? d.item[n - 1] : (uint32_t)(r * 7);
            d.item[n] = (before + (u < 0.9 ? 1 : 5)) % ITEMS;
            d.time[n] = k * k;
        }
        d.offset[r + 1] = n;
    }
    return &d;
}

static rg_encoder_job job_of(rg_encoder_kind kind)
{
    const data *d = ring();
    return (rg_encoder_job){
        .rows = {.n = ROWS,
                 .n_items = ITEMS,
                 .offset = d->offset,
                 .item = d->item,
                 .time = d->time},
        .shape =
            {.kind = kind, .blocks = 1, .heads = 2, .dim = 8, .hidden = 8, .window = 12},
        .options = {.epochs = 25,
                    .patience = 25,
                    .rates = 1,
                    .learning_rate = 1e-2f,
                    .step = {.batch_windows = 16,
                             .batch_tokens = 200,
                             .dropout = 0.1f,
                             .seed = 1}},
        .stage = "test"};
}

static rg_trained_encoder *train(uint32_t threads, const rg_encoder_job *job)
{
    regatta_ctx *ctx = test_context(threads);
    rg_trained_encoder *t = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_encoder_train(ctx, &t, job), REGATTA_OK);
    regatta_ctx_free(ctx);
    return t;
}

static double mean_loss(const rg_trained_encoder *t)
{
    return t->curve[t->n_curve - 1].loss;
}

/* 24 items: a blind guess costs log 24 = 3.18; the ring's own entropy is .33. */
static void test_encoder_train__learns_the_next_item(void)
{
    for (int kind = RG_ENCODER_TRANSFORMER; kind <= RG_ENCODER_GRU; kind++) {
        rg_encoder_job job = job_of((rg_encoder_kind)kind);
        job.options.epochs = 45;
        rg_trained_encoder *all = train(2, &job);
        CU_ASSERT(all->curve[0].loss > 2.5);
        CU_ASSERT(mean_loss(all) < 0.8);
        CU_ASSERT_EQUAL(all->n_epochs, 45);
        job.options.step.negatives = 12;
        rg_trained_encoder *sampled = train(2, &job);
        CU_ASSERT(mean_loss(sampled) < 0.8);
        job.rows.time = NULL;
        rg_trained_encoder *untimed = train(2, &job);
        CU_ASSERT(mean_loss(untimed) < 0.8);
        rg_trained_encoder_free(all);
        rg_trained_encoder_free(sampled);
        rg_trained_encoder_free(untimed);
    }
}

/* A step on all windows, for the gradients of items and bias. */
typedef struct step {
    rg_encoder *e;
    rg_stepper *s;
    rg_windows *w;
} step;

static double loss(void *state)
{
    step *p = state;
    return rg_stepper_gradient(p->s, p->w, 0, p->w->n, 3, 2);
}

static void check_step(int kind, int64_t negatives)
{
    regatta_ctx *ctx = test_context(2);
    rg_encoder_job job = job_of((rg_encoder_kind)kind);
    rg_stepper_options options = job.options.step;
    step p = {NULL, NULL, NULL};
    job.rows.n = 12;
    options.negatives = negatives;
    options.batch_tokens = 1000;
    options.batch_windows = 100;
    CU_ASSERT_EQUAL_FATAL(rg_encoder_create(ctx, &p.e, &job.shape, ITEMS), REGATTA_OK);
    rg_encoder_params_start(p.e->params, 1);
    for (int64_t u = 0; kind == RG_ENCODER_TRANSFORMER && u < job.shape.hidden; u++)
        p.e->params->block[0].wide_bias[u] = u % 2 ? 8.0f : -8.0f; /* no corner is near */
    CU_ASSERT_EQUAL_FATAL(
        rg_encoder_start_items(ctx, p.e->item, ITEMS, job.shape.dim, NULL, 0, 1), 0);
    CU_ASSERT_EQUAL_FATAL(rg_stepper_create(ctx, &p.s, p.e, &job.rows, &options), 0);
    CU_ASSERT_EQUAL_FATAL(rg_windows_create(ctx, &p.w, &job.rows, job.shape.window), 0);
    rg_windows_draw(p.w, 1, 1);
    loss(&p);
    rg_encoder *grad = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_encoder_create(ctx, &grad, &job.shape, ITEMS), REGATTA_OK);
    rg_encoder_copy(grad, rg_stepper_grad(p.s));
    const int64_t n = ITEMS * job.shape.dim, m = grad->params->n_floats;
    CU_ASSERT(gradcheck(p.e->item, grad->item, n, 2e-3, 0, loss, &p) < 5e-3);
    CU_ASSERT(gradcheck(p.e->bias, grad->bias, ITEMS, 4e-3, 0, loss, &p) < 5e-3);
    CU_ASSERT(gradcheck(p.e->params->arena, grad->params->arena, m, 4e-3, 0, loss, &p) <
              5e-3);
    rg_encoder_free(grad);
    rg_encoder_free(p.e);
    rg_stepper_free(p.s);
    rg_windows_free(p.w);
    regatta_ctx_free(ctx);
}

/* A sample is that of the step, so the loss is a function of the parameters. */
static void test_encoder_train__gradients_of_a_step(void)
{
    check_step(RG_ENCODER_TRANSFORMER, 0);
    check_step(RG_ENCODER_GRU, 0);
    check_step(RG_ENCODER_TRANSFORMER, 16);
}

static int same(const rg_encoder *a, const rg_encoder *b)
{
    const rg_encoder_params *p = a->params;
    const size_t size = sizeof(float);
    return memcmp(p->arena, b->params->arena, (size_t)p->n_floats * size) == 0 &&
           memcmp(a->item, b->item, (size_t)(a->n_items * p->shape.dim) * size) == 0 &&
           memcmp(a->bias, b->bias, (size_t)a->n_items * size) == 0;
}

static void test_encoder_train__same_bits_at_any_thread_count(void)
{
    static const uint32_t THREADS[] = {2, 3, 8};
    for (int kind = RG_ENCODER_TRANSFORMER; kind <= RG_ENCODER_GRU; kind++) {
        rg_encoder_job job = job_of((rg_encoder_kind)kind);
        job.shape.dim = job.shape.hidden = 32; /* above the work of one thread */
        job.options.epochs = 2;
        job.options.step.batch_windows = 64;
        job.options.step.batch_tokens = 900;
        job.options.step.negatives = kind == RG_ENCODER_GRU ? 12 : 0;
        rg_trained_encoder *one = train(1, &job);
        for (int k = 0; k < 3; k++) {
            rg_trained_encoder *many = train(THREADS[k], &job);
            CU_ASSERT(same(one->encoder, many->encoder));
            CU_ASSERT_EQUAL(one->curve[1].loss, many->curve[1].loss);
            CU_ASSERT_EQUAL(one->flops, many->flops);
            rg_trained_encoder_free(many);
        }
        rg_trained_encoder_free(one);
    }
}

/* ndcg of the calls: rises, then falls. */
static regatta_status hill(void *state, double *ndcg, const rg_encoder *e)
{
    static const double HEIGHT[] = {0.1, 0.3, 0.2, 0.2, 0.4};
    int *calls = state;
    (void)e;
    *ndcg = HEIGHT[*calls < 5 ? *calls : 4];
    ++*calls;
    return REGATTA_OK;
}

/* Rises with each call. */
static regatta_status rise(void *state, double *ndcg, const rg_encoder *e)
{
    int *calls = state;
    (void)e;
    *ndcg = (double)++*calls;
    return REGATTA_OK;
}

/* A second rate continues from the best state; without a validator the rate falls. */
static void test_encoder_train__rates(void)
{
    int calls = 0;
    rg_encoder_job job = job_of(RG_ENCODER_TRANSFORMER);
    job.options.patience = 1;
    job.options.rates = 2;
    job.options.epochs = 4;
    job.validate = hill;
    job.validate_state = &calls;
    rg_trained_encoder *two = train(2, &job);
    CU_ASSERT_EQUAL(two->n_epochs, 4); /* .1, .3, .2 ends a rate, .2 ends training */
    CU_ASSERT_EQUAL(two->best_epoch, 2);
    calls = 0;
    job.options.rates = 1;
    job.options.least_steps = 1000;
    rg_trained_encoder *longer = train(2, &job);
    CU_ASSERT_EQUAL(longer->n_epochs, 4); /* no epoch counts before these steps */
    CU_ASSERT(longer->curve[3].loss != two->curve[3].loss);
    CU_ASSERT_EQUAL(longer->curve[2].loss, two->curve[2].loss);
    job.validate = NULL;
    rg_trained_encoder *falling = train(2, &job);
    CU_ASSERT_EQUAL(falling->best_epoch, 4);
    CU_ASSERT_EQUAL(falling->curve[0].loss, two->curve[0].loss); /* the first rate */
    CU_ASSERT(falling->curve[1].loss != two->curve[1].loss);
    rg_trained_encoder_free(two);
    rg_trained_encoder_free(longer);
    rg_trained_encoder_free(falling);
}

static void test_encoder_train__keeps_the_best_epoch(void)
{
    int calls = 0;
    rg_encoder_job job = job_of(RG_ENCODER_TRANSFORMER);
    job.options.patience = 2;
    job.validate = hill;
    job.validate_state = &calls;
    rg_trained_encoder *best = train(2, &job);
    CU_ASSERT_EQUAL(calls, 4);
    CU_ASSERT_EQUAL(best->n_epochs, 4);
    CU_ASSERT_EQUAL(best->best_epoch, 2);
    CU_ASSERT_EQUAL(best->n_curve, 4);
    CU_ASSERT_EQUAL(best->best_ndcg, 0.3);
    job.validate = rise;
    job.options.epochs = 2;
    rg_trained_encoder *two = train(2, &job);
    CU_ASSERT(same(best->encoder, two->encoder));
    job.validate = NULL;
    job.from = two->encoder; /* continues: another state, a lower loss */
    rg_trained_encoder *more = train(2, &job);
    CU_ASSERT(!same(more->encoder, two->encoder));
    CU_ASSERT(mean_loss(more) < mean_loss(two));
    CU_ASSERT(isnan(more->best_ndcg));
    rg_trained_encoder_free(best);
    rg_trained_encoder_free(two);
    rg_trained_encoder_free(more);
}

/* Given rows keep their angles on their main axes; unknown items are drawn. */
static void test_encoder_train__starts_from_given_rows(void)
{
    enum { N = 5, FROM = 3, DIM = 2 };
    static const float GIVEN[N * FROM] = {2, 0, 2, 0, 0, 0, -1, 0, -1, 1, 0, 1, 0, 3, 0};
    regatta_ctx *ctx = test_context(1);
    float item[N * DIM], again[N * DIM];
    CU_ASSERT_EQUAL(rg_encoder_start_items(ctx, item, N, DIM, GIVEN, FROM, 1), 0);
    CU_ASSERT_EQUAL(rg_encoder_start_items(ctx, again, N, DIM, GIVEN, FROM, 1), 0);
    CU_ASSERT_EQUAL(memcmp(item, again, sizeof item), 0);
    const float *a = item, *b = item + 2 * DIM, *c = item + 3 * DIM, *e = item + 4 * DIM;
    CU_ASSERT_DOUBLE_EQUAL(rg_vec_dot(a, b, DIM), -2.0f * rg_vec_dot(b, b, DIM), 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(rg_vec_dot(a, c, DIM), 2.0f * rg_vec_dot(c, c, DIM), 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(rg_vec_dot(a, e, DIM), 0.0f, 1e-6);
    CU_ASSERT(rg_vec_dot(item + DIM, item + DIM, DIM) > 0.0f);
    regatta_ctx_free(ctx);
}

static int say(void *state, const regatta_progress *p)
{
    int *left = state;
    CU_ASSERT(p->total >= p->done && p->seconds_left >= 0.0);
    return --*left > 0 ? REGATTA_GO_ON : REGATTA_FINISH;
}

static int cancel(void *state, const regatta_progress *p)
{
    (void)state, (void)p;
    return REGATTA_CANCEL;
}

static void test_encoder_train__progress_ends_it(void)
{
    int left = 3;
    rg_encoder_job job = job_of(RG_ENCODER_GRU);
    job.options.progress = say;
    job.options.progress_state = &left;
    rg_trained_encoder *t = train(1, &job);
    CU_ASSERT_EQUAL(t->finished_early, 1);
    CU_ASSERT_EQUAL(t->n_epochs, 1);
    rg_trained_encoder_free(t);
    job.options.progress = cancel;
    regatta_ctx *ctx = test_context(1);
    CU_ASSERT_EQUAL(rg_encoder_train(ctx, &t, &job), REGATTA_ESTOPPED);
    CU_ASSERT_PTR_NULL(t);
    regatta_ctx_free(ctx);
}

/* Rows of one interaction, and no rows: nothing to learn, and defined. */
static void test_encoder_train__nothing_to_learn(void)
{
    rg_encoder_job job = job_of(RG_ENCODER_TRANSFORMER);
    job.options.epochs = 2;
    for (int64_t n = 0; n < 2; n++) {
        job.rows.n = n;
        rg_trained_encoder *t = train(1, &job);
        CU_ASSERT_EQUAL(t->n_epochs, 2);
        CU_ASSERT_EQUAL(mean_loss(t), 0.0);
        rg_trained_encoder_free(t);
    }
}

static void test_encoder_train__divergence_is_an_error(void)
{
    rg_encoder_job job = job_of(RG_ENCODER_TRANSFORMER);
    regatta_ctx *ctx = test_context(1);
    rg_trained_encoder *t = NULL;
    job.options.learning_rate = 1e30f;
    CU_ASSERT_EQUAL(rg_encoder_train(ctx, &t, &job), REGATTA_ENUMERIC);
    CU_ASSERT_PTR_NULL(t);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_trained_encoder *t = NULL;
    const regatta_status status = rg_encoder_train(ctx, &t, arg);
    CU_ASSERT((status == REGATTA_OK) == (t != NULL));
    rg_trained_encoder_free(t);
    return rg_end(ctx, status);
}

static void test_encoder_train__out_of_memory(void)
{
    static float given[ITEMS * 10];
    for (int64_t k = 0; k < ITEMS * 10; k++)
        given[k] = (float)rg_random_normal(8, RG_STREAM_TEST, (uint64_t)k);
    rg_encoder_job job = job_of(RG_ENCODER_GRU);
    job.options.epochs = 1;
    job.options.step.negatives = 12;
    job.start = given;
    job.start_dim = 10;
    fault_sweep_memory(attempt, &job);
}

static const test_case cases[] = {
    {"learns_the_next_item", test_encoder_train__learns_the_next_item},
    {"gradients_of_a_step", test_encoder_train__gradients_of_a_step},
    {"same_bits_at_any_thread_count", test_encoder_train__same_bits_at_any_thread_count},
    {"rates", test_encoder_train__rates},
    {"keeps_the_best_epoch", test_encoder_train__keeps_the_best_epoch},
    {"starts_from_given_rows", test_encoder_train__starts_from_given_rows},
    {"progress_ends_it", test_encoder_train__progress_ends_it},
    {"nothing_to_learn", test_encoder_train__nothing_to_learn},
    {"divergence_is_an_error", test_encoder_train__divergence_is_an_error},
    {"out_of_memory", test_encoder_train__out_of_memory},
};

int test_encoder_train(void)
{
    return TEST_MAIN("encoder_train", cases);
}
