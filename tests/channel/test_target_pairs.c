#include "channel/fit/target/target_pairs.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>

enum { USERS = 3, ITEMS = 4 };

/* Users 0 and 1 have items 0 and 1, user 2 has item 0; item 0 points to 2 with weight 2
 * and to 3 with -0.5, item 1 to 2 with 1. */
typedef struct world {
    regatta_ctx *ctx;
    regatta_model *model;
    rg_csr *weights;
    rg_target_source source;
    rg_reweight_samples labels;
} world;

static const float HISTORY[] = {1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0};
static const float WEIGHT[] = {0, 0, 2, -0.5f, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
static const float CANDIDATE[] = {1, 1, 10, 100}, LIMIT[] = {1, 0, 0, 0};
static const float Q[] = {0, 1, 2, 3};
static const int64_t OFFSET[] = {0, 2, 4, 6};
static const uint32_t ITEM[] = {2, 3, 2, 3, 2, 3}, USER[] = {0, 1, 2};
static const float KNOWN[] = {1, 2, 3, 4, 5, 6};
static const uint8_t LABEL[] = {1, 0, 0, 0, 0, 1}; /* user 1 has no positive one */

static world world_make(void)
{
    world w = {.ctx = context_of(2)};
    const channel_parts p = {.n_users = USERS,
                             .n_items = ITEMS,
                             .history = HISTORY,
                             .items = WEIGHT,
                             .scale = CANDIDATE};
    w.model = channel_model(w.ctx, &p);
    w.weights = dense_rows(w.ctx, WEIGHT, ITEMS, ITEMS, 1);
    w.source = (rg_target_source){.weights = w.weights,
                                  .candidate = CANDIDATE,
                                  .limit = LIMIT,
                                  .q = Q,
                                  .width = 1,
                                  .ordered = 1,
                                  .typical = 2.0f,
                                  .base = w.model,
                                  .seed = 1};
    w.labels = (rg_reweight_samples){.n_users = USERS,
                                     .offset = OFFSET,
                                     .item = ITEM,
                                     .known = KNOWN,
                                     .label = LABEL,
                                     .user = USER};
    return w;
}

static void world_free(world *w)
{
    rg_csr_free(w->weights);
    regatta_model_free(w->model);
    regatta_ctx_free(w->ctx);
}

static void test_target_pairs__hand(void)
{
    world w = world_make();
    rg_target_pairs *p = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_target_pairs_create(w.ctx, &p, &w.source, &w.labels),
                          REGATTA_OK);
    const rg_target_samples *s = &p->samples;
    CU_ASSERT_EQUAL_FATAL(s->n_users, 2);
    CU_ASSERT_EQUAL(p->user[0], 0);
    CU_ASSERT_EQUAL(p->user[1], 2);
    CU_ASSERT_EQUAL(s->offset[2], 4);
    CU_ASSERT_EQUAL(s->known[2], 5.0f);
    CU_ASSERT_EQUAL(s->label[3], 1);
    CU_ASSERT_EQUAL(s->own[1], 2); /* items 0 and 1 */
    CU_ASSERT_EQUAL(s->own[2], 3); /* item 0 */
    CU_ASSERT_EQUAL(s->first[3], 3);
    CU_ASSERT_EQUAL(s->pair[0].sample, 0);
    CU_ASSERT_EQUAL(s->pair[0].part, 20.0f);
    CU_ASSERT_EQUAL(s->pair[0].share, 0.5f);
    CU_ASSERT_EQUAL(s->pair[1].part, 10.0f);
    CU_ASSERT_EQUAL(s->rest[0], 0.0f);
    CU_ASSERT_EQUAL(s->rest[1], -50.0f); /* below the limit of item 0 */
    CU_ASSERT_EQUAL(*s->own_item[1].q, 1.0f);
    /* Places log 2, 0, 0 (the order is that of the items), scaled; ages are not known. */
    const double mean = log(2.0) / 3.0;
    const double deviation = sqrt(2.0 * mean * mean);
    CU_ASSERT_DOUBLE_EQUAL(p->scale[RG_TARGET_PLACE_MEAN], mean, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(s->own_item[0].place, (log(2.0) - mean) / deviation, 1e-5);
    CU_ASSERT_DOUBLE_EQUAL(s->own_item[2].place, -mean / deviation, 1e-5);
    CU_ASSERT_EQUAL(p->scale[RG_TARGET_AGE_INVERSE], 0.0f);
    CU_ASSERT_EQUAL(s->own_item[0].age, 0.0f);
    rg_target_pairs_free(p);
    world_free(&w);
}

/* Data without order have no places; no label, no users. */
static void test_target_pairs__unordered(void)
{
    static const uint8_t none[6] = {0};
    world w = world_make();
    rg_target_pairs *p = NULL;
    w.source.ordered = 0;
    CU_ASSERT_EQUAL_FATAL(rg_target_pairs_create(w.ctx, &p, &w.source, &w.labels),
                          REGATTA_OK);
    for (int k = 0; k < 3; k++) CU_ASSERT_EQUAL(p->samples.own_item[k].place, 0.0f);
    rg_target_pairs_free(p);
    w.labels.label = none;
    CU_ASSERT_EQUAL_FATAL(rg_target_pairs_create(w.ctx, &p, &w.source, &w.labels),
                          REGATTA_OK);
    CU_ASSERT_EQUAL(p->samples.n_users, 0);
    rg_target_pairs_free(p);
    world_free(&w);
}

static regatta_status attempt(regatta_ctx *ctx, void *state)
{
    const world *w = state;
    rg_target_pairs *p = NULL;
    const regatta_status status = rg_target_pairs_create(ctx, &p, &w->source, &w->labels);
    CU_ASSERT_EQUAL(p == NULL, status != REGATTA_OK);
    rg_target_pairs_free(p);
    return rg_end(ctx, status);
}

static void test_target_pairs__memory(void)
{
    world w = world_make();
    fault_sweep_memory(attempt, &w);
    world_free(&w);
}

int test_target_pairs(void)
{
    static const test_case cases[] = {
        {"hand", test_target_pairs__hand},
        {"unordered", test_target_pairs__unordered},
        {"memory", test_target_pairs__memory},
    };
    return TEST_MAIN("target_pairs", cases);
}
