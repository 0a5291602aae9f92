#include "base/rng.h"
#include "gat/loss_softmax.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

/* One problem and what the library makes of it. */
typedef struct problem {
    int64_t n, n_items, dim;
    float scale;
    float *u, *v, *bias, *shift;
    float *du, *dv, *dbias;
    int64_t *offset;
    uint32_t *item;
} problem;

static void *take(int64_t n, size_t size)
{
    void *p = rg_alloc(rg_mem_default(), n, size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    return p;
}

static float *unit_rows(int64_t n, int64_t dim, uint64_t seed)
{
    float *x = take(n * dim, sizeof *x);
    for (int64_t r = 0; r < n; r++) {
        double norm = 0.0;
        for (int64_t k = 0; k < dim; k++) {
            const double t =
                rg_random_normal(seed, RG_STREAM_TEST, (uint64_t)(r * dim + k));
            x[r * dim + k] = (float)t;
            norm += t * t;
        }
        for (int64_t k = 0; k < dim; k++) x[r * dim + k] /= (float)sqrt(norm);
    }
    return x;
}

/* User r has r % 5 positives (none for every fifth), some of them twice. */
static problem make(int64_t n, int64_t n_items, int64_t dim, float scale)
{
    problem p = {.n = n, .n_items = n_items, .dim = dim, .scale = scale};
    p.u = unit_rows(n, dim, 1);
    p.v = unit_rows(n_items, dim, 2);
    p.bias = unit_rows(n_items, 1, 3);
    p.shift = take(n_items, sizeof *p.shift);
    p.du = take(n * dim, sizeof *p.du);
    p.dv = take(n_items * dim, sizeof *p.dv);
    p.dbias = take(n_items, sizeof *p.dbias);
    p.offset = take(n + 1, sizeof *p.offset);
    p.item = take(5 * n, sizeof *p.item);
    for (int64_t j = 0; j < n_items; j++) {
        p.bias[j] *= 0.3f * (float)(j % 4);
        p.shift[j] = 0.1f * (float)(j % 3);
    }
    for (int64_t r = 0; r < n; r++) {
        p.offset[r + 1] = p.offset[r] + r % 5;
        for (int64_t e = p.offset[r]; e < p.offset[r + 1]; e++)
            p.item[e] = (uint32_t)rg_random_below(4, RG_STREAM_TEST, (uint64_t)(e / 2),
                                                  (uint64_t)n_items);
    }
    memset(p.du, 1, (size_t)(n * dim) * sizeof *p.du); /* must be overwritten */
    memset(p.dv, 1, (size_t)(n_items * dim) * sizeof *p.dv);
    memset(p.dbias, 1, (size_t)n_items * sizeof *p.dbias);
    return p;
}

static void drop(problem *p)
{
    void *all[] = {p->u,  p->v,     p->bias,   p->shift, p->du,
                   p->dv, p->dbias, p->offset, p->item};
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
        rg_free(rg_mem_default(), all[k]);
}

/* A block whose gradients are of n_draws draws, 0: exact. */
static double run_drawn(problem *p, int64_t n_draws, uint64_t step, int threads)
{
    regatta_ctx *ctx = NULL;
    rg_softmax *s = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_softmax_create(ctx, &s, p->n, p->n_items, p->dim),
                          REGATTA_OK);
    rg_softmax_set_draws(s, n_draws, 7, step);
    const double loss =
        rg_softmax_block(s, p->du, p->dv, p->dbias, p->u, p->n, p->v, p->bias, p->shift,
                         p->scale, p->offset, p->item, threads);
    rg_softmax_free(s);
    regatta_ctx_free(ctx);
    return loss;
}

static double run(problem *p, int threads)
{
    return run_drawn(p, 0, 0, threads);
}

/* The slow obvious version, in double; gradients may be NULL. */
static double reference(const problem *p, double *du, double *dv, double *dbias)
{
    const double n_pairs = (double)p->offset[p->n];
    double *z = take(p->n_items, sizeof *z), loss = 0.0;
    for (int64_t r = 0; r < p->n; r++) {
        const float *u = p->u + r * p->dim;
        double max = -(double)INFINITY, sum = 0.0;
        const double n_u = (double)(p->offset[r + 1] - p->offset[r]);
        for (int64_t j = 0; j < p->n_items; j++) {
            double dot = 0.0;
            for (int64_t k = 0; k < p->dim; k++)
                dot += (double)u[k] * (double)p->v[j * p->dim + k];
            z[j] = (double)p->scale * dot + (double)p->bias[j] + (double)p->shift[j];
            max = fmax(max, z[j]);
        }
        for (int64_t j = 0; j < p->n_items; j++) sum += exp(z[j] - max);
        for (int64_t e = p->offset[r]; e < p->offset[r + 1]; e++)
            loss += log(sum) + max - z[p->item[e]];
        for (int64_t j = 0; du != NULL && j < p->n_items; j++) {
            double g = n_u * exp(z[j] - max) / sum;
            for (int64_t e = p->offset[r]; e < p->offset[r + 1]; e++)
                g -= p->item[e] == (uint32_t)j;
            g /= n_pairs;
            dbias[j] += g;
            for (int64_t k = 0; k < p->dim; k++) {
                du[r * p->dim + k] += (double)p->scale * g * (double)p->v[j * p->dim + k];
                dv[j * p->dim + k] += (double)p->scale * g * (double)u[k];
            }
        }
    }
    rg_free(rg_mem_default(), z);
    return loss / n_pairs;
}

/* max |x - y| over max |y|. */
static double distance(const float *x, const double *y, int64_t n)
{
    double most = 0.0, size = 1e-30;
    for (int64_t k = 0; k < n; k++) {
        const double d = fabs((double)x[k] - y[k]);
        most = isnan(d) ? (double)INFINITY : fmax(most, d);
        size = fmax(size, fabs(y[k]));
    }
    return most / size;
}

static void check(problem *p, int threads)
{
    double *du = take(p->n * p->dim, sizeof *du);
    double *dv = take(p->n_items * p->dim, sizeof *dv);
    double *dbias = take(p->n_items, sizeof *dbias);
    const double expected = reference(p, du, dv, dbias), got = run(p, threads);
    CU_ASSERT_DOUBLE_EQUAL(got, expected, 2e-6 * (1.0 + fabs(expected)));
    /* Rounding of z is 1e-7 * scale, and gradients inherit it. */
    const double tolerance = 2e-6 * (1.0 + 0.1 * (double)p->scale);
    CU_ASSERT(distance(p->du, du, p->n * p->dim) < tolerance);
    CU_ASSERT(distance(p->dv, dv, p->n_items * p->dim) < tolerance);
    CU_ASSERT(distance(p->dbias, dbias, p->n_items) < tolerance);
    rg_free(rg_mem_default(), du);
    rg_free(rg_mem_default(), dv);
    rg_free(rg_mem_default(), dbias);
}

static void test_loss_softmax__by_hand(void)
{
    /* One user, two items with equal scores: p = 1/2 each, positive is the first. */
    float u[1] = {1}, v[2] = {1, 1}, bias[2] = {0, 0}, shift[2] = {0, 0};
    float du[1], dv[2], dbias[2];
    int64_t offset[2] = {0, 1};
    uint32_t item[1] = {0};
    problem p = {1, 2, 1, 3.0f, u, v, bias, shift, du, dv, dbias, offset, item};
    CU_ASSERT_DOUBLE_EQUAL(run(&p, 1), log(2.0), 1e-6);
    CU_ASSERT_DOUBLE_EQUAL((double)dbias[0], -0.5, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL((double)dbias[1], 0.5, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL((double)dv[0], -1.5, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL((double)dv[1], 1.5, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL((double)du[0], 0.0, 1e-6);
}

static void test_loss_softmax__nothing_positive(void)
{
    problem p = make(1, 10, 4, 5.0f); /* user 0 has no positives */
    CU_ASSERT_EQUAL(run(&p, 2), 0.0);
    for (int64_t k = 0; k < 4; k++) CU_ASSERT_EQUAL(p.du[k], 0.0f);
    for (int64_t k = 0; k < 40; k++) CU_ASSERT_EQUAL(p.dv[k], 0.0f);
    for (int64_t k = 0; k < 10; k++) CU_ASSERT_EQUAL(p.dbias[k], 0.0f);
    drop(&p);
}

static void test_loss_softmax__reference(void)
{
    const int64_t sizes[][3] = {
        {2, 1, 1}, {7, 33, 5}, {30, 256, 16}, {13, 257, 8}, {110, 600, 12}};
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        problem p = make(sizes[k][0], sizes[k][1], sizes[k][2], 9.0f);
        check(&p, 2);
        drop(&p);
    }
}

static void test_loss_softmax__without_bias(void)
{
    problem p = make(9, 50, 6, 4.0f);
    memset(p.bias, 0, 50 * sizeof *p.bias);
    memset(p.shift, 0, 50 * sizeof *p.shift);
    const double with = run(&p, 1);
    float *bias = p.bias, *shift = p.shift;
    p.bias = p.shift = NULL;
    CU_ASSERT_EQUAL(run(&p, 1), with);
    p.bias = bias;
    p.shift = shift;
    drop(&p);
}

static void test_loss_softmax__far_below_the_bound(void)
{
    /* Every item points away from all users but one: z is about -150, the bound 150. */
    problem p = make(12, 40, 2, 150.0f);
    for (int64_t k = 0; k < 12; k++) p.u[2 * k] = 1.0f, p.u[2 * k + 1] = 0.0f;
    for (int64_t k = 0; k < 40; k++) {
        const double angle = 3.0 + 0.01 * (double)(k % 20);
        p.v[2 * k] = (float)cos(angle);
        p.v[2 * k + 1] = (float)sin(angle);
    }
    p.u[2] = -1.0f; /* and one user whose scores reach the bound */
    check(&p, 2);
    drop(&p);
}

static void test_loss_softmax__rows_that_are_not_unit(void)
{
    problem p = make(12, 40, 4, 10.0f);
    for (int64_t k = 0; k < 24; k++) p.u[k] *= 30.0f;
    check(&p, 2);
    p.u[5] = NAN;
    CU_ASSERT(isnan(run(&p, 2)));
    drop(&p);
}

static void test_loss_softmax__finite_differences(void)
{
    problem p = make(11, 37, 5, 6.0f);
    run(&p, 1);
    float *x[] = {p.u, p.v, p.bias}, *g[] = {p.du, p.dv, p.dbias};
    const int64_t n[] = {p.n * p.dim, p.n_items * p.dim, p.n_items};
    for (int which = 0; which < 3; which++)
        for (int64_t k = 0; k < n[which]; k += 3) {
            const float at = x[which][k], h = 1.0f / 1024;
            x[which][k] = at + h;
            const double up = reference(&p, NULL, NULL, NULL);
            x[which][k] = at - h;
            const double down = reference(&p, NULL, NULL, NULL);
            const double width = (double)(at + h) - (double)(at - h);
            x[which][k] = at;
            /* The difference's own error is h^2 scale^3, about 1e-4 of the largest. */
            CU_ASSERT_DOUBLE_EQUAL((double)g[which][k], (up - down) / width, 1e-4);
        }
    drop(&p);
}

static void test_loss_softmax__same_bits(void)
{
    const int threads[] = {2, 3, 8};
    problem p = make(130, 1700, 20, 9.0f), q = make(130, 1700, 20, 9.0f);
    const double loss = run(&p, 1);
    for (int t = 0; t < 3; t++) {
        CU_ASSERT_EQUAL(run(&q, threads[t]), loss);
        CU_ASSERT_EQUAL(memcmp(p.du, q.du, 130 * 20 * sizeof *p.du), 0);
        CU_ASSERT_EQUAL(memcmp(p.dv, q.dv, 1700 * 20 * sizeof *p.dv), 0);
        CU_ASSERT_EQUAL(memcmp(p.dbias, q.dbias, 1700 * sizeof *p.dbias), 0);
    }
    drop(&p);
    drop(&q);
}

/* 33 blocks of room, 32 in use: more chunks than with all of it, the same bits as in
 * a workspace of its own. */
static void test_loss_softmax__fewer_items(void)
{
    problem p = make(13, 32 * 256, 4, 5.0f), q = make(13, 32 * 256, 4, 5.0f);
    regatta_ctx *ctx = NULL;
    rg_softmax *s = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_softmax_create(ctx, &s, p.n, 33 * 256, p.dim), REGATTA_OK);
    rg_softmax_set_items(s, p.n_items);
    const double loss = rg_softmax_block(s, p.du, p.dv, p.dbias, p.u, p.n, p.v, p.bias,
                                         p.shift, p.scale, p.offset, p.item, 2);
    CU_ASSERT_EQUAL(loss, run(&q, 2));
    CU_ASSERT_EQUAL(memcmp(p.du, q.du, (size_t)(p.n * p.dim) * sizeof *p.du), 0);
    CU_ASSERT_EQUAL(memcmp(p.dv, q.dv, (size_t)(p.n_items * p.dim) * sizeof *p.dv), 0);
    CU_ASSERT_EQUAL(memcmp(p.dbias, q.dbias, (size_t)p.n_items * sizeof *p.dbias), 0);
    rg_softmax_free(s);
    regatta_ctx_free(ctx);
    drop(&p);
    drop(&q);
}

/* Adds x[n] / steps to mean[n]. */
static void add_share(double *mean, const float *x, int64_t n, int64_t steps)
{
    for (int64_t k = 0; k < n; k++) mean[k] += (double)x[k] / (double)steps;
}

/* max |x - y| over max |y|, both in double. */
static double difference(const double *x, const double *y, int64_t n)
{
    double most = 0.0, size = 1e-30;
    for (int64_t k = 0; k < n; k++) {
        most = fmax(most, fabs(x[k] - y[k]));
        size = fmax(size, fabs(y[k]));
    }
    return most / size;
}

/* The mean of the drawn gradients over many steps is the gradient; the loss and the
 * gradient of the bias are exact in each. */
static void test_loss_softmax__draws_are_unbiased(void)
{
    enum { STEPS = 2000, N = 25, ITEMS = 600, DIM = 6 };
    problem p = make(N, ITEMS, DIM, 6.0f);
    static double du[N * DIM], dv[ITEMS * DIM], dbias[ITEMS], mean_du[N * DIM],
        mean_dv[ITEMS * DIM];
    const double expected = reference(&p, du, dv, dbias);
    double worst = 0.0;
    for (uint64_t step = 0; step < STEPS; step++) {
        const double loss = run_drawn(&p, 20, step, 1);
        CU_ASSERT_DOUBLE_EQUAL(loss, expected, 2e-6 * (1.0 + fabs(expected)));
        CU_ASSERT(distance(p.dbias, dbias, ITEMS) < 4e-6);
        worst = fmax(worst, distance(p.du, du, N * DIM));
        add_share(mean_du, p.du, N * DIM, STEPS);
        add_share(mean_dv, p.dv, ITEMS * DIM, STEPS);
    }
    CU_ASSERT(worst > 0.05); /* a single one is an estimate */
    CU_ASSERT(difference(mean_du, du, N * DIM) < 0.01);
    CU_ASSERT(difference(mean_dv, dv, ITEMS * DIM) < 0.02);
    drop(&p);
}

/* With so many draws every item is drawn with its own weight. */
static void test_loss_softmax__draws_of_everything(void)
{
    problem p = make(30, 600, 12, 5.0f), q = make(30, 600, 12, 5.0f);
    CU_ASSERT_EQUAL(run_drawn(&p, 1000000000, 3, 2), run(&q, 2));
    double *exact = take(600 * 12, sizeof *exact);
    for (int64_t k = 0; k < 30 * 12; k++) exact[k] = (double)q.du[k];
    CU_ASSERT(distance(p.du, exact, 30 * 12) < 1e-6);
    for (int64_t k = 0; k < 600 * 12; k++) exact[k] = (double)q.dv[k];
    CU_ASSERT(distance(p.dv, exact, 600 * 12) < 1e-6);
    CU_ASSERT_EQUAL(memcmp(p.dbias, q.dbias, 600 * sizeof *p.dbias), 0);
    rg_free(rg_mem_default(), exact);
    drop(&p);
    drop(&q);
}

static void test_loss_softmax__same_draws(void)
{
    problem p = make(300, 1700, 20, 9.0f), q = make(300, 1700, 20, 9.0f);
    run_drawn(&p, 50, 1, 1);
    for (int threads = 2; threads < 9; threads += 3) {
        run_drawn(&q, 50, 1, threads);
        CU_ASSERT_EQUAL(memcmp(p.du, q.du, 300 * 20 * sizeof *p.du), 0);
        CU_ASSERT_EQUAL(memcmp(p.dv, q.dv, 1700 * 20 * sizeof *p.dv), 0);
    }
    run_drawn(&q, 50, 2, 1);
    CU_ASSERT_NOT_EQUAL(memcmp(p.du, q.du, 300 * 20 * sizeof *p.du), 0);
    p.u[25] = NAN; /* of a user with a positive */
    CU_ASSERT(isnan(run_drawn(&p, 50, 1, 2)));
    drop(&p);
    drop(&q);
}

static regatta_status create(regatta_ctx *ctx, void *arg)
{
    (void)arg;
    rg_softmax *s = NULL;
    regatta_status status = rg_softmax_create(ctx, &s, 8, 100, 4);
    CU_ASSERT_EQUAL(s == NULL, status != REGATTA_OK);
    rg_softmax_free(s);
    return rg_end(ctx, status);
}

static void test_loss_softmax__no_memory(void)
{
    fault_sweep_memory(create, NULL);
}

int test_loss_softmax(void)
{
    static const test_case cases[] = {
        {"by hand", test_loss_softmax__by_hand},
        {"nothing positive", test_loss_softmax__nothing_positive},
        {"reference", test_loss_softmax__reference},
        {"without bias", test_loss_softmax__without_bias},
        {"far below the bound", test_loss_softmax__far_below_the_bound},
        {"rows that are not unit", test_loss_softmax__rows_that_are_not_unit},
        {"finite differences", test_loss_softmax__finite_differences},
        {"same bits", test_loss_softmax__same_bits},
        {"fewer items", test_loss_softmax__fewer_items},
        {"draws are unbiased", test_loss_softmax__draws_are_unbiased},
        {"draws of everything", test_loss_softmax__draws_of_everything},
        {"same draws", test_loss_softmax__same_draws},
        {"no memory", test_loss_softmax__no_memory},
    };
    return TEST_MAIN("loss_softmax", cases);
}
