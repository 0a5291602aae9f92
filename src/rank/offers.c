#include "rank/offers.h"
#include "base/parallel.h"
#include <math.h>
#include <string.h>

enum { CUT = 20 };

regatta_status rg_offers_create(regatta_ctx *ctx, rg_offers **out, int64_t n_users,
                                int64_t n_offers)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_offers *o = NULL;
    RG_NEW(ctx->mem, o, 1);
    o->mem = ctx->mem;
    o->n_users = n_users;
    o->n_offers = n_offers;
    RG_NEW(ctx->mem, o->offset, n_users + 1);
    RG_NEW(ctx->mem, o->item, n_offers);
    RG_NEW(ctx->mem, o->s, n_offers * RG_N_CHANNELS);
    RG_NEW(ctx->mem, o->log_degree, n_offers);
    RG_NEW(ctx->mem, o->best, n_offers);
    RG_NEW(ctx->mem, o->support, n_offers);
    RG_NEW(ctx->mem, o->taken, n_offers);
    RG_NEW(ctx->mem, o->log_history, n_users);
    RG_NEW(ctx->mem, o->n_held, n_users);
    RG_NEW(ctx->mem, o->user, n_users);
    RG_NEW(ctx->mem, o->taken_other, n_offers);
    RG_NEW(ctx->mem, o->n_held_other, n_users);
    for (int64_t u = 0; u < n_users; u++) o->user[u] = (uint32_t)u;
    *out = o;
    o = NULL;
done:
    rg_offers_free(o);
    return status;
}

void rg_offers_free(rg_offers *offers)
{
    if (offers == NULL) return;
    const rg_mem mem = offers->mem;
    rg_free(mem, offers->offset);
    rg_free(mem, offers->item);
    rg_free(mem, offers->s);
    rg_free(mem, offers->log_degree);
    rg_free(mem, offers->best);
    rg_free(mem, offers->support);
    rg_free(mem, offers->taken);
    rg_free(mem, offers->log_history);
    rg_free(mem, offers->n_held);
    rg_free(mem, offers->user);
    rg_free(mem, offers->taken_other);
    rg_free(mem, offers->n_held_other);
    rg_free(mem, offers);
}

#define APPEND(to, from, at, n) memcpy((to) + (at), (from), (size_t)(n) * sizeof *(from))

static void copy_in(rg_offers *to, const rg_offers *from, int64_t u, int64_t e)
{
    const int64_t n = from->n_users, m = from->n_offers;
    for (int64_t k = 0; k < n; k++) to->offset[u + k + 1] = e + from->offset[k + 1];
    APPEND(to->log_history, from->log_history, u, n);
    APPEND(to->n_held, from->n_held, u, n);
    APPEND(to->n_held_other, from->n_held_other, u, n);
    APPEND(to->user, from->user, u, n);
    APPEND(to->item, from->item, e, m);
    APPEND(to->log_degree, from->log_degree, e, m);
    APPEND(to->best, from->best, e, m);
    APPEND(to->support, from->support, e, m);
    APPEND(to->taken, from->taken, e, m);
    APPEND(to->taken_other, from->taken_other, e, m);
    APPEND(to->s, from->s, e * RG_N_CHANNELS, m * RG_N_CHANNELS);
}

regatta_status rg_offers_append(regatta_ctx *ctx, rg_offers **offers,
                                const rg_offers *more)
{
    rg_offers *all = NULL, *first = *offers;
    const regatta_status status = rg_offers_create(
        ctx, &all, first->n_users + more->n_users, first->n_offers + more->n_offers);
    if (status != REGATTA_OK) return status;
    copy_in(all, first, 0, 0);
    copy_in(all, more, first->n_users, first->n_offers);
    all->has_other = first->has_other && more->has_other;
    rg_offers_free(first);
    *offers = all;
    return REGATTA_OK;
}

int rg_offers_in(const rg_offers *offers, const rg_offers_part *part, int64_t u)
{
    if (part == NULL || part->of <= 1) return 1;
    return (offers->user[u] % part->of == part->part) != (part->other != 0);
}

rg_blend_case rg_offers_case(const rg_offers *o, int64_t u, int64_t e)
{
    rg_blend_case x = {.log_degree = (double)o->log_degree[e],
                       .log_history = (double)o->log_history[u],
                       .best = (double)o->best[e],
                       .support = (double)o->support[e]};
    for (int a = 0; a < RG_N_CHANNELS; a++) x.s[a] = (double)o->s[e * RG_N_CHANNELS + a];
    return x;
}

/* Inserts into the best CUT, kept in descending order; an equal score stays behind. */
static int insert_best(double *best, int64_t *who, int n, double score, int64_t e)
{
    if (n == CUT && !(score > best[n - 1])) return n;
    int at = n < CUT ? n : CUT - 1;
    while (at > 0 && score > best[at - 1]) {
        best[at] = best[at - 1];
        who[at] = who[at - 1];
        at--;
    }
    best[at] = score;
    who[at] = e;
    return n < CUT ? n + 1 : CUT;
}

static double user_ndcg(const rg_offers *o, const rg_blend *blend, int64_t u)
{
    double best[CUT], gain = 0.0, ideal = 0.0;
    int64_t who[CUT];
    int n = 0;
    for (int64_t e = o->offset[u]; e < o->offset[u + 1]; e++) {
        const rg_blend_case x = rg_offers_case(o, u, e);
        n = insert_best(best, who, n, rg_blend_score(blend, &x), e);
    }
    for (int k = 0; k < n; k++)
        if (o->taken[who[k]]) gain += 1.0 / log2((double)k + 2.0);
    for (int k = 0; k < CUT && k < o->n_held[u]; k++)
        ideal += 1.0 / log2((double)k + 2.0);
    return ideal > 0.0 ? gain / ideal : 0.0;
}

double rg_offers_ndcg(const rg_offers *offers, const rg_blend *blend,
                      const rg_offers_part *part, double *ndcg, int threads)
{
    const int team = rg_threads_for(4 * RG_SCALAR * offers->n_offers, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 16)
    for (int64_t u = 0; u < offers->n_users; u++)
        ndcg[u] = rg_offers_in(offers, part, u) ? user_ndcg(offers, blend, u) : 0.0;
    double sum = 0.0;
    int64_t n = 0;
    for (int64_t u = 0; u < offers->n_users; u++) {
        sum += ndcg[u];
        n += rg_offers_in(offers, part, u);
    }
    return n > 0 ? sum / (double)n : 0.0;
}
