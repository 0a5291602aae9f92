/* Gram matrices, Adam's step, sums and mixes on every vector unit against the slow
 * obvious version in double. */
#include "base/alloc.h"
#include "base/kernels/kernels.h"
#include "base/rng.h"
#include "support/suite.h"
#include <math.h>
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

static void release(void *p)
{
    rg_free(rg_mem_default(), p);
}

/* |x - y| within n roundings of the sum of the terms' sizes. */
static int close_to(double x, double y, double size, int64_t n)
{
    return fabs(x - y) <= 6e-8 * (double)(n + 2) * (size + 1e-30);
}

/* gram[cols][cols] += x' x, the lower triangle; whole or in two ranges of rows. */
static void check_gram(const rg_kernels *k, int64_t n, int64_t cols)
{
    const rg_mem mem = rg_mem_default();
    float *x = random_floats(n * cols, 0);
    double *gram = rg_alloc(mem, cols * cols + 1, sizeof *gram);
    double *split = rg_alloc(mem, cols * cols + 1, sizeof *split);
    CU_ASSERT_PTR_NOT_NULL_FATAL(gram);
    CU_ASSERT_PTR_NOT_NULL_FATAL(split);
    for (int64_t e = 0; e <= cols * cols; e++) gram[e] = split[e] = 1.0;
    k->gram(gram, x, n, cols);
    k->gram(split, x, n / 3, cols);
    k->gram(split, x + n / 3 * cols, n - n / 3, cols);
    CU_ASSERT_EQUAL(gram[cols * cols], 1.0); /* nothing past the end */
    for (int64_t i = 0; i < cols; i++)
        for (int64_t j = 0; j <= i; j++) {
            double sum = 1.0, size = 1.0;
            for (int64_t r = 0; r < n; r++) {
                sum += (double)x[r * cols + i] * (double)x[r * cols + j];
                size += fabs((double)x[r * cols + i] * (double)x[r * cols + j]);
            }
            /* Double precision: nine digits more than close_to asks for. */
            if (fabs(gram[i * cols + j] - sum) > 1e-15 * (double)(n + 2) * size)
                CU_FAIL("gram");
            CU_ASSERT_EQUAL(gram[i * cols + j], split[i * cols + j]);
        }
    release(x);
    release(gram);
    release(split);
}

static void test_kernels__gram(void)
{
    const int64_t cols[] = {1, 5, 8, 24, 43, 72};
    for (int isa = 0; isa < RG_N_ISAS; isa++) {
        const rg_kernels *k = rg_kernels_of(isa);
        for (size_t c = 0; k != NULL && c < sizeof cols / sizeof cols[0]; c++) {
            check_gram(k, 0, cols[c]);
            check_gram(k, 1, cols[c]);
            check_gram(k, 110, cols[c]);
        }
    }
}

/* Every element by the formula in double. */
static void check_adam(const rg_kernels *k, int64_t n)
{
    const rg_adam_size size = {.rate = 0.1f,
                               .l2 = 0.01f,
                               .root_second = 1.5f,
                               .decay_first = 0.9f,
                               .decay_second = 0.99f,
                               .epsilon = 1e-8f};
    float *x = random_floats(n + 1, 0), *m = random_floats(n + 1, 100);
    float *v = random_floats(n + 1, 200), *grad = random_floats(n, 300);
    float *was = random_floats(n + 1, 0), *first = random_floats(n + 1, 100);
    for (int64_t i = 0; i <= n; i++) v[i] *= v[i];
    float *second = random_floats(n + 1, 200);
    k->adam(x, m, v, grad, n, &size);
    for (int64_t i = 0; i < n; i++) {
        const double g = (double)grad[i] + 0.01 * (double)was[i];
        const double want_m = 0.9 * (double)first[i] + 0.1 * g;
        const double want_v = 0.99 * (double)second[i] * (double)second[i] + 0.01 * g * g;
        const double step = 0.1 * want_m / (sqrt(want_v) * 1.5 + 1e-8);
        CU_ASSERT(close_to((double)m[i], want_m, fabs((double)first[i]) + fabs(g), 4));
        CU_ASSERT(close_to((double)v[i], want_v, want_v, 20)); /* .99f and 1 - .99f */
        CU_ASSERT(close_to((double)x[i], (double)was[i] - step,
                           fabs((double)was[i]) + fabs(step) + 1.0, 20));
    }
    CU_ASSERT_EQUAL(x[n], was[n]);
    CU_ASSERT_EQUAL(m[n], first[n]);
    float *const all[] = {x, m, v, grad, was, first, second};
    for (size_t a = 0; a < sizeof all / sizeof all[0]; a++) release(all[a]);
}

static void test_kernels__adam(void)
{
    for (int isa = 0; isa < RG_N_ISAS; isa++) {
        const rg_kernels *k = rg_kernels_of(isa);
        for (int64_t n = 0; k != NULL && n < 36; n++) check_adam(k, n);
    }
}

static void test_kernels__sum(void)
{
    const int64_t sizes[] = {0, 1, 15, 63, 64, 65, 1023, 1024, 1100, 5000};
    for (int isa = 0; isa < RG_N_ISAS; isa++) {
        const rg_kernels *k = rg_kernels_of(isa);
        for (int c = 0; k != NULL && c < 10; c++) {
            float *x = random_floats(sizes[c], 3);
            double want = 0.0, size = 0.0;
            for (int64_t j = 0; j < sizes[c]; j++) {
                want += (double)x[j];
                size += fabs((double)x[j]);
            }
            /* a lane has at most 1024 / 16 terms of a chunk on the narrowest unit */
            CU_ASSERT(close_to(k->sum(x, sizes[c]), want, size, 64));
            CU_ASSERT_EQUAL(k->sum(x, sizes[c]), k->sum(x, sizes[c]));
            release(x);
        }
    }
}

/* Twice for what is above, once for what is equal, nothing for NaN and -INFINITY. */
static void test_kernels__twice_above(void)
{
    enum { N = 77 };
    float x[N];
    for (int k = 0; k < N; k++) x[k] = (float)(k % 5);
    x[3] = NAN;
    x[70] = -INFINITY;
    for (int isa = 0; isa < RG_N_ISAS; isa++) {
        const rg_kernels *kernels = rg_kernels_of(isa);
        for (int n = 0; kernels != NULL && n <= N; n++) {
            int64_t want = 0;
            for (int k = 0; k < n; k++) want += 2 * (x[k] > 2.0f) + (x[k] == 2.0f);
            CU_ASSERT_EQUAL(kernels->twice_above(x, n, 2.0f), want);
        }
    }
}

/* Maxima of strided groups, the count and the places above a limit; NaN is in none. */
static void check_top(const rg_kernels *k, const float *x, int64_t n, int64_t groups)
{
    float peak[64];
    uint32_t index[600];
    k->peaks(peak, groups, x, n);
    for (int64_t g = 0; g < groups; g++) {
        float most = -INFINITY;
        for (int64_t j = g; j < n / groups * groups; j += groups)
            if (x[j] > most) most = x[j];
        CU_ASSERT_EQUAL(peak[g], most);
    }
    for (int64_t begin = 0; begin < 2 && begin < n; begin++) {
        const int64_t found = k->pick_above(index, x, begin, n, 0.5f);
        int64_t want = 0;
        for (int64_t j = begin; j < n; j++)
            if (x[j] > 0.5f) CU_ASSERT_EQUAL(index[want++], j);
        CU_ASSERT_EQUAL(found, want);
        CU_ASSERT_EQUAL(k->n_above(x + begin, n - begin, 0.5f), want);
    }
}

static void test_kernels__columns_above(void)
{
    enum { ROWS = 37, MOST = 48 };
    float *x = random_floats(ROWS * MOST, 3), *factor = random_floats(ROWS, 4);
    float limit[MOST], count[MOST];
    x[5] = NAN;
    x[20] = -INFINITY;
    for (int c = 0; c < MOST; c++) limit[c] = 0.1f * (float)(c % 7) - 0.2f;
    limit[3] = x[3] * factor[0]; /* not above itself */
    for (int isa = 0; isa < RG_N_ISAS; isa++) {
        const rg_kernels *k = rg_kernels_of(isa);
        for (int64_t width = 16; k != NULL && width <= MOST; width += 16)
            for (int64_t n = 0; n <= ROWS; n += 1 + n) {
                k->columns_above(count, x, factor, limit, n, width);
                for (int64_t c = 0; c < width; c++) {
                    float want = 0.0f;
                    for (int64_t r = 0; r < n; r++)
                        want += x[r * width + c] * factor[r] > limit[c] ? 1.0f : 0.0f;
                    CU_ASSERT_EQUAL(count[c], want);
                }
            }
    }
    release(x);
    release(factor);
}

static void test_kernels__top(void)
{
    const int64_t sizes[] = {0, 5, 31, 32, 63, 64, 100, 256, 321, 600};
    float *x = random_floats(600, 11);
    x[0] = x[64] = NAN;
    x[3] = x[67] = x[131] = x[195] = NAN; /* a group that is all NaN */
    x[70] = INFINITY;
    x[71] = 0.5f;
    for (int isa = 0; isa < RG_N_ISAS; isa++) {
        const rg_kernels *k = rg_kernels_of(isa);
        for (int c = 0; k != NULL && c < 10; c++) {
            check_top(k, x, sizes[c], 16);
            check_top(k, x, sizes[c], 64);
        }
    }
    release(x);
}

static double clipped(double x)
{
    return fmin(fmax(x, -2.0), 4.0);
}

/* The terms of a mix, and its rows in row[] and x[], all beyond both ends of clipping. */
static rg_mix mix_of(float **x, const float **row, int rows, int64_t n)
{
    rg_mix t = {.n = rows, .low = -2, .high = 4, .rest = 0.25f};
    for (int a = 0; a < rows; a++) {
        row[a] = x[a] = random_floats(n, 100 * (uint64_t)(a + 1));
        t.mean[a] = 0.1f * (float)a;
        t.inverse[a] = 3.0f;
        t.constant[a] = 0.5f - (float)a;
        t.slope[a] = 0.3f;
    }
    return t;
}

static double scaled_by(const rg_mix *t, int a, float x)
{
    return clipped(((double)x - (double)t->mean[a]) * 3.0);
}

/* rows of n elements, some of them beyond both ends of clipping. */
static void check_mix(const rg_kernels *k, int rows, int64_t n)
{
    float *x[RG_MIX_ROWS], *z = random_floats(n, 50), *out = random_floats(n, 0);
    float *tail = random_floats(n, 0);
    const float *row[RG_MIX_ROWS];
    rg_mix t = mix_of(x, row, rows, n);
    k->mix(out, &t, row, z, n);
    for (int64_t j = 0; j < n; j++) {
        double want = 0.25 * (double)z[j], size = fabs(want);
        for (int a = 0; a < rows; a++) {
            const double s = scaled_by(&t, a, x[a][j]);
            const double factor =
                (double)t.constant[a] + (double)t.slope[a] * (double)z[j];
            size += fabs(s) * (fabs(factor) + 10.0);
            want += s * factor;
        }
        CU_ASSERT(close_to((double)out[j], want, size, 20));
    }
    /* any cutting has the same bits, scaling first too, and into a row of its own */
    const int64_t half = n / 2;
    for (int a = 0; a < rows; a++) row[a] = x[a] + half;
    k->mix(tail + half, &t, row, z + half, n - half);
    for (int64_t j = half; j < n; j++) CU_ASSERT_EQUAL(tail[j], out[j]);
    for (int a = 0; a < rows; a++) {
        k->scale(x[a], t.mean[a], t.inverse[a], t.low, t.high, n);
        row[a] = x[a];
        t.mean[a] = 0.0f;
        t.inverse[a] = 1.0f;
    }
    k->mix(rows > 0 ? x[0] : tail, &t, row, z, n);
    for (int64_t j = 0; j < n; j++) CU_ASSERT_EQUAL((rows > 0 ? x[0] : tail)[j], out[j]);
    for (int a = 0; a < rows; a++) release(x[a]);
    release(z);
    release(out);
    release(tail);
}

typedef void (*mix_check)(const rg_kernels *k, int rows, int64_t n);

static void every_mix(mix_check check)
{
    const int64_t sizes[] = {0, 1, 7, 33, 130};
    for (int isa = 0; isa < RG_N_ISAS; isa++) {
        const rg_kernels *k = rg_kernels_of(isa);
        for (int c = 0; k != NULL && c < 5; c++)
            for (int rows = 0; rows <= RG_MIX_ROWS; rows++) check(k, rows, sizes[c]);
    }
}

static void test_kernels__mix(void)
{
    every_mix(check_mix);
}

/* Element j of a mix with a network, in double; *size of its terms. */
static double slow_mix_net(double *size, const rg_mix *t, const rg_mix_net *net,
                           float *const *x, float *const *side, int64_t j)
{
    const int rows = t->n;
    const double z = (double)side[0][j];
    double s[RG_MIX_ROWS], factor[RG_MIX_ROWS], rest = 0.25;
    *size = 0.0;
    for (int a = 0; a < rows; a++) {
        s[a] = scaled_by(t, a, x[a][j]);
        factor[a] = (double)t->constant[a] + (double)t->slope[a] * z;
    }
    for (int u = 0; u < RG_MIX_UNITS; u++) {
        const float *unit = net->unit + u * (2 * rows + RG_MIX_SIDES + 2);
        const float *out = unit + 1 + rows + RG_MIX_SIDES;
        double h = (double)unit[0], h_size = fabs(h);
        for (int a = 0; a < rows + RG_MIX_SIDES; a++) {
            const int b = a - rows;
            const double in =
                a < rows ? s[a]
                         : fmin(fmax((double)side[b][j], -0.5), (double)net->high[b]);
            h += (double)unit[1 + a] * in;
            h_size += fabs((double)unit[1 + a] * in);
        }
        for (int a = 0; a < rows; a++) {
            factor[a] += (double)out[a] * fmax(h, 0.0);
            *size += fabs((double)out[a] * h_size * s[a]);
        }
        rest += (double)out[rows] * fmax(h, 0.0);
        *size += fabs((double)out[rows] * h_size * z);
    }
    double want = rest * z;
    for (int a = 0; a < rows; a++) {
        want += fmax(factor[a], 0.0) * s[a];
        *size += fabs(factor[a] * s[a]);
    }
    return want;
}

/* A mix with a network; out over one of its rows and in two parts. */
static void check_mix_net(const rg_kernels *k, int rows, int64_t n)
{
    float *unit = random_floats(RG_MIX_UNITS * (2 * rows + RG_MIX_SIDES + 2), 900);
    rg_mix_net net = {.unit = unit};
    float *x[RG_MIX_ROWS], *side[RG_MIX_SIDES], *out = random_floats(n, 0);
    float *tail = random_floats(n, 0);
    const float *row[RG_MIX_ROWS], *by[RG_MIX_SIDES];
    const rg_mix t = mix_of(x, row, rows, n);
    for (int a = 0; a < RG_MIX_SIDES; a++) {
        net.low[a] = -0.5f;
        net.high[a] = 1.0f + 0.1f * (float)a;
        by[a] = side[a] = random_floats(n, 5000 * (uint64_t)(a + 1));
    }
    k->mix_net(out, &t, &net, row, by, n);
    for (int64_t j = 0; j < n; j++) {
        double size;
        const double want = slow_mix_net(&size, &t, &net, x, side, j);
        CU_ASSERT(close_to((double)out[j], want, size, 50));
    }
    const int64_t half = n / 2;
    float *to = rows > 0 ? x[0] : tail;
    for (int a = 0; a < rows; a++) row[a] = x[a] + half;
    for (int a = 0; a < RG_MIX_SIDES; a++) by[a] = side[a] + half;
    k->mix_net(to + half, &t, &net, row, by, n - half);
    for (int64_t j = half; j < n; j++) CU_ASSERT_EQUAL(to[j], out[j]);
    for (int a = 0; a < rows; a++) release(x[a]);
    for (int a = 0; a < RG_MIX_SIDES; a++) release(side[a]);
    release(unit);
    release(out);
    release(tail);
}

static void test_kernels__mix_net(void)
{
    every_mix(check_mix_net);
}

/* A network of n_in inputs and n_out outputs in one block of floats. */
static rg_net net_at(float *x, int n_in, int n_out, int n_units)
{
    rg_net net = {.n_in = n_in, .n_out = n_out, .in = x};
    net.in_bias = net.in + n_in * n_units;
    net.out = net.in_bias + n_units;
    net.out_bias = net.out + n_out * n_units;
    return net;
}

/* Of rows x: sum_r <d, out>, out of a network in double. */
static double net_sum(const double *net, const rg_net *size, int n_units, const float *x,
                      const float *d, int64_t n)
{
    const int n_in = size->n_in, n_out = size->n_out;
    const double *in_bias = net + n_in * n_units;
    const double *out = in_bias + n_units;
    const double *out_bias = out + n_out * n_units;
    double sum = 0.0;
    for (int64_t r = 0; r < n; r++) {
        const float *dr = d + r * n_out;
        for (int o = 0; o < n_out; o++) sum += (double)dr[o] * out_bias[o];
        for (int u = 0; u < n_units; u++) {
            double h = in_bias[u];
            for (int f = 0; f < n_in; f++)
                h += net[f * n_units + u] * (double)x[r * n_in + f];
            for (int o = 0; o < n_out; o++)
                sum += (double)dr[o] * out[o * n_units + u] * fmax(h, 0.0);
        }
    }
    return sum;
}

/* Moves rows x[n][width] to columns y[width][stride]. */
static void to_columns(float *y, const float *x, int64_t n, int width, int64_t stride)
{
    for (int64_t r = 0; r < n; r++)
        for (int f = 0; f < width; f++) y[f * stride + r] = x[r * width + f];
}

/* What net_forward and net_backward compute, by samples in columns: `out` is in rows. */
static void run_columns(const rg_kernels *k, float *out, const rg_net *grad,
                        const float *d, const float *x, int64_t n, const rg_net *net)
{
    enum { STRIDE = 2 * RG_COLUMNS, MOST = 20 };
    static float xt[MOST * STRIDE], dt[MOST * STRIDE], unit[RG_NET_FEW * STRIDE],
        at[MOST * STRIDE];
    CU_ASSERT_FATAL(n <= STRIDE && net->n_in <= MOST && net->n_out <= MOST);
    for (int e = 0; e < MOST * STRIDE; e++) {
        xt[e] = 3.0f; /* beyond the samples */
        dt[e] = 0.0f;
    }
    to_columns(xt, x, n, net->n_in, STRIDE);
    to_columns(dt, d, n, net->n_out, STRIDE);
    k->columns_forward(at, unit, xt, n, STRIDE, net);
    for (int64_t r = 0; r < n; r++)
        for (int o = 0; o < net->n_out; o++) out[r * net->n_out + o] = at[o * STRIDE + r];
    k->columns_backward(grad, dt, unit, xt, n, STRIDE, net);
}

/* Forward against that; backward against its central differences. */
static void check_net(const rg_kernels *k, int n_in, int n_out, int n_units, int64_t n)
{
    const int n_floats = (n_in + 1 + n_out) * n_units + n_out;
    float *numbers = random_floats(n_floats, 5), *x = random_floats(n * n_in, 600);
    float *d = random_floats(n * n_out, 7000), *got = random_floats(n_floats, 0);
    float *unit = random_floats(n * n_units, 0), *out = random_floats(n * n_out, 0);
    const rg_net net = net_at(numbers, n_in, n_out, n_units),
                 grad = net_at(got, n_in, n_out, n_units);
    double *wide = rg_alloc(rg_mem_default(), n_floats, sizeof *wide), sum = 0.0;
    double size = 1.0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(wide);
    for (int i = 0; i < n_floats; i++) wide[i] = (double)numbers[i];
    memset(got, 0, (size_t)n_floats * sizeof *got);
    if (n_units == RG_NET_FEW) {
        run_columns(k, out, &grad, d, x, n, &net);
    } else {
        k->net_forward(out, unit, x, n, &net);
        k->net_backward(&grad, d, unit, x, n, &net);
    }
    for (int64_t e = 0; e < n * n_out; e++) {
        sum += (double)d[e] * (double)out[e];
        size += fabs((double)d[e]) * 300.0;
    }
    CU_ASSERT(close_to(sum, net_sum(wide, &net, n_units, x, d, n), size, 20));
    for (int i = 0; i < n_floats; i++) {
        const double at = wide[i], h = 1e-6;
        wide[i] = at + h;
        const double above = net_sum(wide, &net, n_units, x, d, n);
        wide[i] = at - h;
        const double below = net_sum(wide, &net, n_units, x, d, n);
        wide[i] = at;
        CU_ASSERT_DOUBLE_EQUAL(got[i], (above - below) / (2.0 * h), 1e-5 * size);
    }
    float *const all[] = {numbers, x, d, got, unit, out};
    for (size_t a = 0; a < sizeof all / sizeof all[0]; a++) release(all[a]);
    release(wide);
}

static void test_kernels__net(void)
{
    const int64_t sizes[] = {0, 1, 3, 17};
    const int channels[] = {1, 2, 4, 7, 16};
    for (int isa = 0; isa < RG_N_ISAS; isa++)
        for (int c = 0; rg_kernels_of(isa) != NULL && c < 4; c++)
            for (int a = 0; a < 5; a++) {
                const int n_in = channels[a] + 4, n_out = channels[a] + 1;
                check_net(rg_kernels_of(isa), n_in, n_out, RG_NET_UNITS, sizes[c]);
                check_net(rg_kernels_of(isa), n_in, n_out, RG_NET_FEW, sizes[c]);
            }
}

/* The scores and slopes of a gate against the slow obvious version. */
static void check_gate(const rg_kernels *k, int rows, int64_t n)
{
    enum { STRIDE = 2 * RG_COLUMNS, MOST = 5 };
    float *out = random_floats(MOST * STRIDE, 1),
          *factor = random_floats(MOST * STRIDE, 2);
    float *s = random_floats(MOST * STRIDE, 3), *d = random_floats(STRIDE, 4), z[STRIDE];
    k->gate_score(z, out, factor, s, rows, n, STRIDE);
    for (int64_t e = 0; e < n; e++) {
        double sum = 0.0;
        for (int r = 0; r < rows; r++) {
            const double by =
                (double)factor[r * STRIDE + e] + (double)out[r * STRIDE + e];
            sum += (double)s[r * STRIDE + e] * (r < rows - 1 ? fmax(by, 0.0) : by);
        }
        CU_ASSERT(close_to((double)z[e], sum, 20.0, rows));
    }
    float *slope = random_floats(MOST * STRIDE, 1);
    k->gate_slope(slope, d, factor, s, rows, n, STRIDE);
    for (int64_t e = 0; e < n; e++)
        for (int r = 0; r < rows; r++) {
            const int64_t at = r * STRIDE + e;
            const int acts = r == rows - 1 || factor[at] + out[at] > 0.0f;
            CU_ASSERT_EQUAL(slope[at], acts ? d[e] * s[at] : 0.0f);
        }
    float *const all[] = {out, factor, s, d, slope};
    for (size_t a = 0; a < sizeof all / sizeof all[0]; a++) release(all[a]);
}

static void test_kernels__gate(void)
{
    for (int isa = 0; isa < RG_N_ISAS; isa++)
        for (int rows = 1; rg_kernels_of(isa) != NULL && rows < 6; rows += 2) {
            check_gate(rg_kernels_of(isa), rows, 1);
            check_gate(rg_kernels_of(isa), rows, 19);
            check_gate(rg_kernels_of(isa), rows, 32);
        }
}

int test_kernels(void)
{
    static const test_case cases[] = {
        {"gram", test_kernels__gram}, {"adam", test_kernels__adam},
        {"sum", test_kernels__sum},   {"twice above", test_kernels__twice_above},
        {"mix", test_kernels__mix},   {"mix net", test_kernels__mix_net},
        {"net", test_kernels__net},   {"gate", test_kernels__gate},
        {"top", test_kernels__top},   {"columns_above", test_kernels__columns_above},
    };
    return TEST_MAIN("kernels", cases);
}
