#include "support/planted_graph.h"
#include "base/rng.h"
#include "support/suite.h"

regatta_ctx *test_context(uint32_t threads)
{
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = threads;
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    return ctx;
}

static regatta_status build(regatta_ctx *ctx, regatta_graph **out, rg_edges *edges,
                            uint32_t n_users, uint32_t n_items)
{
    regatta_status status = REGATTA_OK;
    rg_idmap_free(edges->users);
    rg_idmap_free(edges->items);
    edges->users = edges->items = NULL;
    RG_TRY(rg_idmap_numbers(ctx, &edges->users, n_users));
    RG_TRY(rg_idmap_numbers(ctx, &edges->items, n_items));
    RG_TRY(rg_bipartite_build(ctx, out, edges, REGATTA_DEDUP_MAX, NULL));
done:
    return status;
}

regatta_status graph_of_pairs(regatta_ctx *ctx, regatta_graph **out, uint32_t n_users,
                              uint32_t n_items, int n, const int (*pair)[2])
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_edges *edges = NULL;
    RG_TRY(rg_edges_create(ctx, &edges, 0, 0));
    for (int e = 0; e < n; e++)
        RG_TRY(rg_edges_add(ctx, edges, (uint32_t)pair[e][0], (uint32_t)pair[e][1], 1.0f,
                            0));
    RG_TRY(build(ctx, out, edges, n_users, n_items));
done:
    rg_edges_free(edges);
    return status;
}

static uint32_t draw_item(const planted *p, uint32_t user, uint64_t at)
{
    const uint64_t key = 3 * ((uint64_t)user * p->per_user + at);
    const uint32_t any =
        (uint32_t)rg_random_below(p->seed, RG_STREAM_TEST, key, p->n_items);
    if (rg_random_unit(p->seed, RG_STREAM_TEST, key + 1) < 0.1) return any;
    const uint32_t own = any - any % p->communities + user % p->communities;
    return own < p->n_items ? own : user % p->communities;
}

regatta_status planted_graph(regatta_ctx *ctx, regatta_graph **out, const planted *p)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_edges *edges = NULL;
    RG_TRY(rg_edges_create(ctx, &edges, p->with_weight, 0));
    for (uint32_t u = 0; u < p->n_users; u++)
        for (uint64_t k = 0; k < p->per_user; k++)
            RG_TRY(rg_edges_add(ctx, edges, u, draw_item(p, u, k),
                                (float)(1 + (u + k) % 5), 0));
    RG_TRY(build(ctx, out, edges, p->n_users, p->n_items));
done:
    rg_edges_free(edges);
    return status;
}
