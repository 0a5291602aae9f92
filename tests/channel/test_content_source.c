/* Sources of content that share no ids: what their weight does to the learned matrix. */
#include "channel/fit/content/content_part.h"
#include "graph/bipartite.h"
#include "support/fault.h"
#include "support/feature_table.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { USERS = 60, ITEMS = 40, GROUPS = 4 };

typedef struct world {
    regatta_graph *graph;
    rg_features *table;
} world;

static world open_world(regatta_ctx *ctx)
{
    const planted p = {.n_users = USERS,
                       .n_items = ITEMS,
                       .communities = GROUPS,
                       .per_user = 9,
                       .seed = 3};
    world w = {.graph = NULL};
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &w.graph, &p), REGATTA_OK);
    w.table = feature_table(ctx, "", ITEMS, GROUPS, 5);
    return w;
}

static void close_world(world *w)
{
    regatta_graph_free(w->graph);
    rg_features_free(w->table);
}

/* Learns a matrix with the target as its own source, at a weight; weight < 0: without. */
static regatta_status learn(regatta_ctx *ctx, float **out, int64_t *rank, const world *w,
                            float weight)
{
    regatta_status status = REGATTA_OK;
    rg_content_part *part = NULL;
    rg_content_weights weights = {.learned = 1.0f};
    const regatta_graph *g = w->graph;
    for (int m = 0; m < w->table->n_modalities; m++)
        weights.alpha[m] = weights.lambda[m] = 1.0f;
    *out = NULL;
    RG_TRY(rg_content_part_create(ctx, &part, w->table, g->items, 1));
    if (weight >= 0.0f)
        RG_TRY(rg_content_part_add_source(ctx, part, g->items, g->by_user));
    weights.source[0] = weight;
    *rank = part->rank;
    RG_NEW(ctx->mem, *out, part->rank * part->rank);
    RG_TRY(rg_content_part_learn(ctx, *out, part, &weights, g->by_user));
done:
    rg_content_part_free(part);
    return status;
}

/* The same interactions again say nothing new, as the ridge is a share of them; those of
 * weight 0 are not read. The coordinates of a source are those of the part. */
static void test_content_source__weights(void)
{
    regatta_ctx *ctx = test_context(2);
    world w = open_world(ctx);
    float *alone = NULL, *zero = NULL, *twice = NULL;
    int64_t rank = 0;
    CU_ASSERT_EQUAL_FATAL(learn(ctx, &alone, &rank, &w, -1.0f), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(learn(ctx, &zero, &rank, &w, 0.0f), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(learn(ctx, &twice, &rank, &w, 1.0f), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(alone, zero, (size_t)(rank * rank) * sizeof *alone), 0);
    double most = 0.0, largest = 0.0;
    for (int64_t k = 0; k < rank * rank; k++) {
        most = fmax(most, fabs((double)alone[k] - (double)twice[k]));
        largest = fmax(largest, fabs((double)alone[k]));
    }
    CU_ASSERT(largest > 0.0 && most < 1e-4 * largest);
    rg_free(ctx->mem, alone);
    rg_free(ctx->mem, zero);
    rg_free(ctx->mem, twice);
    close_world(&w);
    regatta_ctx_free(ctx);
}

/* Another domain changes the matrix. */
static void test_content_source__another_domain(void)
{
    regatta_ctx *ctx = test_context(1);
    world w = open_world(ctx);
    rg_content_part *part = NULL;
    rg_content_weights weights = {.learned = 1.0f};
    const planted p = {
        .n_users = 80, .n_items = ITEMS, .communities = 2, .per_user = 9, .seed = 8};
    regatta_graph *other = NULL;
    float *before = NULL, *after = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &other, &p), REGATTA_OK);
    for (int m = 0; m < w.table->n_modalities; m++)
        weights.alpha[m] = weights.lambda[m] = 1.0f;
    CU_ASSERT_EQUAL_FATAL(rg_content_part_create(ctx, &part, w.table, w.graph->items, 1),
                          REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(
        rg_content_part_add_source(ctx, part, other->items, other->by_user), REGATTA_OK);
    const size_t bytes = (size_t)(part->rank * part->rank) * sizeof *before;
    before = malloc(bytes);
    after = malloc(bytes);
    CU_ASSERT_EQUAL(rg_content_part_learn(ctx, before, part, &weights, w.graph->by_user),
                    REGATTA_OK);
    weights.source[0] = 0.5f;
    CU_ASSERT_EQUAL(rg_content_part_learn(ctx, after, part, &weights, w.graph->by_user),
                    REGATTA_OK);
    CU_ASSERT_NOT_EQUAL(memcmp(before, after, bytes), 0);
    CU_ASSERT(!rg_graph_is_apart(w.graph, other)); /* planted ids are the same */
    free(before);
    free(after);
    rg_content_part_free(part);
    regatta_graph_free(other);
    close_world(&w);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    float *learned = NULL;
    int64_t rank = 0;
    rg_begin(ctx);
    const regatta_status status = rg_end(ctx, learn(ctx, &learned, &rank, arg, 1.0f));
    rg_free(ctx->mem, learned);
    return status;
}

static void test_content_source__no_memory(void)
{
    regatta_ctx *ctx = test_context(1);
    world w = open_world(ctx);
    fault_sweep_memory(attempt, &w);
    close_world(&w);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"weights", test_content_source__weights},
    {"another domain", test_content_source__another_domain},
    {"no memory", test_content_source__no_memory},
};

int test_content_source(void)
{
    return TEST_MAIN("content_source", cases);
}
