#include "base/kernels/vec.h"
#include "base/rng.h"
#include "gat/train.h"
#include "gat/trainer.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const planted PLANTED = {
    .n_users = 150, .n_items = 90, .communities = 5, .per_user = 8, .seed = 3};

static int64_t sampled_of(const rg_train_job *job, int64_t n_items)
{
    return rg_sampled_items(job->options.loss, job->options.softmax_items, n_items);
}

static rg_train_job job_on(const regatta_graph *graph, int64_t dim, uint32_t steps)
{
    rg_train_job job = {.graph = graph,
                        .shape = {.attention = REGATTA_ATTENTION_NONE,
                                  .combine = REGATTA_COMBINE_MEAN,
                                  .heads = 1,
                                  .layers = 2,
                                  .dim = dim,
                                  .n_users = graph->by_user->n_rows,
                                  .n_items = graph->by_user->n_cols},
                        .options = {.loss = REGATTA_LOSS_SOFTMAX,
                                    .start = REGATTA_START_SVD,
                                    .patience = 4,
                                    .eval_every = 10,
                                    .l2 = 1e-8f,
                                    .seed = 1},
                        .stage = "test"};
    job.options.max_steps = steps;
    job.options.learning_rate = 0.03f;
    job.options.temperature = 0.2f;
    job.options.batch_users = 64;
    return job;
}

/* A graph and a job on it; the caller frees the graph. */
static regatta_graph *planted_of(regatta_ctx *ctx)
{
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    return graph;
}

static rg_vectors *train(uint32_t threads, const rg_train_job *job)
{
    regatta_ctx *ctx = test_context(threads);
    rg_vectors *v = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_train_vectors(ctx, &v, job), REGATTA_OK);
    regatta_ctx_free(ctx);
    return v;
}

static double cosine(const float *a, const float *b, int64_t dim)
{
    const float square = rg_vec_dot(a, a, dim) * rg_vec_dot(b, b, dim);
    return square > 0.0f ? (double)(rg_vec_dot(a, b, dim) / sqrtf(square)) : 0.0;
}

/* Mean cosine of users with items of their own community, less that with others. */
static double separation(const rg_vectors *v)
{
    double same = 0.0, other = 0.0;
    int64_t n_same = 0, n_other = 0;
    for (int64_t u = 0; u < v->shape.n_users; u++)
        for (int64_t i = 0; i < v->shape.n_items; i++) {
            const double c =
                cosine(v->y + u * v->shape.dim,
                       v->y + (v->shape.n_users + i) * v->shape.dim, v->shape.dim);
            if (u % PLANTED.communities == i % PLANTED.communities) {
                same += c;
                n_same++;
            } else {
                other += c;
                n_other++;
            }
        }
    return same / (double)n_same - other / (double)n_other;
}

/* Every loss, start and kind falls and finds the communities. */
static void check_learns(rg_train_job job)
{
    regatta_ctx *ctx = test_context(2);
    rg_trainer *t = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_trainer_create(ctx, &t, &job), REGATTA_OK);
    double first = 0.0, last = 0.0;
    const int64_t steps = 45; /* whole passes of 3 blocks */
    for (int64_t s = 0; s < steps; s++) {
        const double loss = rg_trainer_step(t, s);
        if (s < t->n_blocks) first += loss;
        if (s >= steps - t->n_blocks) last += loss;
    }
    CU_ASSERT_EQUAL(t->n_blocks, 3);
    CU_ASSERT(last < 0.95 * first);
    rg_trainer_free(t);
    rg_vectors *v = train(2, &job);
    CU_ASSERT(separation(v) > 0.4);
    rg_vectors_free(v);
    regatta_ctx_free(ctx);
}

static void test_train__learns(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = planted_of(ctx);
    rg_train_job job = job_on(graph, 8, 60);
    check_learns(job);
    job.options.start = REGATTA_START_RANDOM;
    check_learns(job);
    job.options.loss = REGATTA_LOSS_BPR;
    check_learns(job);
    job.options.loss = REGATTA_LOSS_SOFTMAX;
    job.options.softmax_items = 20;
    check_learns(job);
    job.options.softmax_items = 0;
    job.options.edge_dropout = 0.2f;
    job.shape.attention = REGATTA_ATTENTION_COSINE;
    job.shape.combine = REGATTA_COMBINE_ALL;
    check_learns(job);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* The loss of a step is a function of the parameters before it: one small step of plain
 * descent along the step's gradient lowers the block's loss by rate |g|^2. */
static void test_train__gradient_of_a_step(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = planted_of(ctx);
    rg_train_job job = job_on(graph, 8, 2);
    job.options.batch_users = 1000; /* one block: both steps have the same loss */
    job.options.l2 = 0.0f;
    rg_trainer *t = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_trainer_create(ctx, &t, &job), REGATTA_OK);
    const size_t bytes = (size_t)t->params->n_floats * sizeof(float);
    float *before = malloc(bytes);
    memcpy(before, t->params->arena, bytes);
    const double first = rg_trainer_step(t, 0);
    double square = 0.0;
    for (int64_t k = 0; k < t->params->n_floats; k++)
        square += (double)t->grad->arena[k] * (double)t->grad->arena[k];
    const double rate = 1e-3 / sqrt(square);
    for (int64_t k = 0; k < t->params->n_floats; k++)
        t->params->arena[k] = before[k] - (float)rate * t->grad->arena[k];
    const double second = rg_trainer_step(t, 1);
    /* Curvature adds about 1%; a wrong gradient is off by far more. */
    CU_ASSERT_DOUBLE_EQUAL((first - second) / (rate * square), 1.0, 0.05);
    free(before);
    rg_trainer_free(t);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* A validator with scripted answers that remembers what it was shown. */
typedef struct script {
    const double *answer;
    int n;
    float bias[16]; /* bias[0] at each call */
} script;

static regatta_status scripted(void *state, double *ndcg, const float *users,
                               const float *items, const float *bias, float scale,
                               const rg_shape *shape)
{
    script *s = state;
    (void)users, (void)items, (void)shape;
    CU_ASSERT_DOUBLE_EQUAL(scale, 5.0, 1e-5);
    s->bias[s->n] = bias[0];
    *ndcg = s->answer[s->n++];
    return REGATTA_OK;
}

static void test_train__best_state_restored(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = planted_of(ctx);
    rg_train_job job = job_on(graph, 8, 100);
    const double answer[8] = {0.1, 0.3, 0.2, 0.25, 0.1, 0.9, 0.9, 0.9};
    script s = {.answer = answer};
    job.options.eval_every = 3;
    job.options.patience = 3;
    job.validate = scripted;
    job.validate_state = &s;
    rg_vectors *v = train(2, &job);
    CU_ASSERT_EQUAL(s.n, 5);
    CU_ASSERT_EQUAL(v->n_curve, 5);
    CU_ASSERT_EQUAL(v->n_steps, 15);
    CU_ASSERT_EQUAL(v->best_step, 6);
    CU_ASSERT_EQUAL(v->best_ndcg, 0.3);
    CU_ASSERT_EQUAL(v->bias[0], s.bias[1]);
    CU_ASSERT_NOT_EQUAL(s.bias[1], s.bias[4]);
    CU_ASSERT_EQUAL(v->curve[2].step, 9);
    CU_ASSERT_FALSE(v->finished_early);
    /* The read-out belongs to the restored state: six steps alone give the same. */
    job.validate = NULL;
    job.options.max_steps = 6;
    rg_vectors *six = train(1, &job);
    CU_ASSERT_EQUAL(memcmp(v->y, six->y, 240 * 8 * sizeof(float)), 0);
    CU_ASSERT(isnan(six->best_ndcg));
    rg_vectors_free(six);
    rg_vectors_free(v);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static regatta_status not_a_number(void *state, double *ndcg, const float *users,
                                   const float *items, const float *bias, float scale,
                                   const rg_shape *shape)
{
    (void)state, (void)users, (void)items, (void)bias, (void)scale, (void)shape;
    *ndcg = (double)NAN;
    return REGATTA_OK;
}

static void test_train__stays_finite(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = planted_of(ctx);
    rg_train_job job = job_on(graph, 8, 10);
    rg_vectors *v = NULL;
    job.options.learning_rate = 1e38f;
    CU_ASSERT_EQUAL(rg_train_vectors(ctx, &v, &job), REGATTA_ENUMERIC);
    CU_ASSERT_PTR_NULL(v);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "finite"));
    job.options.learning_rate = 0.03f;
    job.validate = not_a_number;
    CU_ASSERT_EQUAL(rg_train_vectors(ctx, &v, &job), REGATTA_ENUMERIC);
    CU_ASSERT_PTR_NULL(v);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

typedef struct listener {
    int64_t calls, say_at;
    int word;
    double seconds, left;
} listener;

static int listen(void *state, const regatta_progress *p)
{
    listener *l = state;
    l->calls++;
    CU_ASSERT_EQUAL(p->done, l->calls);
    CU_ASSERT_EQUAL(strcmp(p->stage, "test"), 0);
    CU_ASSERT(isfinite(p->loss));
    CU_ASSERT(p->seconds_left >= 0.0);
    CU_ASSERT(p->seconds >= l->seconds);
    l->seconds = p->seconds;
    return l->calls == l->say_at ? l->word : REGATTA_GO_ON;
}

static void test_train__finish_and_cancel(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = planted_of(ctx);
    rg_train_job job = job_on(graph, 8, 30);
    listener l = {.say_at = 7, .word = REGATTA_FINISH};
    job.options.progress = listen;
    job.options.progress_state = &l;
    rg_vectors *v = train(2, &job);
    CU_ASSERT_EQUAL(l.calls, 7);
    CU_ASSERT_EQUAL(v->n_steps, 7);
    CU_ASSERT_EQUAL(v->best_step, 7);
    CU_ASSERT(v->finished_early);
    rg_vectors_free(v);
    /* Before the first validation the state so far is validated and kept. */
    const double answer[1] = {0.5};
    script s = {.answer = answer};
    l = (listener){.say_at = 2, .word = REGATTA_FINISH};
    job.validate = scripted;
    job.validate_state = &s;
    v = train(2, &job);
    CU_ASSERT_EQUAL(v->best_step, 2);
    CU_ASSERT_EQUAL(v->best_ndcg, 0.5);
    rg_vectors_free(v);
    l = (listener){.say_at = 2, .word = REGATTA_CANCEL};
    v = NULL;
    CU_ASSERT_EQUAL(rg_train_vectors(ctx, &v, &job), REGATTA_ESTOPPED);
    CU_ASSERT_PTR_NULL(v);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void check_same_bits(const rg_train_job *job)
{
    const uint32_t threads[3] = {2, 3, 8};
    rg_vectors *one = train(1, job);
    const rg_shape *shape = &one->shape;
    const int64_t n_nodes = shape->n_users + shape->n_items;
    const size_t y = (size_t)(n_nodes * shape->dim) * sizeof(float);
    const size_t bias = (size_t)shape->n_items * sizeof(float);
    for (int c = 0; c < 3; c++) {
        rg_vectors *many = train(threads[c], job);
        CU_ASSERT_EQUAL(memcmp(one->y, many->y, y), 0);
        CU_ASSERT_EQUAL(memcmp(one->bias, many->bias, bias), 0);
        CU_ASSERT_EQUAL(memcmp(one->params->arena, many->params->arena,
                               (size_t)one->params->n_floats * sizeof(float)),
                        0);
        rg_vectors_free(many);
    }
    rg_vectors_free(one);
}

static void test_train__same_bits(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = planted_of(ctx);
    rg_train_job job = job_on(graph, 8, 5);
    check_same_bits(&job);
    job.options.loss = REGATTA_LOSS_BPR;
    job.options.edge_dropout = 0.3f;
    check_same_bits(&job);
    job.options.loss = REGATTA_LOSS_SOFTMAX;
    job.options.softmax_items = 20;
    job.shape.attention = REGATTA_ATTENTION_GATV2;
    job.shape.heads = 2;
    check_same_bits(&job);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* From 8,192 items on the gradients are of draws. */
static void test_train__same_draws(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    const planted wide = {
        .n_users = 150, .n_items = 8192, .communities = 5, .per_user = 90, .seed = 3};
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &wide), REGATTA_OK);
    const rg_train_job job = job_on(graph, 8, 5);
    check_same_bits(&job);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* A softmax over a sample that holds every item is the exact one. */
static void test_train__sample_of_everything(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = planted_of(ctx);
    rg_train_job job = job_on(graph, 8, 1);
    rg_trainer *exact = NULL, *sampled = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_trainer_create(ctx, &exact, &job), REGATTA_OK);
    CU_ASSERT_PTR_NULL(exact->sample);
    rg_train_job other = job;
    other.options.softmax_items = 89; /* with the block's positives: all 90 */
    CU_ASSERT_EQUAL_FATAL(rg_trainer_create(ctx, &sampled, &other), REGATTA_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(sampled->sample);
    const double a = rg_trainer_step(exact, 0), b = rg_trainer_step(sampled, 0);
    CU_ASSERT(sampled->sample->n >= 89);
    CU_ASSERT_DOUBLE_EQUAL(a, b, 0.01 * a);
    CU_ASSERT_EQUAL(sampled_of(&job, 250000), 0);
    CU_ASSERT_EQUAL(sampled_of(&job, 250001), 65536);
    CU_ASSERT_EQUAL(sampled_of(&other, 90), 89);
    rg_trainer_free(exact);
    rg_trainer_free(sampled);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_train__tiny_graphs(void)
{
    const int pair[3][2] = {{0, 0}, {2, 0}, {2, 2}};
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(graph_of_pairs(ctx, &graph, 1, 1, 1, pair), REGATTA_OK);
    rg_train_job job = job_on(graph, 4, 5);
    rg_vectors *v = train(2, &job);
    CU_ASSERT_DOUBLE_EQUAL(cosine(v->y, v->y + 4, 4), 1.0, 1e-5);
    rg_vectors_free(v);
    job.options.loss = REGATTA_LOSS_BPR; /* no negative exists */
    v = train(2, &job);
    rg_vectors_free(v);
    regatta_graph_free(graph);
    /* User 1 and item 1 have no edge: zero rows, degree 0. */
    CU_ASSERT_EQUAL_FATAL(graph_of_pairs(ctx, &graph, 3, 3, 3, pair), REGATTA_OK);
    job = job_on(graph, 4, 5);
    v = train(2, &job);
    for (int k = 0; k < 4; k++) {
        CU_ASSERT_EQUAL(v->y[4 + k], 0.0f);
        CU_ASSERT_EQUAL(v->y[(3 + 1) * 4 + k], 0.0f);
    }
    CU_ASSERT_EQUAL(v->item_degree[0], 2.0f);
    CU_ASSERT_EQUAL(v->item_degree[1], 0.0f);
    rg_vectors_free(v);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_train__no_edge(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(graph_of_pairs(ctx, &graph, 2, 2, 0, NULL), REGATTA_OK);
    const rg_train_job job = job_on(graph, 4, 5);
    rg_vectors *v = NULL;
    CU_ASSERT_EQUAL(rg_train_vectors(ctx, &v, &job), REGATTA_EINVAL);
    CU_ASSERT_PTR_NULL(v);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* `from` with no steps: the read-out of given parameters over another graph. */
static void test_train__read_out_alone(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = planted_of(ctx);
    rg_train_job job = job_on(graph, 8, 4);
    rg_vectors *v = train(2, &job);
    rg_train_job again = job;
    again.options.max_steps = 0;
    again.from = v->params;
    rg_vectors *w = train(2, &again);
    CU_ASSERT_EQUAL(memcmp(v->y, w->y, 240 * 8 * sizeof(float)), 0);
    CU_ASSERT_EQUAL(memcmp(v->item_state, w->item_state, 2 * 90 * 8 * sizeof(float)), 0);
    CU_ASSERT_EQUAL(w->n_steps, 0);
    rg_vectors_free(w);
    rg_vectors_free(v);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static regatta_status constant(void *state, double *ndcg, const float *users,
                               const float *items, const float *bias, float scale,
                               const rg_shape *shape)
{
    (void)state, (void)users, (void)items, (void)bias, (void)scale, (void)shape;
    *ndcg = 0.5;
    return REGATTA_OK;
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const rg_train_job *job = arg;
    rg_vectors *v = NULL;
    const regatta_status status = rg_train_vectors(ctx, &v, job);
    CU_ASSERT_EQUAL(v == NULL, status != REGATTA_OK);
    rg_vectors_free(v);
    return rg_end(ctx, status);
}

static void test_train__memory(void)
{
    const int pair[4][2] = {{0, 0}, {0, 1}, {1, 1}, {1, 3}};
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(graph_of_pairs(ctx, &graph, 2, 4, 4, pair), REGATTA_OK);
    rg_train_job job = job_on(graph, 4, 2);
    job.validate = constant;
    job.options.softmax_items = 2;
    fault_sweep_memory(attempt, &job);
    job.options.loss = REGATTA_LOSS_BPR;
    job.options.start = REGATTA_START_RANDOM;
    job.shape.combine = REGATTA_COMBINE_ALL;
    fault_sweep_memory(attempt, &job);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"learns", test_train__learns},
    {"gradient of a step", test_train__gradient_of_a_step},
    {"best state restored", test_train__best_state_restored},
    {"stays finite", test_train__stays_finite},
    {"finish and cancel", test_train__finish_and_cancel},
    {"same bits", test_train__same_bits},
    {"same draws", test_train__same_draws},
    {"sample of everything", test_train__sample_of_everything},
    {"tiny graphs", test_train__tiny_graphs},
    {"no edge", test_train__no_edge},
    {"read-out alone", test_train__read_out_alone},
    {"memory", test_train__memory},
};

int test_train(void)
{
    return TEST_MAIN("train", cases);
}
