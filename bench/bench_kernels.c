/* Each hot kernel as a fraction of the limit that this machine sets it, both measured
 * in this run. How to read it: bench/README.md. */
#include "base/kernels/kernels.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "base/topk.h"
#include "gat/loss_softmax.h"
#include "limits.h"
#include "measure.h"
#include <getopt.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEED = 1,
    ROWS = 96,     /* users of a block */
    COLUMNS = 256, /* items of a block */
    ROUNDS = 40,   /* blocks per timed run */
    USERS = 29858, /* the size of gowalla */
    ITEMS = 40981,
    EDGES = 1027370,
    LOSS_USERS = 1024,
    EXP_FLOPS = 22, /* 11 multiply-adds, a fixed measure (bench/README.md) */
    TOP_ROUNDS = 20
};

typedef struct bench {
    FILE *csv;
    int threads;
    timing t;
    const char *only; /* kernels whose name begins so; "" = all */
    limits limit;
} bench;

static float *random_table(int64_t n, double scale)
{
    float *x = bench_alloc(n, sizeof *x);
    for (int64_t k = 0; k < n; k++)
        x[k] = (float)(scale * rg_random_normal(SEED, RG_STREAM_TEST, (uint64_t)k));
    return x;
}

/* Measures run(arg), which does `work` 1e9 units, and reports it. */
static void one(const bench *b, const char *kernel, int64_t dim, const char *unit,
                double work, void (*run)(void *), void *arg, const char *limit_name,
                double limit)
{
    if (strncmp(kernel, b->only, strlen(b->only)) != 0) return;
    const measured m = measure(run, arg, &b->t);
    const row r = {
        kernel, dim,        b->threads, 1e-9 * work / m.best, 1e-9 * work / m.median,
        unit,   limit_name, limit};
    report(b->csv, &r);
}

/* ---- blocks: every thread works on its own ROWS x COLUMNS block ---- */
typedef struct blocks {
    int threads;
    int64_t dim;
    float *users, *items, *packed, *e, *du, *dv; /* one after another per thread */
} blocks;

enum { SCORE, EXP, MUL_ADD, MUL_ADD_T };

static void block_once(const blocks *s, int64_t t, int which)
{
    const float *users = s->users + t * ROWS * s->dim;
    const float *items = s->items + t * COLUMNS * s->dim;
    float *e = s->e + t * ROWS * COLUMNS;
    switch (which) {
    case SCORE:
        rg_panel_score(e, COLUMNS, users, ROWS, s->dim, s->packed + t * COLUMNS * s->dim,
                       NULL, 0, COLUMNS / RG_PANEL);
        break;
    case EXP:
        for (int64_t r = 0; r < ROWS; r++) rg_vec_exp_sum(e + r * COLUMNS, 1.0f, COLUMNS);
        break;
    case MUL_ADD:
        rg_vec_mul_add(s->du + t * ROWS * s->dim, e, COLUMNS, items, ROWS, COLUMNS,
                       s->dim);
        break;
    default:
        rg_vec_mul_add_t(s->dv + t * COLUMNS * s->dim, e, COLUMNS, users, ROWS, COLUMNS,
                         s->dim);
        break;
    }
}

static void block_runs(const blocks *s, int which)
{
#pragma omp parallel for num_threads(s->threads) schedule(static, 1)
    for (int64_t t = 0; t < s->threads; t++)
        for (int k = 0; k < ROUNDS; k++) block_once(s, t, which);
}

static void run_score(void *arg)
{
    block_runs(arg, SCORE);
}

static void run_exp(void *arg)
{
    block_runs(arg, EXP);
}

static void run_mul_add(void *arg)
{
    block_runs(arg, MUL_ADD);
}

static void run_mul_add_t(void *arg)
{
    block_runs(arg, MUL_ADD_T);
}

static void bench_blocks(const bench *b, int64_t dim)
{
    const int64_t t = b->threads;
    blocks s = {.threads = b->threads, .dim = dim};
    s.users = random_table(t * ROWS * dim, 0.01);
    s.items = random_table(t * COLUMNS * dim, 0.01);
    s.packed = random_table(t * COLUMNS * dim, 0.01);
    s.e = random_table(t * ROWS * COLUMNS, 0.01);
    s.du = random_table(t * ROWS * dim, 0.01);
    s.dv = random_table(t * COLUMNS * dim, 0.01);
    const double cells = (double)(t * ROWS * COLUMNS) * ROUNDS;
    const double flops = 2.0 * cells * (double)dim;
    one(b, "panel_score", dim, "GFLOP/s", flops, run_score, &s, "peak_fma", b->limit.fma);
    one(b, "mul_add", dim, "GFLOP/s", flops, run_mul_add, &s, "peak_fma", b->limit.fma);
    one(b, "mul_add_t", dim, "GFLOP/s", flops, run_mul_add_t, &s, "peak_fma",
        b->limit.fma);
    if (dim == 64)
        one(b, "exp_sum", 0, "Gexp/s", cells, run_exp, &s, "peak_fma / 22",
            b->limit.fma / EXP_FLOPS);
    float *all[] = {s.users, s.items, s.packed, s.e, s.du, s.dv};
    for (int k = 0; k < 6; k++) bench_free(all[k]);
}

/* ---- a bipartite graph with skewed degrees on both sides ---- */
typedef struct graph {
    int threads;
    int64_t dim, n_users, n_items;
    int64_t *offset;
    uint32_t *item;
    float *weight, *table, *out;
} graph;

/* Draws are n x^3 for uniform x, so that node of rank r has degree ~ r^(-2/3). */
static uint32_t skewed(uint64_t draw, int64_t n, const uint32_t *order)
{
    const double x = rg_random_unit(SEED, RG_STREAM_TEST, draw);
    return order[(int64_t)((double)n * x * x * x)];
}

static graph make_graph(const bench *b, int64_t dim)
{
    graph g = {.threads = b->threads, .dim = dim, .n_users = USERS, .n_items = ITEMS};
    uint32_t *order = bench_alloc(ITEMS, sizeof *order);
    uint32_t *user = bench_alloc(EDGES, sizeof *user);
    g.offset = bench_alloc(USERS + 1, sizeof *g.offset);
    g.item = bench_alloc(EDGES, sizeof *g.item);
    g.weight = random_table(EDGES, 1.0);
    g.table = random_table(ITEMS * dim, 1.0);
    g.out = bench_alloc(USERS * dim, sizeof *g.out);
    for (uint32_t k = 0; k < USERS; k++) order[k] = k;
    rg_shuffle(order, USERS, SEED, RG_STREAM_TEST, 1);
    for (int64_t e = 0; e < EDGES; e++) {
        user[e] = skewed((uint64_t)e, USERS, order);
        g.offset[user[e] + 1]++;
    }
    for (int64_t r = 0; r < USERS; r++) g.offset[r + 1] += g.offset[r];
    for (uint32_t k = 0; k < ITEMS; k++) order[k] = k;
    rg_shuffle(order, ITEMS, SEED, RG_STREAM_TEST, 2);
    for (int64_t e = 0; e < EDGES; e++)
        g.item[e] = skewed((uint64_t)(EDGES + e), ITEMS, order);
    bench_free(order);
    bench_free(user);
    return g;
}

static void free_graph(graph *g)
{
    bench_free(g->offset);
    bench_free(g->item);
    bench_free(g->weight);
    bench_free(g->table);
    bench_free(g->out);
}

static void run_gather(void *arg)
{
    graph *g = arg;
#pragma omp parallel for num_threads(g->threads) schedule(dynamic, 64)
    for (int64_t r = 0; r < g->n_users; r++)
        rg_vec_gather(g->out + r * g->dim, g->table, g->dim, g->item + g->offset[r],
                      g->weight + g->offset[r], g->offset[r + 1] - g->offset[r]);
}

static void bench_gather(const bench *b, int64_t dim)
{
    graph g = make_graph(b, dim);
    const double bytes =
        4.0 * ((double)dim * (double)(EDGES + USERS) + 2.0 * (double)EDGES);
    one(b, "gather", dim, "GB/s", bytes, run_gather, &g, "peak_l2_read", b->limit.l2);
    free_graph(&g);
}

/* ---- the fused softmax loss ---- */
typedef struct loss {
    rg_softmax *s;
    graph g;
    float *u, *du, *dv, *bias, *dbias;
} loss;

static void unit_rows(float *x, int64_t n, int64_t dim)
{
    for (int64_t r = 0; r < n; r++) {
        const float norm = sqrtf(rg_vec_dot(x + r * dim, x + r * dim, dim));
        for (int64_t k = 0; k < dim; k++) x[r * dim + k] /= norm;
    }
}

static void run_loss(void *arg)
{
    loss *l = arg;
    rg_softmax_block(l->s, l->du, l->dv, l->dbias, l->u, LOSS_USERS, l->g.table, l->bias,
                     NULL, 9.0f, l->g.offset, l->g.item, l->g.threads);
}

static void bench_loss(const bench *b, int64_t dim)
{
    regatta_ctx *ctx = NULL;
    loss l = {.g = make_graph(b, dim)};
    if (regatta_ctx_create(&ctx, NULL) != REGATTA_OK ||
        rg_softmax_create(ctx, &l.s, LOSS_USERS, ITEMS, dim) != REGATTA_OK) {
        fprintf(stderr, "bench: out of memory\n");
        exit(1);
    }
    l.u = random_table(LOSS_USERS * dim, 1.0);
    l.du = bench_alloc(LOSS_USERS * dim, sizeof *l.du);
    l.dv = bench_alloc(ITEMS * dim, sizeof *l.dv);
    l.bias = bench_alloc(ITEMS, sizeof *l.bias);
    l.dbias = bench_alloc(ITEMS, sizeof *l.dbias);
    unit_rows(l.u, LOSS_USERS, dim);
    unit_rows(l.g.table, ITEMS, dim);
    const double flops = 6.0 * LOSS_USERS * (double)ITEMS * (double)dim;
    one(b, "softmax_block", dim, "GFLOP/s", flops, run_loss, &l, "peak_fma",
        b->limit.fma);
    rg_softmax_free(l.s);
    regatta_ctx_free(ctx);
    float *all[] = {l.u, l.du, l.dv, l.bias, l.dbias};
    for (int k = 0; k < 5; k++) bench_free(all[k]);
    free_graph(&l.g);
}

/* ---- top k: every thread over its own row of ITEMS scores ---- */
typedef struct tops {
    int threads;
    int64_t k;
    float *row, *score;
    uint32_t *index;
} tops;

static void run_topk(void *arg)
{
    tops *t = arg;
#pragma omp parallel for num_threads(t->threads) schedule(static, 1)
    for (int64_t i = 0; i < t->threads; i++)
        for (int r = 0; r < TOP_ROUNDS; r++)
            rg_topk(t->index + i * t->k, t->score + i * t->k, t->k, t->row + i * ITEMS,
                    ITEMS);
}

static void bench_topk(const bench *b, int64_t k)
{
    char name[32];
    snprintf(name, sizeof name, "topk_%lld", (long long)k);
    tops t = {.threads = b->threads, .k = k};
    t.row = random_table((int64_t)ITEMS * b->threads, 1.0);
    t.score = bench_alloc(k * b->threads, sizeof *t.score);
    t.index = bench_alloc(k * b->threads, sizeof *t.index);
    one(b, name, 0, "GB/s", 4.0 * ITEMS * TOP_ROUNDS * b->threads, run_topk, &t,
        "peak_l2_read", b->limit.l2);
    bench_free(t.row);
    bench_free(t.score);
    bench_free(t.index);
}

static int usage(FILE *to, int code)
{
    fprintf(to, "usage: bench_kernels [--threads N] [--seconds S] "
                "[--only NAME] [--cpu] [--csv FILE]\n"
                "  --threads N   OpenMP threads, 1..1024 (all processors)\n"
                "  --seconds S   time per kernel, 0.001..3600 (1)\n"
                "  --only NAME   kernels whose name begins so (all)\n"
                "  --cpu         count processor time, for a busy machine\n"
                "  --csv FILE    append date,machine,kernel,dim,threads,value,unit,"
                "fraction\n");
    return code;
}

/* 0, or the exit code + 1. */
static int parse(bench *b, const char **csv, int argc, char **argv)
{
    static const struct option table[] = {{"threads", required_argument, NULL, 't'},
                                          {"seconds", required_argument, NULL, 's'},
                                          {"only", required_argument, NULL, 'o'},
                                          {"csv", required_argument, NULL, 'c'},
                                          {"cpu", no_argument, NULL, 'p'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    for (int o; (o = getopt_long(argc, argv, "t:s:o:c:h", table, NULL)) != -1;) {
        char *end = NULL;
        if (o == 'h') return 1 + usage(stdout, 0);
        if (o == 'c') *csv = optarg;
        if (o == 'o') b->only = optarg;
        if (o == '?') return 1 + usage(stderr, 2);
        if (o == 'p') b->t.by_processor = 1;
        if (o == 'c' || o == 'o' || o == 'p') continue;
        const double x = strtod(optarg, &end);
        if (end == optarg || *end != '\0') return 1 + usage(stderr, 2);
        if (o == 't' && !(x >= 1.0 && x <= 1024.0)) return 1 + usage(stderr, 2);
        if (o == 's' && !(x >= 0.001 && x <= 3600.0)) return 1 + usage(stderr, 2);
        if (o == 't') b->threads = (int)x;
        if (o == 's') b->t.seconds = x;
    }
    return optind < argc ? 1 + usage(stderr, 2) : 0;
}

int main(int argc, char **argv)
{
    bench b = {.threads = omp_get_num_procs(), .t = {.seconds = 1.0}, .only = ""};
    const char *csv = NULL;
    const int stop = parse(&b, &csv, argc, argv);
    if (stop) return stop - 1;
    if (rg_kernels_problem() != NULL) {
        fprintf(stderr, "bench: %s\n", rg_kernels_problem());
        return 2;
    }
    if (csv != NULL && (b.csv = fopen(csv, "a")) == NULL) {
        perror(csv);
        return 1;
    }
    report_head();
    b.t.threads = b.threads;
    b.limit = measure_limits(b.csv, &b.t);
    for (int64_t dim = 64; dim <= 128; dim += 64) bench_blocks(&b, dim);
    for (int64_t dim = 64; dim <= 128; dim += 64) bench_gather(&b, dim);
    for (int64_t dim = 64; dim <= 128; dim += 64) bench_loss(&b, dim);
    const int64_t ks[] = {20, 100, 500};
    for (int k = 0; k < 3; k++) bench_topk(&b, ks[k]);
    if (b.csv != NULL && fclose(b.csv) != 0) {
        perror(csv);
        return 1;
    }
    return 0;
}
