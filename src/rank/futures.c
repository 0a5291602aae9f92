#include "rank/futures.h"
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

/* The degree that 90 % of the items do not exceed; at least 1. */
static regatta_status high_degree(regatta_ctx *ctx, double *out, const uint32_t *degree,
                                  int64_t n_items)
{
    uint32_t *sorted = rg_alloc(ctx->mem, n_items, sizeof *sorted);
    if (sorted == NULL) return REGATTA_ENOMEM;
    memcpy(sorted, degree, (size_t)n_items * sizeof *sorted);
    qsort(sorted, (size_t)n_items, sizeof *sorted, ascending);
    *out = n_items > 0 ? fmax(1.0, (double)sorted[(n_items * 9) / 10]) : 1.0;
    rg_free(ctx->mem, sorted);
    return REGATTA_OK;
}

/* Users of `held`, every `step`-th, with the items that `keep` lets stay; a user without
 * any is left out. keep is NULL (all) or [held items]. */
static rg_held pick(const rg_held *held, int64_t step, const uint8_t *keep,
                    uint32_t *user, int64_t *offset, uint32_t *item)
{
    rg_held out = {.user = user, .offset = offset, .item = item};
    int64_t at = 0;
    for (int64_t u = 0; u < held->n_users; u += step) {
        const int64_t before = at;
        for (int64_t e = held->offset[u]; e < held->offset[u + 1]; e++)
            if (keep == NULL || keep[e]) item[at++] = held->item[e];
        if (at == before) continue;
        user[out.n_users] = held->user[u];
        offset[++out.n_users] = at;
    }
    return out;
}

static void tilt(uint8_t *keep, const rg_held *held, const uint32_t *degree, double high,
                 uint64_t seed)
{
    for (int64_t e = 0; e < held->offset[held->n_users]; e++) {
        const double chance = pow((double)degree[held->item[e]] / high, TILT);
        keep[e] = rg_random_unit(seed, RG_STREAM_BLEND, (uint64_t)e) < chance;
    }
}

regatta_status rg_futures_create(regatta_ctx *ctx, rg_futures **out, const rg_held *held,
                                 const uint32_t *degree, int64_t n_items,
                                 int64_t most_users, uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_held = held->offset[held->n_users];
    const int64_t step = (held->n_users + most_users - 1) / most_users;
    double high = 1.0;
    uint8_t *keep = NULL;
    rg_futures *f = NULL;
    *out = NULL;
    RG_NEW(ctx->mem, f, 1);
    f->mem = ctx->mem;
    RG_NEW(ctx->mem, keep, n_held);
    for (int k = 0; k < 2; k++) {
        RG_NEW(ctx->mem, f->user[k], held->n_users);
        RG_NEW(ctx->mem, f->item[k], n_held);
        RG_NEW(ctx->mem, f->offset[k], held->n_users + 1);
        RG_NEW(ctx->mem, f->holder[k], held->n_users);
        RG_NEW(ctx->mem, f->measured[k], 2 * held->n_users);
    }
    RG_TRY(high_degree(ctx, &high, degree, n_items));
    tilt(keep, held, degree, high, seed);
    f->past = pick(held, step > 0 ? step : 1, NULL, f->user[0], f->offset[0], f->item[0]);
    f->tilted =
        pick(held, step > 0 ? step : 1, keep, f->user[1], f->offset[1], f->item[1]);
    *out = f;
    f = NULL;
done:
    rg_free(ctx->mem, keep);
    rg_futures_free(f);
    return status;
}

void rg_futures_begin(rg_futures *futures)
{
    futures->held_by_one = 0;
}

/* Mean of x - y and its standard error. */
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

regatta_status rg_futures_measure(regatta_ctx *ctx, double *ndcg, int *better,
                                  const regatta_model *model, rg_futures *futures)
{
    regatta_status status = REGATTA_OK;
    const rg_held *held[2] = {&futures->past, &futures->tilted};
    double gain = 0.0, error = 0.0;
    *ndcg = 0.0;
    for (int k = 0; k < 2; k++) {
        const int64_t n = held[k]->n_users;
        double mean = 0.0, spread = 0.0;
        if (n == 0) continue;
        RG_TRY(rg_measure_each(ctx, futures->measured[k], futures->measured[k] + n, model,
                               held[k]));
        *ndcg += 0.5 * rg_sum(futures->measured[k], n) / (double)n;
        compare(&mean, &spread, futures->measured[k], futures->holder[k], n);
        gain += 0.5 * mean;
        error += 0.5 * spread; /* the two go together: no credit for averaging */
    }
    *better = !futures->held_by_one || gain > 2.0 * error;
    for (int k = 0; k < 2 && *better; k++)
        memcpy(futures->holder[k], futures->measured[k],
               (size_t)held[k]->n_users * sizeof(double));
    futures->held_by_one = 1;
done:
    return status;
}

void rg_futures_free(rg_futures *futures)
{
    if (futures == NULL) return;
    for (int k = 0; k < 2; k++) {
        rg_free(futures->mem, futures->user[k]);
        rg_free(futures->mem, futures->item[k]);
        rg_free(futures->mem, futures->offset[k]);
        rg_free(futures->mem, futures->holder[k]);
        rg_free(futures->mem, futures->measured[k]);
    }
    rg_free(futures->mem, futures);
}
