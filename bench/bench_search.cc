/* Exact inner-product search of src/knn beside faiss IndexFlatIP, on the same vectors in
 * the same run: every round runs each method once, so that what else the machine does
 * falls on all of them. */
extern "C" {
#include "base/clock.h"
#include "base/rng.h"
#include "base/kernels/vec.h"
#include "knn/search.h"
#include "knn/units.h"
#include <getopt.h>
#include <unistd.h>
}
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <faiss/IndexFlat.h>
#include <functional>
#include <omp.h>
#include <string>
#include <vector>
extern "C" char *openblas_get_corename(void);

namespace
{
enum { K = 20, CLUSTERS = 256, METHODS = 4, QUERIES = 1024, ALONE = 16 };
const char *const names[METHODS] = {"faiss", "float", "bf16", "i8"};

struct settings {
    int64_t rows = 0; /* 0 = both sizes */
    int64_t dim = 0;  /* 0 = both */
    int threads = 0;  /* 0 = 1 and 2 */
    int rounds = 7;
    std::FILE *csv = nullptr;
};

/* Rows like a trained model's: of length 1, around centres that are not equally popular,
 * with their own noise of about the same size. */
void make_rows(float *x, int64_t n, int64_t dim, const std::vector<float> &centre,
               uint64_t seed, float noise)
{
#pragma omp parallel for num_threads(2) schedule(static)
    for (int64_t r = 0; r < n; r++) {
        const uint64_t at = (uint64_t)(r * (dim + 1));
        const double u = rg_random_unit(seed, RG_STREAM_TEST, at);
        const float *c = centre.data() + (int64_t)(u * u * CLUSTERS) * dim;
        double squares = 0.0;
        for (int64_t k = 0; k < dim; k++) {
            const double z = rg_random_normal(seed, RG_STREAM_TEST, at + 1 + (uint64_t)k);
            x[r * dim + k] = c[k] + noise * (float)z;
            squares += (double)x[r * dim + k] * (double)x[r * dim + k];
        }
        const float length = (float)std::sqrt(squares);
        for (int64_t k = 0; k < dim; k++) x[r * dim + k] /= length;
    }
}

/* What is searched, and everything that searches it. */
struct problem {
    int64_t n, dim;
    faiss::IndexFlatIP index;
    std::vector<float> query;
    regatta_ctx *ctx = nullptr;
    rg_table *table[3] = {nullptr, nullptr, nullptr};

    problem(int64_t n_rows, int64_t d) : n(n_rows), dim(d), index(d), query(QUERIES * d)
    {
        std::vector<float> centre(CLUSTERS * dim), rows(n * dim);
        for (size_t k = 0; k < centre.size(); k++)
            centre[k] = (float)rg_random_normal(1, RG_STREAM_TEST, k);
        make_rows(rows.data(), n, dim, centre, 2, 1.0f);
        make_rows(query.data(), QUERIES, dim, centre, 3, 1.0f);
        index.add(n, rows.data());
        if (regatta_ctx_create(&ctx, nullptr) != REGATTA_OK) fail();
        const rg_rows from = rg_rows_f32(index.get_xb(), n, dim);
        for (int type = RG_F32; type <= RG_I8; type++)
            if (rg_table_create(ctx, &table[type], (rg_element)type, &from, nullptr) !=
                REGATTA_OK)
                fail();
    }
    problem(const problem &) = delete;
    problem &operator=(const problem &) = delete;
    ~problem()
    {
        for (rg_table *t : table) rg_table_free(t);
        regatta_ctx_free(ctx);
    }
    static void fail()
    {
        std::fprintf(stderr, "bench_search: out of memory\n");
        std::exit(1);
    }
};

struct answers {
    std::vector<faiss::Index::idx_t> label;
    std::vector<uint32_t> row;
    std::vector<float> score;
};

/* `m` queries in one call, or one after another. */
void run(problem &p, int method, int64_t m, bool alone, answers &out)
{
    const int64_t step = alone ? 1 : m;
    for (int64_t q = 0; q < m; q += step) {
        const float *x = p.query.data() + q * p.dim;
        if (method == 0) {
            p.index.search(step, x, K, out.score.data() + q * K,
                           out.label.data() + q * K);
            continue;
        }
        rg_search s = {};
        s.query = x;
        s.m = step;
        s.k = K;
        s.scale = 1.0f;
        if (rg_search_exact(p.ctx, p.table[method - 1], &s, out.row.data() + q * K,
                            out.score.data() + q * K) != REGATTA_OK)
            problem::fail();
    }
}

/* How many of the K rows that faiss finds are among ours. */
double recall(const answers &truth, const answers &got, int64_t m)
{
    int64_t n_found = 0;
    for (int64_t q = 0; q < m; q++)
        for (int64_t c = 0; c < K; c++) {
            const uint32_t *row = got.row.data() + q * K;
            n_found += std::count(row, row + K, (uint32_t)truth.label[q * K + c]);
        }
    return (double)n_found / (double)(m * K);
}

double median(std::vector<double> x)
{
    std::sort(x.begin(), x.end());
    return x[x.size() / 2];
}

void compare(const settings &set, problem &p, int threads, bool alone)
{
    const int64_t m = alone ? ALONE : p.n > 200000 ? QUERIES / 4 : QUERIES;
    std::vector<double> taken[METHODS], ratio[METHODS];
    answers got[METHODS];
    p.ctx->threads = threads;
    omp_set_num_threads(threads);
    for (int a = 0; a < METHODS; a++) {
        got[a].label.resize(m * K);
        got[a].row.resize(m * K);
        got[a].score.resize(m * K);
        run(p, a, m, alone, got[a]);
    }
    for (int round = 0; round < set.rounds; round++)
        for (int a = 0; a < METHODS; a++) {
            const double start = rg_clock();
            run(p, a, m, alone, got[a]);
            taken[a].push_back(rg_clock() - start);
            ratio[a].push_back(taken[0].back() / taken[a].back());
        }
    char date[32] = "";
    const time_t now = time(nullptr);
    struct tm t;
    if (gmtime_r(&now, &t) != nullptr) strftime(date, sizeof date, "%Y-%m-%d", &t);
    const double faiss_best = *std::min_element(taken[0].begin(), taken[0].end());
    for (int a = 0; a < METHODS; a++) {
        const double best = *std::min_element(taken[a].begin(), taken[a].end());
        const double kept = a == 0 ? 1.0 : recall(got[0], got[a], m);
        std::printf("%8lld %4lld %2d %-6s %-6s %11.3f %11.3f %12.0f %7.2f %7.2f %8.4f\n",
                    (long long)p.n, (long long)p.dim, threads, alone ? "single" : "batch",
                    names[a], 1e3 * best / (double)m, 1e3 * median(taken[a]) / (double)m,
                    (double)m / best, faiss_best / best, median(ratio[a]), kept);
        if (set.csv != nullptr)
            std::fprintf(set.csv, "%s,%s,%lld,%lld,%d,%s,%s,%.6f,%.0f,%.3f,%.3f,%.4f\n",
                         date, rg_search_kernels_best()->name, (long long)p.n,
                         (long long)p.dim, threads, alone ? "single" : "batch", names[a],
                         1e3 * best / (double)m, (double)m / best, faiss_best / best,
                         median(ratio[a]), kept);
    }
    std::fflush(stdout);
}

int usage(std::FILE *to, int code)
{
    std::fprintf(
        to, "usage: bench_search [--rows N] [--dim D] [--threads N] "
            "[--rounds N] [--csv FILE] [--keep-blas]\n"
            "  --rows N      rows of the table, at least 256 (41000, then "
            "1000000)\n"
            "  --dim D       elements of a row, 4..4096 (64, then 128)\n"
            "  --threads N   1..64 (1, then 2)\n"
            "  --rounds N    timed rounds, 1..1000 (7)\n"
            "  --csv FILE    append date,kernels,rows,dim,threads,queries,"
            "method,ms,per_second,ratio,paired_ratio,recall\n"
            "  --keep-blas   leave the OPENBLAS_* and OMP_* variables as they are: they "
            "can hold back faiss\n");
    return code;
}

/* OpenBLAS reads its variables before main: without them it takes its best kernels. */
void free_blas(char **argv)
{
    bool any = false;
    for (const char *name :
         {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS",
          "OMP_NUM_THREADS", "OMP_WAIT_POLICY"}) {
        any = any || std::getenv(name) != nullptr;
        unsetenv(name);
    }
    if (any) execv("/proc/self/exe", argv);
}

/* 0, or the exit code + 1. */
int parse(settings &set, const char **csv, bool *keep, int argc, char **argv)
{
    static const struct option table[] = {{"rows", required_argument, nullptr, 'n'},
                                          {"dim", required_argument, nullptr, 'd'},
                                          {"threads", required_argument, nullptr, 't'},
                                          {"rounds", required_argument, nullptr, 'r'},
                                          {"csv", required_argument, nullptr, 'c'},
                                          {"keep-blas", no_argument, nullptr, 'b'},
                                          {"help", no_argument, nullptr, 'h'},
                                          {nullptr, 0, nullptr, 0}};
    for (int o; (o = getopt_long(argc, argv, "n:d:t:r:c:bh", table, nullptr)) != -1;) {
        char *end = nullptr;
        if (o == 'h') return 1 + usage(stdout, 0);
        if (o == '?') return 1 + usage(stderr, 2);
        if (o == 'c') *csv = optarg;
        if (o == 'b') *keep = true;
        if (o == 'c' || o == 'b') continue;
        const long x = std::strtol(optarg, &end, 10);
        const long low = o == 'n' ? CLUSTERS : o == 'd' ? 4 : 1;
        const long high = o == 'n' ? 100000000 : o == 'd' ? 4096 : o == 't' ? 64 : 1000;
        if (end == optarg || *end != '\0' || x < low || x > high)
            return 1 + usage(stderr, 2);
        if (o == 'n') set.rows = x;
        if (o == 'd') set.dim = x;
        if (o == 't') set.threads = (int)x;
        if (o == 'r') set.rounds = (int)x;
    }
    return optind < argc ? 1 + usage(stderr, 2) : 0;
}
} // namespace

int main(int argc, char **argv)
{
    settings set;
    const char *csv = nullptr;
    bool keep = false;
    const int stop = parse(set, &csv, &keep, argc, argv);
    if (stop) return stop - 1;
    if (!keep) free_blas(argv);
    if (csv != nullptr && (set.csv = std::fopen(csv, "a")) == nullptr) {
        std::perror(csv);
        return 1;
    }
    std::printf("regatta kernels: %s; faiss IndexFlatIP over %s; k %d\n",
                rg_search_kernels_best()->name, openblas_get_corename(), (int)K);
    std::printf("%8s %4s %2s %-6s %-6s %11s %11s %12s %7s %7s %8s\n", "rows", "dim", "t",
                "call", "method", "ms/query", "median", "queries/s", "ratio", "paired",
                "recall");
    for (const int64_t n : {(int64_t)41000, (int64_t)1000000}) {
        if (set.rows != 0 && n != 41000) break;
        for (const int64_t d : {(int64_t)64, (int64_t)128}) {
            if (set.dim != 0 && d != 64) break;
            problem p(set.rows != 0 ? set.rows : n, set.dim != 0 ? set.dim : d);
            for (int threads = 1; threads <= 2; threads++) {
                if (set.threads != 0 && threads != 1) break;
                const int t = set.threads != 0 ? set.threads : threads;
                compare(set, p, t, false);
                compare(set, p, t, true);
            }
        }
    }
    if (set.csv != nullptr && std::fclose(set.csv) != 0) {
        std::perror(csv);
        return 1;
    }
    return 0;
}
