#include "fit/hubs.h"
#include "base/rng.h"
#include <string.h>

static int64_t count_hubs(const rg_csr *rows)
{
    int64_t n = 0;
    for (int64_t u = 0; u < rows->n_rows; u++) n += rg_csr_degree(rows, u) > RG_HUB_ABOVE;
    return n;
}

/* Which edges stay, and of which items there is one. */
static void choose(uint8_t *edge, uint8_t *item, const rg_csr *rows, uint64_t seed)
{
    for (int64_t u = 0; u < rows->n_rows; u++) {
        const int64_t end = rows->offset[u + 1];
        int64_t wanted = rg_csr_degree(rows, u);
        if (wanted > RG_HUB_ABOVE) wanted = RG_HUB_SAMPLED;
        for (int64_t e = rows->offset[u]; e < end; e++) {
            edge[e] = (uint8_t)rg_random_take(seed, RG_STREAM_HUB, e, end, wanted);
            wanted -= edge[e];
            item[rows->target[e]] |= edge[e];
        }
    }
}

regatta_status rg_hubs_find(regatta_ctx *ctx, rg_hubs *out, const regatta_graph *graph,
                            uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = graph->by_user;
    uint8_t *edge = NULL, *item = NULL, *user = NULL;
    regatta_graph *sampled = NULL;
    *out = (rg_hubs){.n_users = count_hubs(rows)};
    if (out->n_users == 0) return REGATTA_OK;
    RG_NEW(ctx->mem, edge, rows->n_edges);
    RG_NEW(ctx->mem, item, rows->n_cols);
    RG_NEW(ctx->mem, user, rows->n_rows);
    RG_NEW(ctx->mem, out->item, rows->n_cols);
    choose(edge, item, rows, seed);
    memset(user, 1, (size_t)rows->n_rows);
    int64_t n = 0;
    for (int64_t i = 0; i < rows->n_cols; i++)
        if (item[i]) out->item[n++] = (uint32_t)i;
    out->n_left_out = rows->n_cols - n;
    RG_TRY(rg_bipartite_select(ctx, &sampled, graph, edge));
    RG_TRY(rg_bipartite_induce(ctx, &out->core, sampled, user, item));
done:
    regatta_graph_free(sampled);
    rg_free(ctx->mem, edge);
    rg_free(ctx->mem, item);
    rg_free(ctx->mem, user);
    return status; /* the caller frees what is there */
}

/* A table of the core's items as one of all items. */
typedef struct spreading {
    regatta_ctx *ctx;
    const uint32_t *item;
    int64_t n_core, n_items;
} spreading;

/* *x is [blocks] of `before` floats and then [n_core][width]; rows in between are
 * `fill`. */
static regatta_status spread(const spreading *s, float **x, int64_t blocks,
                             int64_t before, int64_t width, float fill)
{
    regatta_status status = REGATTA_OK;
    float *y = NULL;
    const int64_t from = before + s->n_core * width, to = before + s->n_items * width;
    if (*x == NULL) return REGATTA_OK;
    RG_NEW(s->ctx->mem, y, blocks * to);
    for (int64_t k = 0; k < blocks * to; k++) y[k] = fill;
    for (int64_t b = 0; b < blocks; b++) {
        memcpy(y + b * to, *x + b * from, (size_t)before * sizeof *y);
        for (int64_t i = 0; i < s->n_core; i++)
            memcpy(y + b * to + before + s->item[i] * width,
                   *x + b * from + before + i * width, (size_t)width * sizeof *y);
    }
    rg_free(s->ctx->mem, *x);
    *x = y;
done:
    return status;
}

/* Items by items. */
static regatta_status spread_rows(const spreading *s, rg_csr **rows)
{
    const rg_csr *from = *rows;
    rg_csr *to = NULL;
    if (from == NULL) return REGATTA_OK;
    const regatta_status status = rg_csr_create(s->ctx, &to, s->n_items, s->n_items,
                                                from->n_edges, from->value != NULL);
    if (status != REGATTA_OK) return status;
    for (int64_t e = 0; e < from->n_edges; e++) {
        to->target[e] = s->item[from->target[e]];
        if (from->value != NULL) to->value[e] = from->value[e];
    }
    for (int64_t i = 0; i < s->n_core; i++)
        to->offset[s->item[i] + 1LL] = rg_csr_degree(from, i);
    for (int64_t i = 0; i < s->n_items; i++) to->offset[i + 1] += to->offset[i];
    rg_csr_free(*rows);
    *rows = to;
    return REGATTA_OK;
}

static regatta_status spread_items(const spreading *s, rg_item_attention *a)
{
    regatta_status status = REGATTA_OK;
    rg_csr_free(a->by_target); /* by_history is what a model takes */
    a->by_target = NULL;
    RG_TRY(spread_rows(s, &a->by_history));
    RG_TRY(spread(s, &a->scale, 1, 0, 1, 1.0f));
    RG_TRY(spread(s, &a->degree, 1, 0, 1, 0.0f));
    a->n_items = s->n_items;
done:
    return status;
}

static float least_of(const float *x, int64_t n)
{
    float least = n > 0 ? x[0] : 0.0f;
    for (int64_t k = 1; k < n; k++)
        if (x[k] < least) least = x[k];
    return least;
}

static regatta_status spread_vectors(const spreading *s, rg_vectors *v)
{
    regatta_status status = REGATTA_OK;
    const rg_shape *shape = &v->shape;
    const int64_t dim = shape->dim;
    RG_TRY(spread(s, &v->y, 1, shape->n_users * dim, dim, 0.0f));
    RG_TRY(spread(s, &v->bias, 1, 0, 1, least_of(v->bias, s->n_core)));
    RG_TRY(spread(s, &v->item_state, shape->layers, 0, dim, 0.0f));
    RG_TRY(spread(s, &v->item_degree, 1, 0, 1, 0.0f));
    v->shape.n_items = s->n_items;
done:
    return status;
}

static regatta_status spread_filter(const spreading *s, rg_spectral_filter *f)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(spread(s, &f->in, 1, 0, f->rank, 0.0f));
    RG_TRY(spread(s, &f->out, 1, 0, f->rank, 0.0f));
    f->n_items = s->n_items;
done:
    return status;
}

regatta_status rg_hubs_spread(regatta_ctx *ctx, const rg_hubs *hubs, rg_fitted *fitted,
                              const regatta_graph *graph, const rg_weighting *weighting)
{
    regatta_status status = REGATTA_OK;
    if (hubs->core == NULL) return REGATTA_OK;
    const spreading s = {ctx, hubs->item, hubs->core->by_user->n_cols,
                         graph->by_user->n_cols};
    if (fitted->items != NULL) RG_TRY(spread_items(&s, fitted->items));
    RG_TRY(spread_rows(&s, &fitted->reweighted));
    if (fitted->vectors != NULL) RG_TRY(spread_vectors(&s, fitted->vectors));
    if (fitted->spectral != NULL) RG_TRY(spread_filter(&s, fitted->spectral));
    rg_free(ctx->mem, fitted->weight);
    fitted->weight = NULL;
    RG_TRY(rg_fitted_begin(ctx, fitted, graph, weighting));
done:
    return status;
}

void rg_hubs_free(regatta_ctx *ctx, rg_hubs *hubs)
{
    regatta_graph_free(hubs->core);
    rg_free(ctx->mem, hubs->item);
    *hubs = (rg_hubs){0};
}
