/* Outputs and gradients against tests/golden, made by PyTorch (make_golden.py). */
#include "support/suite.h"
#include "support/tiny_network.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PARTS = 64 };

typedef struct golden_part {
    char name[32];
    int n;
    double *value;
} golden_part;

typedef struct golden {
    int n;
    golden_part part[MAX_PARTS];
} golden;

static golden *read_golden(const char *kind)
{
    char path[512];
    snprintf(path, sizeof path, "%s/golden/%s.txt", REGATTA_TEST_DATA, kind);
    FILE *f = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    golden *g = calloc(1, sizeof *g);
    golden_part *p = g->part;
    while (g->n < MAX_PARTS && fscanf(f, "%31s %d", p->name, &p->n) == 2) {
        p->value = calloc((size_t)p->n, sizeof *p->value);
        for (int k = 0; k < p->n; k++) {
            const int read = fscanf(f, "%lf", &p->value[k]);
            CU_ASSERT_EQUAL_FATAL(read, 1);
        }
        g->n++;
        p++;
    }
    fclose(f);
    return g;
}

static void free_golden(golden *g)
{
    for (int k = 0; k < g->n; k++) free(g->part[k].value);
    free(g);
}

static const golden_part *find(const golden *g, const char *prefix, const char *name)
{
    char full[64];
    snprintf(full, sizeof full, "%s%s", prefix, name);
    for (int k = 0; k < g->n; k++)
        if (strcmp(g->part[k].name, full) == 0) return &g->part[k];
    return NULL;
}

static tiny_graph *graph_of(const golden *g)
{
    const double *shape = find(g, "", "shape")->value;
    const golden_part *edges = find(g, "", "edges");
    const golden_part *item_edges = find(g, "", "item_edges");
    const int n_items = (int)shape[1], n = edges->n / 3;
    int pair[64][2];
    float weight[64];
    for (int e = 0; e < n; e++) {
        pair[e][0] = (int)edges->value[3 * e];
        pair[e][1] = (int)edges->value[3 * e + 1];
        weight[e] = (float)edges->value[3 * e + 2];
    }
    tiny_graph *t =
        tiny_from_pairs((int)shape[0], n_items, n, (const int(*)[2])pair, weight);
    rg_csr *items = &t->item_graph;
    items->n_rows = items->n_cols = n_items;
    items->offset = calloc((size_t)n_items + 1, sizeof *items->offset);
    items->target = calloc((size_t)item_edges->n, sizeof *items->target);
    items->value = calloc((size_t)item_edges->n, sizeof *items->value);
    for (int i = 0; i < n_items; i++) {
        for (int j = 0; j < n_items; j++)
            for (int e = 0; e < item_edges->n; e += 3) {
                const int a = (int)item_edges->value[e];
                const int b = (int)item_edges->value[e + 1];
                if (!((a == i && b == j) || (a == j && b == i))) continue;
                items->target[items->n_edges] = (uint32_t)j;
                items->value[items->n_edges++] = (float)item_edges->value[e + 2];
            }
        items->offset[i + 1] = items->n_edges;
    }
    return t;
}

/* Largest difference over largest value: single elements may be near 0 by cancelling,
 * where float cannot be held to more than its rounding of the terms. */
static double distance(const float *x, const golden_part *want)
{
    double most = 0.0, size = 0.0;
    for (int k = 0; k < want->n; k++) {
        if (!isfinite(x[k])) return HUGE_VAL; /* fmax would pass over a NaN */
        most = fmax(most, fabs((double)x[k] - want->value[k]));
        size = fmax(size, fabs(want->value[k]));
    }
    return most / size;
}

static void check_combine(const golden *g, const tiny_graph *t, const char *prefix,
                          regatta_combine combine)
{
    const double *s = find(g, "", "shape")->value;
    const golden_part *want_dy = find(g, "", "dy");
    const rg_shape shape = {.attention = (regatta_attention)s[5],
                            .combine = combine,
                            .dim = (int64_t)s[2],
                            .heads = (int)s[3],
                            .layers = (int)s[4]};
    tiny_network n = tiny_network_make(t, shape, 1, 1.0, 1);
    for (int i = 0; i < n.params->n_entries; i++) {
        const golden_part *p = find(g, "", n.params->entry[i].name);
        if (p == NULL) continue; /* bias: the network does not read it */
        for (int k = 0; k < p->n; k++)
            n.params->arena[n.params->entry[i].first + k] = (float)p->value[k];
    }
    float *dy = calloc((size_t)want_dy->n, sizeof *dy);
    for (int k = 0; k < want_dy->n; k++) dy[k] = (float)want_dy->value[k];
    rg_network_forward(n.net, n.params, 2);
    tiny_network_backward(&n, dy, 2);
    CU_ASSERT(distance(n.net->y, find(g, prefix, "y")) < 1e-5);
    int compared = 0;
    for (int i = 0; i < n.grad->n_entries; i++) {
        char name[48];
        snprintf(name, sizeof name, "d_%s", n.grad->entry[i].name);
        const golden_part *want = find(g, prefix, name);
        if (want == NULL) continue;
        CU_ASSERT(distance(n.grad->arena + n.grad->entry[i].first, want) < 1e-4);
        compared++;
    }
    CU_ASSERT_EQUAL(compared, n.grad->n_entries - 1);
    free(dy);
    tiny_network_free(&n);
}

static void check_kind(const char *kind)
{
    golden *g = read_golden(kind);
    tiny_graph *t = graph_of(g);
    check_combine(g, t, "mean.", REGATTA_COMBINE_MEAN);
    check_combine(g, t, "all.", REGATTA_COMBINE_ALL);
    check_combine(g, t, "last.", REGATTA_COMBINE_LAST);
    tiny_free(t);
    free_golden(g);
}

static void test_golden__none(void)
{
    check_kind("none");
}

static void test_golden__cosine(void)
{
    check_kind("cosine");
}

static void test_golden__dot(void)
{
    check_kind("dot");
}

static void test_golden__scaled_dot(void)
{
    check_kind("scaled-dot");
}

static void test_golden__gat(void)
{
    check_kind("gat");
}

static void test_golden__gatv2(void)
{
    check_kind("gatv2");
}

static const test_case cases[] = {
    {"none", test_golden__none}, {"cosine", test_golden__cosine},
    {"dot", test_golden__dot},   {"scaled_dot", test_golden__scaled_dot},
    {"gat", test_golden__gat},   {"gatv2", test_golden__gatv2},
};

int main(void)
{
    return TEST_MAIN("golden", cases);
}
