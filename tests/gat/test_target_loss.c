#include "base/rng.h"
#include "gat/target/target_loss.h"
#include "support/fault.h"
#include "support/golden.h"
#include "support/gradcheck.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include "support/target_world.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PARAMETERS = RG_TARGET_FLOATS + 2 };

static const rg_target_kind KINDS[] = {RG_TARGET_GATE, RG_TARGET_SOFTMAX};

/* Random parameters; a = 1.5, b = 2.5. */
static void fill_parameters(float *x, int width)
{
    const int64_t n = rg_target_floats(width);
    for (int64_t k = 0; k < n; k++)
        x[k] = (float)(0.4 * rg_random_normal(35, RG_STREAM_TEST, (uint64_t)k));
    x[n] = 1.5f;
    x[n + 1] = 2.5f;
}

/* One user, two samples; a network whose only number is c has the factor
 * 2 / (1 + exp(-c)). */
static void test_target_loss__hand(void)
{
    const int64_t offset[] = {0, 2}, own[] = {0, 1}, first[] = {0, 1};
    const uint32_t item[] = {0, 1}, list[] = {0};
    const float known[] = {1, -1}, rest[] = {0.5f, 1};
    const uint8_t label[] = {1, 0};
    const rg_target_item own_item[] = {{.q = NULL, .place = 1, .age = 0}};
    const rg_target_pair pair[] = {{0, 1.5f, 0.5f}};
    const rg_target_samples s = {.width = 0,
                                 .n_users = 1,
                                 .offset = offset,
                                 .item = item,
                                 .known = known,
                                 .rest = rest,
                                 .label = label,
                                 .own = own,
                                 .own_item = own_item,
                                 .first = first,
                                 .pair = pair};
    float x[PARAMETERS] = {0.0f}, plain[2];
    double loss = 0.0;
    regatta_ctx *ctx = context_of(1);
    rg_target_loss *l = NULL;
    const int64_t n = rg_target_floats(0);
    CU_ASSERT_EQUAL(rg_target_loss_create(ctx, &l, &s, RG_TARGET_GATE), REGATTA_OK);
    CU_ASSERT(rg_target_counts(l, 0));
    rg_target_plain(l, plain, 0);
    CU_ASSERT_DOUBLE_EQUAL(plain[0], 1.0, 1e-6); /* x_max = 0.5 + 1.5 */
    CU_ASSERT_DOUBLE_EQUAL(plain[1], 0.5, 1e-6);
    x[n - 1] = 0.7f;
    x[n] = 0.25f;
    x[n + 1] = 3.0f;
    rg_target_each(l, &loss, x, list, 1);
    const double g = 2.0 / (1.0 + exp(-0.7));
    const double z[] = {0.25 + 3.0 * (0.5 + 1.5 * g) / 2.0, -0.25 + 3.0 * 0.5};
    CU_ASSERT_DOUBLE_EQUAL(loss, log(1.0 + exp(z[1] - z[0])), 1e-6);
    rg_target_loss_free(l);
    regatta_ctx_free(ctx);
}

/* Users without a positive label, without a negative one, and without an x above 0. */
static void test_target_loss__without_effect(void)
{
    regatta_ctx *ctx = context_of(1);
    target_world *w = target_world_make(4, 2, 0);
    rg_target_loss *l = NULL;
    memset(w->label, 0, TARGET_SAMPLES);
    memset(w->label + TARGET_SAMPLES, 1, TARGET_SAMPLES);
    for (int k = 0; k < TARGET_SAMPLES; k++) w->rest[2 * TARGET_SAMPLES + k] = -9.0f;
    CU_ASSERT_EQUAL(rg_target_loss_create(ctx, &l, &w->samples, RG_TARGET_GATE),
                    REGATTA_OK);
    for (int u = 0; u < 4; u++) CU_ASSERT_EQUAL(rg_target_counts(l, u), u == 3);
    rg_target_loss_free(l);
    free(w);
    regatta_ctx_free(ctx);
}

/* At o = 0 both kinds give the loss of g = 1. */
static void test_target_loss__start(void)
{
    regatta_ctx *ctx = context_of(1);
    target_world *w = target_world_make(9, 3, 0);
    float x[PARAMETERS];
    double each[2][9];
    fill_parameters(x, 3);
    rg_target_start(x, 3, 1);
    for (int k = 0; k < 2; k++) {
        rg_target_loss *l = NULL;
        float plain[TARGET_SAMPLES];
        CU_ASSERT_EQUAL(rg_target_loss_create(ctx, &l, &w->samples, KINDS[k]),
                        REGATTA_OK);
        rg_target_each(l, each[k], x, w->list, 9);
        for (int u = 0; u < 9; u++) {
            double total = 0.0, own = 0.0;
            rg_target_plain(l, plain, u);
            for (int j = 0; j < TARGET_SAMPLES; j++) {
                const int64_t o = w->offset[u] + j;
                const double z = 1.5 * (double)w->known[o] + 2.5 * (double)plain[j];
                total += exp(z);
                if (w->label[o]) own = z;
            }
            CU_ASSERT_DOUBLE_EQUAL(each[k][u], log(total) - own, 1e-5);
        }
        rg_target_loss_free(l);
    }
    free(w);
    regatta_ctx_free(ctx);
}

typedef struct checked {
    rg_target_loss *loss;
    const target_world *world;
    const float *x;
} checked;

static double mean_loss(void *state)
{
    const checked *c = state;
    const int64_t n = c->world->samples.n_users;
    double each[TARGET_USERS], sum = 0.0;
    rg_target_each(c->loss, each, c->x, c->world->list, n);
    for (int64_t u = 0; u < n; u++) sum += each[u] / (double)n;
    return sum;
}

static void test_target_loss__gradcheck(void)
{
    static const int widths[] = {0, 3, RG_TARGET_WIDTH};
    regatta_ctx *ctx = context_of(2);
    for (int k = 0; k < 6; k++) {
        const int width = widths[k / 2];
        float x[PARAMETERS], grad[PARAMETERS];
        target_world *w = target_world_make(12, width, 0);
        checked c = {.world = w, .x = x};
        fill_parameters(x, width);
        CU_ASSERT_EQUAL(rg_target_loss_create(ctx, &c.loss, &w->samples, KINDS[k % 2]),
                        REGATTA_OK);
        rg_target_gradient(c.loss, grad, x, w->list, 12);
        /* A smaller step than elsewhere: it meets fewer corners. */
        CU_ASSERT(gradcheck(x, grad, rg_target_parameters(width), 1e-3, 1, mean_loss,
                            &c) < 1e-3);
        rg_target_loss_free(c.loss);
        free(w);
    }
    regatta_ctx_free(ctx);
}

/* An o beyond the clamp has the factor of the clamp and no gradient. */
static void test_target_loss__clamp(void)
{
    regatta_ctx *ctx = context_of(1);
    target_world *w = target_world_make(8, 0, 0);
    rg_target_loss *l = NULL;
    float x[PARAMETERS] = {0.0f}, grad[PARAMETERS];
    double each[2][8];
    const int64_t n = rg_target_floats(0);
    x[n] = x[n + 1] = 1.0f;
    CU_ASSERT_EQUAL(rg_target_loss_create(ctx, &l, &w->samples, RG_TARGET_GATE),
                    REGATTA_OK);
    x[n - 1] = -1e30f;
    rg_target_each(l, each[0], x, w->list, 8);
    rg_target_gradient(l, grad, x, w->list, 8);
    for (int64_t k = 0; k < n; k++) CU_ASSERT_EQUAL(grad[k], 0.0f);
    x[n - 1] = -RG_TARGET_MOST;
    rg_target_each(l, each[1], x, w->list, 8);
    CU_ASSERT_EQUAL(memcmp(each[0], each[1], sizeof each[0]), 0);
    rg_target_loss_free(l);
    free(w);
    regatta_ctx_free(ctx);
}

static void test_target_loss__threads(void)
{
    static const int threads[] = {1, 2, 3, 8};
    float grad[4][PARAMETERS], x[PARAMETERS];
    double each[4][TARGET_USERS];
    target_world *w = target_world_make(TARGET_USERS, 8, 0);
    fill_parameters(x, 8);
    for (int k = 0; k < 4; k++) {
        regatta_ctx *ctx = context_of(threads[k]);
        rg_target_loss *l = NULL;
        CU_ASSERT_EQUAL(rg_target_loss_create(ctx, &l, &w->samples, RG_TARGET_SOFTMAX),
                        REGATTA_OK);
        memset(grad[k], 0, sizeof grad[k]);
        rg_target_gradient(l, grad[k], x, w->list, TARGET_USERS);
        rg_target_each(l, each[k], x, w->list, TARGET_USERS);
        CU_ASSERT_EQUAL(memcmp(grad[k], grad[0], sizeof grad[0]), 0);
        CU_ASSERT_EQUAL(memcmp(each[k], each[0], sizeof each[0]), 0);
        rg_target_loss_free(l);
        regatta_ctx_free(ctx);
    }
    free(w);
}

/* The samples of a file of tests/golden. */
enum { G_USERS = 3, G_ITEMS = 6, G_WIDTH = 3, G_SAMPLES = 4, G_OWN = 3 };

static const double *values(const golden *g, const char *name)
{
    return golden_find(g, "", name)->value;
}

static void fill_world(target_world *w, const golden *g)
{
    int64_t at = 0;
    for (int k = 0; k < G_ITEMS * G_WIDTH; k++) w->q[k] = (float)values(g, "q")[k];
    for (int k = 0; k < G_USERS * G_SAMPLES; k++) {
        w->item[k] = (uint32_t)values(g, "item")[k];
        w->known[k] = (float)values(g, "known")[k];
        w->rest[k] = (float)values(g, "rest")[k];
        w->label[k] = (uint8_t)values(g, "label")[k];
    }
    for (int64_t k = 0; k < G_USERS * G_OWN; k++) {
        w->own_item[k] =
            (rg_target_item){.q = w->q + (int)values(g, "history")[k] * G_WIDTH,
                             .place = (float)values(g, "place")[k],
                             .age = (float)values(g, "age")[k]};
        for (int s = 0; s < G_SAMPLES; s++) {
            const int64_t e = k * G_SAMPLES + s;
            if (values(g, "there")[e] == 0.0) continue;
            w->pair[at++] = (rg_target_pair){(uint32_t)s, (float)values(g, "part")[e],
                                             (float)values(g, "share")[e]};
        }
        w->first[k + 1] = at;
    }
    for (int u = 0; u < G_USERS; u++) {
        w->offset[u + 1] = (int64_t)(u + 1) * G_SAMPLES;
        w->own[u + 1] = (int64_t)(u + 1) * G_OWN;
    }
}

static void check_golden(const char *name, rg_target_kind kind)
{
    golden *g = golden_read(name);
    target_world *w = target_world_make(G_USERS, G_WIDTH, 0);
    regatta_ctx *ctx = context_of(1);
    rg_target_loss *l = NULL;
    float x[PARAMETERS], grad[PARAMETERS], loss[G_USERS];
    double each[G_USERS];
    fill_world(w, g);
    CU_ASSERT_EQUAL_FATAL(golden_find(g, "", "x")->n, rg_target_parameters(G_WIDTH));
    for (int k = 0; k < golden_find(g, "", "x")->n; k++) x[k] = (float)values(g, "x")[k];
    CU_ASSERT_EQUAL(rg_target_loss_create(ctx, &l, &w->samples, kind), REGATTA_OK);
    rg_target_each(l, each, x, w->list, G_USERS);
    for (int u = 0; u < G_USERS; u++) loss[u] = (float)each[u];
    rg_target_gradient(l, grad, x, w->list, G_USERS);
    CU_ASSERT(golden_distance(loss, golden_find(g, "", "loss")) < 1e-5);
    CU_ASSERT(golden_distance(grad, golden_find(g, "", "gradient")) < 1e-5);
    rg_target_loss_free(l);
    regatta_ctx_free(ctx);
    free(w);
    golden_free(g);
}

static void test_target_loss__golden(void)
{
    check_golden("target_gate", RG_TARGET_GATE);
    check_golden("target_softmax", RG_TARGET_SOFTMAX);
}

static regatta_status create(regatta_ctx *ctx, void *state)
{
    const target_world *w = state;
    rg_target_loss *l = NULL;
    const regatta_status status =
        rg_target_loss_create(ctx, &l, &w->samples, RG_TARGET_GATE);
    CU_ASSERT_EQUAL(l == NULL, status != REGATTA_OK);
    rg_target_loss_free(l);
    return rg_end(ctx, status);
}

static void test_target_loss__memory(void)
{
    target_world *w = target_world_make(5, 4, 0);
    fault_sweep_memory(create, w);
    free(w);
}

int test_target_loss(void)
{
    static const test_case cases[] = {
        {"hand", test_target_loss__hand},
        {"without_effect", test_target_loss__without_effect},
        {"start", test_target_loss__start},
        {"gradcheck", test_target_loss__gradcheck},
        {"clamp", test_target_loss__clamp},
        {"threads", test_target_loss__threads},
        {"golden", test_target_loss__golden},
        {"memory", test_target_loss__memory},
    };
    return TEST_MAIN("target_loss", cases);
}
