#include "gat/target/target_learn.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include "support/target_world.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static rg_target_learned learned_of(const target_world *w, rg_target_kind kind,
                                    int threads)
{
    rg_target_learned out;
    regatta_ctx *ctx = context_of(threads);
    CU_ASSERT_EQUAL(rg_target_learn(ctx, &out, &w->samples, w->user, kind, 1),
                    REGATTA_OK);
    regatta_ctx_free(ctx);
    return out;
}

/* Users choose by recent items: factors learn to fall with the place, and the loss of
 * users from whom a network did not learn falls by many standard errors. */
static void test_target_learn__place(void)
{
    target_world *w = target_world_make(TARGET_USERS, 4, 1);
    for (int kind = RG_TARGET_GATE; kind <= RG_TARGET_SOFTMAX; kind++) {
        rg_target_learned l = learned_of(w, (rg_target_kind)kind, 2);
        CU_ASSERT_EQUAL(l.n_users, TARGET_USERS);
        CU_ASSERT(l.rounds > 0);
        CU_ASSERT(l.loss_before - l.loss_after > 5.0 * l.error);
        for (int k = 0; k < RG_TARGET_NETS; k++) {
            double mean[2] = {0.0, 0.0};
            const rg_target_net net = rg_target_net_at(l.x[k], 4);
            for (int h = 0; h < 100; h++)
                for (int late = 0; late < 2; late++) {
                    rg_target_own room;
                    float in[RG_TARGET_WIDTH + 1], unit[RG_NET_UNITS], o;
                    const rg_target_item item = {.q = w->q + 4 * (h % TARGET_ITEMS),
                                                 .place = late ? -1.0f : 1.0f};
                    const rg_net own = rg_target_net_of(&room, &net, &item);
                    rg_target_inputs(in, w->q + 4 * (h % 7), 4, 0.5f);
                    rg_kernels_best()->net_forward(&o, unit, in, 1, &own);
                    mean[late] += (double)o / 100.0;
                }
            CU_ASSERT(mean[1] > mean[0] + 0.3);
        }
    }
    free(w);
}

/* Labels at random: nothing is gained on unseen users beyond chance. */
static void test_target_learn__no_evidence(void)
{
    target_world *w = target_world_make(TARGET_USERS, 4, 0);
    const rg_target_learned l = learned_of(w, RG_TARGET_GATE, 1);
    CU_ASSERT(l.loss_before - l.loss_after <= 2.0 * l.error);
    free(w);
}

/* Without pairs, or with one half of the users: g = 1. */
static void test_target_learn__nothing(void)
{
    target_world *w = target_world_make(40, 4, 1);
    for (int u = 0; u < 40; u++) w->user[u] = (uint32_t)(2 * u);
    rg_target_learned l = learned_of(w, RG_TARGET_GATE, 1);
    CU_ASSERT_EQUAL(l.rounds, 0);
    for (int k = 0; k < RG_TARGET_NETS; k++) {
        const rg_target_net net = rg_target_net_at(l.x[k], 4);
        for (int i = 0; i < RG_NET_UNITS; i++) CU_ASSERT_EQUAL(net.out[i], 0.0f);
        CU_ASSERT_EQUAL(*net.out_bias, 0.0f);
    }
    for (int u = 0; u < 40; u++) w->user[u] = (uint32_t)u;
    memset(w->first, 0, sizeof w->first);
    l = learned_of(w, RG_TARGET_GATE, 1);
    CU_ASSERT_EQUAL(*rg_target_net_at(l.x[RG_TARGET_ALL], 4).out_bias, 0.0f);
    w->samples.n_users = 0;
    l = learned_of(w, RG_TARGET_SOFTMAX, 1);
    CU_ASSERT_EQUAL(l.n_users, 0);
    free(w);
}

static void test_target_learn__threads(void)
{
    static const int threads[] = {2, 3, 8};
    target_world *w = target_world_make(TARGET_USERS, RG_TARGET_WIDTH, 1);
    rg_target_learned *one = malloc(sizeof *one), *more = malloc(sizeof *more);
    *one = learned_of(w, RG_TARGET_GATE, 1);
    for (int k = 0; k < 3; k++) {
        *more = learned_of(w, RG_TARGET_GATE, threads[k]);
        CU_ASSERT_EQUAL(memcmp(more->x, one->x, sizeof one->x), 0);
        CU_ASSERT_EQUAL(more->rounds, one->rounds);
        CU_ASSERT(more->loss_after == one->loss_after);
    }
    free(one);
    free(more);
    free(w);
}

static regatta_status learn(regatta_ctx *ctx, void *state)
{
    const target_world *w = state;
    rg_target_learned out;
    return rg_end(ctx,
                  rg_target_learn(ctx, &out, &w->samples, w->user, RG_TARGET_SOFTMAX, 1));
}

static void test_target_learn__memory(void)
{
    target_world *w = target_world_make(12, 2, 1);
    fault_sweep_memory(learn, w);
    free(w);
}

int test_target_learn(void)
{
    static const test_case cases[] = {
        {"place", test_target_learn__place},
        {"no_evidence", test_target_learn__no_evidence},
        {"nothing", test_target_learn__nothing},
        {"threads", test_target_learn__threads},
        {"memory", test_target_learn__memory},
    };
    return TEST_MAIN("target_learn", cases);
}
