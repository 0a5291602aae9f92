/* Every vector unit of this machine against the slow obvious version in double. */
#include "base/alloc.h"
#include "base/bf16.h"
#include "base/kernels/kernels.h"
#include "base/kernels/vec.h"
#include "base/rng.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 7 };

static float *random_floats(int64_t n, uint64_t from)
{
    float *x = rg_alloc(rg_mem_default(), n, sizeof *x);
    CU_ASSERT_PTR_NOT_NULL_FATAL(x);
    for (int64_t k = 0; k < n; k++)
        x[k] = (float)rg_random_normal(SEED, RG_STREAM_TEST, from + (uint64_t)k);
    return x;
}

static uint32_t *random_index(int64_t n, uint64_t below)
{
    uint32_t *x = rg_alloc(rg_mem_default(), n, sizeof *x);
    CU_ASSERT_PTR_NOT_NULL_FATAL(x);
    for (int64_t k = 0; k < n; k++)
        x[k] = (uint32_t)rg_random_below(SEED, RG_STREAM_TEST, (uint64_t)k, below);
    return x;
}

static void release(void *p)
{
    rg_free(rg_mem_default(), p);
}

/* |x - y| within n roundings of the sum of the terms' sizes. */
static int close_to(double x, double y, double size, int64_t n)
{
    return fabs(x - y) <= 6e-8 * (double)(n + 2) * (size + 1e-30);
}

static void test_vec__by_hand(void)
{
    const float a[3] = {1, 2, 3}, b[3] = {4, 5, 6};
    float y[3] = {1, 1, 1};
    CU_ASSERT_EQUAL(rg_vec_dot(a, b, 3), 32.0f);
    CU_ASSERT_EQUAL(rg_vec_dot(a, b, 0), 0.0f);
    rg_vec_axpy(y, 2.0f, a, 3);
    CU_ASSERT_EQUAL(y[0], 3.0f);
    CU_ASSERT_EQUAL(y[2], 7.0f);
    const float table[6] = {1, 2, 3, 4, 5, 6}, weight[2] = {10, 1};
    const uint32_t index[2] = {2, 0};
    float out[2] = {9, 9};
    rg_vec_gather(out, table, 2, index, weight, 2);
    CU_ASSERT_EQUAL(out[0], 51.0f);
    CU_ASSERT_EQUAL(out[1], 62.0f);
    rg_vec_gather(out, table, 2, index, weight, 0);
    CU_ASSERT_EQUAL(out[0], 0.0f);
    rg_vec_gather_dot(out, a, table, 2, index, 2);
    CU_ASSERT_EQUAL(out[0], 17.0f);
    CU_ASSERT_EQUAL(out[1], 5.0f);
    float du[2] = {1, 0}, dv[6] = {0};
    const float e[3] = {1, 2, 3};
    rg_vec_mul_add(du, e, 3, table, 1, 3, 2);
    CU_ASSERT_EQUAL(du[0], 23.0f);
    CU_ASSERT_EQUAL(du[1], 28.0f);
    rg_vec_mul_add_t(dv, e, 3, table, 1, 3, 2);
    CU_ASSERT_EQUAL(dv[0], 1.0f);
    CU_ASSERT_EQUAL(dv[5], 6.0f);
    CU_ASSERT_EQUAL(rg_panel_count(0), 0);
    CU_ASSERT_EQUAL(rg_panel_count(33), 2);
    CU_ASSERT_EQUAL(rg_panel_floats(33, 3), 192);
}

static void test_vec__isa(void)
{
    CU_ASSERT_PTR_NOT_NULL(rg_kernels_of(RG_ISA_BASELINE));
    CU_ASSERT_PTR_NULL(rg_kernels_of(RG_N_ISAS));
    CU_ASSERT_PTR_NULL(rg_kernels_of(-1));
    CU_ASSERT_PTR_EQUAL(rg_kernels_best(), rg_kernels_best());
    const char *isa = rg_vec_isa();
    CU_ASSERT(strcmp(isa, "x86-64-v4") == 0 || strcmp(isa, "x86-64-v3") == 0 ||
              strcmp(isa, "baseline") == 0);
    CU_ASSERT_PTR_EQUAL(rg_kernels_best(), rg_kernels_of(rg_kernels_best_isa()));
    const char *wanted = getenv("REGATTA_SIMD"); /* ctest sets it */
    if (wanted != NULL && *wanted != '\0') CU_ASSERT_STRING_EQUAL(isa, wanted);
}

static void check_dot_axpy(const rg_kernels *k, int64_t n, const float *a, const float *b)
{
    double sum = 0.0, size = 0.0;
    for (int64_t i = 0; i < n; i++) {
        sum += (double)a[i] * (double)b[i];
        size += fabs((double)a[i] * (double)b[i]);
    }
    CU_ASSERT(close_to((double)k->dot(a, b, n), sum, size, n));
    float *y = random_floats(n + 1, 900), *fresh = random_floats(n + 1, 900);
    k->axpy(y, 0.5f, a, n);
    for (int64_t i = 0; i < n; i++)
        CU_ASSERT(close_to((double)y[i], (double)fresh[i] + 0.5 * (double)a[i],
                           fabs((double)fresh[i]) + fabs((double)a[i]), 1));
    CU_ASSERT_EQUAL(y[n], fresh[n]); /* nothing past the end */

    uint16_t *half = calloc((size_t)n + 1, sizeof *half);
    for (int64_t i = 0; i < n; i++) half[i] = rg_to_bf16(a[i]);
    memcpy(y, fresh, (size_t)(n + 1) * sizeof *y);
    k->axpy_bf16(y, 0.5f, half, n);
    for (int64_t i = 0; i < n; i++)
        CU_ASSERT(close_to((double)y[i],
                           (double)fresh[i] + 0.5 * (double)rg_from_bf16(half[i]),
                           fabs((double)fresh[i]) + fabs((double)a[i]), 1));
    CU_ASSERT_EQUAL(y[n], fresh[n]);
    free(half);
    release(y);
    release(fresh);
}

static void test_vec__dot_axpy(void)
{
    float *a = random_floats(300, 0), *b = random_floats(300, 1000);
    for (int isa = 0; isa < RG_N_ISAS; isa++) {
        const rg_kernels *k = rg_kernels_of(isa);
        if (k == NULL) continue;
        for (int64_t n = 0; n <= 140; n++) check_dot_axpy(k, n, a + n % 3, b);
        check_dot_axpy(k, 299, a + 1, b);
    }
    release(a);
    release(b);
}

static void check_gather(const rg_kernels *k, int64_t dim, int64_t n)
{
    enum { ROWS = 50 };
    float *table = random_floats(ROWS * dim, 0), *weight = random_floats(n, 5000);
    float *query = random_floats(dim, 9000);
    float *out = random_floats(dim + 1, 1), *dots = random_floats(n + 1, 1);
    uint32_t *index = random_index(n, ROWS);
    const float after = out[dim], after_dots = dots[n];
    k->gather(out, table, dim, index, weight, n);
    k->gather_dot(dots, query, table, dim, index, n);
    for (int64_t c = 0; c < dim; c++) {
        double sum = 0.0, size = 0.0;
        for (int64_t e = 0; e < n; e++) {
            const double t = (double)weight[e] * (double)table[index[e] * dim + c];
            sum += t;
            size += fabs(t);
        }
        CU_ASSERT(close_to((double)out[c], sum, size, n));
    }
    for (int64_t e = 0; e < n; e++)
        CU_ASSERT_EQUAL(dots[e], k->dot(query, table + index[e] * dim, dim));
    CU_ASSERT_EQUAL(out[dim], after);
    CU_ASSERT_EQUAL(dots[n], after_dots);
    float *pieces = random_floats(dim, 1);
    k->gather(pieces, table, dim, index, weight, n / 3);
    k->gather_add(pieces, table, dim, index + n / 3, weight + n / 3, n - n / 3);
    CU_ASSERT_EQUAL(memcmp(pieces, out, (size_t)dim * sizeof *out), 0);
    release(pieces);
    release(table);
    release(weight);
    release(query);
    release(out);
    release(dots);
    release(index);
}

static void test_vec__gather(void)
{
    const int64_t dims[] = {1, 3, 8, 15, 16, 17, 64, 100, 128, 200};
    for (int isa = 0; isa < RG_N_ISAS; isa++) {
        const rg_kernels *k = rg_kernels_of(isa);
        for (size_t d = 0; k != NULL && d < sizeof dims / sizeof dims[0]; d++)
            for (int64_t n = 0; n <= 21; n += 7) check_gather(k, dims[d], n);
    }
}

/* Scores of m rows against n packed rows: right values, same bits for any split. */
static void check_score(const rg_kernels *k, int64_t m, int64_t n, int64_t dim,
                        int with_bias)
{
    const int64_t panels = rg_panel_count(n), ld = (panels + 1) * RG_PANEL;
    float *a = random_floats(m * dim, 0), *table = random_floats(n * dim, 40000);
    float *bias = random_floats(panels * RG_PANEL, 70000);
    float *packed = random_floats(rg_panel_floats(n, dim), 3);
    float *out = random_floats(m * ld, 4), *split = random_floats(m * ld, 4);
    const float *b = with_bias ? bias : NULL;
    rg_panel_pack(packed, table, n, dim, 0, panels / 2);
    rg_panel_pack(packed, table, n, dim, panels / 2, panels);
    k->panel_score(out, ld, a, m, dim, packed, b, 0, panels);
    for (int64_t p = 0; p < panels; p++)
        for (int64_t r = 0; r < m; r += 5)
            k->panel_score(split + r * ld + p * RG_PANEL, ld, a + r * dim,
                           m - r < 5 ? m - r : 5, dim, packed, b, p, p + 1);
    CU_ASSERT_EQUAL(memcmp(out, split, (size_t)(m * ld) * sizeof *out), 0);
    for (int64_t r = 0; r < m; r++)
        for (int64_t j = 0; j < n; j++) {
            double sum = with_bias ? (double)bias[j] : 0.0, size = fabs(sum);
            for (int64_t c = 0; c < dim; c++) {
                const double t = (double)a[r * dim + c] * (double)table[j * dim + c];
                sum += t;
                size += fabs(t);
            }
            if (!close_to((double)out[r * ld + j], sum, size, dim)) CU_FAIL("score");
        }
    release(a);
    release(table);
    release(bias);
    release(packed);
    release(out);
    release(split);
}

static void test_vec__panel_score(void)
{
    const int64_t dims[] = {1, 5, 64, 67};
    for (int isa = 0; isa < RG_N_ISAS; isa++) {
        const rg_kernels *k = rg_kernels_of(isa);
        for (size_t d = 0; k != NULL && d < sizeof dims / sizeof dims[0]; d++) {
            check_score(k, 1, 1, dims[d], 1);
            check_score(k, 12, 64, dims[d], 0);
            check_score(k, 31, 75, dims[d], 1);
        }
    }
}

static double exp_error(const rg_kernels *k, double low, double high)
{
    enum { N = 4099 };
    float *x = random_floats(N, 0), *y = random_floats(N, 0);
    double worst = 0.0, sum = 0.0;
    for (int64_t i = 0; i < N; i++) {
        x[i] = (float)(low + (high - low) * (double)i / (N - 1));
        y[i] = x[i];
    }
    const double got = k->exp_sum(y, 0.25f, N);
    for (int64_t i = 0; i < N; i++) {
        const float at = x[i] - 0.25f;
        worst = fmax(worst, fabs((double)y[i] / exp((double)at) - 1.0));
        sum += (double)y[i];
    }
    /* Eight of the last fit a float or not, by the distance of what a lane adds. */
    CU_ASSERT((high > 86.3 && isinf(got)) || fabs(got / sum - 1.0) < 2e-7);
    release(x);
    release(y);
    return worst;
}

/* Eight numbers of exp(87.5) in each lane do not fit a float. */
static void check_overflow(const rg_kernels *k)
{
    enum { N = 512 };
    float *x = random_floats(N, 0);
    for (int64_t i = 0; i < N; i++) x[i] = 87.5f;
    CU_ASSERT(isinf(k->exp_sum(x, 0.0f, N)));
    release(x);
}

static void test_vec__exp_sum(void)
{
    for (int isa = 0; isa < RG_N_ISAS; isa++) {
        const rg_kernels *k = rg_kernels_of(isa);
        if (k == NULL) continue;
        check_overflow(k);
        CU_ASSERT(exp_error(k, -86.7, 88.2) < 2e-7);
        CU_ASSERT(exp_error(k, -86.7, 86.2) < 2e-7);
        CU_ASSERT(exp_error(k, -1.0, 1.0) < 2e-7);
        CU_ASSERT(exp_error(k, -20.0, 0.0) < 2e-7);
        float edge[20] = {0.0f, -0.0f, -INFINITY, -200.0f, -87.7f, 88.0f, NAN, 1e9f};
        CU_ASSERT_EQUAL(k->exp_sum(edge, 0.0f, 0), 0.0);
        CU_ASSERT(isnan(k->exp_sum(edge, 0.0f, 20)));
        CU_ASSERT_EQUAL(edge[0], 1.0f);
        CU_ASSERT_EQUAL(edge[1], 1.0f);
        CU_ASSERT_EQUAL(edge[2], 0.0f);
        CU_ASSERT_EQUAL(edge[3], 0.0f);
        CU_ASSERT_EQUAL(edge[4], 0.0f);
        CU_ASSERT_DOUBLE_EQUAL((double)edge[5] / exp(88.0), 1.0, 2e-7);
        CU_ASSERT(isnan(edge[6]));
        CU_ASSERT_DOUBLE_EQUAL((double)edge[7] / exp(88.37), 1.0, 4e-6);
        CU_ASSERT_EQUAL(edge[19], 1.0f);
    }
}

typedef void (*product_fn)(float *out, const float *e, int64_t ld_e, const float *table,
                           int64_t m, int64_t n, int64_t dim);

/* The product in four calls, over two ranges of rows and two of terms. */
static void product_split(product_fn product, int transposed, float *out, const float *e,
                          const float *table, int64_t m, int64_t n, int64_t dim)
{
    const int64_t ld = n + 3;
    for (int part = 0; part < 4; part++) {
        const int64_t r0 = part & 1 ? m / 3 : 0, r1 = part & 1 ? m : m / 3;
        const int64_t j0 = part & 2 ? n / 3 : 0, j1 = part & 2 ? n : n / 3;
        product(out + (transposed ? j0 : r0) * dim, e + r0 * ld + j0, ld,
                table + (transposed ? r0 : j0) * dim, r1 - r0, j1 - j0, dim);
    }
}

/* e[m][n] (stride n + 3): `transposed` swaps which of its sides is the terms. */
static void check_product(product_fn product, int transposed, int64_t m, int64_t n,
                          int64_t dim)
{
    const int64_t ld = n + 3, rows = transposed ? n : m, terms = transposed ? m : n;
    float *e = random_floats(m * ld, 0), *table = random_floats(terms * dim, 100000);
    float *start = random_floats(rows * dim + 1, 300000);
    float *out = random_floats(rows * dim + 1, 300000);
    float *split = random_floats(rows * dim + 1, 300000);
    product(out, e, ld, table, m, n, dim);
    product_split(product, transposed, split, e, table, m, n, dim);
    CU_ASSERT_EQUAL(memcmp(out, split, (size_t)(rows * dim + 1) * sizeof *out), 0);
    CU_ASSERT_EQUAL(out[rows * dim], start[rows * dim]);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < dim; c++) {
            double sum = (double)start[r * dim + c], size = fabs(sum);
            for (int64_t t = 0; t < terms; t++) {
                const float w = transposed ? e[t * ld + r] : e[r * ld + t];
                sum += (double)w * (double)table[t * dim + c];
                size += fabs((double)w * (double)table[t * dim + c]);
            }
            if (!close_to((double)out[r * dim + c], sum, size, terms)) CU_FAIL("product");
        }
    release(e);
    release(table);
    release(start);
    release(out);
    release(split);
}

static void test_vec__products(void)
{
    const int64_t dims[] = {1, 7, 16, 64, 85};
    for (int isa = 0; isa < RG_N_ISAS; isa++) {
        const rg_kernels *k = rg_kernels_of(isa);
        for (size_t d = 0; k != NULL && d < 2 * sizeof dims / sizeof dims[0]; d++) {
            const int t = d % 2;
            const product_fn product = t ? k->mul_add_t : k->mul_add;
            check_product(product, t, 1, 1, dims[d / 2]);
            check_product(product, t, 9, 0, dims[d / 2]);
            check_product(product, t, 0, 9, dims[d / 2]);
            check_product(product, t, 17, 70, dims[d / 2]);
            check_product(product, t, 70, 11, dims[d / 2]);
        }
    }
}

static void test_vec__above(void)
{
    float *x = random_floats(200, 0);
    x[150] = 9.0f;
    x[20] = NAN;
    x[199] = INFINITY;
    for (int isa = 0; isa < RG_N_ISAS; isa++) {
        const rg_kernels *k = rg_kernels_of(isa);
        if (k == NULL) continue;
        CU_ASSERT_EQUAL(k->above(x, 0, 200, 8.0f), 150);
        CU_ASSERT_EQUAL(k->above(x, 150, 200, 8.0f), 150);
        CU_ASSERT_EQUAL(k->above(x, 151, 200, 8.0f), 199);
        CU_ASSERT_EQUAL(k->above(x, 0, 150, 8.0f), 150);
        CU_ASSERT_EQUAL(k->above(x, 0, 200, INFINITY), 200);
        CU_ASSERT_EQUAL(k->above(x, 20, 21, -INFINITY), 21);
        CU_ASSERT_EQUAL(k->above(x, 0, 0, 0.0f), 0);
    }
    release(x);
}

enum { DRAWN = 75 }; /* four whole groups and a part of one */

/* Adds the weights of one draw, in two calls, to total[DRAWN]. */
static void add_draw(const rg_kernels *k, double *total, const float *x, float unit,
                     float rest)
{
    uint32_t index[DRAWN];
    float weight[DRAWN];
    int64_t n = k->draw(index, weight, x, 32, unit, &rest);
    const int64_t first = n;
    n += k->draw(index + n, weight + n, x + 32, DRAWN - 32, unit, &rest);
    CU_ASSERT(rest >= 0.0f && rest < unit);
    for (int64_t e = 0; e < n; e++) {
        const uint32_t at = index[e] + (e < first ? 0u : 32u);
        CU_ASSERT_FATAL(at < DRAWN);
        CU_ASSERT_EQUAL(weight[e], x[at] >= unit ? x[at] : unit);
        total[at] += (double)weight[e];
    }
}

/* Over all starts of the running sum the mean weight of an element is the element, and
 * one draw has the sum of all within a unit. */
static void check_draw(const rg_kernels *k, const float *x, float unit)
{
    enum { STARTS = 4000 };
    double total[DRAWN] = {0.0}, sum = 0.0;
    for (int64_t i = 0; i < DRAWN; i++) sum += (double)x[i];
    for (int64_t s = 0; s < STARTS; s++) {
        double one[DRAWN] = {0.0}, drawn = 0.0;
        add_draw(k, one, x, unit, unit * ((float)s + 0.5f) / STARTS);
        for (int64_t i = 0; i < DRAWN; i++) {
            drawn += one[i];
            total[i] += one[i] / STARTS;
        }
        CU_ASSERT(fabs(drawn - sum) <= 1.001 * (double)unit);
    }
    for (int64_t i = 0; i < DRAWN; i++)
        CU_ASSERT_DOUBLE_EQUAL(total[i], (double)x[i], 2.0 * (double)unit / STARTS);
}

static void test_vec__draw(void)
{
    float x[DRAWN], rest = 0.25f, weight[DRAWN];
    uint32_t index[DRAWN];
    for (int i = 0; i < DRAWN; i++) x[i] = i % 7 == 3 ? 0.0f : 0.01f * (float)(i % 13);
    x[5] = 3.0f;
    x[40] = 0.5f;
    x[DRAWN - 1] = 1.0f;
    for (int isa = 0; isa < RG_N_ISAS; isa++) {
        const rg_kernels *k = rg_kernels_of(isa);
        if (k == NULL) continue;
        check_draw(k, x, 1.0f);
        check_draw(k, x, 0.3f);
        check_draw(k, x, 50.0f);
        CU_ASSERT_EQUAL(k->draw(index, weight, x, 0, 1.0f, &rest), 0);
        CU_ASSERT_EQUAL(k->draw(index, weight, x, DRAWN, NAN, &rest), 0);
        rest = 0.25f;
    }
}

int test_vec(void)
{
    static const test_case cases[] = {
        {"by hand", test_vec__by_hand},
        {"isa", test_vec__isa},
        {"dot and axpy", test_vec__dot_axpy},
        {"gather", test_vec__gather},
        {"panel score", test_vec__panel_score},
        {"exp sum", test_vec__exp_sum},
        {"products", test_vec__products},
        {"above", test_vec__above},
        {"draw", test_vec__draw},
    };
    return TEST_MAIN("vec", cases);
}
