#include "ridge/neighbours.h"
#include "base/hit.h"
#include "base/parallel.h"
#include "base/ranks/ranks.h"
#include <math.h>
#include <omp.h>
#include <string.h>

/* Scratch of one thread for a row. */
typedef struct workspace {
    float *acc;        /* [n_items] */
    uint32_t *touched; /* [n_items + 1] */
    uint64_t *key;     /* [n_items] of hits (base/hit.h) */
    uint64_t *bitmap;  /* [n_items / 64 + 1] the chosen, to read them in order */
} workspace;

/* Takes the items of a row of given neighbours. */
static void take(rg_neighbours *n, const rg_csr *given, int64_t j, const workspace *w)
{
    const int64_t at = n->offset[j];
    n->count[j] = (int32_t)rg_csr_degree(given, j);
    for (int64_t k = 0; k < n->count[j]; k++) {
        n->item[at + k] = given->target[given->offset[j] + k];
        n->value[at + k] = w->acc[n->item[at + k]];
    }
}

static void choose(rg_neighbours *n, const rg_cooccurrence *g, const float *scale,
                   int64_t j, int64_t n_touched, workspace *w)
{
    int64_t k = 0;
    for (int64_t t = 0; t < n_touched; t++) {
        const uint32_t i = w->touched[t];
        if (i != (uint32_t)j) w->key[k++] = rg_hit_key(w->acc[i] * scale[i], i);
    }
    const int64_t room = n->offset[j + 1] - n->offset[j];
    rg_hits_select(w->key, k, room);
    const int64_t chosen = k < room ? k : room;
    for (int64_t t = 0; t < chosen; t++) {
        const uint32_t i = rg_hit_row(w->key[t]);
        w->bitmap[i / 64] |= UINT64_C(1) << (i % 64);
    }
    int64_t at = n->offset[j];
    for (int64_t word = 0; word <= g->n_items / 64; word++) {
        for (uint64_t bits = w->bitmap[word]; bits != 0; bits &= bits - 1) {
            const int64_t i = word * 64 + __builtin_ctzll(bits);
            n->item[at] = (uint32_t)i;
            n->value[at++] = w->acc[i];
        }
        w->bitmap[word] = 0;
    }
    n->count[j] = (int32_t)chosen;
}

static void fill_table_row(rg_neighbours *n, int64_t j, int64_t n_touched,
                           const workspace *w)
{
    float *row = n->table + (int64_t)n->hub[j] * n->n_hubs;
    for (int64_t t = 0; t < n_touched; t++) {
        const int32_t h = n->hub[w->touched[t]];
        if (h >= 0) row[h] = w->acc[w->touched[t]];
    }
}

static void clear(workspace *w, int64_t touched)
{
    for (int64_t t = 0; t < touched; t++) w->acc[w->touched[t]] = 0.0f;
}

/* Builds the rows of this rank. given NULL: chooses the neighbours by `scale`. */
static void build_rows(rg_neighbours *n, const rg_cooccurrence *g, const float *scale,
                       const rg_csr *given, workspace *all, const rg_shares *share,
                       int threads)
{
    const int team = rg_threads_for(2 * RG_SCALAR * rg_cooccurrence_work(g), threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 16)
    for (int64_t j = share->begin; j < share->end; j++) {
        const int has_room = n->offset[j + 1] > n->offset[j];
        if (!has_room && n->hub[j] < 0) continue;
        workspace *w = &all[omp_get_thread_num()];
        int64_t touched = rg_cooccurrence_target_row(w->acc, w->touched, g, j);
        if (has_room && given != NULL)
            take(n, given, j, w);
        else if (has_room)
            choose(n, g, scale, j, touched, w);
        if (n->hub[j] >= 0 && g->context != NULL) {
            clear(w, touched);
            touched = rg_cooccurrence_row(w->acc, w->touched, g, j);
        }
        if (n->hub[j] >= 0) fill_table_row(n, j, touched, w);
        clear(w, touched);
    }
}

/* The cost of a row. */
typedef struct row_cost {
    const rg_neighbours *n;
    const rg_cooccurrence *g;
} row_cost;

static int64_t cost_of(const void *state, int64_t j)
{
    const row_cost *c = state;
    const int is_built = c->n->offset[j + 1] > c->n->offset[j] || c->n->hub[j] >= 0;
    return is_built ? rg_cooccurrence_cost(c->g, j) : 0;
}

/* Receives the rows of the other ranks. The rows of hubs in the table are in the order of
 * items. */
static regatta_status gather_rows(regatta_ctx *ctx, rg_neighbours *n, const rg_shares *s)
{
    regatta_status status = REGATTA_OK;
    rg_shares hubs = {.first = {0}};
    int64_t h = 0;
    for (int r = 0; r < rg_n_ranks(ctx); r++) {
        for (int64_t i = s->first[r]; i < s->first[r + 1]; i++) h += n->hub[i] >= 0;
        hubs.first[r + 1] = h;
    }
    RG_TRY(rg_gather(ctx, n->count, s, sizeof *n->count));
    RG_TRY(rg_gather_pieces(ctx, n->item, s, n->offset, sizeof *n->item));
    RG_TRY(rg_gather_pieces(ctx, n->value, s, n->offset, sizeof *n->value));
    RG_TRY(rg_gather(ctx, n->table, &hubs, n->n_hubs * (int64_t)sizeof *n->table));
done:
    return status;
}

/* Makes room for min(m, the bound of the row's entries) neighbours of each wanted
 * item. */
static void set_room(rg_neighbours *n, const rg_cooccurrence *g, const uint8_t *wanted,
                     int64_t m)
{
    for (int64_t j = 0; j < g->n_items; j++) {
        int64_t room = rg_cooccurrence_cost(g, j) - rg_csr_degree(g->by_item, j);
        if (room > m) room = m;
        if (wanted != NULL && !wanted[j]) room = 0;
        n->offset[j + 1] = n->offset[j] + room;
    }
}

/* Returns the FLOPs of build_rows: a multiply-add for each pair of a row. */
static double flops_of(const rg_neighbours *n, const rg_cooccurrence *g)
{
    double pairs = 0.0;
    for (int64_t j = 0; j < g->n_items; j++)
        if (n->offset[j + 1] > n->offset[j] || n->hub[j] >= 0)
            pairs += (double)rg_cooccurrence_cost(g, j);
    return 2.0 * pairs;
}

/* hub[] of the items with most users, as many as fit the table. */
static void rank_hubs(rg_neighbours *n, const rg_cooccurrence *g, uint64_t *key)
{
    for (int64_t i = 0; i < g->n_items; i++)
        key[i] = (uint64_t)rg_csr_degree(g->by_item, i) << 32 | ((uint32_t)~i);
    rg_hits_select(key, g->n_items, n->n_hubs);
    memset(n->hub, -1, (size_t)g->n_items * sizeof *n->hub);
    for (int64_t h = 0; h < n->n_hubs; h++) n->hub[rg_hit_row(key[h])] = 0;
    int32_t next = 0; /* rows of the table in order of the ids: close ids, close rows */
    for (int64_t i = 0; i < g->n_items; i++)
        if (n->hub[i] == 0) n->hub[i] = next++;
}

static int64_t table_size(int64_t n_items, int64_t bytes)
{
    int64_t size = (int64_t)sqrt((double)bytes / sizeof(float));
    while (size > 0 && size * size > bytes / (int64_t)sizeof(float)) size--;
    return size < n_items ? size : n_items;
}

static void free_workspaces(rg_mem mem, workspace *w, int threads)
{
    for (int t = 0; w != NULL && t < threads; t++) {
        rg_free(mem, w[t].acc);
        rg_free(mem, w[t].touched);
        rg_free(mem, w[t].key);
        rg_free(mem, w[t].bitmap);
    }
    rg_free(mem, w);
}

static regatta_status create_workspaces(regatta_ctx *ctx, workspace **out,
                                        int64_t n_items)
{
    regatta_status status = REGATTA_OK;
    workspace *w = NULL;
    RG_NEW(ctx->mem, w, ctx->threads);
    *out = w;
    for (int t = 0; t < ctx->threads; t++) {
        RG_NEW(ctx->mem, w[t].acc, n_items);
        RG_NEW(ctx->mem, w[t].touched, n_items + 1);
        RG_NEW(ctx->mem, w[t].key, n_items);
        RG_NEW(ctx->mem, w[t].bitmap, n_items / 64 + 1);
    }
done:
    return status; /* the caller frees the allocated parts */
}

/* Fills neighbours whose room is set: the given ones, or by choice. */
static regatta_status fill(regatta_ctx *ctx, rg_neighbours *n, const rg_cooccurrence *g,
                           const rg_csr *given)
{
    regatta_status status = REGATTA_OK;
    workspace *w = NULL;
    float *scale = NULL;
    RG_NEW(ctx->mem, n->item, n->offset[n->n_items]);
    RG_NEW(ctx->mem, n->value, n->offset[n->n_items]);
    RG_NEW(ctx->mem, scale, n->n_items);
    RG_TRY(create_workspaces(ctx, &w, n->n_items));
    for (int64_t i = 0; i < n->n_items; i++) {
        const float size = g->context != NULL ? g->self[i] : g->degree[i];
        scale[i] = size > 0.0f ? 1.0f / sqrtf(size) : 0.0f;
    }
    rank_hubs(n, g, w[0].key);
    const row_cost cost = {n, g};
    rg_shares share;
    rg_shares_by_cost(&share, ctx, n->n_items, cost_of, &cost);
    build_rows(n, g, scale, given, w, &share, ctx->threads);
    RG_TRY(gather_rows(ctx, n, &share));
    rg_count_flops(ctx, flops_of(n, g));
done:
    free_workspaces(ctx->mem, w, ctx->threads);
    rg_free(ctx->mem, scale);
    return status;
}

/* Allocates neighbours without room. */
static regatta_status begin(regatta_ctx *ctx, rg_neighbours **out, int64_t n_items,
                            int64_t table_bytes)
{
    regatta_status status = REGATTA_OK;
    rg_neighbours *n = NULL;
    RG_NEW(ctx->mem, n, 1);
    *out = n;
    n->mem = ctx->mem;
    n->n_items = n_items;
    n->n_hubs = table_size(n_items, table_bytes);
    RG_NEW(ctx->mem, n->offset, n_items + 1);
    RG_NEW(ctx->mem, n->count, n_items);
    RG_NEW(ctx->mem, n->hub, n_items);
    RG_NEW(ctx->mem, n->table, n->n_hubs * n->n_hubs);
done:
    return status; /* the caller frees the allocated parts */
}

regatta_status rg_neighbours_create(regatta_ctx *ctx, rg_neighbours **out,
                                    const rg_cooccurrence *g, const uint8_t *wanted,
                                    int64_t m, int64_t table_bytes)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_neighbours *n = NULL;
    RG_TRY(begin(ctx, &n, g->n_items, table_bytes));
    set_room(n, g, wanted, m);
    RG_TRY(fill(ctx, n, g, NULL));
    *out = n;
    n = NULL; /* ownership has moved to the caller */
done:
    rg_neighbours_free(n);
    return status;
}

regatta_status rg_neighbours_of(regatta_ctx *ctx, rg_neighbours **out,
                                const rg_cooccurrence *g, const rg_csr *given,
                                int64_t table_bytes)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_neighbours *n = NULL;
    RG_TRY(begin(ctx, &n, g->n_items, table_bytes));
    memcpy(n->offset, given->offset, (size_t)(g->n_items + 1) * sizeof *n->offset);
    RG_TRY(fill(ctx, n, g, given));
    *out = n;
    n = NULL; /* ownership has moved to the caller */
done:
    rg_neighbours_free(n);
    return status;
}

void rg_neighbours_free(rg_neighbours *n)
{
    if (n == NULL) return;
    rg_free(n->mem, n->offset);
    rg_free(n->mem, n->count);
    rg_free(n->mem, n->item);
    rg_free(n->mem, n->value);
    rg_free(n->mem, n->hub);
    rg_free(n->mem, n->table);
    rg_free(n->mem, n);
}
