// The search graph against hnswlib on the same vectors in the same run: recall@k and
// queries per second over a sweep of beams, bytes and seconds of both, and the ratio of
// their speeds at equal recall. bench/README.md says how to read it.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <getopt.h>
#include <memory>
#include <stdexcept>
#include <unistd.h>

#include <hnswlib/hnswlib.h>

#include "mixture.hh"

extern "C" {
#include "knn/item_index.h"
}

namespace
{

using Clock = std::chrono::steady_clock;

// Seconds of processor time of the calling thread: what a busy machine leaves comparable.
double processor()
{
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

double since(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// ---- the two indexes behind one face.

class Index
{
  public:
    virtual ~Index() = default;
    virtual const char *name() const = 0;
    virtual double bytes() const = 0; // per item
    virtual void effort(int64_t ef, int threads) = 0;
    virtual void search(const float *query, int thread, uint32_t *found) = 0;
    double seconds = 0; // of the build
};

class Ours : public Index
{
  public:
    Ours(const Options &o, const std::vector<float> &items) : o_(o)
    {
        check(regatta_ctx_create(&ctx_, nullptr));
        ctx_->threads = o.threads;
        rows_ = {rg_rows_f32(items.data(), o.items, o.dim), nullptr, 1.0f};
        const auto start = Clock::now();
        check(rg_index_build(ctx_, &index_, &rows_, o.degree, o.build));
        seconds = since(start);
    }
    ~Ours() override
    {
        rg_index_work_free(work_);
        rg_index_free(index_);
        regatta_ctx_free(ctx_);
    }
    const char *name() const override
    {
        return "regatta";
    }
    // The vectors are the model's own; hnswlib holds a copy, so they count here too.
    double bytes() const override
    {
        return double(rg_index_bytes(index_)) / double(o_.items) + 4.0 * double(o_.dim);
    }
    void effort(int64_t ef, int threads) override
    {
        rg_index_work_free(work_);
        ef_ = ef;
        check(rg_index_work_create(ctx_, &work_, index_, o_.k, ef, threads));
        score_.resize(size_t(threads * o_.k));
    }
    void search(const float *query, int thread, uint32_t *found) override
    {
        const rg_index_query q = {query, o_.k, ef_, nullptr, nullptr, 0};
        rg_index_search(index_, &rows_, work_, thread, &q, found,
                        &score_[size_t(thread * o_.k)]);
    }

  private:
    void check(regatta_status status)
    {
        if (status != REGATTA_OK) throw std::runtime_error(regatta_last_error(ctx_));
    }
    const Options &o_;
    regatta_ctx *ctx_ = nullptr;
    rg_index_rows rows_{};
    rg_index *index_ = nullptr;
    rg_index_work *work_ = nullptr;
    int64_t ef_ = 0;
    std::vector<float> score_;
};

int64_t resident()
{
    long pages = 0, all = 0;
    if (FILE *f = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(f, "%ld %ld", &all, &pages) != 2) pages = 0;
        std::fclose(f);
    }
    return int64_t(pages) * sysconf(_SC_PAGESIZE);
}

class Hnsw : public Index
{
  public:
    Hnsw(const Options &o, const std::vector<float> &items) : o_(o), space_(size_t(o.dim))
    {
        const int64_t before = resident();
        const auto start = Clock::now();
        hnsw_ = std::make_unique<hnswlib::HierarchicalNSW<float>>(
            &space_, size_t(o.items), 16, 200);
        hnsw_->addPoint(items.data(), 0);
        parallel(o.threads, o.items - 1, [&](int64_t i, int) {
            hnsw_->addPoint(&items[size_t((i + 1) * o.dim)], size_t(i + 1));
        });
        seconds = since(start);
        bytes_ = double(resident() - before) / double(o.items);
    }
    const char *name() const override
    {
        return "hnswlib";
    }
    double bytes() const override
    {
        return bytes_;
    }
    void effort(int64_t ef, int) override
    {
        hnsw_->setEf(size_t(ef));
    }
    void search(const float *query, int, uint32_t *found) override
    {
        auto queue = hnsw_->searchKnn(query, size_t(o_.k));
        int64_t at = int64_t(queue.size());
        std::fill(found + at, found + o_.k, REGATTA_NONE);
        for (; !queue.empty(); queue.pop()) found[--at] = uint32_t(queue.top().second);
    }

  private:
    const Options &o_;
    hnswlib::InnerProductSpace space_;
    std::unique_ptr<hnswlib::HierarchicalNSW<float>> hnsw_;
    double bytes_ = 0;
};

// ---- the sweep.

struct Point {
    int64_t ef;
    double recall, qps;
};

struct Bench {
    const Options &o;
    const std::vector<float> &items, &queries, &limit;

    double recall(const std::vector<uint32_t> &found) const
    {
        int64_t hits = 0;
        for (int64_t q = 0; q < o.queries; q++)
            for (int64_t r = 0; r < o.k; r++) {
                const uint32_t i = found[size_t(q * o.k + r)];
                if (i == REGATTA_NONE) continue;
                double score = 0;
                for (int64_t k = 0; k < o.dim; k++)
                    score += double(items[size_t(int64_t(i) * o.dim + k)]) *
                             double(queries[size_t(q * o.dim + k)]);
                hits += score >= double(limit[size_t(q)]) - 1e-6;
            }
        return double(hits) / double(o.queries * o.k);
    }

    double seconds(Index &index, int threads, std::vector<uint32_t> &found) const
    {
        const auto start = Clock::now();
        std::vector<double> own(static_cast<size_t>(threads));
        parallel(threads, o.queries, [&](int64_t q, int thread) {
            const double began = o.cpu ? processor() : 0.0;
            index.search(&queries[size_t(q * o.dim)], thread, &found[size_t(q * o.k)]);
            if (o.cpu) own[size_t(thread)] += processor() - began;
        });
        if (!o.cpu) return since(start);
        double sum = 0;
        for (const double x : own) sum += x;
        return sum / threads;
    }

    // Both at every beam, by turns; the best round of each.
    void sweep(std::vector<Index *> both, int threads,
               std::vector<std::vector<Point>> &out) const
    {
        std::vector<uint32_t> found(size_t(o.queries * o.k));
        out.assign(both.size(), {});
        for (int64_t ef : {20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 200, 256, 400}) {
            if (ef < o.k) continue;
            std::vector<double> best(both.size(), 1e30), kept(both.size());
            for (int round = 0; round < o.rounds; round++)
                for (size_t b = 0; b < both.size(); b++) {
                    both[b]->effort(ef, threads);
                    best[b] = std::min(best[b], seconds(*both[b], threads, found));
                    if (round == 0) kept[b] = recall(found);
                }
            for (size_t b = 0; b < both.size(); b++)
                out[b].push_back({ef, kept[b], double(o.queries) / best[b]});
        }
    }
};

// Queries a second at a recall, along the line between two points of the sweep.
double at_recall(const std::vector<Point> &points, double recall)
{
    for (size_t p = 0; p < points.size(); p++) {
        if (points[p].recall < recall) continue;
        if (p == 0) return points[0].qps; // no slower than this
        const Point &a = points[p - 1], &b = points[p];
        const double t = (recall - a.recall) / (b.recall - a.recall);
        return std::exp((1 - t) * std::log(a.qps) + t * std::log(b.qps));
    }
    return NAN;
}

void run(const Options &o)
{
    std::printf("%lld items x %lld, %lld queries, recall@%lld, %s\n", (long long)o.items,
                (long long)o.dim, (long long)o.queries, (long long)o.k, rg_vec_isa());
    const auto items = mixture(o, o.items, 100), queries = mixture(o, o.queries, 200);
    const auto limit = exact_limits(o, items, queries);
    Ours ours(o, items);
    std::printf("regatta  built in %.1f s on %d threads\n", ours.seconds, o.threads);
    std::fflush(stdout);
    Hnsw hnsw(o, items);
    std::printf("hnswlib  built in %.1f s on %d threads (M 16, ef_construction 200)\n",
                hnsw.seconds, o.threads);
    std::printf("bytes per item, float vectors included: regatta %.0f, hnswlib %.0f\n",
                ours.bytes(), hnsw.bytes());
    const std::vector<Index *> both = {&ours, &hnsw};
    const Bench bench = {o, items, queries, limit};
    FILE *csv = o.csv.empty() ? nullptr : std::fopen(o.csv.c_str(), "w");
    if (!o.csv.empty() && !csv) throw std::runtime_error("cannot write " + o.csv);
    if (csv)
        std::fprintf(csv, "index,items,dim,k,threads,beam,recall,queries_per_second,"
                          "bytes_per_item,build_seconds\n");
    for (int threads = 1; threads <= o.threads; threads++) {
        std::vector<std::vector<Point>> points;
        bench.sweep(both, threads, points);
        std::printf(
            "\n%d thread%s\n   beam   regatta recall     qps   hnswlib recall     "
            "qps\n",
            threads, threads > 1 ? "s" : "");
        for (size_t p = 0; p < points[0].size(); p++)
            std::printf("%7lld %16.4f %7.0f %16.4f %7.0f\n", (long long)points[0][p].ef,
                        points[0][p].recall, points[0][p].qps, points[1][p].recall,
                        points[1][p].qps);
        for (size_t b = 0; csv && b < both.size(); b++)
            for (const Point &p : points[b])
                std::fprintf(csv, "%s,%lld,%lld,%lld,%d,%lld,%.5f,%.1f,%.1f,%.2f\n",
                             both[b]->name(), (long long)o.items, (long long)o.dim,
                             (long long)o.k, threads, (long long)p.ef, p.recall, p.qps,
                             both[b]->bytes(), both[b]->seconds);
        const double a = at_recall(points[0], o.recall),
                     b = at_recall(points[1], o.recall);
        std::printf("at recall %.2f: regatta %.0f qps, hnswlib %.0f qps, ratio %.2f\n",
                    o.recall, a, b, a / b);
        std::fflush(stdout);
    }
    if (csv) std::fclose(csv);
}

bool parse(Options &o, int argc, char **argv)
{
    const option longs[] = {{"items", 1, nullptr, 'i'},   {"dim", 1, nullptr, 'd'},
                            {"queries", 1, nullptr, 'q'}, {"k", 1, nullptr, 'k'},
                            {"degree", 1, nullptr, 'D'},  {"build", 1, nullptr, 'b'},
                            {"threads", 1, nullptr, 't'}, {"rounds", 1, nullptr, 'r'},
                            {"recall", 1, nullptr, 'R'},  {"csv", 1, nullptr, 'c'},
                            {"cpu", 0, nullptr, 'p'},     {nullptr, 0, nullptr, 0}};
    for (int c; (c = getopt_long(argc, argv, "", longs, nullptr)) != -1;) {
        if (c == '?') return false;
        if (c == 'p') {
            o.cpu = true;
            continue;
        }
        if (c == 'c') {
            o.csv = optarg;
        } else if (c == 'R') {
            o.recall = std::atof(optarg);
        } else {
            const long long v = std::atoll(optarg);
            if (v < 1) return false;
            if (c == 'i') o.items = v;
            if (c == 'd') o.dim = v;
            if (c == 'q') o.queries = v;
            if (c == 'k') o.k = v;
            if (c == 'D') o.degree = v;
            if (c == 'b') o.build = v;
            if (c == 't') o.threads = int(v);
            if (c == 'r') o.rounds = int(v);
        }
    }
    return optind == argc && o.items >= o.k;
}

} // namespace

int main(int argc, char **argv)
{
    Options o;
    if (!parse(o, argc, argv)) {
        std::fprintf(stderr,
                     "usage: bench_index [--items N] [--dim N] [--queries N] [--k N] "
                     "[--degree N] [--build N] [--threads N] [--rounds N] "
                     "[--recall R] [--csv FILE] [--cpu]\n");
        return 2;
    }
    try {
        run(o);
    } catch (const std::exception &e) {
        std::fprintf(stderr, "bench_index: %s\n", e.what());
        return 1;
    }
    return 0;
}
