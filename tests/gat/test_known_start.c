#include "base/rng.h"
#include "gat/start/known_start.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { USERS = 30, ITEMS = 25, NODES = USERS + ITEMS, DIM = 4 };

/* Parameters with drawn rows, and their rotation by a quarter turn of the first two
 * columns, twice as long, as the known rows of the nodes that `has` chooses. */
typedef struct world {
    regatta_ctx *ctx;
    rg_params *p;
    rg_known_rows known;
} world;

static void turned(float *to, const float *from)
{
    to[0] = -2.0f * from[1];
    to[1] = 2.0f * from[0];
    to[2] = 2.0f * from[2];
    to[3] = 2.0f * from[3];
}

static world open_world(int64_t every)
{
    const rg_shape shape = {
        .heads = 1, .layers = 1, .dim = DIM, .n_users = USERS, .n_items = ITEMS};
    world w = {.ctx = context_of(2), .known = {.dim = DIM}};
    CU_ASSERT_EQUAL_FATAL(rg_params_create(w.ctx, &w.p, &shape), REGATTA_OK);
    w.known.x0 = rg_alloc(w.ctx->mem, NODES * DIM, sizeof *w.known.x0);
    w.known.bias = rg_alloc(w.ctx->mem, ITEMS, sizeof *w.known.bias);
    w.known.has = rg_alloc(w.ctx->mem, NODES, 1);
    CU_ASSERT_FATAL(w.known.x0 != NULL && w.known.bias != NULL && w.known.has != NULL);
    for (int64_t k = 0; k < NODES * DIM; k++)
        w.p->x0[k] = (float)rg_random_normal(5, RG_STREAM_TEST, (uint64_t)k);
    for (int64_t v = 0; v < NODES && every > 0; v += every) {
        w.known.has[v] = 1;
        turned(w.known.x0 + v * DIM, w.p->x0 + v * DIM);
        if (v >= USERS) w.known.bias[v - USERS] = (float)v;
    }
    return w;
}

static void close_world(world *w)
{
    rg_known_rows_clear(w->ctx->mem, &w->known);
    rg_params_free(w->p);
    regatta_ctx_free(w->ctx);
}

/* Known nodes have their rows, and the others are turned with them. */
static void test_known_start__maps(void)
{
    world w = open_world(3);
    float before[NODES * DIM], want[DIM];
    memcpy(before, w.p->x0, sizeof before);
    CU_ASSERT_EQUAL_FATAL(rg_known_start(w.ctx, w.p, &w.known, 1), REGATTA_OK);
    for (int64_t v = 0; v < NODES; v++) {
        turned(want, before + v * DIM);
        for (int k = 0; k < DIM; k++) /* the ridge takes a thousandth */
            CU_ASSERT_DOUBLE_EQUAL((double)w.p->x0[v * DIM + k], (double)want[k],
                                   w.known.has[v] ? 0.0 : 0.02);
        if (v >= USERS)
            CU_ASSERT_EQUAL(w.p->bias[v - USERS], w.known.has[v] ? (float)v : 0.0f);
    }
    close_world(&w);
}

static void test_known_start__without_map(void)
{
    world w = open_world(4);
    float before[NODES * DIM];
    memcpy(before, w.p->x0, sizeof before);
    CU_ASSERT_EQUAL_FATAL(rg_known_start(w.ctx, w.p, &w.known, 0), REGATTA_OK);
    for (int64_t v = 0; v < NODES; v++)
        CU_ASSERT_EQUAL(memcmp(w.p->x0 + v * DIM,
                               (w.known.has[v] ? w.known.x0 : before) + v * DIM,
                               DIM * sizeof(float)),
                        0);
    close_world(&w);
}

/* Nothing known, and known rows of a start that is zero: nothing breaks. */
static void test_known_start__edges(void)
{
    world none = open_world(0), zero = open_world(2);
    float before[NODES * DIM];
    memcpy(before, none.p->x0, sizeof before);
    CU_ASSERT_EQUAL_FATAL(rg_known_start(none.ctx, none.p, &none.known, 1), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(before, none.p->x0, sizeof before), 0);
    memset(zero.p->x0, 0, sizeof before);
    CU_ASSERT_EQUAL_FATAL(rg_known_start(zero.ctx, zero.p, &zero.known, 1), REGATTA_OK);
    for (int64_t k = 0; k < NODES * DIM; k++) CU_ASSERT(isfinite(zero.p->x0[k]));
    close_world(&none);
    close_world(&zero);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    world *w = arg;
    float before[NODES * DIM];
    memcpy(before, w->p->x0, sizeof before);
    rg_begin(ctx);
    const regatta_status status = rg_end(ctx, rg_known_start(ctx, w->p, &w->known, 1));
    if (status != REGATTA_OK) CU_ASSERT_EQUAL(memcmp(before, w->p->x0, sizeof before), 0);
    return status;
}

static void test_known_start__out_of_memory(void)
{
    world w = open_world(3);
    fault_sweep_memory(attempt, &w);
    close_world(&w);
}

static const test_case cases[] = {
    {"maps", test_known_start__maps},
    {"without_map", test_known_start__without_map},
    {"edges", test_known_start__edges},
    {"out_of_memory", test_known_start__out_of_memory},
};

int test_known_start(void)
{
    return TEST_MAIN("known_start", cases);
}
