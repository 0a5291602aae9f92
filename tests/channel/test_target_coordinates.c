#include "base/rng.h"
#include "channel/fit/target/target_coordinates.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

enum { N = 500, DIM = 6, WIDTH = 4 };

typedef struct table {
    float y[N * DIM];
} table;

static double normal(uint64_t seed, uint64_t k)
{
    return rg_random_normal(seed, RG_STREAM_TEST, k);
}

/* Rows whose variance falls from column to column; row 7 is zero. */
static table *table_make(void)
{
    static table t;
    for (int i = 0; i < N; i++)
        for (int k = 0; k < DIM; k++)
            t.y[i * DIM + k] =
                i == 7 ? 0.0f
                       : (float)(normal(1, (uint64_t)(i * DIM + k)) / (1.0 + k * k));
    return &t;
}

static float *coordinates(const float *y, const float *reference, int threads,
                          double *explained)
{
    static float out[2][N * WIDTH];
    static int turn = 0;
    regatta_ctx *ctx = context_of(threads);
    float *q = NULL;
    turn = 1 - turn;
    CU_ASSERT_EQUAL_FATAL(
        rg_target_coordinates(ctx, &q, explained, y, N, DIM, WIDTH, reference, N),
        REGATTA_OK);
    memcpy(out[turn], q, sizeof out[turn]);
    rg_free(ctx->mem, q);
    regatta_ctx_free(ctx);
    return out[turn];
}

/* Coordinates of the principal axes: mean square 1, products 0. */
static void test_target_coordinates__axes(void)
{
    double explained = 0.0;
    const float *q = coordinates(table_make()->y, NULL, 1, &explained);
    CU_ASSERT_EQUAL(explained, 1.0);
    for (int a = 0; a < WIDTH; a++)
        for (int b = 0; b <= a; b++) {
            double sum = 0.0;
            for (int i = 0; i < N; i++)
                sum += (double)q[i * WIDTH + a] * (double)q[i * WIDTH + b] / N;
            CU_ASSERT_DOUBLE_EQUAL(sum, a == b, 1e-4);
        }
    for (int p = 0; p < WIDTH; p++) CU_ASSERT_EQUAL(q[7 * WIDTH + p], 0.0f);
}

/* A rotation of the vectors does not change the coordinates in the frame of the first
 * fit; vectors with nothing in common explain nothing. */
static void test_target_coordinates__rotated(void)
{
    static float turned[N * DIM], reference[N * WIDTH];
    const table *t = table_make();
    double explained = 0.0, most = 0.0;
    memcpy(reference, coordinates(t->y, NULL, 1, &explained), sizeof reference);
    for (int i = 0; i < N; i++) { /* by 0.8 radians in three planes */
        const float *from = t->y + i * DIM;
        for (int k = 0; k < DIM; k += 2) {
            const float c = (float)cos(0.8), s = (float)sin(0.8);
            turned[i * DIM + k] = 3.0f * (c * from[k] - s * from[k + 1]);
            turned[i * DIM + k + 1] = 3.0f * (s * from[k] + c * from[k + 1]);
        }
    }
    const float *q = coordinates(turned, reference, 1, &explained);
    for (int k = 0; k < N * WIDTH; k++)
        most = fmax(most, fabs((double)q[k] - (double)reference[k]));
    CU_ASSERT(explained > 0.999);
    CU_ASSERT(most < 0.2); /* of numbers of order 1: the penalty shrinks small axes */
    for (int k = 0; k < N * DIM; k++) turned[k] = (float)normal(2, (uint64_t)k);
    coordinates(turned, reference, 1, &explained);
    CU_ASSERT(explained < 0.1);
}

/* More columns than dimensions, rows of zeros, a single item. */
static void test_target_coordinates__degenerate(void)
{
    const float zero[3 * 2] = {0.0f}, one[] = {0.0f, 2.0f}, reference[] = {1, 2, 3, 4};
    regatta_ctx *ctx = context_of(1);
    float *q = NULL;
    double explained = 0.0;
    CU_ASSERT_EQUAL(
        rg_target_coordinates(ctx, &q, &explained, zero, 3, 2, WIDTH, NULL, 0),
        REGATTA_OK);
    for (int k = 0; k < 3 * WIDTH; k++) CU_ASSERT_EQUAL(q[k], 0.0f);
    rg_free(ctx->mem, q);
    CU_ASSERT_EQUAL(rg_target_coordinates(ctx, &q, &explained, one, 1, 2, WIDTH, NULL, 0),
                    REGATTA_OK);
    CU_ASSERT_DOUBLE_EQUAL(fabs((double)q[0]), 1.0, 1e-5);
    for (int k = 1; k < WIDTH; k++) CU_ASSERT_EQUAL(q[k], 0.0f);
    rg_free(ctx->mem, q);
    CU_ASSERT_EQUAL(
        rg_target_coordinates(ctx, &q, &explained, zero, 1, 2, WIDTH, reference, 1),
        REGATTA_OK);
    for (int k = 0; k < WIDTH; k++) CU_ASSERT_EQUAL(q[k], 0.0f);
    CU_ASSERT_EQUAL(explained, 0.0);
    rg_free(ctx->mem, q);
    regatta_ctx_free(ctx);
}

static void test_target_coordinates__threads(void)
{
    static float one[N * WIDTH], aligned[N * WIDTH];
    const table *t = table_make();
    double explained = 0.0;
    memcpy(one, coordinates(t->y, NULL, 1, &explained), sizeof one);
    memcpy(aligned, coordinates(t->y, one, 1, &explained), sizeof one);
    for (int threads = 2; threads <= 8; threads += 3) {
        CU_ASSERT_EQUAL(
            memcmp(coordinates(t->y, NULL, threads, &explained), one, sizeof one), 0);
        CU_ASSERT_EQUAL(
            memcmp(coordinates(t->y, one, threads, &explained), aligned, sizeof one), 0);
    }
}

static regatta_status attempt(regatta_ctx *ctx, void *state)
{
    const table *t = state;
    float *q = NULL, *aligned = NULL;
    double explained = 0.0;
    regatta_status status =
        rg_target_coordinates(ctx, &q, &explained, t->y, N, DIM, WIDTH, NULL, 0);
    if (status == REGATTA_OK)
        status =
            rg_target_coordinates(ctx, &aligned, &explained, t->y, N, DIM, WIDTH, q, N);
    rg_free(ctx->mem, q);
    rg_free(ctx->mem, aligned);
    return rg_end(ctx, status);
}

static void test_target_coordinates__memory(void)
{
    fault_sweep_memory(attempt, table_make());
}

int test_target_coordinates(void)
{
    static const test_case cases[] = {
        {"axes", test_target_coordinates__axes},
        {"rotated", test_target_coordinates__rotated},
        {"degenerate", test_target_coordinates__degenerate},
        {"threads", test_target_coordinates__threads},
        {"memory", test_target_coordinates__memory},
    };
    return TEST_MAIN("target_coordinates", cases);
}
