/* How long one request takes through the public API: p50 and p99 of single-user calls on
 * a given model. How to read it: bench/README.md. */
#include <getopt.h>
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { K = 20, N = 500, WARM = 20, PRIME = 7919, HISTORIES = 500 };

typedef struct bench {
    regatta_ctx *ctx;
    regatta_model *model;
    uint32_t n_users, n_items;
    int64_t requests;
    FILE *csv;
    const char *name; /* of the model file, without folders */
    uint32_t items[N];
    float scores[N], by_source[N * REGATTA_N_SOURCES];
    double *taken;   /* [requests] seconds */
    int64_t *offset; /* [HISTORIES + 1] into item */
    uint32_t *item;
} bench;

/* A query with what it points to. */
typedef struct request {
    regatta_query query;
    uint32_t user;
    int64_t offset[2];
} request;

typedef regatta_status (*request_fn)(bench *b, const regatta_query *query, int source);

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int failed(const bench *b, const char *what)
{
    fprintf(stderr, "bench_latency: %s: %s\n", what, regatta_last_error(b->ctx));
    return 1;
}

/* The r-th request's user: all over the model, the same in every run. */
static uint32_t user_of(const bench *b, int64_t r)
{
    return (uint32_t)(((uint64_t)r * PRIME) % b->n_users);
}

static regatta_status recommend(bench *b, const regatta_query *query, int source)
{
    (void)source;
    return regatta_recommend(b->ctx, b->model, query, NULL, b->items, b->scores);
}

static regatta_status candidates(bench *b, const regatta_query *query, int source)
{
    regatta_candidates_options o = REGATTA_CANDIDATES_OPTIONS_INIT;
    o.n = N;
    o.sources = (uint32_t)source;
    return regatta_candidates(b->ctx, b->model, query, &o, b->items, b->scores,
                              b->by_source);
}

static regatta_status explain(bench *b, const regatta_query *query, int source)
{
    regatta_contribution contribution[K] = {REGATTA_CONTRIBUTION_INIT};
    regatta_explanation x = REGATTA_EXPLANATION_INIT;
    const uint32_t item = b->items[0]; /* the one that was recommended last */
    (void)source;
    return regatta_explain(b->ctx, b->model, query, &item, 1, contribution, K, &x);
}

static void report(const bench *b, const char *name, const char *whom)
{
    const int64_t n = b->requests;
    const double p50 = 1e3 * b->taken[n / 2], p99 = 1e3 * b->taken[n * 99 / 100];
    printf("%-20s %-10s %9lld %10.3f %10.3f %10.3f\n", name, whom, (long long)n,
           1e3 * b->taken[0], p50, p99);
    fflush(stdout);
    if (b->csv == NULL) return;
    char date[32] = "";
    const time_t t = time(NULL);
    struct tm day;
    if (gmtime_r(&t, &day) != NULL) strftime(date, sizeof date, "%Y-%m-%d", &day);
    fprintf(b->csv, "%s,%s,%s,%s,%lld,%.4f,%.4f,%.4f\n", date, b->name, name, whom,
            (long long)n, 1e3 * b->taken[0], p50, p99);
}

/* The histories of the first HISTORIES requests' users, as those of somebody unknown.
 * An explanation has a contribution of each item of a history. */
static int copy_histories(bench *b)
{
    regatta_contribution *all = calloc(b->n_items, sizeof *all);
    b->offset = calloc(HISTORIES + 1, sizeof *b->offset);
    for (int64_t r = 0; all != NULL && b->offset != NULL && r < HISTORIES; r++) {
        const uint32_t user = user_of(b, r);
        const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
        const uint32_t item = 0;
        regatta_explanation x = REGATTA_EXPLANATION_INIT;
        const int64_t at = b->offset[r];
        all->struct_size = sizeof *all;
        if (regatta_explain(b->ctx, b->model, &query, &item, 1, all, b->n_items, &x))
            return failed(b, "histories");
        const int64_t n = x.n_contributions;
        uint32_t *grown = realloc(b->item, (size_t)(at + n + 1) * sizeof *grown);
        if (grown == NULL) return failed(b, "out of memory");
        for (int64_t e = 0; e < n; e++) grown[at + e] = all[e].item;
        b->item = grown;
        b->offset[r + 1] = at + n;
    }
    free(all);
    return b->item == NULL ? failed(b, "out of memory") : 0;
}

static void make_query(const bench *b, int64_t r, int histories, request *q)
{
    q->query = (regatta_query){.struct_size = sizeof q->query, .n = 1};
    q->user = user_of(b, r);
    if (!histories) {
        q->query.user = &q->user;
        return;
    }
    const int64_t h = r % HISTORIES;
    q->offset[1] = b->offset[h + 1] - b->offset[h];
    q->query.offset = q->offset;
    q->query.item = b->item + b->offset[h];
}

/* A source that the model lacks has no row. */
static int time_requests(bench *b, request_fn run, int source, const char *name,
                         int histories)
{
    for (int64_t r = -WARM; r < b->requests; r++) {
        request q = {.offset = {0, 0}};
        make_query(b, r < 0 ? -r : r, histories, &q);
        const double start = now();
        const regatta_status status = run(b, &q.query, source);
        if (status == REGATTA_EINVAL && source != 0) return 0;
        if (status != REGATTA_OK) return failed(b, name);
        if (r >= 0) b->taken[r] = now() - start;
    }
    qsort(b->taken, (size_t)b->requests, sizeof *b->taken, by_size);
    report(b, name, histories ? "histories" : "users");
    return 0;
}

static int time_all(bench *b)
{
    static const struct {
        const char *name;
        request_fn run;
        int source;
    } kinds[] = {{"recommend 20", recommend, 0},
                 {"candidates graph", candidates, REGATTA_SOURCE_GRAPH},
                 {"candidates vectors", candidates, REGATTA_SOURCE_VECTORS},
                 {"candidates both", candidates, REGATTA_SOURCE_BOTH},
                 {"explain", explain, 0}};
    printf("%-20s %-10s %9s %10s %10s %10s\n", "request", "for", "requests", "best ms",
           "p50 ms", "p99 ms");
    for (int h = 0; h < 2; h++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (time_requests(b, kinds[k].run, kinds[k].source, kinds[k].name, h))
                return 1;
    return 0;
}

static int usage(FILE *to, int code)
{
    fprintf(to, "usage: bench_latency [--requests N] [--threads N] [--csv FILE] MODEL\n"
                "  --requests N   of each kind, 100..1000000 (2000)\n"
                "  --threads N    of the context, 1..1024 (1)\n"
                "  --csv FILE     append date,model,request,for,requests,best_ms,p50_ms,"
                "p99_ms\n");
    return code;
}

static int run(bench *b, const char *path, uint32_t threads, const char *csv)
{
    int code = 1;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    regatta_model_info info = {.struct_size = sizeof info};
    options.threads = threads;
    if (regatta_ctx_create(&b->ctx, &options) != REGATTA_OK) return 1;
    if (regatta_model_load(b->ctx, &b->model, path) != REGATTA_OK) {
        failed(b, path);
        goto done;
    }
    regatta_model_get_info(NULL, &info, b->model);
    b->n_users = info.n_users;
    b->n_items = info.n_items;
    b->name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    b->taken = calloc((size_t)b->requests, sizeof *b->taken);
    if (b->taken == NULL || (csv != NULL && (b->csv = fopen(csv, "a")) == NULL)) {
        perror(csv != NULL ? csv : "bench_latency");
        goto done;
    }
    code = copy_histories(b) || time_all(b);
done:
    if (b->csv != NULL && fclose(b->csv) != 0) code = 1;
    free(b->taken);
    free(b->offset);
    free(b->item);
    regatta_model_free(b->model);
    regatta_ctx_free(b->ctx);
    return code;
}

int main(int argc, char **argv)
{
    static const struct option table[] = {{"requests", required_argument, NULL, 'r'},
                                          {"threads", required_argument, NULL, 't'},
                                          {"csv", required_argument, NULL, 'c'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    static bench b = {.requests = 2000};
    const char *csv = NULL;
    uint32_t threads = 1;
    for (int o; (o = getopt_long(argc, argv, "r:t:c:h", table, NULL)) != -1;) {
        if (o == 'h') return usage(stdout, 0);
        if (o == 'c') csv = optarg;
        if (o == 'c') continue;
        const double x = o == '?' ? 0.0 : strtod(optarg, NULL);
        if (o == 'r' ? !(x >= 100 && x <= 1e6) : !(x >= 1 && x <= 1024))
            return usage(stderr, 2);
        if (o == 'r') b.requests = (int64_t)x;
        if (o == 't') threads = (uint32_t)x;
    }
    if (optind != argc - 1) return usage(stderr, 2);
    return run(&b, argv[optind], threads, csv);
}
