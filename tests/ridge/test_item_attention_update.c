/* Item attention after rows gained items: the targets that are solved, and their
 * weights. */
#include "ridge/item_attention.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

enum { USERS = 60, ITEMS = 50, CLUSTERS = 5, EACH = ITEMS / CLUSTERS };

/* Users like items of their cluster, u % CLUSTERS, so that most targets have nothing to
 * do with the users of another one. The users below n_more have an item more, n_new items
 * come last. */
static rg_csr *rows_of(regatta_ctx *ctx, int n_more, int n_new)
{
    static float dense[USERS * (ITEMS + 4)];
    const int n_items = ITEMS + n_new;
    memset(dense, 0, sizeof dense);
    for (int u = 0; u < USERS; u++)
        for (int k = 0; k < 5; k++) {
            const int item = u % CLUSTERS * EACH + (u / CLUSTERS * 3 + k * k) % EACH;
            dense[u * n_items + item] = 1.0f;
        }
    for (int k = 0; k < n_more; k++)
        dense[k * CLUSTERS * n_items + (n_new > 0 ? ITEMS + k % n_new : 6 + k % 4)] =
            1.0f;
    return dense_rows(ctx, dense, USERS, n_items, 0);
}

static rg_item_attention_options options(void)
{
    rg_item_attention_options o = rg_item_attention_defaults();
    o.neighbours = 6;
    return o;
}

/* Only the first cluster is solved, and all weights are those of a build on all rows with
 * the same mean of the diagonal. */
static void test_item_attention_update__solves_what_changed(void)
{
    regatta_ctx *ctx = context_of(2);
    for (int n_new = 0; n_new <= 2; n_new++) {
        rg_csr *old = rows_of(ctx, 0, 0), *now = rows_of(ctx, 3, n_new);
        rg_item_attention *before = NULL, *after = NULL, *whole = NULL;
        rg_item_attention_options o = options();
        uint8_t changed[USERS] = {0};
        int64_t n_solved = 0;
        for (int k = 0; k < 3; k++) changed[k * CLUSTERS] = 1;
        CU_ASSERT_EQUAL_FATAL(rg_item_attention_build(ctx, &before, old, &o), REGATTA_OK);
        CU_ASSERT(before->mean_self > 0.0);
        o.mean_self = before->mean_self;
        const rg_attention_old from = {before->by_target, changed};
        CU_ASSERT_EQUAL_FATAL(
            rg_item_attention_update(ctx, &after, now, &o, &from, &n_solved), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(rg_item_attention_build(ctx, &whole, now, &o), REGATTA_OK);
        CU_ASSERT_EQUAL(n_solved, EACH + n_new);
        CU_ASSERT_EQUAL(after->mean_self, before->mean_self);
        CU_ASSERT(sound_rows(after->by_target));
        CU_ASSERT(same_rows(after->by_target, whole->by_target));
        CU_ASSERT(same_rows(after->by_history, whole->by_history));
        CU_ASSERT(memcmp(after->scale, whole->scale,
                         (size_t)now->n_cols * sizeof *after->scale) == 0);
        CU_ASSERT(!same_rows(after->by_target, before->by_target));
        rg_item_attention_free(before);
        rg_item_attention_free(after);
        rg_item_attention_free(whole);
        rg_csr_free(old);
        rg_csr_free(now);
    }
    regatta_ctx_free(ctx);
}

typedef struct attempt {
    const rg_csr *rows;
    rg_attention_old before;
} attempt;

static regatta_status try(regatta_ctx *ctx, void *arg)
{
    const attempt *a = arg;
    rg_item_attention_options o = options();
    rg_item_attention *out = NULL;
    int64_t n_solved = 0;
    o.mean_self = 1.0;
    const regatta_status status =
        rg_item_attention_update(ctx, &out, a->rows, &o, &a->before, &n_solved);
    CU_ASSERT_EQUAL(status == REGATTA_OK, out != NULL);
    rg_item_attention_free(out);
    return rg_end(ctx, status);
}

static void test_item_attention_update__without_memory(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_csr *old = rows_of(ctx, 0, 0), *now = rows_of(ctx, 3, 2);
    rg_item_attention *before = NULL;
    const rg_item_attention_options o = options();
    uint8_t changed[USERS] = {1, 0};
    CU_ASSERT_EQUAL_FATAL(rg_item_attention_build(ctx, &before, old, &o), REGATTA_OK);
    attempt a = {now, {before->by_target, changed}};
    fault_sweep_memory(try, &a);
    rg_item_attention_free(before);
    rg_csr_free(old);
    rg_csr_free(now);
    regatta_ctx_free(ctx);
}

int test_item_attention_update(void)
{
    static const test_case cases[] = {
        {"solves what changed", test_item_attention_update__solves_what_changed},
        {"without memory", test_item_attention_update__without_memory},
    };
    return TEST_MAIN("item_attention_update", cases);
}
