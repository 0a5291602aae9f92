#include "gat/params.h"
#include "support/fault.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

static rg_params *make(regatta_attention kind, int layers)
{
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    const rg_shape shape = {.attention = kind,
                            .heads = 2,
                            .layers = layers,
                            .dim = 6,
                            .n_users = 3,
                            .n_items = 5};
    rg_params *p = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_params_create(ctx, &p, &shape), REGATTA_OK);
    regatta_ctx_free(ctx);
    return p;
}

static void test_params__table(void)
{
    const char *names[8] = {"x0",       "bias",      "layer0.wq", "layer0.wk",
                            "layer0.a", "layer1.wq", "layer1.wk", "layer1.a"};
    const int64_t size[8] = {48, 5, 36, 36, 6, 36, 36, 6};
    rg_params *p = make(REGATTA_ATTENTION_GATV2, 2);
    CU_ASSERT_EQUAL_FATAL(p->n_entries, 8);
    for (int k = 0; k < 8; k++) {
        CU_ASSERT_STRING_EQUAL(p->entry[k].name, names[k]);
        CU_ASSERT_EQUAL(p->entry[k].rows * p->entry[k].cols, size[k]);
    }
    CU_ASSERT_PTR_EQUAL(p->a[1], p->arena + p->entry[7].first);
    CU_ASSERT_PTR_NULL(p->beta[0]);
    CU_ASSERT_PTR_NULL(p->wq[2]);
    rg_params_free(p);
}

/* Parts begin at lines of 64 bytes, lie apart, and fill the arena in order. */
static void test_params__parts_of_every_kind(void)
{
    for (int kind = 0; kind < 6; kind++)
        for (int layers = 1; layers <= RG_MAX_LAYERS; layers++) {
            rg_params *p = make((regatta_attention)kind, layers);
            int64_t end = 0;
            for (int k = 0; k < p->n_entries; k++) {
                const rg_param_entry *e = &p->entry[k];
                CU_ASSERT_EQUAL((uintptr_t)(p->arena + e->first) % 64, 0);
                CU_ASSERT(e->first >= end);
                end = e->first + e->rows * e->cols;
            }
            CU_ASSERT(p->n_floats >= end && p->n_floats < end + 16);
            rg_params_free(p);
        }
}

static double deviation(const float *x, int64_t n)
{
    double sum = 0.0;
    for (int64_t k = 0; k < n; k++) sum += (double)x[k] * (double)x[k];
    return sqrt(sum / (double)n);
}

static void test_params__start(void)
{
    rg_params *p = make(REGATTA_ATTENTION_GAT, 2), *q = make(REGATTA_ATTENTION_DOT, 2);
    rg_params_start(p, 1);
    rg_params_start(q, 1);
    CU_ASSERT(fabs(deviation(p->x0, 48) - 0.1) < 0.03); /* 48 draws: 0.01 */
    CU_ASSERT(fabs(deviation(p->wq[1], 36) - 1.0 / sqrt(6.0)) < 0.15);
    CU_ASSERT_EQUAL(deviation(p->a[0], 12), 0.0);
    CU_ASSERT_EQUAL(deviation(p->bias, 5), 0.0);
    CU_ASSERT_EQUAL(deviation(q->wk[0], 36), 0.0);
    CU_ASSERT(deviation(q->wq[0], 36) > 0.2);
    CU_ASSERT_EQUAL(memcmp(p->x0, q->x0, 48 * sizeof(float)), 0); /* the kind is apart */
    CU_ASSERT_NOT_EQUAL(p->wq[0][0], p->wq[1][0]);
    rg_params_start(q, 2);
    CU_ASSERT_NOT_EQUAL(memcmp(p->x0, q->x0, 48 * sizeof(float)), 0);
    rg_params_free(p);
    rg_params_free(q);
}

/* Expands parameters 1, 2, 3, ... of `shape`. */
static rg_params *expand(rg_shape shape, rg_params **out)
{
    regatta_ctx *ctx = NULL;
    rg_params *p = NULL, *full = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_params_create(ctx, &p, &shape), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_params_create_expanded(ctx, &full, &shape), REGATTA_OK);
    regatta_ctx_free(ctx);
    for (int64_t k = 0; k < p->n_floats; k++) p->arena[k] = (float)(k + 1);
    rg_params_expand(full, p);
    *out = p;
    return full;
}

/* Two heads of two columns: what is shared is stored once, and read by all. */
static void test_params__shared(void)
{
    const rg_shape shape = {.attention = REGATTA_ATTENTION_DOT,
                            .heads = 2,
                            .layers = 2,
                            .dim = 4,
                            .n_groups = 3};
    const struct {
        regatta_share share;
        int n_entries;
        int64_t keys; /* numbers of wk of a layer */
        int same_heads, same_layers;
    } c[] = {{REGATTA_SHARE_NONE, 2 + 2 * 4, 16, 0, 0},
             {REGATTA_SHARE_HEADS, 2 + 2 * 4, 8, 1, 0},
             {REGATTA_SHARE_LAYERS, 2 + 4, 16, 0, 1},
             {REGATTA_SHARE_ALL, 2 + 4, 8, 1, 1}};
    for (size_t k = 0; k < sizeof c / sizeof *c; k++) {
        rg_shape s = shape;
        rg_params *p = NULL;
        s.share = c[k].share;
        rg_params *full = expand(s, &p);
        CU_ASSERT_EQUAL(p->n_entries, c[k].n_entries);
        CU_ASSERT_EQUAL(p->entry[3].rows * p->entry[3].cols, c[k].keys);
        CU_ASSERT_EQUAL(full->wk[0][4] == full->wk[0][6], c[k].same_heads);
        CU_ASSERT_EQUAL(full->level[1][0] == full->level[1][1], c[k].same_heads);
        CU_ASSERT_EQUAL(full->wq[0][5] == full->wq[1][5], c[k].same_layers);
        CU_ASSERT_EQUAL(full->wk[0][2 * 4 + 1],
                        p->arena[p->entry[3].first + 2 * p->entry[3].cols + 1]);
        CU_ASSERT_NOT_EQUAL(full->wq[0][4],
                            full->wq[0][6]); /* queries are a head's own */
        rg_params_free(p);
        rg_params_free(full);
    }
}

/* A shared number has the sum of the gradients of its readers. */
static void test_params__gradients_of_shared(void)
{
    const rg_shape shape = {.attention = REGATTA_ATTENTION_COSINE,
                            .heads = 2,
                            .layers = 3,
                            .dim = 4,
                            .share = REGATTA_SHARE_ALL};
    rg_params *grad = NULL, *full = expand(shape, &grad);
    for (int l = 0; l < 3; l++)
        for (int h = 0; h < 2; h++) full->beta[l][h] = (float)(10 * l + h);
    grad->arena[grad->entry[2].first] = 0.5f;
    rg_params_add_expanded(grad, full);
    CU_ASSERT_EQUAL(grad->arena[grad->entry[2].first], 0.5f + 1.0f + 21.0f + 41.0f);
    rg_params_free(grad);
    rg_params_free(full);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const rg_shape *shape = arg;
    rg_params *p = NULL;
    const regatta_status status = rg_params_create(ctx, &p, shape);
    CU_ASSERT_EQUAL(p == NULL, status != REGATTA_OK);
    rg_params_free(p);
    return rg_end(ctx, status);
}

static void test_params__every_allocation_may_fail(void)
{
    rg_shape shape = {.attention = REGATTA_ATTENTION_GAT,
                      .heads = 1,
                      .layers = 1,
                      .dim = 4,
                      .n_users = 2,
                      .n_items = 2};
    fault_sweep_memory(attempt, &shape);
}

static const test_case cases[] = {
    {"table", test_params__table},
    {"parts_of_every_kind", test_params__parts_of_every_kind},
    {"start", test_params__start},
    {"shared", test_params__shared},
    {"gradients_of_shared", test_params__gradients_of_shared},
    {"every_allocation_may_fail", test_params__every_allocation_may_fail},
};

int test_params(void)
{
    return TEST_MAIN("params", cases);
}
