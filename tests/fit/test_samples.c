#include "fit/blend/samples.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include "support/tiny_blend.h"
#include "support/tiny_samples.h"
#include <math.h>

enum { C = 4 };

static rg_blend *first_alone(void)
{
    const int on[C] = {1};
    rg_blend *blend = tiny_blend(C, NULL);
    rg_blend_start(blend, on, tiny_start);
    return blend;
}

/* User 0: samples 10 (best), 11, 12, of which 11 is positive, two held out in all. User 1
 * has no samples. User 2: two equal scores, the higher item positive. */
static rg_samples *by_hand(regatta_ctx *ctx)
{
    rg_samples *o = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_samples_create(ctx, &o, 3, 5, C, 1), REGATTA_OK);
    const int64_t offset[] = {0, 3, 3, 5};
    const uint32_t item[] = {10, 11, 12, 4, 9};
    const float s[] = {1.0f, 0.5f, -1.0f, 0.25f, 0.25f};
    for (int u = 0; u < 4; u++) o->offset[u] = offset[u];
    for (int e = 0; e < 5; e++) {
        o->item[e] = item[e];
        o->s[e * C] = s[e];
    }
    o->label[1] = o->label[4] = 1;
    o->best[4] = 0.5f;
    o->support[4] = 1.5f;
    o->n_holdout[0] = 2;
    o->n_holdout[1] = o->n_holdout[2] = 1;
    return o;
}

static void test_samples__ndcg_by_hand(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = by_hand(ctx);
    rg_blend *blend = first_alone();
    double ndcg[3];
    const double second = 1.0 / log2(3.0);
    const double mean = rg_samples_ndcg(o, blend, NULL, ndcg, 2);
    /* Second place, against an ideal of two hits: the other is no sample. */
    CU_ASSERT_DOUBLE_EQUAL(ndcg[0], second / (1.0 + second), 1e-12);
    CU_ASSERT_EQUAL(ndcg[1], 0.0);
    CU_ASSERT_DOUBLE_EQUAL(ndcg[2], second, 1e-12); /* a tie goes to the lower item */
    CU_ASSERT_DOUBLE_EQUAL(mean, (ndcg[0] + ndcg[1] + ndcg[2]) / 3.0, 1e-15);
    rg_samples_free(o);
    rg_blend_free(blend);
    regatta_ctx_free(ctx);
}

static void test_samples__parts(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = by_hand(ctx);
    rg_blend *blend = first_alone();
    const rg_samples_part half = {.part = 1, .of = 2},
                          other = {.part = 1, .of = 2, .other = 1},
                          none = {.part = 5, .of = 7};
    double all[3], part[3];
    rg_samples_ndcg(o, blend, NULL, all, 1);
    CU_ASSERT_EQUAL(rg_samples_ndcg(o, blend, &half, part, 1), all[1]);
    CU_ASSERT_DOUBLE_EQUAL(rg_samples_ndcg(o, blend, &other, part, 1),
                           (all[0] + all[2]) / 2.0, 1e-15);
    CU_ASSERT_EQUAL(rg_samples_ndcg(o, blend, &none, part, 1), 0.0);
    for (int64_t u = 0; u < o->n_users; u++)
        CU_ASSERT_NOT_EQUAL(rg_samples_in(o, &half, u), rg_samples_in(o, &other, u));
    rg_samples_free(o);
    rg_blend_free(blend);
    regatta_ctx_free(ctx);
}

/* Only twenty places count. */
static void test_samples__cut(void)
{
    enum { N = 25 };
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = NULL;
    rg_blend *blend = first_alone();
    double ndcg[1];
    CU_ASSERT_EQUAL_FATAL(rg_samples_create(ctx, &o, 1, N, C, 1), REGATTA_OK);
    o->offset[1] = N;
    o->n_holdout[0] = 1;
    for (int e = 0; e < N; e++) o->s[e * C] = (float)e;
    o->label[N - 20] = 1; /* the twentieth */
    CU_ASSERT_DOUBLE_EQUAL(rg_samples_ndcg(o, blend, NULL, ndcg, 1), 1.0 / log2(21.0),
                           1e-12);
    o->label[N - 20] = 0;
    o->label[N - 21] = 1;
    CU_ASSERT_EQUAL(rg_samples_ndcg(o, blend, NULL, ndcg, 1), 0.0);
    rg_samples_free(o);
    rg_blend_free(blend);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_samples *o = NULL;
    (void)arg;
    const regatta_status status = rg_samples_create(ctx, &o, 3, 5, C, 1);
    CU_ASSERT_EQUAL(o == NULL, status != REGATTA_OK);
    rg_samples_free(o);
    return rg_end(ctx, status);
}

static void test_samples__memory(void)
{
    fault_sweep_memory(attempt, NULL);
    rg_samples_free(NULL);
}

/* Samples after samples: everything moves on, and a user who is there twice is in the
 * same half both times. */
static void test_samples__append(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_samples *o = by_hand(ctx), *more = by_hand(ctx);
    rg_blend *blend = first_alone();
    const rg_samples_part odd = {.part = 1, .of = 2};
    double before[3], ndcg[6];
    more->label_other[3] = 1;
    more->n_holdout_other[2] = 1;
    more->user[0] = 7;
    rg_samples_ndcg(o, blend, NULL, before, 1);
    CU_ASSERT_EQUAL_FATAL(rg_samples_append(ctx, &o, more), REGATTA_OK);
    CU_ASSERT_EQUAL(o->n_users, 6);
    CU_ASSERT_EQUAL(o->n_samples, 10);
    CU_ASSERT_EQUAL(o->offset[3], 5);
    CU_ASSERT_EQUAL(o->offset[6], 10);
    CU_ASSERT_EQUAL(o->item[8], 4);
    CU_ASSERT_EQUAL(o->label_other[8], 1);
    const rg_blend_case x = rg_samples_case(o, 5, 9);
    CU_ASSERT_EQUAL(x.best, 0.5);
    CU_ASSERT_EQUAL(x.support, 1.5);
    CU_ASSERT_EQUAL(x.s[0], 0.25);
    CU_ASSERT_EQUAL(o->n_holdout_other[5], 1);
    CU_ASSERT_EQUAL(o->n_holdout_other[2], 0);
    CU_ASSERT_EQUAL(o->has_other, 0);
    rg_samples_ndcg(o, blend, NULL, ndcg, 2);
    for (int u = 0; u < 6; u++) CU_ASSERT_EQUAL(ndcg[u], before[u % 3]);
    CU_ASSERT(!rg_samples_in(o, &odd, 0) && rg_samples_in(o, &odd, 3)); /* 7 is odd */
    CU_ASSERT_EQUAL(rg_samples_in(o, &odd, 1), rg_samples_in(o, &odd, 4));
    rg_samples_free(more);
    rg_samples_free(o);
    rg_blend_free(blend);
    regatta_ctx_free(ctx);
}

static regatta_status attempt_append(regatta_ctx *ctx, void *arg)
{
    rg_samples *o = NULL;
    regatta_status status = rg_samples_create(ctx, &o, 2, 3, C, 1);
    if (status == REGATTA_OK) status = rg_samples_append(ctx, &o, arg);
    CU_ASSERT(o == NULL || o->n_users == (status == REGATTA_OK ? 5 : 2));
    rg_samples_free(o);
    return rg_end(ctx, status);
}

static void test_samples__append_memory(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_samples *more = by_hand(ctx);
    fault_sweep_memory(attempt_append, more);
    rg_samples_free(more);
    regatta_ctx_free(ctx);
}

int test_samples(void)
{
    static const test_case cases[] = {
        {"ndcg by hand", test_samples__ndcg_by_hand},
        {"parts", test_samples__parts},
        {"cut", test_samples__cut},
        {"memory", test_samples__memory},
        {"append", test_samples__append},
        {"append, memory", test_samples__append_memory},
    };
    return TEST_MAIN("samples", cases);
}
