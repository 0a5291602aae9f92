#include "graph/edges.h"
#include "graph/edge_spill.h"
#include <string.h>

enum { FIRST_EDGES = 1024 };

static const char IMPRESSION[] = "shown";

int rg_is_impression(const char *text, int64_t length)
{
    const int64_t n = (int64_t)strlen(IMPRESSION);
    return length == n && memcmp(text, IMPRESSION, (size_t)n) == 0;
}

int rg_format_weight(char text[RG_FLOAT_BYTES], float weight)
{
    if (weight != RG_IMPRESSION) return rg_format_float(text, weight);
    memcpy(text, IMPRESSION, sizeof IMPRESSION);
    return (int)sizeof IMPRESSION - 1;
}

regatta_status rg_edges_create(regatta_ctx *ctx, rg_edges **out, int has_weight,
                               int has_time)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_edges *e = NULL;
    RG_NEW(ctx->mem, e, 1);
    e->mem = ctx->mem;
    e->capacity = FIRST_EDGES;
    e->has_weight = has_weight;
    e->has_time = has_time;
    RG_NEW(ctx->mem, e->user, e->capacity);
    RG_NEW(ctx->mem, e->item, e->capacity);
    if (has_weight) RG_NEW(ctx->mem, e->weight, e->capacity);
    if (has_time) RG_NEW(ctx->mem, e->time, e->capacity);
    RG_TRY(rg_idmap_create(ctx, &e->users));
    RG_TRY(rg_idmap_create(ctx, &e->items));
    if (ctx->spill != NULL) RG_TRY(rg_spill_create(ctx, &e->spill, ctx->spill));
    *out = e;
    e = NULL;
done:
    rg_edges_free(e);
    return status;
}

regatta_status rg_edges_keep_records(regatta_ctx *ctx, rg_edges *edges)
{
    edges->record = rg_alloc(ctx->mem, edges->capacity, sizeof *edges->record);
    return edges->record != NULL ? REGATTA_OK : REGATTA_ENOMEM;
}

/* `capacity` changes last: after a failure some arrays are longer than `capacity`, which
 * is harmless. */
regatta_status rg_edges_reserve(rg_edges *e, int64_t n)
{
    const int64_t old = e->capacity;
    int64_t grown = old;
    if (n <= old - e->n) return REGATTA_OK;
    while (n > grown - e->n) grown *= 2;
    void *p = rg_grow(e->mem, e->user, old, grown, sizeof *e->user);
    if (p == NULL) return REGATTA_ENOMEM;
    e->user = p;
    p = rg_grow(e->mem, e->item, old, grown, sizeof *e->item);
    if (p == NULL) return REGATTA_ENOMEM;
    e->item = p;
    if (e->has_weight) {
        p = rg_grow(e->mem, e->weight, old, grown, sizeof *e->weight);
        if (p == NULL) return REGATTA_ENOMEM;
        e->weight = p;
    }
    if (e->has_time) {
        p = rg_grow(e->mem, e->time, old, grown, sizeof *e->time);
        if (p == NULL) return REGATTA_ENOMEM;
        e->time = p;
    }
    if (e->record != NULL) {
        p = rg_grow(e->mem, e->record, old, grown, sizeof *e->record);
        if (p == NULL) return REGATTA_ENOMEM;
        e->record = p;
    }
    e->capacity = grown;
    return REGATTA_OK;
}

regatta_status rg_edges_add(regatta_ctx *ctx, rg_edges *edges, uint32_t user,
                            uint32_t item, float weight, int64_t time)
{
    (void)ctx;
    regatta_status status = REGATTA_OK;
    if (edges->spill != NULL) status = rg_spill_full(edges);
    if (status == REGATTA_OK) status = rg_edges_reserve(edges, 1);
    if (status != REGATTA_OK) return status;
    edges->user[edges->n] = user;
    edges->item[edges->n] = item;
    if (edges->has_weight) edges->weight[edges->n] = weight;
    if (edges->has_time) edges->time[edges->n] = time;
    edges->n++;
    return REGATTA_OK;
}

void rg_edges_put(rg_edges *edges, int64_t at, const rg_edges *more)
{
    const size_t n = (size_t)more->n;
    if (n == 0) return;
    memcpy(edges->user + at, more->user, n * sizeof *more->user);
    memcpy(edges->item + at, more->item, n * sizeof *more->item);
    if (edges->has_weight) memcpy(edges->weight + at, more->weight, n * sizeof(float));
    if (edges->has_time) memcpy(edges->time + at, more->time, n * sizeof(int64_t));
}

void rg_edges_free(rg_edges *edges)
{
    if (edges == NULL) return;
    rg_free(edges->mem, edges->user);
    rg_free(edges->mem, edges->item);
    rg_free(edges->mem, edges->weight);
    rg_free(edges->mem, edges->time);
    rg_free(edges->mem, edges->record);
    rg_idmap_free(edges->users);
    rg_idmap_free(edges->items);
    rg_spill_free(edges->spill);
    rg_free(edges->mem, edges);
}
