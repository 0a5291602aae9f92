#include "channel/fit/channel_fit.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <regatta/regatta.h>
#include <string.h>

static const planted PLANTED = {
    .n_users = 200, .n_items = 60, .communities = 4, .per_user = 10, .seed = 6};

enum { MOST = 100 };

typedef struct works {
    int n;
    regatta_work work[MOST];
} works;

static void keep(void *state, const regatta_work *work)
{
    works *w = state;
    CU_ASSERT_FATAL(w->n < MOST);
    w->work[w->n++] = *work;
}

static regatta_train_options options(void)
{
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.dim = 8;
    o.max_steps = 10;
    o.eval_every = 5;
    return o;
}

static void train(works *w, uint32_t threads, regatta_train_options o)
{
    regatta_ctx *ctx = test_context(threads);
    regatta_graph *graph = NULL;
    regatta_model *model = NULL;
    w->n = 0;
    o.work = keep;
    o.work_state = w;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_model_train(ctx, &model, graph, &o), REGATTA_OK);
    regatta_model_free(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
}

static int is(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Returns the work; NULL if it was not reported. */
static const regatta_work *find(const works *w, const char *part, const char *channel,
                                const char *name)
{
    for (int k = 0; k < w->n; k++)
        if (is(w->work[k].part, part) && is(w->work[k].channel, channel) &&
            is(w->work[k].name, name))
            return &w->work[k];
    return NULL;
}

typedef struct expected {
    const char *part, *channel, *name;
} expected;

/* Every kind of work of a full training is reported, in the parts in which it was done.
 */
static void test_fit_work__names_the_work_that_was_done(void)
{
    static const expected ALL[] = {{"slice", "items", "shape trials"},
                                   {"slice", "items", "local ridge"},
                                   {"slice", "items", "exact ridge"},
                                   {"slice", "items", "measurements"},
                                   {"slice", "items", "reweighting"},
                                   {"slice", "vectors", "starts"},
                                   {"slice", "vectors", "short runs"},
                                   {"slice", "vectors", "steps"},
                                   {"slice", "users", "user attention"},
                                   {"slice", "spectral", "filter"},
                                   {"slice", NULL, "samples"},
                                   {"slice", NULL, "blend"},
                                   {"folds", "vectors", "steps"},
                                   {"folds", "users", "user attention"},
                                   {"folds", NULL, "samples"}};
    works w;
    train(&w, 2, options());
    for (size_t k = 0; k < sizeof ALL / sizeof *ALL; k++) {
        const regatta_work *found = find(&w, ALL[k].part, ALL[k].channel, ALL[k].name);
        CU_ASSERT_PTR_NOT_NULL(found);
        if (found == NULL) continue;
        CU_ASSERT(found->flops > 0.0);
        CU_ASSERT(found->seconds >= 0.0);
        CU_ASSERT_EQUAL(found->struct_size, sizeof *found);
    }
    CU_ASSERT_PTR_NOT_NULL(find(&w, "slice", NULL, "data"));
    CU_ASSERT_PTR_NOT_NULL(find(&w, "folds", NULL, "data"));
    CU_ASSERT_PTR_NOT_NULL(find(&w, "whole", NULL, "model"));
    CU_ASSERT_PTR_NULL(find(&w, "folds", "items", "shape trials"));
    CU_ASSERT_PTR_NULL(find(&w, "whole", "vectors", "short runs"));
}

/* FLOPs are formulas of sizes, and all choices are the same at any thread count. */
static void test_fit_work__flops_do_not_depend_on_threads(void)
{
    works one, three;
    regatta_train_options o = options();
    for (uint32_t attention = 0; attention < 2; attention++) {
        o.attention = attention;
        train(&one, 1, o);
        train(&three, 3, o);
        CU_ASSERT_EQUAL_FATAL(one.n, three.n);
        for (int k = 0; k < one.n; k++) {
            CU_ASSERT(is(one.work[k].part, three.work[k].part));
            CU_ASSERT(is(one.work[k].channel, three.work[k].channel));
            CU_ASSERT(is(one.work[k].name, three.work[k].name));
            CU_ASSERT_EQUAL(one.work[k].flops, three.work[k].flops);
        }
    }
}

/* Without validation there is one part, and a step has the FLOPs of its formula. */
static void test_fit_work__steps_by_hand(void)
{
    works one, two;
    regatta_train_options o = options();
    o.channels = "vectors";
    o.valid_share = 0.0f;
    o.start = REGATTA_START_RANDOM;
    o.layers = 1;
    o.max_steps = 1;
    train(&one, 1, o);
    o.max_steps = 2;
    train(&two, 1, o);
    for (int k = 0; k < one.n; k++) CU_ASSERT_STRING_EQUAL(one.work[k].part, "whole");
    const regatta_work *a = find(&one, "whole", "vectors", "steps");
    const regatta_work *b = find(&two, "whole", "vectors", "steps");
    CU_ASSERT_FATAL(a != NULL && b != NULL);
    const double users = 200.0, items = 60.0, nodes = users + items, dim = 8.0;
    regatta_ctx *ctx = test_context(1);
    regatta_graph *graph = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, &PLANTED), REGATTA_OK);
    const double edges = 2.0 * (double)graph->by_user->n_edges;
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
    const double pass = dim * (2.0 * edges + nodes);
    const double step = 2.0 * pass + dim * (6.0 * users * items + 8.0 * nodes) +
                        15.0 * (nodes * dim + items);
    CU_ASSERT_EQUAL(b->flops - a->flops, step);
}

static void test_fit_work__every_kind_has_a_name(void)
{
    for (int c = 0; c < rg_n_channels; c++)
        for (int k = 0; k < rg_channels[c]->fit->n_works; k++)
            CU_ASSERT(strlen(rg_channels[c]->fit->works[k]) > 0);
}

static const test_case cases[] = {
    {"names", test_fit_work__names_the_work_that_was_done},
    {"threads", test_fit_work__flops_do_not_depend_on_threads},
    {"by_hand", test_fit_work__steps_by_hand},
    {"kinds", test_fit_work__every_kind_has_a_name},
};

int test_fit_work(void)
{
    return TEST_MAIN("fit_work", cases);
}
