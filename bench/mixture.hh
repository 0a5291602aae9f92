// What bench_index searches: vectors, queries and exact answers.
#ifndef RG_BENCH_MIXTURE_HH
#define RG_BENCH_MIXTURE_HH
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

extern "C" {
#include "base/rng.h"
#include "base/kernels/vec.h"
}

namespace
{

struct Options {
    int64_t items = 1000000, dim = 64, queries = 2000, k = 20, degree = 0, build = 0;
    int threads = 2, rounds = 3;
    double recall = 0.95;
    bool cpu = false; // count processor time
    std::string csv;
};

// body(i, thread) for i < n, handed out in runs of 16.
void parallel(int threads, int64_t n, const std::function<void(int64_t, int)> &body)
{
    std::atomic<int64_t> next{0};
    auto work = [&](int thread) {
        for (int64_t first; (first = next.fetch_add(16)) < n;)
            for (int64_t i = first; i < std::min(n, first + 16); i++) body(i, thread);
    };
    std::vector<std::thread> pool;
    for (int t = 1; t < threads; t++) pool.emplace_back(work, t);
    work(0);
    for (auto &t : pool) t.join();
}

// ---- vectors as training makes them: many clusters of very different sizes, unit rows,
// and directions that matter less and less.

constexpr uint64_t SEED = 7;

double normal(uint64_t stream, uint64_t index)
{
    return rg_random_normal(SEED + stream, RG_STREAM_TEST, index);
}

void unit(float *x, int64_t dim)
{
    double sum = 0;
    for (int64_t k = 0; k < dim; k++) sum += double(x[k]) * double(x[k]);
    const float inverse = float(1.0 / std::sqrt(sum));
    for (int64_t k = 0; k < dim; k++) x[k] *= inverse;
}

std::vector<float> mixture(const Options &o, int64_t n, uint64_t stream)
{
    const int64_t clusters = std::max<int64_t>(16, o.items / 500);
    std::vector<float> x(size_t(n * o.dim));
    parallel(o.threads, n, [&](int64_t i, int) {
        float *row = &x[size_t(i * o.dim)];
        // The square makes the first clusters large and the last small.
        const double u = rg_random_unit(SEED + stream + 2, RG_STREAM_TEST, uint64_t(i));
        const auto c = int64_t(u * u * double(clusters));
        double length = 0;
        for (int64_t k = 0; k < o.dim; k++) {
            const double fade = 1.0 / std::sqrt(1.0 + double(k) / 8.0);
            const double centre = fade * normal(1, uint64_t(c * o.dim + k));
            row[k] = float(centre);
            length += centre * centre;
        }
        unit(row, o.dim);
        const double width = 0.8 / std::sqrt(length);
        for (int64_t k = 0; k < o.dim; k++) {
            const double fade = 1.0 / std::sqrt(1.0 + double(k) / 8.0);
            row[k] += float(width * fade * normal(stream, uint64_t(i * o.dim + k)));
        }
        unit(row, o.dim);
    });
    return x;
}

// ---- exact answers: the score of the k-th, so that ties count as found.

std::vector<float> exact_limits(const Options &o, const std::vector<float> &items,
                                const std::vector<float> &queries)
{
    enum { ROWS = 16, PANELS = 64 };
    const int64_t n_panels = rg_panel_count(o.items);
    std::vector<float> packed(size_t(rg_panel_floats(o.items, o.dim)));
    rg_panel_pack(packed.data(), items.data(), o.items, o.dim, 0, n_panels);
    std::vector<float> limit(size_t(o.queries));
    const int64_t tiles = (o.queries + ROWS - 1) / ROWS;
    parallel(o.threads, tiles, [&](int64_t tile, int) {
        const int64_t first = tile * ROWS, m = std::min<int64_t>(ROWS, o.queries - first);
        std::vector<float> out(size_t(ROWS) * PANELS * RG_PANEL);
        std::vector<std::vector<float>> best(static_cast<size_t>(m));
        for (int64_t p = 0; p < n_panels; p += PANELS) {
            const int64_t end = std::min(n_panels, p + PANELS);
            rg_panel_score(out.data(), PANELS * RG_PANEL, &queries[size_t(first * o.dim)],
                           m, o.dim, packed.data(), nullptr, p, end);
            const int64_t there = std::min(o.items, end * RG_PANEL) - p * RG_PANEL;
            for (int64_t r = 0; r < m; r++) {
                auto &heap = best[size_t(r)];
                const float *row = &out[size_t(r) * PANELS * RG_PANEL];
                for (int64_t j = 0; j < there; j++) {
                    if (int64_t(heap.size()) == o.k && row[j] <= heap.front()) continue;
                    heap.push_back(row[j]);
                    std::push_heap(heap.begin(), heap.end(), std::greater<>());
                    if (int64_t(heap.size()) <= o.k) continue;
                    std::pop_heap(heap.begin(), heap.end(), std::greater<>());
                    heap.pop_back();
                }
            }
        }
        for (int64_t r = 0; r < m; r++)
            limit[size_t(first + r)] = best[size_t(r)].front();
    });
    return limit;
}

} // namespace
#endif
