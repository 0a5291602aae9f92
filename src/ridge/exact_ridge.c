#include "ridge/exact_ridge.h"
#include "base/checkpoint/checkpoint.h"
#include "base/clock.h"
#include "base/parallel.h"
#include "linalg/dense_inverse.h"
#include "ridge/attention_archive.h"
#include "ridge/exact_ridge_parts.h"
#include <math.h>
#include <omp.h>
#include <string.h>

/* Speeds the estimates assume, in operations a second on two processors: the dense
 * inverse, CHOLMOD's simplicial factorisation (one processor), triangular solves. */
#define DENSE_SPEED 6e10
#define FACTOR_SPEED 8e8
#define SOLVE_SPEED 6e9

enum { MOST_WEIGHTS = 1 << 24 };
enum { SAMPLED_FROM = 1024, SAMPLE_STEP = 16 }; /* items whose entries are counted */

/* The memory of a build. */
typedef struct build {
    rg_ridge_system s;
    rg_cooccurrence *g;
    uint32_t *item;
    int32_t *place;
    float *scale;
    int64_t *count; /* [n] later partners of each item in G */
    rg_ridge_scratch *scratch;
    int threads;
    rg_csr *lower;
    double *ones;
    rg_cholmod *analysis;
    rg_ridge_rows rows;
} build;

rg_exact_ridge_options rg_exact_ridge_defaults(void)
{
    return (rg_exact_ridge_options){.user_power = 0.35,
                                    .lambda = 4.0,
                                    .theta = 0.5,
                                    .candidate_power = 0.0,
                                    .keep = 0,
                                    .cap = 500,
                                    .max_bytes = INT64_C(1) << 29,
                                    .max_seconds = 10.0,
                                    .seed = 1};
}

static int64_t kept_of(int64_t n, int64_t keep)
{
    if (keep == 0) keep = n > 0 ? MOST_WEIGHTS / n : 1;
    return keep < n ? keep : n;
}

static regatta_status create_scratch(regatta_ctx *ctx, build *b)
{
    regatta_status status = REGATTA_OK;
    RG_NEW(ctx->mem, b->scratch, ctx->threads);
    b->threads = ctx->threads;
    for (int t = 0; t < ctx->threads; t++) {
        rg_ridge_scratch *w = &b->scratch[t];
        RG_NEW(ctx->mem, w->acc, b->g->n_items);
        RG_NEW(ctx->mem, w->touched, b->g->n_items + 1);
        RG_NEW(ctx->mem, w->row, b->s.n);
        RG_NEW(ctx->mem, w->key, b->s.n);
    }
done:
    return status; /* the caller frees the allocated parts */
}

static regatta_status create_system(regatta_ctx *ctx, build *b, const rg_csr *by_user,
                                    const rg_exact_ridge_options *o)
{
    regatta_status status = REGATTA_OK;
    float *ridge = NULL;
    RG_TRY(rg_cooccurrence_create(ctx, &b->g, by_user, o->user_power, o->cap, o->seed));
    const rg_cooccurrence *g = b->g;
    RG_NEW(ctx->mem, ridge, g->n_items);
    rg_ridge_diagonal(ridge, g, o->lambda, o->theta);
    RG_NEW(ctx->mem, b->item, g->n_items);
    RG_NEW(ctx->mem, b->place, g->n_items);
    RG_NEW(ctx->mem, b->scale, g->n_items);
    int64_t n = 0;
    for (int64_t i = 0; i < g->n_items; i++) {
        b->place[i] = -1;
        if (!(g->self[i] > 0.0f)) continue;
        b->item[n] = (uint32_t)i;
        b->scale[n] = 1.0f / sqrtf(g->self[i] + ridge[i]);
        b->place[i] = (int32_t)n++;
    }
    b->s = (rg_ridge_system){g, n, b->item, b->place, b->scale, kept_of(n, o->keep)};
    RG_NEW(ctx->mem, b->count, n);
    RG_TRY(create_scratch(ctx, b));
done:
    rg_free(ctx->mem, ridge);
    return status;
}

/* Of every step-th item. */
static void count_entries(build *b, int64_t step, int threads)
{
    const int team =
        rg_threads_for(RG_SCALAR * rg_cooccurrence_work(b->g) / step, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 16)
    for (int64_t j = 0; j < b->s.n; j += step) {
        b->count[j] = 0;
        rg_ridge_scratch *w = &b->scratch[omp_get_thread_num()];
        const int64_t n =
            rg_cooccurrence_row(w->acc, w->touched, b->g, (int64_t)b->item[j]);
        for (int64_t t = 0; t < n; t++) {
            b->count[j] += w->touched[t] > b->item[j];
            w->acc[w->touched[t]] = 0.0f;
        }
    }
}

/* Returns the FLOPs of counting the entries of every step-th item. */
static double count_flops(const build *b, int64_t step)
{
    double pairs = 0.0;
    for (int64_t j = 0; j < b->s.n; j += step)
        pairs += (double)rg_cooccurrence_cost(b->g, b->item[j]);
    return 2.0 * pairs;
}

static double solve_seconds(const rg_ridge_system *s, double entries, double flops)
{
    /* Two multiply-adds an entry and column. */
    return flops / FACTOR_SPEED + 4.0 * entries * (double)s->n / SOLVE_SPEED;
}

/* L has at least the entries of G, so much is known before the analysis. */
static int worth_analysis(const build *b, const rg_exact_ridge_plan *p,
                          const rg_exact_ridge_options *o)
{
    const double least = solve_seconds(&b->s, (double)p->n_entries, 0.0);
    return least < o->max_seconds && least < p->dense_seconds &&
           p->n_entries <= o->max_bytes / 44;
}

static regatta_status analyze(regatta_ctx *ctx, build *b, rg_exact_ridge_plan *p)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_ridge_lower(ctx, &b->lower, &b->s, b->count, b->scratch));
    RG_NEW(ctx->mem, b->ones, b->s.n);
    for (int64_t k = 0; k < b->s.n; k++) b->ones[k] = 1.0;
    RG_TRY(rg_cholmod_analyze(ctx, &b->analysis, b->lower, b->ones));
    const rg_cholmod_estimate *e = rg_cholmod_estimate_of(b->analysis);
    p->n_factor = e->entries;
    p->sparse_bytes = e->bytes;
    p->sparse_seconds = solve_seconds(&b->s, (double)e->entries, e->flops);
done:
    return status;
}

static int64_t entries_of(const build *b, int64_t step)
{
    int64_t n = 0;
    for (int64_t j = 0; j < b->s.n; j += step) n += b->count[j];
    return b->s.n + n * step;
}

/* Entries of G: from some of the items where half of that already rules an analysis out,
 * else from all. */
static void plan_entries(regatta_ctx *ctx, build *b, rg_exact_ridge_plan *p,
                         const rg_exact_ridge_options *o)
{
    const int64_t step = b->s.n >= SAMPLED_FROM ? SAMPLE_STEP : 1;
    count_entries(b, step, ctx->threads);
    rg_count_flops(ctx, count_flops(b, step));
    p->n_entries = entries_of(b, step) / (step > 1 ? 2 : 1);
    const int worth = worth_analysis(b, p, o);
    if (step > 1 && worth) {
        count_entries(b, 1, ctx->threads);
        rg_count_flops(ctx, count_flops(b, 1));
    }
    p->n_entries = entries_of(b, worth ? 1 : step);
}

static regatta_status make_plan(regatta_ctx *ctx, build *b, rg_exact_ridge_plan *p,
                                const rg_exact_ridge_options *o)
{
    regatta_status status = REGATTA_OK;
    const double n = (double)b->s.n;
    p->n_items = b->s.n;
    p->n_factor = -1;
    p->sparse_seconds = p->dense_seconds = (double)INFINITY;
    if (n * n * 2.0 < (double)o->max_bytes) {
        p->dense_bytes = rg_sym_bytes(b->s.n);
        p->dense_seconds = n * n * n / DENSE_SPEED;
    }
    plan_entries(ctx, b, p, o);
    if (worth_analysis(b, p, o)) RG_TRY(analyze(ctx, b, p));
    const int dense =
        p->dense_seconds <= o->max_seconds && p->dense_bytes <= o->max_bytes;
    const int sparse =
        p->sparse_seconds <= o->max_seconds && p->sparse_bytes <= o->max_bytes;
    if (b->s.n > 0 && sparse && (!dense || p->sparse_seconds < p->dense_seconds))
        p->method = RG_RIDGE_SPARSE;
    else if (b->s.n > 0 && dense)
        p->method = RG_RIDGE_DENSE;
done:
    return status;
}

static regatta_status create_rows(regatta_ctx *ctx, build *b)
{
    regatta_status status = REGATTA_OK;
    rg_ridge_rows *r = &b->rows;
    r->room = b->s.keep;
    RG_NEW(ctx->mem, r->count, b->s.n);
    RG_NEW(ctx->mem, r->target, b->s.n * r->room);
    RG_NEW(ctx->mem, r->value, b->s.n * r->room);
    RG_NEW(ctx->mem, r->lost, b->s.n);
    RG_NEW(ctx->mem, r->total, b->s.n);
done:
    return status;
}

/* Places back to items: ascending stays ascending. */
static regatta_status assemble(regatta_ctx *ctx, rg_csr **out, const build *b)
{
    int64_t n_edges = 0, at = 0;
    for (int64_t j = 0; j < b->s.n; j++) n_edges += b->rows.count[j];
    const regatta_status status =
        rg_csr_create(ctx, out, b->g->n_items, b->g->n_items, n_edges, 1);
    if (status != REGATTA_OK) return status;
    for (int64_t i = 0; i < b->g->n_items; i++) {
        const int64_t j = b->place[i];
        for (int64_t k = 0; j >= 0 && k < b->rows.count[j]; k++) {
            (*out)->target[at] = b->item[b->rows.target[j * b->rows.room + k]];
            (*out)->value[at++] = b->rows.value[j * b->rows.room + k];
        }
        (*out)->offset[i + 1] = at;
    }
    return REGATTA_OK;
}

static regatta_status solve(regatta_ctx *ctx, rg_item_attention **out, build *b,
                            rg_exact_ridge_plan *p, double candidate_power)
{
    regatta_status status = REGATTA_OK;
    rg_csr *by_target = NULL;
    RG_TRY(create_rows(ctx, b));
    status = p->method == RG_RIDGE_SPARSE
                 ? rg_ridge_sparse(ctx, &b->rows, &b->s, b->analysis, b->scratch)
                 : rg_ridge_dense(ctx, &b->rows, &b->s, b->scratch);
    if (status == REGATTA_ENUMERIC) { /* singular: the plan reports it; not a failure */
        p->method = RG_RIDGE_NONE;
        return REGATTA_OK;
    }
    if (status != REGATTA_OK) goto done;
    RG_TRY(assemble(ctx, &by_target, b));
    RG_TRY(rg_item_attention_from_weights(ctx, out, by_target, b->g->degree,
                                          candidate_power));
    by_target = NULL; /* ownership has moved to *out */
    const double total = rg_sum(b->rows.total, b->s.n);
    p->lost = total > 0.0 ? rg_sum(b->rows.lost, b->s.n) / total : 0.0;
done:
    rg_csr_free(by_target);
    return status;
}

static void free_build(rg_mem mem, build *b)
{
    for (int t = 0; b->scratch != NULL && t < b->threads; t++) {
        rg_free(mem, b->scratch[t].acc);
        rg_free(mem, b->scratch[t].touched);
        rg_free(mem, b->scratch[t].row);
        rg_free(mem, b->scratch[t].key);
    }
    rg_free(mem, b->scratch);
    rg_free(mem, b->item);
    rg_free(mem, b->place);
    rg_free(mem, b->scale);
    rg_free(mem, b->count);
    rg_free(mem, b->ones);
    rg_free(mem, b->rows.count);
    rg_free(mem, b->rows.target);
    rg_free(mem, b->rows.value);
    rg_free(mem, b->rows.lost);
    rg_free(mem, b->rows.total);
    rg_cholmod_free(b->analysis);
    rg_csr_free(b->lower);
    rg_cooccurrence_free(b->g);
}

/* The arguments of a build, a unit of a checkpoint. */
typedef struct task {
    const rg_csr *by_user;
    const rg_exact_ridge_options *options;
    rg_item_attention *out;
    rg_exact_ridge_plan plan;
} task;

static regatta_status run(regatta_ctx *ctx, void *state)
{
    regatta_status status = REGATTA_OK;
    task *t = state;
    build b = {.threads = 0};
    const double begin = rg_clock();
    RG_TRY(create_system(ctx, &b, t->by_user, t->options));
    RG_TRY(make_plan(ctx, &b, &t->plan, t->options));
    if (t->plan.method != RG_RIDGE_NONE)
        RG_TRY(solve(ctx, &t->out, &b, &t->plan, t->options->candidate_power));
    t->plan.seconds = rg_clock() - begin;
done:
    free_build(ctx->mem, &b);
    return status;
}

static regatta_status visit(rg_archive *archive, void *state)
{
    regatta_status status = REGATTA_OK;
    task *t = state;
    rg_exact_ridge_plan *p = &t->plan;
    int method = (int)p->method;
    double *const real[] = {&p->dense_seconds, &p->sparse_seconds, &p->seconds, &p->lost};
    int64_t *const whole[] = {&p->n_items, &p->n_entries, &p->n_factor, &p->dense_bytes,
                              &p->sparse_bytes};
    RG_TRY(rg_archive_number(archive, &method, RG_RIDGE_NONE, RG_RIDGE_SPARSE));
    p->method = (rg_ridge_method)method;
    for (size_t k = 0; k < sizeof real / sizeof *real; k++)
        RG_TRY(rg_archive_real(archive, real[k]));
    for (size_t k = 0; k < sizeof whole / sizeof *whole; k++)
        RG_TRY(rg_archive_int(archive, whole[k], -1, INT64_MAX));
    if (p->method != RG_RIDGE_NONE)
        RG_TRY(rg_attention_archive(archive, &t->out, t->by_user->n_cols,
                                    t->options->candidate_power));
done:
    return status;
}

regatta_status rg_exact_ridge_build(regatta_ctx *ctx, rg_item_attention **out,
                                    rg_exact_ridge_plan *plan, const rg_csr *by_user,
                                    const rg_exact_ridge_options *options)
{
    task t = {.by_user = by_user, .options = options, .plan.method = RG_RIDGE_NONE};
    const rg_unit unit = {"exact ridge", run, visit, &t};
    const regatta_status status = rg_unit_run(ctx, &unit);
    *out = NULL;
    if (status != REGATTA_OK) {
        rg_item_attention_free(t.out);
        return status;
    }
    *out = t.out;
    if (plan != NULL) *plan = t.plan;
    return REGATTA_OK;
}
