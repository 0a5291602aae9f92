/* The decisions of a report, from records of trainings. */
#include "base/text/json_tree.h"
#include "model/model.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>

typedef struct world {
    regatta_ctx *ctx;
    regatta_model *model;
    char *json;
    size_t n;
    rg_json_tree tree;
} world;

static int take(void *state, const void *from, size_t n)
{
    world *w = state;
    w->json = realloc(w->json, w->n + n);
    memcpy(w->json + w->n, from, n);
    w->n += n;
    return 0;
}

/* Makes the report of a model with this record. */
static void begin(world *w, const char *record)
{
    const tiny_spec spec = tiny_default();
    const size_t n = strlen(record) + 1;
    regatta_report_options o = REGATTA_REPORT_OPTIONS_INIT;
    *w = (world){.ctx = tiny_context(1)};
    CU_ASSERT_EQUAL_FATAL(tiny_model(w->ctx, &w->model, &spec), REGATTA_OK);
    char *text = rg_alloc(w->model->mem, (int64_t)n, 1);
    CU_ASSERT_FATAL(text != NULL);
    memcpy(text, record, n);
    rg_free(w->model->mem, w->model->json);
    w->model->json = text;
    o.json = take;
    o.json_state = w;
    CU_ASSERT_EQUAL_FATAL(regatta_report(w->ctx, w->model, &o), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_json_tree_parse(w->ctx, &w->tree, w->json, (int64_t)w->n),
                          REGATTA_OK);
}

static void end(world *w)
{
    rg_json_tree_free(w->ctx, &w->tree);
    free(w->json);
    regatta_model_free(w->model);
    regatta_ctx_free(w->ctx);
}

/* Returns what channel k adds. */
static const rg_json_node *adds(const world *w, int k)
{
    const rg_json_node *c = rg_json_at(w->tree.node, "blend.channels")->first;
    while (k-- > 0 && c != NULL) c = c->next;
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    return rg_json_at(c, "adds_ndcg@20");
}

/* spectral was dropped first, .40 to .44, then order, .44 to .45. */
#define DROPPED                                                                          \
    "\"start\": 0.40, \"ungated\": 0.45, \"base\": {\"vectors\": 2, \"items\": 1, "      \
    "\"spectral\": 0, \"order\": 0}, \"alone\": {\"vectors\": 0.3, \"items\": 0.3, "     \
    "\"spectral\": 0.2, \"order\": 0.2}, \"without\": {\"vectors\": 0.43, \"items\": "   \
    "0.451, \"spectral\": 0.44, \"order\": 0.45}, \"without_errors\": {\"spectral\": "   \
    "0.01}"

static void test_report_decisions__dropped_channels(void)
{
    static const double hand[] = {0.02, -0.001, -0.04, -0.01};
    world w;
    begin(&w, "{\"blend\": {\"kind\": \"start\", " DROPPED "}}");
    for (int k = 0; k < 4; k++)
        CU_ASSERT_DOUBLE_EQUAL(adds(&w, k)->number, hand[k], 1e-9);
    end(&w);
    begin(&w, "{\"blend\": {\"kind\": \"gated\", \"linear\": 0.41, " DROPPED "}}");
    CU_ASSERT_EQUAL(adds(&w, 2)->kind, RG_JSON_NULL); /* from start or from linear */
    CU_ASSERT_DOUBLE_EQUAL(adds(&w, 3)->number, -0.01, 1e-9);
    end(&w);
}

/* Writes of each trial: y, n, or - if the record does not say it. */
static void check_chosen(const world *w, const char *choice, const char *want)
{
    const rg_json_node *c = rg_json_at(w->tree.node, "decisions")->first;
    while (c != NULL && strcmp(rg_json_at(c, "choice")->text, choice) != 0) c = c->next;
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    for (const rg_json_node *t = rg_json_at(c, "trials")->first; t != NULL; t = t->next) {
        const rg_json_node *chosen = rg_json_at(t, "chosen");
        const char now = chosen->kind != RG_JSON_BOOL ? '-'
                         : chosen->number > 0.0       ? 'y'
                                                      : 'n';
        CU_ASSERT_EQUAL(now, *want);
        want += *want != '\0';
    }
    CU_ASSERT_EQUAL(*want, '\0');
}

static void test_report_decisions__chosen(void)
{
    world w;
    begin(&w,
          "{\"options\": {\"temperature\": 0.15}, \"training\": {\"item_graph\": false, "
          "\"recency\": {\"decay\": 0.97, \"floor\": 0.1}}, \"item_attention\": "
          "{\"ridge\": \"exact\", \"lambda\": 8, \"attention\": \"cosine\", \"beta\": "
          "[0.5, 0.25]}, \"trend\": {\"window\": 604800, \"days\": 7}, "
          "\"validation\": {"
          "\"shapes\": [{\"lambda\": 2, \"ndcg@20\": 0.1, \"chosen\": true}, "
          "{\"lambda\": 8, \"ndcg@20\": 0.2}], "
          "\"ridges\": [{\"ridge\": \"local\", \"lambda\": 8, \"ndcg@20\": 0.1}, "
          "{\"ridge\": \"exact\", \"lambda\": 4, \"ndcg@20\": 0.1}, "
          "{\"ridge\": \"exact\", \"lambda\": 8, \"ndcg@20\": 0.1}], "
          "\"attentions\": [{\"attention\": \"none\", \"ndcg@20\": 0.1}, "
          "{\"attention\": \"cosine\", \"beta\": [0.5, 0.25], \"ndcg@20\": 0.1}, "
          "{\"attention\": \"cosine\", \"beta\": [0.5, 0.5], \"ndcg@20\": 0.1}], "
          "\"recency\": [{\"decay\": 1, \"floor\": 0, \"ndcg@20\": 0.1}, "
          "{\"decay\": 0.97, \"floor\": 0, \"ndcg@20\": 0.1}], "
          "\"vectors_recency\": [{\"decay\": 1, \"floor\": 0, \"ndcg@20\": 0.1}, "
          "{\"decay\": 0.970000029, \"floor\": 0.1, \"ndcg@20\": 0.1}, "
          "{\"decay\": 0.97, \"floor\": 0.1, \"age_power\": 0.25, \"ndcg@20\": 0.1}], "
          "\"order_recency\": [{\"decay\": 1, \"floor\": 0, \"ndcg@20\": 0.1}], "
          "\"temperatures\": [{\"temperature\": 0.150000006, \"ndcg@20\": 0.1}, "
          "{\"temperature\": 0.2, \"ndcg@20\": 0.2}], "
          "\"item_graphs\": [{\"item_graph\": 1, \"ndcg@20\": 0.1}], "
          "\"trend_windows\": [{\"days\": 1, \"ndcg@20\": 0.1}, "
          "{\"days\": 7, \"ndcg@20\": 0.2}], "
          "\"targets\": [{\"target\": \"off\", \"ndcg@20\": 0.1}]}}");
    check_chosen(&w, "shapes", "yn");
    check_chosen(&w, "ridges", "nny");
    check_chosen(&w, "attentions", "nyn");
    check_chosen(&w, "recency", "yn");
    check_chosen(&w, "vectors_recency", "nyn");
    check_chosen(&w, "order_recency", "-");
    check_chosen(&w, "temperatures", "yn");
    check_chosen(&w, "item_graphs", "n");
    check_chosen(&w, "trend_windows", "ny");
    check_chosen(&w, "targets", "-");
    end(&w);
}

static const test_case cases[] = {
    {"dropped_channels", test_report_decisions__dropped_channels},
    {"chosen", test_report_decisions__chosen},
};

int test_report_decisions(void)
{
    return TEST_MAIN("report_decisions", cases);
}
