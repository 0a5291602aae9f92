#include "rank/futures.h"
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

regatta_status rg_futures_measure(regatta_ctx *ctx, double *ndcg,
                                  const regatta_model *model, const rg_futures *futures)
{
    regatta_status status = REGATTA_OK;
    double past = 0.0, tilted = 0.0;
    RG_TRY(rg_measure(ctx, &past, NULL, model, &futures->past));
    tilted = past;
    if (futures->tilted.n_users > 0)
        RG_TRY(rg_measure(ctx, &tilted, NULL, model, &futures->tilted));
    *ndcg = 0.5 * (past + tilted);
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
    }
    rg_free(futures->mem, futures);
}
