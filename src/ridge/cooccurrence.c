#include "ridge/cooccurrence.h"
#include "base/rng.h"
#include <math.h>

/* `cap` of the row's edges, in order. Edge numbers index the random stream. */
static int64_t sample_row(rg_csr *s, int64_t at, const rg_csr *g, int64_t row,
                          int64_t cap, uint64_t seed)
{
    const int64_t end = g->offset[row + 1];
    int64_t wanted = cap;
    for (int64_t e = g->offset[row]; e < end && wanted > 0; e++) {
        if (!rg_random_take(seed, RG_STREAM_CAP, e, end, wanted)) continue;
        s->target[at] = g->target[e];
        if (s->value != NULL) s->value[at] = g->value[e];
        at++;
        wanted--;
    }
    return at;
}

static int64_t copy_row(rg_csr *s, int64_t at, const rg_csr *g, int64_t row)
{
    for (int64_t e = g->offset[row]; e < g->offset[row + 1]; e++, at++) {
        s->target[at] = g->target[e];
        if (s->value != NULL) s->value[at] = g->value[e];
    }
    return at;
}

static regatta_status sample_long_rows(regatta_ctx *ctx, rg_cooccurrence *c, int64_t cap,
                                       uint64_t seed)
{
    const rg_csr *g = c->by_user;
    int64_t n = 0;
    for (int64_t u = 0; u < g->n_rows; u++) {
        const int64_t d = rg_csr_degree(g, u);
        c->n_capped += d > cap;
        n += d > cap ? cap : d;
    }
    if (c->n_capped == 0) return REGATTA_OK;
    const regatta_status status =
        rg_csr_create(ctx, &c->sampled, g->n_rows, g->n_cols, n, g->value != NULL);
    if (status != REGATTA_OK) return status;
    for (int64_t u = 0; u < g->n_rows; u++) {
        const int64_t at = c->sampled->offset[u];
        c->sampled->offset[u + 1] = rg_csr_degree(g, u) > cap
                                        ? sample_row(c->sampled, at, g, u, cap, seed)
                                        : copy_row(c->sampled, at, g, u);
    }
    c->by_user = c->sampled;
    return REGATTA_OK;
}

/* by_item, raw and self from by_user; cursor[n_items] is scratch. */
static void fill_columns(rg_cooccurrence *c, const rg_csr *full, double power,
                         int64_t *cursor)
{
    const rg_csr *g = c->by_user;
    rg_csr *t = c->by_item;
    for (int64_t e = 0; e < g->n_edges; e++) t->offset[(int64_t)g->target[e] + 1]++;
    for (int64_t i = 0; i < c->n_items; i++) t->offset[i + 1] += t->offset[i];
    for (int64_t i = 0; i < c->n_items; i++) cursor[i] = t->offset[i];
    for (int64_t u = 0; u < c->n_users; u++) {
        const double weight = pow((double)rg_csr_degree(full, u), -power);
        for (int64_t e = g->offset[u]; e < g->offset[u + 1]; e++) {
            const float r = g->value != NULL ? g->value[e] : 1.0f;
            const int64_t at = cursor[g->target[e]]++;
            t->target[at] = (uint32_t)u;
            t->value[at] = (float)(weight * (double)r);
            if (c->raw != NULL) c->raw[at] = r;
            if (c->place != NULL) c->place[at] = (int32_t)(e - g->offset[u]);
        }
    }
}

static double self_of(const rg_cooccurrence *c, int64_t i)
{
    double g = 0.0;
    for (int64_t e = c->by_item->offset[i]; e < c->by_item->offset[i + 1]; e++)
        g += (double)c->by_item->value[e] * (c->raw != NULL ? (double)c->raw[e] : 1.0);
    return g;
}

/* Places of the item in one sequence follow each other. */
static double self_in_contexts(const rg_cooccurrence *c, int64_t i)
{
    const rg_csr *t = c->by_item;
    double g = 0.0;
    for (int64_t e = t->offset[i]; e < t->offset[i + 1]; e++) {
        const int64_t n = rg_csr_degree(c->by_user, t->target[e]);
        for (int64_t f = e; f < t->offset[i + 1]; f++) {
            if (t->target[f] != t->target[e] ||
                c->place[f] - c->place[e] > RG_CONTEXT_SPAN)
                break;
            g += (e == f ? 1.0 : 2.0) * (double)t->value[e] *
                 (double)rg_context_pair(c->context, c->place[e], c->place[f], n);
        }
    }
    return g;
}

static void fill_self(rg_cooccurrence *c)
{
    double sum = 0.0;
    int64_t n = 0;
    for (int64_t i = 0; i < c->n_items; i++) {
        const double g = c->context != NULL ? self_in_contexts(c, i) : self_of(c, i);
        c->self[i] = (float)g;
        sum += (double)c->self[i];
        n += c->self[i] > 0.0f;
    }
    c->mean_self = n > 0 ? sum / (double)n : 0.0;
}

/* Begins the struct over `by_user`; the histories are not sampled. */
static regatta_status begin(regatta_ctx *ctx, rg_cooccurrence **out,
                            const rg_csr *by_user)
{
    regatta_status status = REGATTA_OK;
    *out = NULL;
    RG_NEW(ctx->mem, *out, 1);
    (*out)->mem = ctx->mem;
    (*out)->n_users = by_user->n_rows;
    (*out)->n_items = by_user->n_cols;
    (*out)->by_user = by_user;
done:
    return status;
}

/* Builds by_item and the sums of items. */
static regatta_status fill(regatta_ctx *ctx, rg_cooccurrence *c, const rg_csr *full,
                           double power)
{
    regatta_status status = REGATTA_OK;
    int64_t *cursor = NULL;
    RG_TRY(
        rg_csr_create(ctx, &c->by_item, c->n_items, c->n_users, c->by_user->n_edges, 1));
    if (full->value != NULL) RG_NEW(ctx->mem, c->raw, c->by_user->n_edges);
    RG_NEW(ctx->mem, c->self, c->n_items);
    RG_NEW(ctx->mem, c->degree, c->n_items);
    RG_NEW(ctx->mem, cursor, c->n_items);
    for (int64_t e = 0; e < full->n_edges; e++) c->degree[full->target[e]] += 1.0f;
    fill_columns(c, full, power, cursor);
    fill_self(c);
done:
    rg_free(ctx->mem, cursor);
    return status;
}

regatta_status rg_cooccurrence_create(regatta_ctx *ctx, rg_cooccurrence **out,
                                      const rg_csr *by_user, double power, int64_t cap,
                                      uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    rg_cooccurrence *c = NULL;
    *out = NULL;
    RG_TRY(begin(ctx, &c, by_user));
    RG_TRY(sample_long_rows(ctx, c, cap, seed));
    RG_TRY(fill(ctx, c, by_user, power));
    *out = c;
    c = NULL; /* ownership has moved to the caller */
done:
    rg_cooccurrence_free(c);
    return status;
}

regatta_status rg_cooccurrence_ordered(regatta_ctx *ctx, rg_cooccurrence **out,
                                       const rg_csr *by_user, double power,
                                       const rg_context *context)
{
    regatta_status status = REGATTA_OK;
    rg_cooccurrence *c = NULL;
    *out = NULL;
    RG_TRY(begin(ctx, &c, by_user));
    RG_NEW(ctx->mem, c->context, 1);
    rg_context_kernel_fill(c->context, context);
    RG_NEW(ctx->mem, c->place, by_user->n_edges);
    RG_TRY(fill(ctx, c, by_user, power));
    *out = c;
    c = NULL; /* ownership has moved to the caller */
done:
    rg_cooccurrence_free(c);
    return status;
}

/* Returns the items of user u that share a context with one of them, at most. */
static int64_t width_of(const rg_cooccurrence *c, int64_t u)
{
    const int64_t n = rg_csr_degree(c->by_user, u), most = 2 * RG_CONTEXT_SPAN + 1;
    return c->context != NULL && n > most ? most : n;
}

int64_t rg_cooccurrence_cost(const rg_cooccurrence *c, int64_t j)
{
    int64_t n = 0;
    for (int64_t e = c->by_item->offset[j]; e < c->by_item->offset[j + 1]; e++)
        n += width_of(c, c->by_item->target[e]);
    return n;
}

/* As rg_cooccurrence_row, for ordered histories: of the item's contexts (is_target), or
 * of the pairs in all contexts. */
static int64_t row_in_contexts(float *acc, uint32_t *touched, const rg_cooccurrence *c,
                               int64_t j, int is_target)
{
    const rg_csr *t = c->by_item, *rows = c->by_user;
    const int64_t reach = is_target ? RG_CONTEXT_REACH : RG_CONTEXT_SPAN;
    int64_t n_touched = 0;
    for (int64_t e = t->offset[j]; e < t->offset[j + 1]; e++) {
        const int64_t u = t->target[e], place = c->place[e];
        const int64_t n = rg_csr_degree(rows, u);
        const uint32_t *item = rows->target + rows->offset[u];
        const int64_t last = place + reach < n ? place + reach : n - 1;
        for (int64_t p = place > reach ? place - reach : 0; p <= last; p++) {
            const float w = is_target ? rg_context_weight(c->context, p, place)
                                      : rg_context_pair(c->context, p, place, n);
            const float was = acc[item[p]];
            acc[item[p]] = was + t->value[e] * w;
            touched[n_touched] = item[p]; /* as in rg_cooccurrence_row */
            n_touched += (was == 0.0f) & (acc[item[p]] > 0.0f);
        }
    }
    return n_touched;
}

/* As rg_cooccurrence_row for many pairs: sums first, and then a pass over all items. */
static int64_t dense_row(float *acc, uint32_t *touched, const rg_cooccurrence *c,
                         int64_t j)
{
    const rg_csr *users = c->by_item, *items = c->by_user;
    int64_t n = 0;
    for (int64_t e = users->offset[j]; e < users->offset[j + 1]; e++) {
        const float w = users->value[e];
        const int64_t first = items->offset[users->target[e]];
        const int64_t degree = items->offset[users->target[e] + 1] - first;
        const uint32_t *item = items->target + first;
        const float *value = items->value != NULL ? items->value + first : NULL;
        if (value == NULL)
            for (int64_t f = 0; f < degree; f++) acc[item[f]] += w;
        else
            for (int64_t f = 0; f < degree; f++) acc[item[f]] += w * value[f];
    }
    for (int64_t i = 0; i < c->n_items; i++) {
        touched[n] = (uint32_t)i;
        n += acc[i] > 0.0f;
    }
    return n;
}

static int64_t sparse_row(float *acc, uint32_t *touched, const rg_cooccurrence *c,
                          int64_t j)
{
    const rg_csr *users = c->by_item, *items = c->by_user;
    int64_t n = 0;
    for (int64_t e = users->offset[j]; e < users->offset[j + 1]; e++) {
        const float w = users->value[e];
        const int64_t u = users->target[e];
        for (int64_t f = items->offset[u]; f < items->offset[u + 1]; f++) {
            const uint32_t i = items->target[f];
            const float was = acc[i];
            const float now = was + (items->value != NULL ? w * items->value[f] : w);
            acc[i] = now;
            touched[n] = i; /* kept only if the entry has just become positive */
            n += (was == 0.0f) & (now > 0.0f);
        }
    }
    return n;
}

int64_t rg_cooccurrence_row(float *acc, uint32_t *touched, const rg_cooccurrence *c,
                            int64_t j)
{
    if (c->context != NULL) return row_in_contexts(acc, touched, c, j, 0);
    return rg_cooccurrence_cost(c, j) < c->n_items ? sparse_row(acc, touched, c, j)
                                                   : dense_row(acc, touched, c, j);
}

int64_t rg_cooccurrence_target_row(float *acc, uint32_t *touched,
                                   const rg_cooccurrence *c, int64_t j)
{
    return c->context != NULL ? row_in_contexts(acc, touched, c, j, 1)
                              : rg_cooccurrence_row(acc, touched, c, j);
}

void rg_cooccurrence_free(rg_cooccurrence *c)
{
    if (c == NULL) return;
    rg_csr_free(c->sampled);
    rg_csr_free(c->by_item);
    rg_free(c->mem, c->raw);
    rg_free(c->mem, c->self);
    rg_free(c->mem, c->degree);
    rg_free(c->mem, c->context);
    rg_free(c->mem, c->place);
    rg_free(c->mem, c);
}

int64_t rg_cooccurrence_work(const rg_cooccurrence *g)
{
    int64_t work = 0;
    for (int64_t u = 0; u < g->n_users; u++) {
        work += rg_csr_degree(g->by_user, u) * width_of(g, u);
    }
    return work;
}
