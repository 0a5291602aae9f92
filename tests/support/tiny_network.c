#include "support/tiny_network.h"
#include "base/rng.h"
#include "gat/attention/dynamic.h"
#include <CUnit/CUnit.h>
#include <stdlib.h>

static regatta_ctx *one_thread(void)
{
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = 1;
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    return ctx;
}

/* Degrees, and ages that differ, in place of those of a graph with times. */
static void fill_dynamic(tiny_network *n, int dynamic)
{
    rg_adjacency *adj = n->adj;
    if (dynamic == 0) return;
    adj->log_degree = rg_alloc(adj->mem, adj->n_nodes, sizeof *adj->log_degree);
    for (int64_t v = 0; v < adj->n_nodes; v++)
        adj->log_degree[v] = rg_log_degree(adj->degree[v]);
    if (dynamic < 2) return;
    adj->log_age = rg_alloc(adj->mem, adj->n_edges, sizeof *adj->log_age);
    for (int64_t e = 0; e < adj->n_edges; e++)
        adj->log_age[e] = rg_log_age(e % 5 * 86400);
}

tiny_network tiny_network_make(const tiny_graph *t, rg_shape shape, int with_items,
                               double deviation, uint64_t seed)
{
    tiny_network n = {.ctx = one_thread()};
    shape.n_users = t->by_user.n_rows;
    shape.n_items = t->by_user.n_cols;
    CU_ASSERT_EQUAL_FATAL(rg_adjacency_build(n.ctx, &n.adj, &t->graph, t->weight,
                                             with_items ? &t->item_graph : NULL),
                          REGATTA_OK);
    fill_dynamic(&n, shape.dynamic);
    CU_ASSERT_EQUAL_FATAL(rg_params_create(n.ctx, &n.params, &shape), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_params_create(n.ctx, &n.grad, &shape), REGATTA_OK);
    n.group = calloc((size_t)shape.n_items + 1, sizeof *n.group);
    for (int64_t i = 0; i < shape.n_items && shape.n_groups > 0; i++)
        n.group[i] = (uint32_t)(i % shape.n_groups);
    CU_ASSERT_EQUAL_FATAL(rg_network_create(n.ctx, &n.net, &shape, n.adj, n.group, 1),
                          REGATTA_OK);
    for (int i = 0; i < n.params->n_entries; i++) {
        const rg_param_entry *entry = &n.params->entry[i];
        const double size = entry->group == RG_PARAM_VECTORS ? 0.5 : deviation;
        for (int64_t k = entry->first; k < entry->first + entry->rows * entry->cols; k++)
            n.params->arena[k] =
                (float)(size * rg_random_normal(seed, RG_STREAM_TEST, (uint64_t)k));
    }
    return n;
}

int64_t tiny_active_rows(uint8_t *active, const float *g, int64_t n, int64_t dim)
{
    int64_t count = 0;
    for (int64_t v = 0; v < n; v++) {
        active[v] = 0;
        for (int64_t k = 0; k < dim; k++) active[v] |= g[v * dim + k] != 0.0f;
        count += active[v];
    }
    return count;
}

void tiny_network_backward(tiny_network *n, float *dy, int threads)
{
    uint8_t *active = calloc((size_t)n->adj->n_nodes, 1);
    tiny_active_rows(active, dy, n->adj->n_nodes, n->params->shape.dim);
    rg_network_backward(n->net, n->grad, n->params, dy, active, threads);
    free(active);
}

void tiny_network_free(tiny_network *n)
{
    rg_network_free(n->net);
    rg_params_free(n->params);
    rg_params_free(n->grad);
    rg_adjacency_free(n->adj);
    free(n->group);
    regatta_ctx_free(n->ctx);
}
