#include "support/tiny_graph.h"
#include "base/rng.h"
#include <stdlib.h>

static void make_csr(rg_csr *g, int64_t n_rows, int64_t n_cols, int64_t n)
{
    g->n_rows = n_rows;
    g->n_cols = n_cols;
    g->n_edges = n;
    g->offset = calloc((size_t)n_rows + 1, sizeof *g->offset);
    g->target = calloc((size_t)n + 1, sizeof *g->target);
}

static void transpose(tiny_graph *t)
{
    const rg_csr *u = &t->by_user;
    rg_csr *v = &t->by_item;
    make_csr(v, u->n_cols, u->n_rows, u->n_edges);
    int64_t n = 0;
    for (int64_t i = 0; i < u->n_cols; i++) {
        v->offset[i] = n;
        for (int64_t r = 0; r < u->n_rows; r++)
            for (int64_t e = u->offset[r]; e < u->offset[r + 1]; e++)
                if ((int64_t)u->target[e] == i) v->target[n++] = (uint32_t)r;
    }
    v->offset[u->n_cols] = n;
}

tiny_graph *tiny_from_pairs(int n_users, int n_items, int n, const int (*pair)[2],
                            const float *weight)
{
    tiny_graph *t = calloc(1, sizeof *t);
    make_csr(&t->by_user, n_users, n_items, n);
    t->weight = calloc((size_t)n + 1, sizeof *t->weight);
    for (int e = 0; e < n; e++) {
        t->by_user.offset[pair[e][0] + 1]++;
        t->by_user.target[e] = (uint32_t)pair[e][1];
        t->weight[e] = weight != NULL ? weight[e] : 1.0f;
    }
    for (int r = 0; r < n_users; r++) t->by_user.offset[r + 1] += t->by_user.offset[r];
    transpose(t);
    t->graph.by_user = &t->by_user;
    t->graph.by_item = &t->by_item;
    return t;
}

static int joins(uint64_t seed, int64_t index, double density)
{
    return rg_random_unit(seed, RG_STREAM_TEST, (uint64_t)index) < density;
}

static void random_item_graph(tiny_graph *t, int n_items, double density, uint64_t seed)
{
    rg_csr *g = &t->item_graph;
    make_csr(g, n_items, n_items, (int64_t)n_items * n_items);
    g->value = calloc((size_t)n_items * (size_t)n_items + 1, sizeof *g->value);
    int64_t n = 0;
    for (int64_t i = 0; i < n_items; i++) {
        g->offset[i] = n;
        for (int64_t j = 0; j < n_items; j++) {
            const int64_t id = i < j ? i * n_items + j : j * n_items + i;
            if (i == j || !joins(seed + 1, id, density)) continue;
            g->target[n] = (uint32_t)j;
            g->value[n++] = (float)(0.05 + 0.3 * rg_random_unit(seed + 2, RG_STREAM_TEST,
                                                                (uint64_t)id));
        }
    }
    g->offset[n_items] = n;
    g->n_edges = n;
}

tiny_graph *tiny_random(int n_users, int n_items, double density, uint64_t seed)
{
    const size_t most = (size_t)n_users * (size_t)n_items + 1;
    int(*pair)[2] = calloc(most, sizeof *pair);
    float *weight = calloc(most, sizeof *weight);
    int n = 0;
    for (int u = 0; u + 1 < n_users; u++)
        for (int i = 0; i + 1 < n_items; i++) {
            const int64_t id = (int64_t)u * n_items + i;
            if (u > 0 && !joins(seed, id, density)) continue;
            pair[n][0] = u;
            pair[n][1] = i;
            weight[n++] = (float)(0.5 + 1.5 * rg_random_unit(seed + 3, RG_STREAM_TEST,
                                                             (uint64_t)id));
        }
    tiny_graph *t = tiny_from_pairs(n_users, n_items, n, (const int(*)[2])pair, weight);
    random_item_graph(t, n_items, density / 2.0, seed);
    free(pair);
    free(weight);
    return t;
}

void tiny_free(tiny_graph *t)
{
    if (t == NULL) return;
    free(t->by_user.offset);
    free(t->by_user.target);
    free(t->by_item.offset);
    free(t->by_item.target);
    free(t->item_graph.offset);
    free(t->item_graph.target);
    free(t->item_graph.value);
    free(t->weight);
    free(t);
}
