/* A start that several runs share. */
#include "gat/train.h"
#include "gat/trainer.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

enum { USERS = 60, ITEMS = 40, DIM = 8, NODES = USERS + ITEMS };

static const planted PLANTED = {
    .n_users = USERS, .n_items = ITEMS, .communities = 4, .per_user = 6, .seed = 5};

static rg_train_job job_on(const regatta_graph *graph)
{
    rg_train_job job = {.graph = graph,
                        .shape = {.heads = 1,
                                  .layers = 2,
                                  .dim = DIM,
                                  .n_users = USERS,
                                  .n_items = ITEMS},
                        .options = {.loss = REGATTA_LOSS_SOFTMAX,
                                    .start = REGATTA_START_SVD,
                                    .patience = 4,
                                    .eval_every = 10,
                                    .l2 = 1e-8f,
                                    .seed = 1},
                        .stage = "test"};
    job.options.max_steps = 3;
    job.options.learning_rate = 0.03f;
    job.options.temperature = 0.2f;
    job.options.batch_users = 32;
    return job;
}

/* Biases start at a share of the logarithms of degrees; one step moves them by its rate.
 */
static void test_train_start__bias(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    rg_train_job job = job_on(graph);
    job.options.max_steps = 1;
    for (int k = 0; k < 2; k++) {
        rg_vectors *v = NULL;
        job.options.bias_start = k == 0 ? 0.0f : 2.0f;
        CU_ASSERT_EQUAL_FATAL(rg_train_vectors(ctx, &v, &job), REGATTA_OK);
        for (int64_t j = 0; j < ITEMS; j++) {
            const double degree = (double)rg_csr_degree(graph->by_item, j);
            const double start = (double)job.options.bias_start * log(1.0 + degree);
            CU_ASSERT(fabs((double)v->bias[j] - start) < 0.051);
        }
        rg_vectors_free(v);
    }
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* A ring: item i next to i - 1 and i + 1. */
static rg_csr *ring(regatta_ctx *ctx)
{
    rg_csr *g = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_csr_create(ctx, &g, ITEMS, ITEMS, 2 * ITEMS, 1), REGATTA_OK);
    for (uint32_t i = 0; i < ITEMS; i++) {
        const uint32_t a = (i + ITEMS - 1) % ITEMS, b = (i + 1) % ITEMS;
        g->offset[i + 1] = 2 * ((int64_t)i + 1);
        g->target[2 * i] = a < b ? a : b;
        g->target[2 * i + 1] = a < b ? b : a;
        g->value[2 * i] = g->value[2 * i + 1] = 0.25f;
    }
    return g;
}

/* With the shared start a run gives the bits that it gives alone. */
static void check_shared(regatta_ctx *ctx, const rg_train_job *job, const float *start)
{
    rg_train_job shared = *job;
    rg_vectors *alone = NULL, *with = NULL;
    shared.start = start;
    CU_ASSERT_EQUAL_FATAL(rg_train_vectors(ctx, &alone, job), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_train_vectors(ctx, &with, &shared), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(alone->y, with->y, NODES * DIM * sizeof(float)), 0);
    CU_ASSERT_EQUAL(memcmp(alone->params->arena, with->params->arena,
                           (size_t)alone->params->n_floats * sizeof(float)),
                    0);
    rg_vectors_free(alone);
    rg_vectors_free(with);
}

static void test_train_start__same_as_alone(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = NULL;
    float *start = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    rg_csr *items = ring(ctx);
    rg_train_job job = job_on(graph);
    CU_ASSERT_EQUAL_FATAL(rg_train_start(ctx, &start, &job), REGATTA_OK);
    check_shared(ctx, &job, start);
    job.item_graph = items; /* the same start serves it */
    check_shared(ctx, &job, start);
    job.options.temperature = 0.1f;
    job.shape.attention = REGATTA_ATTENTION_DOT;
    check_shared(ctx, &job, start);
    rg_free(ctx->mem, start);
    rg_csr_free(items);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* The first forward pass sees exactly what was given. */
static void test_train_start__is_taken(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    rg_trainer *t = NULL;
    static float start[NODES * DIM];
    for (int k = 0; k < NODES * DIM; k++) start[k] = (float)k;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    rg_train_job job = job_on(graph);
    job.start = start;
    CU_ASSERT_EQUAL_FATAL(rg_trainer_create(ctx, &t, &job), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(t->params->x0, start, sizeof start), 0);
    CU_ASSERT_EQUAL(t->params->bias[0], 0.0f);
    rg_trainer_free(t);
    job.options.start = REGATTA_START_RANDOM; /* asks for something else */
    CU_ASSERT_EQUAL_FATAL(rg_trainer_create(ctx, &t, &job), REGATTA_OK);
    CU_ASSERT_NOT_EQUAL(memcmp(t->params->x0, start, sizeof start), 0);
    rg_trainer_free(t);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    float *start = NULL;
    const regatta_status status = rg_train_start(ctx, &start, arg);
    CU_ASSERT_EQUAL(start == NULL, status != REGATTA_OK);
    rg_free(ctx->mem, start);
    return rg_end(ctx, status);
}

static void test_train_start__memory(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    rg_train_job job = job_on(graph);
    fault_sweep_memory(attempt, &job);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"bias", test_train_start__bias},
    {"same as alone", test_train_start__same_as_alone},
    {"is taken", test_train_start__is_taken},
    {"memory", test_train_start__memory},
};

int test_train_start(void)
{
    return TEST_MAIN("train_start", cases);
}
