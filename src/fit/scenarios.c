#include "fit/scenarios.h"
#include "base/checkpoint/checkpoint.h"
#include "base/parallel.h"
#include "base/rng.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double TILT = 0.25;

static int ascending(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* Returns the 90 % quantile of the item degrees, at least 1. */
static regatta_status high_degree(regatta_ctx *ctx, double *out, const uint32_t *degree,
                                  int64_t n_items)
{
    uint32_t *sorted = rg_alloc(ctx->mem, n_items, sizeof *sorted);
    if (sorted == NULL) return REGATTA_ENOMEM;
    memcpy(sorted, degree, (size_t)n_items * sizeof *sorted);
    qsort(sorted, (size_t)n_items, sizeof *sorted, ascending);
    const int64_t at = n_items * 9 / 10;
    *out = n_items > 0 ? fmax(1.0, (double)sorted[at]) : 1.0;
    rg_free(ctx->mem, sorted);
    return REGATTA_OK;
}

static void tilt(uint8_t *keep, const rg_holdout *holdout, const uint32_t *degree,
                 double high, uint64_t seed)
{
    for (int64_t e = 0; e < holdout->offset[holdout->n_users]; e++) {
        const double chance = pow((double)degree[holdout->item[e]] / high, TILT);
        keep[e] = rg_random_unit(seed, RG_STREAM_BLEND, (uint64_t)e) < chance;
    }
}

static regatta_status create_measured(regatta_ctx *ctx, rg_measured *m, int64_t n_users)
{
    regatta_status status = REGATTA_OK;
    RG_NEW(ctx->mem, m->ndcg, n_users);
    RG_NEW(ctx->mem, m->recall, n_users);
    RG_NEW(ctx->mem, m->part_ndcg, n_users);
done:
    return status; /* the caller frees the allocated parts */
}

static void free_measured(rg_mem mem, rg_measured *m)
{
    rg_free(mem, m->ndcg);
    rg_free(mem, m->recall);
    rg_free(mem, m->part_ndcg);
}

regatta_status rg_scenarios_create(regatta_ctx *ctx, rg_scenarios **out,
                                   const rg_holdout *holdout, const uint32_t *degree,
                                   int64_t n_items, uint64_t seed, regatta_expect expect,
                                   int is_latest)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_holdout = holdout->offset[holdout->n_users];
    double high = 1.0;
    uint8_t *keep = NULL;
    rg_scenarios *f = NULL;
    *out = NULL;
    RG_NEW(ctx->mem, f, 1);
    f->mem = ctx->mem;
    f->weight[1] = expect == REGATTA_EXPECT_POPULAR             ? 1.0
                   : expect == REGATTA_EXPECT_PAST || is_latest ? 0.0
                                                                : 0.5;
    f->weight[0] = 1.0 - f->weight[1];
    RG_NEW(ctx->mem, keep, n_holdout);
    for (int k = 0; k < 2; k++)
        RG_TRY(rg_holdout_create(ctx->mem, k == 0 ? &f->past : &f->tilted,
                                 holdout->n_users, n_holdout, holdout->at != NULL));
    RG_TRY(create_measured(ctx, &f->variant, holdout->n_users));
    RG_TRY(create_measured(ctx, &f->incumbent, holdout->n_users));
    RG_TRY(high_degree(ctx, &high, degree, n_items));
    tilt(keep, holdout, degree, high, seed);
    rg_holdout_pick(&f->past, holdout, 0, 1, NULL);
    rg_holdout_pick(&f->tilted, holdout, 0, 1, keep);
    *out = f;
    f = NULL;
done:
    rg_free(ctx->mem, keep);
    rg_scenarios_free(f);
    return status;
}

void rg_scenarios_begin(rg_scenarios *scenarios)
{
    scenarios->has_incumbent = 0;
}

/* Computes the mean of x - y and its standard error. */
static void compare(double *mean, double *error, const double *x, const double *y,
                    int64_t n)
{
    double sum = 0.0, square = 0.0;
    *mean = *error = 0.0;
    if (n == 0) return;
    for (int64_t k = 0; k < n; k++) sum += x[k] - y[k];
    *mean = sum / (double)n;
    for (int64_t k = 0; k < n; k++) {
        const double off = x[k] - y[k] - *mean;
        square += off * off;
    }
    *error = sqrt(square) / (double)n;
}

/* Compares a variant with the incumbent; the better one becomes the incumbent. */
static int judge(rg_scenarios *f, double *ndcg, rg_measured *variant)
{
    const int64_t n[2] = {f->past.n_users, f->tilted.n_users};
    const double *is[2] = {variant->ndcg, variant->part_ndcg};
    const double *was[2] = {f->incumbent.ndcg, f->incumbent.part_ndcg};
    f->gain = f->error = 0.0;
    *ndcg = 0.0;
    for (int k = 0; k < 2; k++) {
        double mean = 0.0, spread = 0.0;
        if (n[k] == 0) continue;
        *ndcg += f->weight[k] * rg_sum(is[k], n[k]) / (double)n[k];
        if (!f->has_incumbent) continue;
        compare(&mean, &spread, is[k], was[k], n[k]);
        f->gain += f->weight[k] * mean;
        f->error += f->weight[k] * spread; /* the errors are correlated: averaging does
                                           not reduce them */
    }
    if (f->has_incumbent && !(f->gain > 2.0 * f->error)) return 0;
    const rg_measured before = f->incumbent;
    f->incumbent = *variant;
    *variant = before;
    f->has_incumbent = 1;
    return 1;
}

/* A measurement, a unit of a checkpoint. */
typedef struct task {
    const regatta_model *model;
    rg_scenarios *scenarios;
} task;

static regatta_status run(regatta_ctx *ctx, void *state)
{
    const task *t = state;
    const rg_measure_job job = {.holdout = &t->scenarios->past,
                                .part = &t->scenarios->tilted,
                                .out = t->scenarios->variant};
    return rg_measure_run(ctx, t->model, &job);
}

static regatta_status visit(rg_archive *archive, void *state)
{
    regatta_status status = REGATTA_OK;
    const rg_scenarios *f = ((task *)state)->scenarios;
    const int64_t size = sizeof *f->variant.ndcg;
    RG_TRY(rg_archive_bytes(archive, f->variant.ndcg, f->past.n_users * size));
    RG_TRY(rg_archive_bytes(archive, f->variant.recall, f->past.n_users * size));
    RG_TRY(rg_archive_bytes(archive, f->variant.part_ndcg, f->tilted.n_users * size));
done:
    return status;
}

regatta_status rg_scenarios_measure(regatta_ctx *ctx, double *ndcg, int *better,
                                    const regatta_model *model, rg_scenarios *scenarios)
{
    task t = {model, scenarios};
    const rg_unit unit = {"measurement", run, visit, &t};
    const regatta_status status = rg_unit_run(ctx, &unit);
    if (status == REGATTA_OK) *better = judge(scenarios, ndcg, &scenarios->variant);
    return status;
}

int rg_scenarios_both(const rg_scenarios *scenarios)
{
    return scenarios->weight[0] > 0.0 && scenarios->weight[1] > 0.0;
}

const rg_holdout *rg_scenarios_expected(const rg_scenarios *scenarios)
{
    return scenarios->weight[1] == 1.0 ? &scenarios->tilted : &scenarios->past;
}

int rg_scenarios_incumbent(const rg_scenarios *scenarios, double *ndcg, double *recall)
{
    const int64_t n = scenarios->past.n_users;
    if (!scenarios->has_incumbent) return 0;
    *ndcg = n > 0 ? rg_sum(scenarios->incumbent.ndcg, n) / (double)n : 0.0;
    *recall = n > 0 ? rg_sum(scenarios->incumbent.recall, n) / (double)n : 0.0;
    return 1;
}

void rg_scenarios_free(rg_scenarios *scenarios)
{
    if (scenarios == NULL) return;
    for (int k = 0; k < 2; k++)
        rg_holdout_free(scenarios->mem, k == 0 ? &scenarios->past : &scenarios->tilted);
    free_measured(scenarios->mem, &scenarios->variant);
    free_measured(scenarios->mem, &scenarios->incumbent);
    rg_free(scenarios->mem, scenarios);
}
