#include "support/tiny_samples.h"
#include "base/rng.h"
#include <math.h>

static double normal(uint64_t seed, int64_t k)
{
    return rg_random_normal(seed, RG_STREAM_TEST, (uint64_t)k);
}

static double score_of(const rg_samples *o, const rg_blend *w, int64_t u, int64_t e)
{
    const rg_blend_case x = rg_samples_case(o, u, e);
    return rg_blend_score(w, &x);
}

/* The sample that a uniform number of [0, 1) falls to. */
static int64_t draw(const rg_samples *o, const rg_blend *w, int64_t u, double at)
{
    double total = 0.0;
    for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++)
        total += exp(score_of(o, w, u, e));
    for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++) {
        at -= exp(score_of(o, w, u, e)) / total;
        if (at <= 0.0) return e;
    }
    return o->offset[u + 1] - 1;
}

regatta_status tiny_samples(regatta_ctx *ctx, rg_samples **out, int64_t n_users,
                            int64_t n_each, const int *on, const rg_blend *planted,
                            uint64_t seed)
{
    const int n = planted->n;
    const regatta_status status =
        rg_samples_create(ctx, out, n_users, n_users * n_each, n, planted->evidence);
    if (status != REGATTA_OK) return status;
    rg_samples *o = *out;
    for (int64_t e = 0; e < o->n_samples; e++) {
        o->item[e] = (uint32_t)(e % n_each);
        o->log_degree[e] = (float)fabs(normal(seed, 100000000 + e));
        o->best[e] = (float)fabs(normal(seed, 400000000 + e));
        o->support[e] = (float)fabs(normal(seed, 500000000 + e));
        for (int a = 0; a < n; a++)
            o->s[e * n + a] = on[a] ? (float)normal(seed, e * n + a) : 0.0f;
    }
    for (int64_t u = 0; u < n_users; u++) {
        o->offset[u + 1] = (u + 1) * n_each;
        o->n_holdout[u] = 1;
        o->log_history[u] = (float)(0.5 + fabs(normal(seed, 200000000 + u)));
        const double at = rg_random_unit(seed, RG_STREAM_TEST, (uint64_t)(300000000 + u));
        o->label[draw(o, planted, u, at)] = 1;
    }
    return REGATTA_OK;
}
