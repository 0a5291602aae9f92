#include "limits.h"
#include "base/kernels/kernels.h"
#include "measure.h"

enum {
    PEAK_ROUNDS = 1000000,
    L2_FLOATS = 48 * 1024, /* two arrays of 192 KB: above a first-level cache */
    L2_ROUNDS = 200,
    TRIAD_FLOATS = 16 << 20
};

typedef struct state {
    timing t;
    const rg_kernels *kernels;
    int threads;
    float *a, *b, *c;
    double operations;
} state;

static void run_peak(void *arg)
{
    state *s = arg;
    double operations = 0.0;
#pragma omp parallel for num_threads(s->threads) schedule(static, 1)
    for (int t = 0; t < s->threads; t++) {
        float sink[3] = {0.5f, 1.0f, 0.0f};
        const double n = s->kernels->peak(PEAK_ROUNDS, sink);
        s->c[16 * t] = sink[2]; /* used, so that it is computed */
        if (t == 0) operations = n;
    }
    s->operations = operations * s->threads;
}

static void run_l2(void *arg)
{
    state *s = arg;
#pragma omp parallel for num_threads(s->threads) schedule(static, 1)
    for (int t = 0; t < s->threads; t++) {
        const float *a = s->a + (int64_t)t * L2_FLOATS,
                    *b = s->b + (int64_t)t * L2_FLOATS;
        for (int k = 0; k < L2_ROUNDS; k++)
            s->c[16 * t] += s->kernels->dot(a, b, L2_FLOATS);
    }
}

static void run_triad(void *arg)
{
    state *s = arg;
    const float factor = 0.5f;
#pragma omp parallel for num_threads(s->threads) schedule(static)
    for (int64_t k = 0; k < TRIAD_FLOATS; k++) s->c[k] = s->b[k] + factor * s->a[k];
}

static double rate(FILE *csv, const char *name, const char *unit, state *s,
                   void (*run)(void *), double work)
{
    const measured m = measure(run, s, &s->t);
    if (work == 0.0) work = s->operations;
    const row r = {
        name, 0,        s->threads, 1e-9 * work / m.best, 1e-9 * work / m.median,
        unit, "itself", 0.0};
    report(csv, &r);
    return r.value;
}

limits measure_limits(FILE *csv, const timing *t)
{
    const int threads = t->threads;
    limits l;
    const int64_t n = TRIAD_FLOATS > (int64_t)threads * L2_FLOATS
                          ? TRIAD_FLOATS
                          : (int64_t)threads * L2_FLOATS;
    state s = {.t = *t, .kernels = rg_kernels_best(), .threads = 1};
    s.t.threads = 1;
    s.a = bench_alloc(n, sizeof *s.a);
    s.b = bench_alloc(n, sizeof *s.b);
    s.c = bench_alloc(n, sizeof *s.c);
    for (int64_t k = 0; k < n; k++) s.a[k] = s.b[k] = 1.0f; /* touches the pages */
    l.fma_one = rate(csv, "peak_fma", "GFLOP/s", &s, run_peak, 0.0);
    s.threads = s.t.threads = threads;
    l.fma = rate(csv, "peak_fma", "GFLOP/s", &s, run_peak, 0.0);
    l.l2 = rate(csv, "peak_l2_read", "GB/s", &s, run_l2,
                8.0 * L2_FLOATS * L2_ROUNDS * threads);
    l.memory = rate(csv, "peak_triad", "GB/s", &s, run_triad, 12.0 * TRIAD_FLOATS);
    bench_free(s.a);
    bench_free(s.b);
    bench_free(s.c);
    return l;
}
