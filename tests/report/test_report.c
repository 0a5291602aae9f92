/* The page of a model and its numbers. */
#include "base/text/json_tree.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct bytes {
    char *at;
    size_t n;
} bytes;

static int take(void *state, const void *from, size_t n)
{
    bytes *b = state;
    b->at = realloc(b->at, b->n + n + 1);
    memcpy(b->at + b->n, from, n);
    b->n += n;
    b->at[b->n] = '\0';
    return 0;
}

static int refuse(void *state, const void *from, size_t n)
{
    (void)state, (void)from, (void)n;
    return 1;
}

typedef struct made {
    bytes page, json;
    rg_json_tree tree;
} made;

static made report_of(regatta_ctx *ctx, const regatta_model *model,
                      regatta_report_options o)
{
    made m = {.page = {NULL, 0}};
    o.page = o.json = take;
    o.page_state = &m.page;
    o.json_state = &m.json;
    CU_ASSERT_EQUAL_FATAL(regatta_report(ctx, model, &o), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_json_tree_parse(ctx, &m.tree, m.json.at, (int64_t)m.json.n),
                          REGATTA_OK);
    return m;
}

static void made_free(regatta_ctx *ctx, made *m)
{
    rg_json_tree_free(ctx, &m->tree);
    free(m->page.at);
    free(m->json.at);
}

static double at(const rg_json_node *node, const char *path)
{
    return rg_json_at(node, path)->number;
}

/* Sums a member over an array. */
static double sum(const rg_json_node *list, const char *name)
{
    double total = 0.0;
    for (const rg_json_node *v = list->first; v != NULL; v = v->next)
        total += at(v, name);
    return total;
}

/* The cells of each row, with the residual, add up to the score. */
static void check_rows(const rg_json_node *report)
{
    static const char *const terms[] = {"other_items", "not_by_item", "bias",
                                        "popularity",  "centre",      "residual"};
    int n = 0;
    for (const rg_json_node *u = rg_json_at(report, "users")->first; u != NULL;
         u = u->next)
        for (const rg_json_node *r = rg_json_at(u, "rows")->first; r != NULL;
             r = r->next, n++) {
            double total = 0.0;
            CU_ASSERT_EQUAL(rg_json_at(r, "contributions")->n,
                            rg_json_at(u, "columns")->n);
            for (const rg_json_node *c = rg_json_at(r, "contributions")->first; c != NULL;
                 c = c->next)
                total += c->number;
            for (size_t k = 0; k < sizeof terms / sizeof *terms; k++)
                total += at(r, terms[k]);
            CU_ASSERT_DOUBLE_EQUAL(total, at(r, "score"), 1e-12);
            CU_ASSERT(fabs(at(r, "residual")) < 1e-4 * (1.0 + fabs(at(r, "score"))));
        }
    CU_ASSERT(n > 0);
}

/* 90 users of three groups with times, the last item of each held out; ids that a page
 * must escape. */
typedef struct world {
    regatta_graph *train, *test;
    regatta_model *model;
} world;

enum { USERS = 90, ITEMS = 30, EACH = 8 };

static void make_names(char (*text)[300], const char **name, int n, const char *kind)
{
    for (int k = 0; k < n; k++) {
        snprintf(text[k], sizeof *text, "%s%d", kind, k);
        name[k] = text[k];
    }
    snprintf(text[0], sizeof *text, "<script>alert(\"%s\")</script>", kind);
    snprintf(text[1], sizeof *text, "a&b'\"%s", kind);
    memset(text[2], 'x', 280);
    snprintf(text[2] + 280, 20, "%s", kind);
    snprintf(text[3], sizeof *text, "\xe3\x83\x86\xd7\xa9\xf0\x9f\x98\x80%s", kind);
    snprintf(text[4], sizeof *text, "\xc2\x85(%s", kind);
}

static void make_world(regatta_ctx *ctx, world *w)
{
    static uint32_t user[USERS * EACH], item[USERS * EACH];
    static int64_t time[USERS * EACH];
    static char users[USERS][300], items[ITEMS][300];
    static const char *user_name[USERS], *item_name[ITEMS];
    regatta_graph *all = NULL;
    regatta_split_options split = REGATTA_SPLIT_OPTIONS_INIT;
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    make_names(users, user_name, USERS, "user");
    make_names(items, item_name, ITEMS, "item");
    for (uint32_t k = 0; k < USERS * EACH; k++) {
        const uint32_t u = k / EACH, step = k % EACH;
        user[k] = u;
        item[k] = (u % 3 + 3 * ((step * (u / 3 % 4 + 1) + u / 5) % 10)) % ITEMS;
        time[k] = 86400 * (int64_t)(step * 9 + u % 7);
    }
    const regatta_edges edges = {.struct_size = sizeof edges,
                                 .n_edges = USERS * EACH,
                                 .n_users = USERS,
                                 .n_items = ITEMS,
                                 .user = user,
                                 .item = item,
                                 .time = time,
                                 .user_names = user_name,
                                 .item_names = item_name};
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &all, &edges), REGATTA_OK);
    split.kind = REGATTA_SPLIT_LEAVE_LAST;
    CU_ASSERT_EQUAL_FATAL(
        regatta_graph_split(ctx, &w->train, NULL, &w->test, all, &split), REGATTA_OK);
    o.dim = 8;
    o.heads = 2;
    o.attention = REGATTA_ATTENTION_COSINE;
    o.max_steps = 20;
    o.temperature = 0.2f;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &w->model, w->train, &o), REGATTA_OK);
    regatta_graph_free(all);
}

static void world_free(world *w)
{
    regatta_graph_free(w->train);
    regatta_graph_free(w->test);
    regatta_model_free(w->model);
}

static void test_report__numbers(void)
{
    regatta_ctx *ctx = test_context(2);
    world w = {.train = NULL};
    regatta_report_options o = REGATTA_REPORT_OPTIONS_INIT;
    make_world(ctx, &w);
    o.test = w.test;
    o.k = 5;
    made m = report_of(ctx, w.model, o);
    const rg_json_node *r = m.tree.node;
    check_rows(r);
    CU_ASSERT_EQUAL(at(r, "data.users"), USERS);
    CU_ASSERT_EQUAL(sum(rg_json_at(r, "data.user_degree"), "nodes"), USERS);
    CU_ASSERT_EQUAL(sum(rg_json_at(r, "data.item_degree"), "nodes"), ITEMS);
    CU_ASSERT_EQUAL(sum(rg_json_at(r, "data.times.periods"), "interactions"),
                    USERS * (EACH - 1));
    CU_ASSERT_EQUAL(sum(rg_json_at(r, "data.largest_communities"), "users"), USERS);

    /* The parts of the quality add up to the metrics of regatta_evaluate. */
    regatta_evaluate_options e = REGATTA_EVALUATE_OPTIONS_INIT;
    regatta_metrics metrics = REGATTA_METRICS_INIT;
    regatta_evaluation counts = REGATTA_EVALUATION_INIT;
    e.k = &o.k;
    e.n_k = 1;
    CU_ASSERT_EQUAL(regatta_evaluate(ctx, w.model, w.test, &e, &metrics, &counts),
                    REGATTA_OK);
    CU_ASSERT_DOUBLE_EQUAL(at(r, "test.ndcg@5"), metrics.ndcg, 1e-8);
    CU_ASSERT_DOUBLE_EQUAL(at(r, "lists.coverage"), metrics.coverage, 1e-8);
    CU_ASSERT_EQUAL(at(r, "test.users"), counts.n_users);
    CU_ASSERT_EQUAL(sum(rg_json_at(r, "test.by_history"), "users"), counts.n_users);
    const double tested = sum(rg_json_at(r, "test.by_popularity"), "test_interactions");
    CU_ASSERT_EQUAL(tested, counts.n_test - counts.n_seen_edges - counts.n_unknown_edges);
    CU_ASSERT_DOUBLE_EQUAL(sum(rg_json_at(r, "test.by_popularity"), "hits") /
                               counts.n_users,
                           metrics.recall, 1e-8);
    CU_ASSERT_DOUBLE_EQUAL(
        sum(rg_json_at(r, "lists.exposure"), "share_of_recommendations"), 1.0, 1e-7);
    CU_ASSERT_EQUAL(sum(rg_json_at(r, "flows.cells"), "recommendations"),
                    5 * at(r, "lists.users"));

    CU_ASSERT(rg_json_at(r, "attention.attention_by_step")->n > 1);
    CU_ASSERT(rg_json_at(r, "attention.attention_by_day")->n > 1);
    CU_ASSERT_EQUAL(rg_json_at(r, "attention.head_attention.names")->n, 4);
    CU_ASSERT_DOUBLE_EQUAL(
        rg_json_at(r, "attention.head_attention.correlation")->first->first->number, 1.0,
        1e-9);
    for (const rg_json_node *d =
             rg_json_at(r, "attention.head_attention.deviation")->first;
         d != NULL; d = d->next)
        CU_ASSERT(d->number > 0.0 && d->number < 5.0);
    CU_ASSERT(rg_json_at(r, "curve")->n > 0);
    CU_ASSERT(rg_json_at(r, "item_graph.nodes")->n > 1);
    made_free(ctx, &m);
    world_free(&w);
    regatta_ctx_free(ctx);
}

static int holds(const made *m, const char *text)
{
    return strstr(m->page.at, text) != NULL;
}

static void test_report__hostile_ids(void)
{
    static const char *titles[ITEMS] = {"</title><script>", "\"><img src=x>"};
    static const uint32_t users[] = {0, 1, 2, 3, 4};
    regatta_ctx *ctx = test_context(1);
    world w = {.train = NULL};
    regatta_report_options o = REGATTA_REPORT_OPTIONS_INIT;
    make_world(ctx, &w);
    o.user = users;
    o.n_users = 5;
    o.item = 2;
    o.title = "<script>alert(1)</script> & \xff\xc3(co";
    made m = report_of(ctx, w.model, o);
    CU_ASSERT_EQUAL(rg_json_at(m.tree.node, "users")->n, 5);
    CU_ASSERT_EQUAL(rg_json_at(m.tree.node, "test")->kind, RG_JSON_NULL);
    CU_ASSERT(!holds(&m, "<script"));
    CU_ASSERT(!holds(&m, "a&b"));
    CU_ASSERT(!holds(&m, "://"));
    CU_ASSERT(!holds(&m, "src="));
    CU_ASSERT(holds(&m, "User &lt;script&gt;alert(&quot;user&quot;)&lt;/script&gt;"));
    CU_ASSERT(holds(&m, "User a&amp;b&#39;&quot;user"));
    CU_ASSERT(holds(&m, "User \xe3\x83\x86\xd7\xa9\xf0\x9f\x98\x80user"));
    CU_ASSERT(holds(&m, "User \xc2\x85(user"));
    CU_ASSERT(holds(&m, "<title>&lt;script&gt;alert(1)&lt;/script&gt; &amp; "
                        "\xef\xbf\xbd\xef\xbf\xbd(co</title>"));
    CU_ASSERT(holds(&m, "No test part was given"));
    made_free(ctx, &m);

    o.item_title = titles;
    o.item = 0;
    m = report_of(ctx, w.model, o);
    CU_ASSERT(!holds(&m, "<script"));
    CU_ASSERT(!holds(&m, "<img"));
    CU_ASSERT(holds(&m, "Items around &lt;/title&gt;&lt;script&gt;</h3>"));
    made_free(ctx, &m);
    world_free(&w);
    regatta_ctx_free(ctx);
}

static void test_report__threads(void)
{
    regatta_ctx *one = test_context(1), *three = test_context(3);
    world w = {.train = NULL};
    regatta_report_options o = REGATTA_REPORT_OPTIONS_INIT;
    make_world(one, &w);
    o.test = w.test;
    made a = report_of(one, w.model, o), b = report_of(three, w.model, o);
    CU_ASSERT_EQUAL(a.page.n, b.page.n);
    CU_ASSERT_STRING_EQUAL(a.page.at, b.page.at);
    CU_ASSERT_STRING_EQUAL(a.json.at, b.json.at);
    made_free(one, &a);
    made_free(three, &b);
    o.sample = 10; /* every ninth user */
    a = report_of(one, w.model, o);
    CU_ASSERT_EQUAL(at(a.tree.node, "test.users"), 10);
    CU_ASSERT_EQUAL(at(a.tree.node, "test.is_sample"), 1.0);
    made_free(one, &a);
    world_free(&w);
    regatta_ctx_free(one);
    regatta_ctx_free(three);
}

/* What a model lacks is said in place of the picture. */
static void test_report__missing_parts(void)
{
    regatta_ctx *ctx = test_context(1);
    tiny_spec spec = tiny_default();
    regatta_model *model = NULL;
    spec.attention = REGATTA_ATTENTION_NONE;
    spec.heads = 1;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    const regatta_report_options o = REGATTA_REPORT_OPTIONS_INIT;
    made m = report_of(ctx, model, o);
    check_rows(m.tree.node);
    CU_ASSERT(holds(&m, "The data of this model has no times."));
    CU_ASSERT(holds(&m, "The order of the interactions is not known"));
    CU_ASSERT(holds(&m, "This model has no learning curve"));
    CU_ASSERT(holds(&m, "trained without a validation slice"));
    CU_ASSERT(holds(&m, "This model has no calibration"));
    CU_ASSERT(holds(&m, "This model has no item attention"));
    CU_ASSERT(holds(&m, "no attention of several heads"));
    CU_ASSERT(holds(&m, "recorded no comparison of channels"));
    made_free(ctx, &m);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

static void test_report__refused(void)
{
    static const uint32_t users[] = {0, 23};
    regatta_ctx *ctx = test_context(1);
    const tiny_spec spec = tiny_default();
    regatta_model *model = NULL;
    regatta_report_options o = REGATTA_REPORT_OPTIONS_INIT;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &model, &spec), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_report(NULL, model, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_report(ctx, NULL, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_report(ctx, model, NULL), REGATTA_OK);
    o.k = 0;
    CU_ASSERT_EQUAL(regatta_report(ctx, model, &o), REGATTA_EINVAL);
    o.k = 1001;
    CU_ASSERT_EQUAL(regatta_report(ctx, model, &o), REGATTA_EINVAL);
    o.k = 20;
    o.item = 41;
    CU_ASSERT_EQUAL(regatta_report(ctx, model, &o), REGATTA_EINVAL);
    o.item = REGATTA_NONE;
    o.n_users = 2;
    CU_ASSERT_EQUAL(regatta_report(ctx, model, &o), REGATTA_EINVAL);
    o.user = users;
    CU_ASSERT_EQUAL(regatta_report(ctx, model, &o), REGATTA_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "23"));
    o.n_users = 33;
    CU_ASSERT_EQUAL(regatta_report(ctx, model, &o), REGATTA_EINVAL);
    o.n_users = 1;
    o.page = refuse;
    CU_ASSERT_EQUAL(regatta_report(ctx, model, &o), REGATTA_EIO);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"numbers", test_report__numbers}, {"hostile_ids", test_report__hostile_ids},
    {"threads", test_report__threads}, {"missing_parts", test_report__missing_parts},
    {"refused", test_report__refused},
};

int test_report(void)
{
    return TEST_MAIN("report", cases);
}
