#include "base/bf16.h"
#include "base/rng.h"
#include "channel/channel_items.h"
#include "model/communities/reach_blocks.h"
#include "rank/candidates_graph.h"
#include "support/channel_model.h"
#include "support/fault.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/candidates.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 600 };

/* A walk for all of MANY items; with a share above 0, communities first. Answers that are
 * seen are left out unless keep_seen. */
typedef struct asked {
    int64_t n;
    const uint32_t *allow;
    int keep_seen;
    double share;
} asked;

static int64_t walk_of(regatta_ctx *ctx, const regatta_model *m, const rg_history *h,
                       const asked *a, uint32_t *items, float *scores, int64_t *reads)
{
    rg_walk_plan plan = {.share = a->share};
    rg_walk *walks = NULL;
    CU_ASSERT_EQUAL(rg_candidates_reach(ctx, &plan.reach, m), REGATTA_OK);
    if (a->share > 0.0)
        CU_ASSERT_EQUAL(rg_candidates_blocks(ctx, &plan.blocks, m), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_walks_create(ctx, &walks, m, &plan, h->n, 2), REGATTA_OK);
    const int64_t n_skip = a->keep_seen ? 0 : h->n;
    const int64_t found = rg_walk_best(rg_walk_at(walks, 1), items, scores, reads, a->n,
                                       m, &plan, h, a->allow, h->item, n_skip);
    /* the table is empty again: a second walk is the same */
    uint32_t again[MANY];
    float number[MANY];
    int64_t read[REGATTA_N_READS];
    CU_ASSERT_EQUAL(rg_walk_best(rg_walk_at(walks, 1), again, number, read, a->n, m,
                                 &plan, h, a->allow, h->item, n_skip),
                    found);
    CU_ASSERT_EQUAL(memcmp(read, reads, sizeof read), 0);
    CU_ASSERT_EQUAL(memcmp(again, items, (size_t)found * sizeof *items), 0);
    CU_ASSERT_EQUAL(memcmp(number, scores, (size_t)found * sizeof *scores), 0);
    rg_walks_free(ctx, walks, 2);
    return found;
}

static int64_t walk(regatta_ctx *ctx, const regatta_model *m, const rg_history *h,
                    int64_t n, const uint32_t *allow, int keep_seen, uint32_t *items,
                    float *scores)
{
    int64_t reads[REGATTA_N_READS];
    const asked a = {.n = n, .allow = allow, .keep_seen = keep_seen};
    const int64_t found = walk_of(ctx, m, h, &a, items, scores, reads);
    CU_ASSERT_EQUAL(reads[REGATTA_READ_ENTRIES], reads[REGATTA_READ_WHOLE]);
    CU_ASSERT_EQUAL(reads[REGATTA_READ_BLOCKS], 0);
    return found;
}

/* History 0, 1. To 2: 2 * 0.5 + 1, twice for its scale; to 3: 0.5 - 1, not above 0. */
static void test_walk__by_hand(void)
{
    const float history[] = {2, 1, 0, 0, 0}, scale[] = {1, 1, 2, 1, 1},
                w[] = {0, 0.25f, 0.5f, 0.25f, 0, 0, 0, 1, -1, 2, 0, 0, 0,
                       0, 0,     0,    0,     0, 0, 0, 0, 0,  0, 0, 0};
    const channel_parts p = {.n_users = 1,
                             .n_items = 5,
                             .history = history,
                             .weighted = 1,
                             .items = w,
                             .scale = scale};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = channel_model(ctx, &p);
    const rg_history h = history_of(m, 0);
    uint32_t items[5];
    float scores[5];
    CU_ASSERT_EQUAL(walk(ctx, m, &h, 5, NULL, 0, items, scores), 2);
    CU_ASSERT_EQUAL(items[0], 2);
    CU_ASSERT_EQUAL(scores[0], 4.0f);
    CU_ASSERT_EQUAL(items[1], 4);
    CU_ASSERT_EQUAL(scores[1], 2.0f);
    CU_ASSERT_EQUAL(walk(ctx, m, &h, 5, NULL, 1, items, scores), 3);
    CU_ASSERT_EQUAL(items[2], 1); /* seen, with 2 * 0.25 */
    CU_ASSERT_EQUAL(walk(ctx, m, &h, 1, NULL, 0, items, scores), 1);
    const uint32_t allow = 1u << 4 | 1u << 3;
    CU_ASSERT_EQUAL(walk(ctx, m, &h, 1, &allow, 0, items, scores), 1);
    CU_ASSERT_EQUAL(items[0], 4); /* before the cut */
    const rg_history nothing = {.user = REGATTA_NONE};
    CU_ASSERT_EQUAL(walk(ctx, m, &nothing, 5, NULL, 0, items, scores), 0);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

typedef struct ranked {
    float score;
    uint32_t item;
} ranked;

static int by_score(const void *left, const void *right)
{
    const ranked *a = left, *b = right;
    if (a->score != b->score) return a->score > b->score ? -1 : 1;
    return a->item < b->item ? -1 : 1;
}

static int by_number(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* A model of MANY items: sparse weights with a few full rows, one user with everything.
 */
static regatta_model *many(regatta_ctx *ctx, float *history)
{
    float *w = calloc((size_t)MANY * MANY, sizeof *w), scale[MANY];
    CU_ASSERT_PTR_NOT_NULL_FATAL(w);
    sparse_normal(w, (int64_t)MANY * MANY, 0.1, 3);
    sparse_normal(w + 7 * MANY, 3 * MANY, 1.1, 4);
    for (int j = 0; j < MANY; j++) scale[j] = 1.0f + 0.1f * (float)(j % 5);
    const channel_parts p = {
        .n_users = 3, .n_items = MANY, .history = history, .items = w, .scale = scale};
    regatta_model *m = channel_model(ctx, &p);
    free(w);
    return m;
}

/* Rows that fit and short histories: the numbers of the item channel, bit by bit. */
static void test_walk__is_the_item_channel(void)
{
    float history[3 * MANY] = {0}, row[MANY], scores[MANY];
    uint32_t items[MANY];
    for (int j = 20; j < 60; j += 2) history[j] = 1.0f;
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = many(ctx, history);
    const rg_history h = history_of(m, 0);
    channel_row(row, NULL, NULL, m, "items", &h);
    ranked all[MANY];
    int64_t n = 0;
    for (uint32_t j = 0; j < MANY; j++)
        if (row[j] > 0.0f && history[j] == 0.0f) all[n++] = (ranked){row[j], j};
    qsort(all, (size_t)n, sizeof *all, by_score);
    CU_ASSERT(n > 100);
    CU_ASSERT_EQUAL(walk(ctx, m, &h, MANY, NULL, 0, items, scores), n);
    for (int64_t k = 0; k < n; k++) {
        CU_ASSERT_EQUAL(items[k], all[k].item);
        CU_ASSERT_EQUAL(scores[k], all[k].score);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* A full row leads to its RG_REACH_TARGETS largest |w scale| and nowhere else. */
static void test_walk__of_a_hub_is_cut(void)
{
    float history[3 * MANY] = {0}, scores[MANY];
    uint32_t items[MANY];
    history[8] = 1.0f;
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = many(ctx, history);
    const rg_history h = history_of(m, 0);
    const rg_weights *w = &items_of(m)->rows;
    ranked all[MANY];
    const int64_t length = w->offset[9] - w->offset[8];
    CU_ASSERT_FATAL(length > RG_REACH_TARGETS);
    for (int64_t e = 0; e < length; e++) {
        const uint32_t j = w->target[w->offset[8] + e];
        const float x = rg_from_bf16(w->value[w->offset[8] + e]) * items_of(m)->scale[j];
        all[e] = (ranked){fabsf(x), j};
    }
    qsort(all, (size_t)length, sizeof *all, by_score);
    const int64_t n = walk(ctx, m, &h, MANY, NULL, 1, items, scores);
    CU_ASSERT(n > 50 && n <= RG_REACH_TARGETS);
    int64_t at = 0;
    for (int64_t k = 0; k < n; k++) {
        while (at < RG_REACH_TARGETS && all[at].item != items[k]) at++;
        CU_ASSERT_FATAL(at < RG_REACH_TARGETS); /* what is skipped is below 0 */
        CU_ASSERT_EQUAL(scores[k], all[at].score);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Of MANY items in a history those are walked from that fewest users have. */
static void test_walk__of_a_long_history_is_cut(void)
{
    float history[3 * MANY], row[MANY], scores[MANY];
    uint32_t items[MANY], chosen[RG_WALK_ITEMS];
    int n = 0;
    for (int j = 0; j < MANY; j++) {
        history[j] = 1.0f;
        history[MANY + j] = (float)(j % 3 > 0);
        history[2 * MANY + j] = (float)(j % 3 > 1);
    }
    /* 183 of those that one user has are left when items 7 to 57 are made popular; the
     * rest are the first that two users have. */
    for (uint32_t j = 0; j < MANY && n < RG_WALK_ITEMS; j += 3)
        if (j < 7 || j > 57) chosen[n++] = j;
    CU_ASSERT_FATAL(n < RG_WALK_ITEMS);
    for (uint32_t j = 1; j < MANY && n < RG_WALK_ITEMS; j += 3)
        if (j < 7 || j > 57) chosen[n++] = j;
    CU_ASSERT_EQUAL_FATAL(n, RG_WALK_ITEMS);
    qsort(chosen, RG_WALK_ITEMS, sizeof *chosen, by_number);
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = many(ctx, history);
    const rg_history h = history_of(m, 0),
                     cut = {.user = REGATTA_NONE, .item = chosen, .n = RG_WALK_ITEMS};
    for (uint32_t j = 7; j < 58; j++) m->item_count[j] = 1000;
    const int64_t found = walk(ctx, m, &h, MANY, NULL, 1, items, scores);
    channel_row(row, NULL, NULL, m, "items", &cut);
    CU_ASSERT(found > 100);
    for (int64_t k = 0; k < found; k++) CU_ASSERT_EQUAL(scores[k], row[items[k]]);
    int64_t positive = 0;
    for (int j = 0; j < MANY; j++) positive += row[j] > 0.0f;
    CU_ASSERT_EQUAL(found, positive);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* History 0, 1 of the same weight. The sums above 0: community 0 (items 0, 1, 4) has 1,
 * community 2 (item 5) nothing, community 1 (items 2, 3) has 5. */
static void test_walk__reads_the_best_community_first(void)
{
    const float history[] = {1, 1, 0, 0, 0, 0}, scale[] = {1, 1, 1, 1, 1, 1},
                w[36] = {[2] = 1, [3] = 2, [4] = 1, [6 + 2] = 2, [6 + 5] = -8};
    const uint32_t community[] = {0, 0, 1, 1, 0, 2};
    const channel_parts p = {
        .n_users = 1, .n_items = 6, .history = history, .items = w, .scale = scale};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = channel_model(ctx, &p);
    const rg_history h = history_of(m, 0);
    uint32_t items[6];
    float scores[6];
    int64_t reads[REGATTA_N_READS];
    m->community = community;
    m->n_communities = 3;
    /* Of 5 entries: all 3 of community 1; 2 of them, of row 0 the larger; then community
     * 0 too. */
    asked a = {.n = 6, .share = 0.6};
    CU_ASSERT_EQUAL(walk_of(ctx, m, &h, &a, items, scores, reads), 2);
    CU_ASSERT_EQUAL(items[0], 2);
    CU_ASSERT_EQUAL(scores[0], 3.0f);
    CU_ASSERT_EQUAL(items[1], 3);
    CU_ASSERT_EQUAL(scores[1], 2.0f);
    CU_ASSERT_EQUAL(reads[REGATTA_READ_ENTRIES], 3);
    CU_ASSERT_EQUAL(reads[REGATTA_READ_BLOCKS], 4);
    CU_ASSERT_EQUAL(reads[REGATTA_READ_WHOLE], 5);
    a.share = 0.4;
    CU_ASSERT_EQUAL(walk_of(ctx, m, &h, &a, items, scores, reads), 2);
    CU_ASSERT_EQUAL(reads[REGATTA_READ_ENTRIES], 2);
    CU_ASSERT_EQUAL(items[0], 2);
    CU_ASSERT_EQUAL(scores[0], 2.0f); /* of row 1 alone */
    CU_ASSERT_EQUAL(items[1], 3);
    a.share = 0.8;
    CU_ASSERT_EQUAL(walk_of(ctx, m, &h, &a, items, scores, reads), 3);
    CU_ASSERT_EQUAL(reads[REGATTA_READ_ENTRIES], 4);
    CU_ASSERT_EQUAL(items[2], 4);
    m->community = NULL;
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* A share of 1 is the whole walk, bit by bit; a lower one reads exactly so much. */
static void test_walk__reads_the_share(void)
{
    static const double share[] = {0.001, 0.1, 0.25, 0.5, 0.9, 1.0};
    float history[3 * MANY] = {0}, scores[MANY], whole_scores[MANY];
    uint32_t items[MANY], whole[MANY], community[MANY];
    int64_t reads[REGATTA_N_READS];
    for (int j = 0; j < 60; j += 2) history[j] = 1.0f;
    for (uint32_t j = 0; j < MANY; j++) community[j] = j * 7 % 13;
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = many(ctx, history);
    const rg_history h = history_of(m, 0);
    m->community = community;
    m->n_communities = 13;
    const int64_t n_whole = walk(ctx, m, &h, MANY, NULL, 0, whole, whole_scores);
    for (int k = 0; k < 6; k++) {
        const asked a = {.n = MANY, .share = share[k]};
        const int64_t n = walk_of(ctx, m, &h, &a, items, scores, reads);
        const double most = ceil(share[k] * (double)reads[REGATTA_READ_WHOLE]);
        CU_ASSERT_EQUAL(reads[REGATTA_READ_ENTRIES], (int64_t)most);
        CU_ASSERT(reads[REGATTA_READ_BLOCKS] > 0 &&
                  reads[REGATTA_READ_BLOCKS] <= 13 * h.n);
        CU_ASSERT(n > 0 && n <= MANY);
        if (share[k] < 1.0) continue;
        CU_ASSERT_EQUAL_FATAL(n, n_whole);
        CU_ASSERT_EQUAL(memcmp(items, whole, (size_t)n * sizeof *items), 0);
        CU_ASSERT_EQUAL(memcmp(scores, whole_scores, (size_t)n * sizeof *scores), 0);
    }
    m->community = NULL;
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static regatta_status reach_once(regatta_ctx *ctx, void *arg)
{
    regatta_status status = REGATTA_OK;
    rg_walk_plan plan = {.share = 0.5};
    rg_walk *walks = NULL;
    regatta_model *m = arg;
    const rg_mem own = m->mem;
    rg_candidates_tables *before = m->candidates, *fresh = NULL;
    RG_TRY(rg_candidates_tables_create(ctx->mem, &fresh));
    m->candidates = fresh;
    m->mem = ctx->mem; /* what is made on first need comes from there */
    RG_TRY(rg_candidates_reach(ctx, &plan.reach, m));
    RG_TRY(rg_candidates_blocks(ctx, &plan.blocks, m));
    RG_TRY(rg_walks_create(ctx, &walks, m, &plan, 3, 2));
done:
    m->mem = own;
    m->candidates = before;
    rg_candidates_tables_free(fresh);
    rg_walks_free(ctx, walks, 2);
    return rg_end(ctx, status);
}

static void test_walk__every_allocation_may_fail(void)
{
    float history[3 * MANY] = {1};
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = many(ctx, history);
    const uint32_t community[MANY] = {0, 1, 2};
    m->community = community;
    m->n_communities = 3;
    fault_sweep_memory(reach_once, m);
    m->community = NULL;
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

int test_candidates_graph(void)
{
    static const test_case cases[] = {
        {"by hand", test_walk__by_hand},
        {"item channel", test_walk__is_the_item_channel},
        {"hub", test_walk__of_a_hub_is_cut},
        {"long history", test_walk__of_a_long_history_is_cut},
        {"communities by hand", test_walk__reads_the_best_community_first},
        {"share", test_walk__reads_the_share},
        {"allocations", test_walk__every_allocation_may_fail},
    };
    return TEST_MAIN("candidates_graph", cases);
}
