#include "gat/sequence/windows.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 4 };

/* Rows of 0, 1, 2, 5, 6 and 30 interactions. */
static const int64_t OFFSET[] = {0, 0, 1, 3, 8, 14, 44};

static rg_item_rows rows_of(const uint32_t *item)
{
    return (rg_item_rows){.n = 6, .n_items = 44, .offset = OFFSET, .item = item};
}

static rg_windows *make(regatta_ctx *ctx, const rg_item_rows *rows)
{
    rg_windows *w = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_windows_create(ctx, &w, rows, WIDTH), REGATTA_OK);
    return w;
}

/* In each epoch every interaction but the first of its row is predicted once. */
static void test_windows__cover_every_target_once(void)
{
    static const uint32_t ITEM[44];
    regatta_ctx *ctx = test_context(1);
    const rg_item_rows rows = rows_of(ITEM);
    rg_windows *w = make(ctx, &rows);
    CU_ASSERT_EQUAL(w->n_tokens, 0 + 0 + 1 + 4 + 5 + 29);
    for (int epoch = 1; epoch <= 20; epoch++) {
        int seen[44] = {0};
        int64_t places = 0;
        rg_windows_draw(w, 7, epoch);
        CU_ASSERT(w->n <= w->capacity);
        for (int64_t k = 0; k < w->n; k++) {
            const rg_window *at = &w->window[w->order[k]];
            places += (int64_t)w->order[k];
            CU_ASSERT(at->length >= 1 && at->length <= WIDTH);
            for (int64_t t = 0; t < at->length; t++) seen[at->first + t + 1]++;
        }
        CU_ASSERT_EQUAL(places, w->n * (w->n - 1) / 2);
        for (int row = 0; row < 6; row++)
            for (int64_t t = OFFSET[row]; t < OFFSET[row + 1]; t++)
                CU_ASSERT_EQUAL(seen[t], t > OFFSET[row]);
    }
    rg_windows_free(w);
    regatta_ctx_free(ctx);
}

/* Long rows are cut anew in each epoch; the same seed and epoch give the same windows. */
static void test_windows__depend_on_seed_and_epoch(void)
{
    static const uint32_t ITEM[44];
    regatta_ctx *ctx = test_context(1);
    const rg_item_rows rows = rows_of(ITEM);
    rg_windows *a = make(ctx, &rows), *b = make(ctx, &rows);
    int cuts[WIDTH + 1] = {0};
    for (int epoch = 1; epoch <= 50; epoch++) {
        rg_windows_draw(a, 7, epoch);
        rg_windows_draw(b, 7, epoch);
        CU_ASSERT_EQUAL_FATAL(a->n, b->n);
        CU_ASSERT_EQUAL(memcmp(a->window, b->window, (size_t)a->n * sizeof *a->window),
                        0);
        CU_ASSERT_EQUAL(memcmp(a->order, b->order, (size_t)a->n * sizeof *a->order), 0);
        for (int64_t k = 0; k < a->n; k++)
            if (a->window[k].first == OFFSET[5]) cuts[a->window[k].length]++;
    }
    for (int k = 1; k <= WIDTH; k++) CU_ASSERT(cuts[k] > 0);
    rg_windows_free(a);
    rg_windows_free(b);
    regatta_ctx_free(ctx);
}

static void test_windows__batches_have_limits(void)
{
    static const uint32_t ITEM[44];
    regatta_ctx *ctx = test_context(1);
    const rg_item_rows rows = rows_of(ITEM);
    rg_windows *w = make(ctx, &rows);
    rg_windows_draw(w, 7, 1);
    int64_t n_batches = 0;
    for (int64_t begin = 0, end; begin < w->n; begin = end, n_batches++) {
        int64_t tokens = 0;
        end = rg_windows_batch(w, begin, 3, 9);
        CU_ASSERT(end > begin && end <= begin + 3);
        for (int64_t k = begin; k < end; k++) tokens += w->window[w->order[k]].length;
        CU_ASSERT(tokens <= 9);
    }
    CU_ASSERT(n_batches > 3);
    CU_ASSERT_EQUAL(rg_windows_batch(w, 0, 3, 0), 1); /* at least one window */
    rg_windows_free(w);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_windows *w = NULL;
    const regatta_status status = rg_windows_create(ctx, &w, arg, WIDTH);
    rg_windows_free(w);
    return rg_end(ctx, status);
}

static void test_windows__out_of_memory(void)
{
    static const uint32_t ITEM[44];
    rg_item_rows rows = rows_of(ITEM);
    fault_sweep_memory(attempt, &rows);
}

static const test_case cases[] = {
    {"cover_every_target_once", test_windows__cover_every_target_once},
    {"depend_on_seed_and_epoch", test_windows__depend_on_seed_and_epoch},
    {"batches_have_limits", test_windows__batches_have_limits},
    {"out_of_memory", test_windows__out_of_memory},
};

int test_windows(void)
{
    return TEST_MAIN("windows", cases);
}
