/* The estimate of a training's memory, compared with what the allocator counts. */
#include "fit/denoise/denoise_choose.h"
#include "fit/fit.h"
#include "fit/memory/fit_memory.h"
#include "fit/resolve.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include "support/thread_ranks.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Counts the bytes of live blocks. */
typedef struct counter {
    size_t live, peak;
} counter;

static void *take(void *state, size_t bytes)
{
    counter *c = state;
    size_t *block = malloc(bytes + 2 * sizeof *block);
    if (block == NULL) return NULL;
    block[0] = bytes;
    c->live += bytes;
    if (c->live > c->peak) c->peak = c->live;
    return block + 2;
}

static void give_back(void *state, void *block)
{
    size_t *own = (size_t *)block - 2;
    ((counter *)state)->live -= own[0];
    free(own);
}

static regatta_ctx *counted(counter *c, uint32_t threads)
{
    regatta_ctx_options o = REGATTA_CTX_OPTIONS_INIT;
    regatta_ctx *ctx = NULL;
    o.threads = threads;
    o.allocator = (regatta_allocator){take, give_back, c};
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &o), REGATTA_OK);
    return ctx;
}

static rg_fit_options options_of(int64_t dim, uint32_t steps)
{
    return (rg_fit_options){.valid_share = 0.1f,
                            .refit = 1,
                            .seed = 1,
                            .heads = 1,
                            .layers = 2,
                            .dim = dim,
                            .max_steps = steps,
                            .patience = 3,
                            .eval_every = 10,
                            .temperature = 0.2f,
                            .sequence_heads = 1,
                            .sequence_dropout = -1.0f};
}

static rg_fit_memory estimate_on(const regatta_graph *graph, rg_fit_options o,
                                 const rg_fit_processes *processes)
{
    regatta_ctx *ctx = test_context(1);
    rg_fit_choice choice;
    CU_ASSERT_EQUAL_FATAL(rg_fit_choice_create(ctx, &choice), REGATTA_OK);
    rg_fit_resolve(&o, &choice, graph);
    const rg_fit_memory m = rg_fit_memory_of(graph, graph, &o, &choice, processes);
    rg_fit_choice_free(ctx, &choice);
    regatta_ctx_free(ctx);
    return m;
}

static rg_fit_memory estimate_of(const regatta_graph *graph, rg_fit_options o)
{
    const rg_fit_processes alone = {2, 1, 0};
    return estimate_on(graph, o, &alone);
}

/* The most that a training takes is between the given shares of the estimate: it allows
 * for all neighbours, for the exact ridge, and for every channel in the blend. */
static void between(const planted *p, rg_fit_options o, double low, double high)
{
    counter c = {0, 0};
    regatta_ctx *ctx = counted(&c, 2);
    regatta_graph *graph = NULL;
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, p), REGATTA_OK);
    const size_t before = c.live;
    c.peak = before;
    CU_ASSERT_EQUAL(rg_fit(ctx, &model, graph, &o), REGATTA_OK);
    const double took = (double)(c.peak - before);
    const double whole = (double)estimate_of(graph, o).peak;
    const double denoise = (double)rg_denoise_memory(graph, &o, 2);
    const double said = whole > denoise ? whole : denoise;
    if (took < low * said || took > high * said) {
        CU_FAIL("the estimate");
        printf("took %.0f, estimate %.0f: %.3f\n", took, said, took / said);
    }
    regatta_model_free(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static const planted SMALL = {.n_users = 200,
                              .n_items = 100,
                              .communities = 4,
                              .per_user = 20,
                              .with_weight = 1,
                              .seed = 6};
static const planted WIDE = {
    .n_users = 300, .n_items = 500, .communities = 4, .per_user = 10, .seed = 7};

static int number_of(const char *name)
{
    return rg_channel_find(name, (int64_t)strlen(name));
}

static void test_fit_memory__measured(void)
{
    rg_fit_options o = options_of(16, 4);
    between(&SMALL, o, 0.3, 1.1);
    o.preset = REGATTA_PRESET_FAST;
    between(&SMALL, o, 0.3, 1.1);
    between(&WIDE, o, 0.3, 1.1);
    o = options_of(256, 2);
    o.on[number_of("vectors")] = 1;
    between(&WIDE, o, 0.7, 1.1);
    o.attention = REGATTA_ATTENTION_SCALED_DOT;
    between(&SMALL, o, 0.5, 1.1);
    o.attention = REGATTA_ATTENTION_AUTO;
    between(&SMALL, o, 0.3, 1.1);
    o = options_of(64, 2);
    o.valid_share = 0.0f;
    between(&WIDE, o, 0.3, 1.1);
    o.denoise = REGATTA_DENOISE_ALWAYS;
    between(&WIDE, o, 0.3, 1.1);
    o.on[number_of("spectral")] = 1; /* little beside denoise */
    between(&WIDE, o, 0.3, 1.1);
}

static void refused(const regatta_graph *graph, rg_fit_options o, const char *words)
{
    regatta_ctx *ctx = test_context(2);
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL(rg_fit(ctx, &model, graph, &o), REGATTA_ENOMEM);
    CU_ASSERT_PTR_NULL(model);
    if (strstr(regatta_last_error(ctx), words) == NULL) {
        CU_FAIL("the message");
        printf("%s\n", regatta_last_error(ctx));
    }
    regatta_ctx_free(ctx);
}

/* Just below the estimate is refused, and the estimate is allowed. */
static void test_fit_memory__limits(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = NULL;
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &WIDE), REGATTA_OK);
    rg_fit_options o = options_of(256, 1);
    o.on[number_of("vectors")] = 1;
    o.memory_limit = (uint64_t)estimate_of(graph, o).peak - 1;
    refused(graph, o, " MB are allowed: dim 128 needs ");
    refused(graph, o, "training needs about ");
    rg_fit_options half = o;
    half.dim = 128;
    o.memory_limit = (uint64_t)estimate_of(graph, half).peak - 1;
    refused(graph, o, " MB besides the data (");
    refused(graph, o, "dim 64 needs");
    o.memory_limit = 1000;
    refused(graph, o, ": a limit above the estimate lets it run");
    o.restored = 1;
    refused(graph, o, "fitting the model again needs about ");
    o.restored = 0;
    o.memory_limit = (uint64_t)estimate_of(graph, o).peak;
    CU_ASSERT_EQUAL(rg_fit(ctx, &model, graph, &o), REGATTA_OK);
    regatta_model_free(model);
    rg_fit_options denoised = options_of(8, 1);
    denoised.denoise = REGATTA_DENOISE_AUTO;
    denoised.memory_limit = (uint64_t)rg_denoise_memory(graph, &denoised, 2) - 1;
    refused(graph, denoised, " besides the data (denoise), ");
    refused(graph, denoised, " allowed: training without denoise needs less");
    rg_fit_options all = options_of(256, 1), fast = all;
    fast.preset = REGATTA_PRESET_FAST;
    all.memory_limit = (uint64_t)estimate_of(graph, fast).peak;
    refused(graph, all, "preset fast needs ");
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* A fit by ranks, of which the last has a limit. */
typedef struct ranked {
    rg_fit_options options;
    regatta_item_tables tables;
    uint64_t limit;
    int refused;                    /* 1: the limit is too small */
    regatta_item_tables kept;       /* by each rank */
    size_t peak[THREAD_RANKS_MOST]; /* of each rank */
} ranked;

static void fit_ranked(const regatta_ranks *ranks, void *state)
{
    ranked *r = state;
    const int last = ranks->rank + 1 == ranks->n_ranks;
    counter c = {0, 0};
    regatta_ctx_options o = REGATTA_CTX_OPTIONS_INIT;
    regatta_ctx *ctx = NULL;
    regatta_graph *graph = NULL;
    regatta_model *model = NULL;
    rg_fit_options fit = r->options;
    o.threads = 2;
    o.allocator = (regatta_allocator){take, give_back, &c};
    o.ranks = ranks;
    o.item_tables = (uint32_t)r->tables;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &o), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &WIDE), REGATTA_OK);
    if (last) fit.memory_limit = r->limit;
    const size_t before = c.live;
    c.peak = before;
    rg_begin(ctx);
    const regatta_status status = rg_end(ctx, rg_fit(ctx, &model, graph, &fit));
    CU_ASSERT_EQUAL(status, !r->refused ? REGATTA_OK
                            : last      ? REGATTA_ENOMEM
                                        : REGATTA_ERANK);
    if (status == REGATTA_OK) CU_ASSERT_EQUAL(ctx->traffic.item_tables, r->kept);
    r->peak[ranks->rank] = c.peak - before;
    regatta_model_free(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* Ranks have less; where one rank cannot have whole tables, all have panels. */
static void test_fit_memory__ranks(void)
{
    enum { RANKS = 3 };
    const rg_fit_processes whole = {2, RANKS, 0}, panels = {2, RANKS, 1};
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &WIDE), REGATTA_OK);
    ranked r = {.options = options_of(256, 2)};
    r.options.on[number_of("vectors")] = 1;
    const uint64_t alone = (uint64_t)estimate_of(graph, r.options).peak;
    const uint64_t most = (uint64_t)estimate_on(graph, r.options, &whole).peak;
    const uint64_t least = (uint64_t)estimate_on(graph, r.options, &panels).peak;
    CU_ASSERT_TRUE(least < most && most < alone);
    r.kept = REGATTA_ITEM_TABLES_WHOLE;
    r.limit = most;
    thread_ranks_run(RANKS, fit_ranked, &r);
    const size_t with_whole = r.peak[RANKS - 1];
    r.kept = REGATTA_ITEM_TABLES_PANELS;
    r.limit = most - 1;
    thread_ranks_run(RANKS, fit_ranked, &r);
    r.limit = least;
    thread_ranks_run(RANKS, fit_ranked, &r);
    /* Of two thirds of 500 items, without the gradient, the moments and the best state;
     * then another moment has the peak. */
    CU_ASSERT_TRUE(r.peak[RANKS - 1] + 2 * 300 * 256 * sizeof(float) < with_whole);
    CU_ASSERT_TRUE((double)r.peak[RANKS - 1] < 1.1 * (double)least);
    r.refused = 1;
    r.limit = least - 1;
    thread_ranks_run(RANKS, fit_ranked, &r);
    r.tables = REGATTA_ITEM_TABLES_WHOLE;
    r.limit = most - 1;
    thread_ranks_run(RANKS, fit_ranked, &r);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"measured", test_fit_memory__measured},
    {"limits", test_fit_memory__limits},
    {"ranks", test_fit_memory__ranks},
};

int test_fit_memory(void)
{
    return TEST_MAIN("fit_memory", cases);
}
