/* Trainings whose vectors start from another model. */
#include "model/model.h"
#include "model/model_copy.h"
#include "support/model_bytes.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <regatta/regatta.h>
#include <stdio.h>
#include <string.h>

enum { USERS = 80, ITEMS = 48, GROUPS = 4, DIM = 8 };

static regatta_graph *graph_of(regatta_ctx *ctx, uint64_t seed)
{
    const planted p = {.n_users = USERS,
                       .n_items = ITEMS,
                       .communities = GROUPS,
                       .per_user = 9,
                       .seed = seed};
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &p), REGATTA_OK);
    return graph;
}

/* Other ids than those of planted graphs. */
static regatta_graph *strangers(regatta_ctx *ctx)
{
    char text[6000] = "user,item\n";
    size_t n = strlen(text);
    regatta_graph *graph = NULL;
    for (int u = 0; u < 40; u++)
        for (int i = 0; i < 6; i++)
            n += (size_t)snprintf(text + n, sizeof text - n, "s%d,t%d\n", u,
                                  (u * 5 + i * 4) % 24);
    CU_ASSERT_EQUAL_FATAL(text_read(ctx, &graph, text, NULL, NULL), REGATTA_OK);
    return graph;
}

static regatta_train_options options_of(const regatta_model *init)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = "vectors,items";
    o.dim = DIM;
    o.max_steps = 10;
    o.temperature = 0.15f;
    o.init = init;
    return o;
}

static regatta_model *trained(regatta_ctx *ctx, const regatta_graph *graph,
                              const regatta_train_options *o)
{
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, o), REGATTA_OK);
    return model;
}

/* Returns 1 if the tables of the vectors have the same bytes. */
static int same_vectors(const regatta_model *a, const regatta_model *b)
{
    const rg_rows *x = &a->vectors->item_vectors, *y = &b->vectors->item_vectors;
    return x->n == y->n &&
           memcmp(x->data, y->data, (size_t)(x->n * x->dim) * sizeof(float)) == 0;
}

/* The start is that of the model; the report counts the ids; same bytes at any number of
 * threads, and of a compact model too. */
static void test_train_init__starts(void)
{
    regatta_ctx *ctx = test_context(2), *one = test_context(1);
    regatta_graph *old = graph_of(ctx, 3), *graph = graph_of(ctx, 4);
    regatta_train_options o = options_of(NULL);
    regatta_model *first = trained(ctx, old, &o), *plain = trained(ctx, graph, &o);
    o.init = first;
    regatta_model *model = trained(ctx, graph, &o), *other = trained(one, graph, &o);
    CU_ASSERT(!same_vectors(model, plain));
    CU_ASSERT(model_bytes_same(ctx, model, other));
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_model_json(model), "\"init\": {\"users\": 80"));
    CU_ASSERT_PTR_NULL(strstr(regatta_model_json(plain), "\"init\""));
    o.dim = 0; /* that of the model */
    regatta_model *again = trained(ctx, graph, &o);
    CU_ASSERT(same_vectors(model, again));
    regatta_model *compact = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_model_convert(ctx, &compact, first, RG_I8), REGATTA_OK);
    o.init = compact;
    regatta_model *close = trained(ctx, graph, &o);
    CU_ASSERT(!same_vectors(close, plain));
    regatta_model *const all[] = {first, plain, model, other, again, compact, close};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) regatta_model_free(all[k]);
    regatta_graph_free(old);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
    regatta_ctx_free(one);
}

/* Without validation and steps that move anything, the inputs are those of the model. */
static void test_train_init__keeps_rows(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *old = graph_of(ctx, 3), *graph = graph_of(ctx, 4);
    regatta_train_options o = options_of(NULL);
    regatta_model *first = trained(ctx, old, &o);
    o.init = first;
    o.valid_share = 0.0f;
    o.max_steps = 1;
    o.learning_rate = 1e-7f;
    regatta_model *model = trained(ctx, graph, &o);
    const float *x = model->vectors->user_x0.data, *y = first->vectors->user_x0.data;
    for (uint32_t u = 0; u < USERS; u++) {
        const uint32_t at = rg_idmap_find_name(first->users, model->users, u);
        CU_ASSERT_FATAL(at != REGATTA_NONE);
        for (int k = 0; k < DIM; k++)
            CU_ASSERT_DOUBLE_EQUAL((double)x[u * DIM + (uint32_t)k],
                                   (double)y[at * DIM + (uint32_t)k], 1e-5);
    }
    regatta_model_free(first);
    regatta_model_free(model);
    regatta_graph_free(old);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

/* A model of other ids changes no table. */
static void test_train_init__strangers(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *old = strangers(ctx), *graph = graph_of(ctx, 4);
    regatta_train_options o = options_of(NULL);
    regatta_model *first = trained(ctx, old, &o), *plain = trained(ctx, graph, &o);
    o.init = first;
    regatta_model *model = trained(ctx, graph, &o);
    CU_ASSERT(same_vectors(model, plain));
    CU_ASSERT_EQUAL(model->vectors->user_x0.n, plain->vectors->user_x0.n);
    CU_ASSERT_EQUAL(memcmp(model->vectors->user_x0.data, plain->vectors->user_x0.data,
                           (size_t)(USERS * DIM) * sizeof(float)),
                    0);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(regatta_model_json(model), "\"init\": {\"users\": 0, \"items\": 0"));
    regatta_model_free(first);
    regatta_model_free(plain);
    regatta_model_free(model);
    regatta_graph_free(old);
    regatta_graph_free(graph);
    text_remove();
    regatta_ctx_free(ctx);
}

/* A model that has seen what the slice holds out is not for the choices. */
static void test_train_init__has_seen(void)
{
    regatta_ctx *ctx = test_context(2);
    regatta_graph *graph = graph_of(ctx, 4), *other = strangers(ctx);
    regatta_train_options o = options_of(NULL);
    regatta_model *first = trained(ctx, graph, &o), *far = trained(ctx, other, &o);
    o.init = first;
    regatta_model *seen = trained(ctx, graph, &o);
    o.init = far;
    regatta_model *clean = trained(ctx, graph, &o);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_model_json(seen), "\"on_slice\": false"));
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_model_json(clean), "\"on_slice\": true"));
    CU_ASSERT_EQUAL(seen->info.valid_ndcg, first->info.valid_ndcg);
    regatta_model *const all[] = {first, far, seen, clean};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) regatta_model_free(all[k]);
    regatta_graph_free(graph);
    regatta_graph_free(other);
    text_remove();
    regatta_ctx_free(ctx);
}

static void check_refused(regatta_ctx *ctx, const regatta_graph *graph,
                          const regatta_train_options *o, const char *words)
{
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, o), REGATTA_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), words));
    CU_ASSERT_PTR_NULL(model);
}

static void test_train_init__refused(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = graph_of(ctx, 4);
    regatta_train_options o = options_of(NULL);
    regatta_model *first = trained(ctx, graph, &o);
    o.channels = "items";
    regatta_model *items = trained(ctx, graph, &o);
    o = options_of(first);
    o.dim = 16;
    check_refused(ctx, graph, &o, "init: the vectors of the model have 8 numbers");
    o.dim = 0;
    o.heads = 16;
    check_refused(ctx, graph, &o, "16 heads do not divide");
    o = options_of(items);
    check_refused(ctx, graph, &o, "init: the model has no vectors");
    o = options_of(first);
    o.channels = "items";
    check_refused(ctx, graph, &o, "init has no effect");
    regatta_model_free(first);
    regatta_model_free(items);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"starts", test_train_init__starts},
    {"keeps rows", test_train_init__keeps_rows},
    {"strangers", test_train_init__strangers},
    {"has seen", test_train_init__has_seen},
    {"refused", test_train_init__refused},
};

int test_train_init(void)
{
    return TEST_MAIN("train_init", cases);
}
