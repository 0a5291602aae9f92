/* Outputs and gradients against tests/golden, made by PyTorch (make_golden.py). */
#include "support/golden.h"
#include "support/suite.h"
#include "support/tiny_network.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static tiny_graph *graph_of(const golden *g)
{
    const double *shape = golden_find(g, "", "shape")->value;
    const golden_part *edges = golden_find(g, "", "edges");
    const golden_part *item_edges = golden_find(g, "", "item_edges");
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

static void check_combine(const golden *g, const tiny_graph *t, const char *prefix,
                          regatta_combine combine)
{
    const double *s = golden_find(g, "", "shape")->value;
    const golden_part *want_dy = golden_find(g, "", "dy");
    const golden_part *form = golden_find(g, "", "form"); /* of levels and dynamic */
    const rg_shape shape = {.attention = (regatta_attention)s[5],
                            .n_groups = form != NULL ? (int64_t)form->value[0] : 0,
                            .dynamic = form != NULL ? (int)form->value[1] : 0,
                            .combine = combine,
                            .dim = (int64_t)s[2],
                            .heads = (int)s[3],
                            .layers = (int)s[4]};
    tiny_network n = tiny_network_make(t, shape, 1, 1.0, 1);
    for (int i = 0; i < n.params->n_entries; i++) {
        const golden_part *p = golden_find(g, "", n.params->entry[i].name);
        if (p == NULL) continue; /* bias: the network does not read it */
        for (int k = 0; k < p->n; k++)
            n.params->arena[n.params->entry[i].first + k] = (float)p->value[k];
    }
    float *dy = calloc((size_t)want_dy->n, sizeof *dy);
    for (int k = 0; k < want_dy->n; k++) dy[k] = (float)want_dy->value[k];
    rg_network_forward(n.net, n.params, 2);
    tiny_network_backward(&n, dy, 2);
    CU_ASSERT(golden_distance(n.net->y, golden_find(g, prefix, "y")) < 1e-5);
    int compared = 0;
    for (int i = 0; i < n.grad->n_entries; i++) {
        char name[48];
        snprintf(name, sizeof name, "d_%s", n.grad->entry[i].name);
        const golden_part *want = golden_find(g, prefix, name);
        if (want == NULL) continue;
        CU_ASSERT(golden_distance(n.grad->arena + n.grad->entry[i].first, want) < 1e-4);
        compared++;
    }
    CU_ASSERT_EQUAL(compared, n.grad->n_entries - 1);
    free(dy);
    tiny_network_free(&n);
}

static void check_kind(const char *kind)
{
    golden *g = golden_read(kind);
    tiny_graph *t = graph_of(g);
    check_combine(g, t, "mean.", REGATTA_COMBINE_MEAN);
    check_combine(g, t, "all.", REGATTA_COMBINE_ALL);
    check_combine(g, t, "last.", REGATTA_COMBINE_LAST);
    tiny_free(t);
    golden_free(g);
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

static void test_golden__levels(void)
{
    check_kind("levels");
    check_kind("levels_none");
}

static void test_golden__dynamic(void)
{
    check_kind("dynamic");
    check_kind("dynamic_none");
    check_kind("dynamic_levels");
}

static const test_case cases[] = {
    {"none", test_golden__none},     {"cosine", test_golden__cosine},
    {"dot", test_golden__dot},       {"scaled_dot", test_golden__scaled_dot},
    {"gat", test_golden__gat},       {"gatv2", test_golden__gatv2},
    {"levels", test_golden__levels}, {"dynamic", test_golden__dynamic},
};

int test_golden(void)
{
    return TEST_MAIN("golden", cases);
}
