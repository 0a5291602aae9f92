/* Dislikes in graphs, and in a model. */
#include "graph/bipartite.h"
#include "model/model.h"
#include "rank/tile.h"
#include "support/fault.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdio.h>
#include <string.h>

/* Writes "u i;" of likes, then "| u i;" of dislikes. */
static void holds(const regatta_graph *g, const char *want)
{
    char got[400] = "";
    size_t n = 0;
    const rg_csr *rows[2] = {g->by_user, g->disliked};
    for (int part = 0; part < 2; part++) {
        if (part) n += (size_t)snprintf(got + n, sizeof got - n, "| ");
        for (int64_t u = 0; rows[part] != NULL && u < rows[part]->n_rows; u++)
            for (int64_t e = rows[part]->offset[u]; e < rows[part]->offset[u + 1]; e++)
                n += (size_t)snprintf(got + n, sizeof got - n, "%s %s;",
                                      rg_idmap_name(g->users, (uint32_t)u),
                                      rg_idmap_name(g->items, rows[part]->target[e]));
    }
    CU_ASSERT_STRING_EQUAL(got, want);
}

static regatta_graph *read_text(regatta_ctx *ctx, const char *text, double below,
                                regatta_read_report *report)
{
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    regatta_graph *g = NULL;
    scratch_open(folder);
    scratch_path(path, folder, "rows.csv");
    scratch_write(path, text, (int64_t)strlen(text));
    o.use_dislike_below = 1;
    o.dislike_below = below;
    CU_ASSERT_EQUAL_FATAL(regatta_graph_read(ctx, &g, path, &o, report), REGATTA_OK);
    scratch_close(folder);
    return g;
}

static void test_dislikes__the_latest_row_decides(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_read_report report = REGATTA_READ_REPORT_INIT;
    regatta_graph *g =
        read_text(ctx,
                  "user,item,rating,timestamp\n"
                  "a,x,5,100\na,x,1,300\na,x,4,200\n" /* a dislike at 300 */
                  "a,y,1,100\na,y,5,200\n"            /* liked again */
                  "b,x,2,100\nb,z,3,100\nb,y,2.9,50\n",
                  3.0, &report);
    holds(g, "a y;b z;| a x;b x;b y;");
    CU_ASSERT_EQUAL(report.n_dislikes, 3);
    CU_ASSERT_EQUAL(g->disliked_time[0], 300);
    regatta_graph_free(g);
    /* Without times the last row decides. */
    g = read_text(ctx, "user,item,rating\na,x,-1\na,x,1\na,y,1\na,y,-1\nb,x,0\n", 0.0,
                  &report);
    holds(g, "a x;b x;| a y;");
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

/* Written and read again, filtered, and split: only train has dislikes, those that are
 * not later than the user's last row there. */
static void test_dislikes__stay_with_the_graph(void)
{
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = tiny_context(1);
    regatta_graph *g = NULL, *again = NULL, *train = NULL, *test = NULL, *kept = NULL;
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    regatta_split_options split = REGATTA_SPLIT_OPTIONS_INIT;
    regatta_filter_options filter = REGATTA_FILTER_OPTIONS_INIT;
    g = read_text(ctx,
                  "user,item,rating,timestamp\na,x,5,100\na,y,5,300\na,z,1,200\n"
                  "a,w,1,250\nb,x,5,100\nb,y,4,150\nb,w,1,50\nc,v,5,10\nc,x,2,10\n",
                  3.0, NULL);
    scratch_open(folder);
    scratch_path(path, folder, "graph.tsv");
    CU_ASSERT_EQUAL(regatta_graph_write(ctx, g, path), REGATTA_OK);
    o.use_dislike_below = 1;
    CU_ASSERT_EQUAL(regatta_graph_read(ctx, &again, path, &o, NULL), REGATTA_OK);
    holds(again, "a x;a y;b x;b y;c v;| a z;a w;b w;c x;");
    split.kind = REGATTA_SPLIT_TIME;
    split.time = 225;
    CU_ASSERT_EQUAL(regatta_graph_split(ctx, &train, NULL, &test, g, &split), REGATTA_OK);
    holds(train, "a x;b x;b y;c v;| b w;c x;");
    holds(test, "a y;| ");
    filter.min_item = 2;
    CU_ASSERT_EQUAL(regatta_graph_filter(ctx, &kept, g, &filter), REGATTA_OK);
    holds(kept, "a x;a y;b x;b y;| c x;"); /* c stays, without items */
    regatta_graph_free(g);
    regatta_graph_free(again);
    regatta_graph_free(train);
    regatta_graph_free(test);
    regatta_graph_free(kept);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

/* A model whose user 5 dislikes items 3 and 40, which pushes others away by 0.5. */
static regatta_model *model_of(regatta_ctx *ctx)
{
    static int64_t offset[24];
    static const uint32_t item[] = {3, 40};
    static const float push = 0.5f;
    tiny_spec spec = tiny_default();
    regatta_model *m = NULL;
    spec.channels = 1;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    for (int u = 0; u < 24; u++) offset[u] = u > 5 ? 2 : 0;
    m->disliked_offset = offset;
    m->disliked_item = item;
    m->dislike_push = &push;
    return m;
}

static void test_dislikes__are_not_recommended(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx), *copy = NULL;
    const uint32_t user = 5;
    uint32_t items[41];
    regatta_query query = REGATTA_QUERY_INIT;
    regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
    regatta_candidates_options c = REGATTA_CANDIDATES_OPTIONS_INIT;
    query.n = 1;
    query.user = &user;
    o.k = c.n = 41;
    CU_ASSERT_EQUAL(regatta_model_convert(ctx, &copy, m, NULL), REGATTA_OK);
    for (int way = 0; way < 3; way++) {
        const regatta_model *asked = way == 1 ? copy : m;
        CU_ASSERT_EQUAL(way < 2
                            ? regatta_recommend(ctx, asked, &query, &o, items, NULL)
                            : regatta_candidates(ctx, m, &query, &c, items, NULL, NULL),
                        REGATTA_OK);
        for (int k = 0; k < 41; k++) CU_ASSERT(items[k] != 3 && items[k] != 40);
    }
    regatta_model_free(copy);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* The raw score of item attention loses push times the attention from dislikes, which
 * explain shows; the parts still add up. */
static void test_dislikes__push_away(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx);
    const float *const push = m->dislike_push, none = 0.0f;
    const uint32_t user = 5;
    uint32_t item[41];
    float with[41], without[41];
    double lost = 0.0;
    regatta_query query = REGATTA_QUERY_INIT;
    const int items = rg_channel_find("items", 5);
    query.n = 1;
    query.user = &user;
    for (uint32_t j = 0; j < 41; j++) item[j] = j;
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &query, item, 41, with), REGATTA_OK);
    m->dislike_push = &none;
    CU_ASSERT_EQUAL(regatta_score(ctx, m, &query, item, 41, without), REGATTA_OK);
    m->dislike_push = push;
    CU_ASSERT(memcmp(with, without, sizeof with) != 0);
    for (uint32_t j = 0; j < 41; j++) {
        regatta_explanation e = REGATTA_EXPLANATION_INIT;
        rg_history h;
        rg_history_resolve(&h, m, &query, 0, NULL);
        const double pushed = rg_pushed(m, &h, items, j);
        const double attention = (double)rg_weights_at(&m->item_weights->rows, 3, j) +
                                 (double)rg_weights_at(&m->item_weights->rows, 40, j);
        CU_ASSERT_DOUBLE_EQUAL(
            pushed, -0.5 * (double)m->item_weights->scale[j] * attention, 1e-12);
        lost += fabs(pushed);
        CU_ASSERT_EQUAL(regatta_explain(ctx, m, &query, &j, 1, NULL, 0, &e), REGATTA_OK);
        CU_ASSERT_DOUBLE_EQUAL(e.score, (double)with[j], 1e-6);
        CU_ASSERT(fabs(e.residual) < 1e-5);
    }
    CU_ASSERT(lost > 0.0);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* A file holds the dislikes. */
static void test_dislikes__in_files(void)
{
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx), *read = NULL;
    scratch_open(folder);
    scratch_path(path, folder, "model");
    CU_ASSERT_EQUAL(regatta_model_save(ctx, m, path), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &read, path), REGATTA_OK);
    CU_ASSERT_EQUAL(*read->dislike_push, 0.5f);
    CU_ASSERT_EQUAL(read->disliked_offset[23], 2);
    CU_ASSERT_EQUAL(read->disliked_item[0], 3);
    CU_ASSERT_EQUAL(read->disliked_item[1], 40);
    regatta_model_free(read);
    regatta_model_free(m);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    static const uint32_t user[] = {0, 0, 1, 1}, item[] = {0, 1, 0, 2};
    static const float weight[] = {1, -1, 1, -2};
    regatta_edges e = REGATTA_EDGES_INIT;
    regatta_graph *g = NULL;
    (void)arg;
    e.n_edges = 4;
    e.n_users = 2;
    e.n_items = 3;
    e.user = user;
    e.item = item;
    e.weight = weight;
    const regatta_status status = regatta_graph_from_edges(ctx, &g, &e);
    if (status == REGATTA_OK) holds(g, "0 0;1 0;| 0 1;1 2;");
    regatta_graph_free(g);
    return status;
}

static void test_dislikes__every_allocation_may_fail(void)
{
    fault_sweep_memory(attempt, NULL);
}

static const test_case cases[] = {
    {"latest row", test_dislikes__the_latest_row_decides},
    {"stay", test_dislikes__stay_with_the_graph},
    {"not recommended", test_dislikes__are_not_recommended},
    {"push", test_dislikes__push_away},
    {"files", test_dislikes__in_files},
    {"allocations", test_dislikes__every_allocation_may_fail},
};

int test_dislikes(void)
{
    return TEST_MAIN("dislikes", cases);
}
