/* Training and questions with ranks, which are threads here: the bytes of one process. */
#include "base/ctx.h"
#include "linalg/orthonormal.h"
#include "support/fault.h"
#include "support/planted_graph.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/thread_ranks.h"
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* MANY users are more than two blocks, so that three ranks have some; of FEW the first
 * rank has all. WIDE users have a catalogue for which the softmax draws its gradients. */
enum { MANY = 9000, FEW = 500, WIDE = 400, ITEMS = 40, WIDE_ITEMS = 8200, TOP = 10 };

typedef struct bytes {
    char *data;
    size_t n, room;
} bytes;

static int append(void *state, const void *data, size_t n)
{
    bytes *b = state;
    if (b->n + n > b->room) {
        b->room = 2 * (b->n + n);
        b->data = realloc(b->data, b->room);
        if (b->data == NULL) return -1;
    }
    memcpy(b->data + b->n, data, n);
    b->n += n;
    return 0;
}

/* What a run has computed. */
typedef struct results {
    bytes model;
    uint32_t *items;
    float *scores, *vectors;
    regatta_metrics metrics;
} results;

typedef struct run {
    uint32_t n_users;
    const regatta_train_options *options;
    regatta_item_tables tables;
    uint64_t memory_limit;    /* of the context of rank 0 */
    regatta_item_tables kept; /* what rank 0 reports */
    results of[THREAD_RANKS_MOST];
} run;

static regatta_graph *graph_of(regatta_ctx *ctx, uint32_t n_users, uint64_t seed)
{
    regatta_graph *graph = NULL;
    const planted p = {.n_users = n_users,
                       .n_items = n_users == WIDE ? WIDE_ITEMS : ITEMS,
                       .communities = 4,
                       .per_user = n_users == WIDE ? 40 : 4,
                       .with_weight = 1,
                       .seed = seed};
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &p), REGATTA_OK);
    return graph;
}

static void ask(regatta_ctx *ctx, results *out, const regatta_model *model,
                uint32_t n_users)
{
    regatta_graph *test = graph_of(ctx, n_users, 4);
    uint32_t *own = malloc(n_users * sizeof *own);
    regatta_query query = REGATTA_QUERY_INIT;
    regatta_recommend_options recommend = REGATTA_RECOMMEND_OPTIONS_INIT;
    regatta_evaluate_options evaluate = REGATTA_EVALUATE_OPTIONS_INIT;
    regatta_evaluation found = REGATTA_EVALUATION_INIT;
    const uint32_t k = TOP;
    CU_ASSERT_PTR_NOT_NULL_FATAL(own);
    for (uint32_t u = 0; u < n_users; u++) own[u] = u;
    query.n = n_users;
    query.user = own;
    recommend.k = TOP;
    out->metrics = (regatta_metrics)REGATTA_METRICS_INIT;
    out->items = calloc((size_t)n_users * TOP, sizeof *out->items);
    out->scores = calloc((size_t)n_users * TOP, sizeof *out->scores);
    CU_ASSERT_EQUAL(
        regatta_recommend(ctx, model, &query, &recommend, out->items, out->scores),
        REGATTA_OK);
    evaluate.k = &k;
    evaluate.n_k = 1;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, model, test, &evaluate, &out->metrics, &found),
                    REGATTA_OK);
    free(own);
    regatta_graph_free(test);
}

static void train_and_ask(const regatta_ranks *ranks, void *state)
{
    run *r = state;
    results *out = &r->of[ranks != NULL ? ranks->rank : 0];
    regatta_ctx *ctx = NULL;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = ranks != NULL && ranks->rank == 1 ? 2 : 1;
    options.ranks = ranks;
    options.item_tables = (uint32_t)r->tables;
    if (ranks != NULL && ranks->rank == 0) options.memory_limit = r->memory_limit;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    regatta_graph *graph = graph_of(ctx, r->n_users, 3);
    regatta_model *model = NULL;
    const regatta_status status = regatta_model_train(ctx, &model, graph, r->options);
    if (status != REGATTA_OK) printf("%s\n", regatta_last_error(ctx));
    CU_ASSERT_EQUAL_FATAL(status, REGATTA_OK);
    regatta_traffic traffic = REGATTA_TRAFFIC_INIT;
    CU_ASSERT_EQUAL(regatta_ctx_traffic(ctx, &traffic), REGATTA_OK);
    if (ranks != NULL && ranks->rank == 0)
        r->kept = (regatta_item_tables)traffic.item_tables;
    ask(ctx, out, model, r->n_users);
    CU_ASSERT_EQUAL(regatta_model_write(ctx, model, append, &out->model), REGATTA_OK);
    regatta_model_free(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void free_results(results *r)
{
    free(r->model.data);
    free(r->items);
    free(r->scores);
}

/* Trains on n ranks with these item tables and compares with one process. Returns what
 * they kept. */
static regatta_item_tables same_tables(const regatta_train_options *options,
                                       uint32_t n_users, int n,
                                       regatta_item_tables tables, uint64_t limit)
{
    run one = {.n_users = n_users, .options = options}, many = one;
    many.tables = tables;
    many.memory_limit = limit;
    results *a = &one.of[0];
    const size_t cells = (size_t)n_users * TOP;
    train_and_ask(NULL, &one);
    thread_ranks_run(n, train_and_ask, &many);
    for (int r = 0; r < n; r++) {
        results *b = &many.of[r];
        CU_ASSERT_EQUAL_FATAL(a->model.n, b->model.n);
        CU_ASSERT_EQUAL(memcmp(a->model.data, b->model.data, a->model.n), 0);
        CU_ASSERT_EQUAL(memcmp(a->items, b->items, cells * sizeof *a->items), 0);
        CU_ASSERT_EQUAL(memcmp(a->scores, b->scores, cells * sizeof *a->scores), 0);
        CU_ASSERT_EQUAL(a->metrics.ndcg, b->metrics.ndcg);
        CU_ASSERT_EQUAL(a->metrics.recall, b->metrics.recall);
        CU_ASSERT_EQUAL(a->metrics.gini, b->metrics.gini);
        free_results(b);
    }
    free_results(a);
    return many.kept;
}

static void same_bytes(const regatta_train_options *options, uint32_t n_users, int n)
{
    same_tables(options, n_users, n, REGATTA_ITEM_TABLES_AUTO, 0);
}

static regatta_train_options quick(const char *channels)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = channels;
    o.dim = 8;
    o.max_steps = 4;
    o.eval_every = 2;
    return o;
}

static void test_ranks_train__all_channels(void)
{
    regatta_train_options o = quick("vectors,items,users,spectral");
    same_bytes(&o, FEW, 4);
}

/* Also of a matrix whose rows the ranks share. */
static void test_ranks_train__spectral(void)
{
    regatta_train_options o = quick("spectral");
    same_bytes(&o, MANY, 3);
}

static void test_ranks_train__vectors(void)
{
    regatta_train_options o = quick("vectors");
    CU_ASSERT_TRUE(rg_tall_block(MANY) * 2 < MANY);
    same_bytes(&o, MANY, 3);
    o.start = REGATTA_START_RANDOM;
    o.loss = REGATTA_LOSS_BPR;
    o.layers = 2;
    same_bytes(&o, MANY, 2);
    o = quick("vectors");
    o.softmax_items = 20;
    o.refit = 0;
    same_bytes(&o, MANY, 2);
    o = quick("vectors");
    same_bytes(&o, WIDE, 3);
}

static void in_panels(const regatta_train_options *o, uint32_t n_users, int n)
{
    CU_ASSERT_EQUAL(same_tables(o, n_users, n, REGATTA_ITEM_TABLES_PANELS, 0),
                    REGATTA_ITEM_TABLES_PANELS);
}

/* Items in panels: with each loss and number of layers, a best state that is not the
 * last, and no validation. */
static void test_ranks_train__panels(void)
{
    regatta_train_options o = quick("vectors");
    in_panels(&o, MANY, 3);
    in_panels(&o, FEW, 4);
    o.loss = REGATTA_LOSS_BPR;
    o.layers = 1;
    in_panels(&o, FEW, 2);
    o = quick("vectors");
    o.layers = 3;
    o.combine = REGATTA_COMBINE_LAST;
    o.softmax_items = 20;
    o.valid_share = 0.0f;
    in_panels(&o, FEW, 3);
    o = quick("vectors");
    o.learning_rate = 2.0f;
    o.max_steps = 8;
    in_panels(&o, FEW, 2);
    o.attention = REGATTA_ATTENTION_DOT; /* these layers have no panels */
    CU_ASSERT_EQUAL(same_tables(&o, FEW, 2, REGATTA_ITEM_TABLES_PANELS, 0), 0);
}

/* The ranks do not divide the users of such layers. */
static void test_ranks_train__attention(void)
{
    regatta_train_options o = quick("vectors");
    o.attention = REGATTA_ATTENTION_DOT;
    same_bytes(&o, FEW, 2);
    o = quick("vectors");
    o.edge_dropout = 0.2f;
    same_bytes(&o, FEW, 2);
}

static int cancel(void *state, const regatta_progress *progress)
{
    (void)state;
    return progress->done >= 1 ? REGATTA_CANCEL : REGATTA_GO_ON;
}

/* One rank cancels, and all of them end. */
static void train_cancelled(const regatta_ranks *ranks, void *state)
{
    regatta_train_options o = quick("vectors");
    regatta_ctx *ctx = NULL;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    (void)state;
    options.threads = 1;
    options.ranks = ranks;
    if (ranks->rank == 1) o.progress = cancel;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    regatta_graph *graph = graph_of(ctx, FEW, 3);
    regatta_model *model = NULL;
    const regatta_status status = regatta_model_train(ctx, &model, graph, &o);
    CU_ASSERT_TRUE(status == REGATTA_ESTOPPED || status == REGATTA_ERANK);
    CU_ASSERT_PTR_NULL(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_ranks_train__cancel(void)
{
    thread_ranks_run(3, train_cancelled, NULL);
}

/* Ends after some steps, with a checkpoint. */
static int end_later(void *state, const regatta_progress *progress)
{
    (void)state;
    return strcmp(progress->stage, "validate") == 0 && progress->done >= 3
               ? REGATTA_CANCEL
               : REGATTA_GO_ON;
}

static void train_part(const regatta_ranks *ranks, const regatta_train_options *from,
                       regatta_item_tables tables)
{
    regatta_train_options o = *from;
    regatta_ctx *ctx = NULL;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = 1;
    options.ranks = ranks;
    o.progress = end_later;
    o.checkpoint = o.resume;
    o.resume = NULL;
    options.item_tables = (uint32_t)tables;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    regatta_graph *graph = graph_of(ctx, MANY, 3);
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_ESTOPPED);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void train_in_part(const regatta_ranks *ranks, void *state)
{
    train_part(ranks, state, REGATTA_ITEM_TABLES_WHOLE);
}

static void train_in_part_of_panels(const regatta_ranks *ranks, void *state)
{
    train_part(ranks, state, REGATTA_ITEM_TABLES_PANELS);
}

/* A training that 2 ranks began, by 3 ranks and by one process, each with item tables
 * that are whole or in panels: the bytes of a training that was not interrupted. */
static void test_ranks_train__resume(void)
{
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_train_options o = quick("vectors");
    const size_t n_ranks[] = {3, 3, 1, 2};
    run plain = {.n_users = MANY, .options = &o};
    o.temperature = 0.2f;
    train_and_ask(NULL, &plain);
    for (int k = 0; k < 4; k++) {
        run again = plain;
        again.tables = k == 1 ? REGATTA_ITEM_TABLES_PANELS : REGATTA_ITEM_TABLES_WHOLE;
        regatta_train_options resumed = o;
        scratch_open(folder);
        scratch_path(path, folder, "running");
        resumed.resume = folder;
        again.options = &resumed;
        thread_ranks_run(2, k > 1 ? train_in_part_of_panels : train_in_part, &resumed);
        CU_ASSERT_EQUAL(access(path, R_OK), 0);
        memset(again.of, 0, sizeof again.of);
        thread_ranks_run((int)n_ranks[k], train_and_ask, &again);
        for (size_t r = 0; r < n_ranks[k]; r++) {
            CU_ASSERT_EQUAL_FATAL(again.of[r].model.n, plain.of[0].model.n);
            CU_ASSERT_EQUAL(memcmp(again.of[r].model.data, plain.of[0].model.data,
                                   plain.of[0].model.n),
                            0);
            free_results(&again.of[r]);
        }
        scratch_close(folder);
    }
    free_results(&plain.of[0]);
}

/* The ranks have other options. */
static void train_differently(const regatta_ranks *ranks, void *state)
{
    regatta_train_options o = quick("vectors");
    regatta_ctx *ctx = NULL;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    (void)state;
    options.threads = 1;
    options.ranks = ranks;
    o.seed = ranks->rank == 1 ? 7 : 8;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    regatta_graph *graph = graph_of(ctx, FEW, 3);
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx),
                           "rank 1 has other data, options or vector unit than rank 0");
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static void test_ranks_train__other_options(void)
{
    thread_ranks_run(2, train_differently, NULL);
}

/* Memory ends on the last rank at one allocation after another. */
typedef struct starved {
    long fail_at;
    int n_done;
} starved;

static void train_starved(const regatta_ranks *ranks, void *state)
{
    starved *s = state;
    const int last = ranks->rank + 1 == ranks->n_ranks;
    fault_memory memory = {.fail_at = -1};
    regatta_train_options o = quick("vectors,items");
    regatta_ctx *ctx = NULL;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = 1;
    options.ranks = ranks;
    if (last) options.allocator = fault_allocator(&memory);
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    regatta_graph *graph = graph_of(ctx, FEW, 3);
    regatta_model *model = NULL;
    if (last) memory.fail_at = memory.calls + s->fail_at;
    const regatta_status status = regatta_model_train(ctx, &model, graph, &o);
    if (last) {
        CU_ASSERT_TRUE(status == REGATTA_OK || status == REGATTA_ENOMEM);
        s->n_done += status == REGATTA_OK;
    } else if (status != REGATTA_OK) {
        CU_ASSERT_EQUAL(status, REGATTA_ERANK);
        CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "rank 1: out of memory");
    }
    regatta_model_free(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
    if (last) CU_ASSERT_EQUAL(memory.live, 0);
}

static void test_ranks_train__memory(void)
{
    starved s = {0};
    for (s.fail_at = 0; s.fail_at < 3000 && s.n_done == 0; s.fail_at += 1 + s.fail_at / 2)
        thread_ranks_run(2, train_starved, &s);
    CU_ASSERT_EQUAL(s.n_done, 1);
}

static const test_case cases[] = {
    {"all channels", TEST_PLAIN_ONLY(test_ranks_train__all_channels)},
    {"spectral", test_ranks_train__spectral},
    {"vectors", test_ranks_train__vectors},
    {"panels", test_ranks_train__panels},
    {"attention", test_ranks_train__attention},
    {"cancel", test_ranks_train__cancel},
    {"resume", test_ranks_train__resume},
    {"other options", test_ranks_train__other_options},
    {"memory", TEST_PLAIN_ONLY(test_ranks_train__memory)}};

int test_ranks_train(void)
{
    return TEST_MAIN("ranks_train", cases);
}
