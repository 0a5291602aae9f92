/* Dislikes and impressions in graphs, and in a model. */
#include "graph/bipartite.h"
#include "model/model.h"
#include "rank/tile.h"
#include "support/fault.h"
#include "support/forge.h"
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

static void test_pair_marks__the_latest_row_decides(void)
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
static void test_pair_marks__stay_with_the_graph(void)
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

/* The only times that look like dates written as numbers (hours, months) are those of
 * dislikes and impressions: the writer marks them as seconds. */
static void test_pair_marks__times_like_dates_are_read_back(void)
{
    static const char *const text[] = {
        "user,item,rating,timestamp\na,x,shown,2021013020\nb,y,shown,2021013021\n",
        "user,item,rating,timestamp\na,x,shown,2021013020\nb,y,-1,2021013021\n"
        "b,x,1,2021013022\n",
        "user,item,rating,timestamp\na,x,-1,202101\nb,y,shown,202102\n"};
    regatta_ctx *ctx = tiny_context(1);
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    scratch_open(folder);
    scratch_path(path, folder, "rows.tsv");
    for (int k = 0; k < 3; k++) {
        regatta_graph *g = NULL, *again = NULL;
        regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
        scratch_write(path, text[k], (int64_t)strlen(text[k]));
        o.use_dislike_below = 1;
        o.time_format = "seconds";
        CU_ASSERT_EQUAL_FATAL(regatta_graph_read(ctx, &g, path, &o, NULL), REGATTA_OK);
        CU_ASSERT_EQUAL(regatta_graph_write(ctx, g, path), REGATTA_OK);
        o.time_format = NULL;
        CU_ASSERT_EQUAL_FATAL(regatta_graph_read(ctx, &again, path, &o, NULL),
                              REGATTA_OK);
        CU_ASSERT_EQUAL(again->hash, g->hash);
        regatta_graph_free(g);
        regatta_graph_free(again);
    }
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

static void test_pair_marks__are_not_recommended(void)
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
static void test_pair_marks__push_away(void)
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
static void test_pair_marks__in_files(void)
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

/* Impressions by the word in the weight column and by the kind of the row; of a pair the
 * first 31 count, and they decide nothing. */
static void test_pair_marks__impressions(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_read_report report = REGATTA_READ_REPORT_INIT;
    char text[2048] = "user,item,rating,timestamp\n"
                      "a,x,shown,100\na,x,5,200\na,x,shown,300\n" /* taken all the same */
                      "a,y,1,100\na,y,shown,200\n" /* disliked all the same */
                      "b,z,shown,10\n";
    for (int k = 0; k < 40; k++) strcat(text, "b,x,shown,50\n");
    regatta_graph *g = read_text(ctx, text, 3.0, &report);
    holds(g, "a x;| a y;");
    CU_ASSERT_EQUAL(report.n_impressions, 3 + 1 + 31);
    CU_ASSERT_EQUAL(g->shown->offset[1], 3);
    CU_ASSERT_EQUAL(g->shown->target[0], g->shown->target[1]);
    CU_ASSERT_EQUAL(g->shown_time[1], 300);
    CU_ASSERT_EQUAL(g->shown->n_edges, 35);
    regatta_graph_free(g);

    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    const char *rows = "user,item,event,rating\na,x,see,2\na,x,click,4\na,y,see,9\n";
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    scratch_open(folder);
    scratch_path(path, folder, "rows.csv");
    scratch_write(path, rows, (int64_t)strlen(rows));
    o.event_weights = "see=shown,click=1";
    o.use_min_weight = 1;
    o.min_weight = 3.0; /* drops one impression: its rating is 2 */
    CU_ASSERT_EQUAL_FATAL(regatta_graph_read(ctx, &g, path, &o, &report), REGATTA_OK);
    holds(g, "a x;| ");
    CU_ASSERT_EQUAL(report.n_impressions, 1);
    CU_ASSERT_EQUAL(report.n_below, 1);
    regatta_graph_free(g);
    o.event_weights = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_graph_read(ctx, &g, path, &o, &report), REGATTA_OK);
    CU_ASSERT_EQUAL(report.n_impressions, 0);
    CU_ASSERT_PTR_NULL(g->shown);
    regatta_graph_free(g);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

/* Returns the number of impressions; 0 without any. */
static int64_t n_shown(const regatta_graph *g)
{
    return g->shown != NULL ? g->shown->n_edges : 0;
}

/* Written and read again, filtered, split, and part of the hash. */
static void test_pair_marks__impressions_stay(void)
{
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = tiny_context(1);
    regatta_graph *g = NULL, *again = NULL, *train = NULL, *test = NULL, *kept = NULL;
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    regatta_split_options split = REGATTA_SPLIT_OPTIONS_INIT;
    regatta_filter_options filter = REGATTA_FILTER_OPTIONS_INIT;
    g = read_text(ctx,
                  "user,item,rating,timestamp\na,x,5,100\na,y,5,300\na,z,shown,90\n"
                  "a,z,shown,100\na,z,shown,250\nb,x,5,100\nb,y,4,150\nb,x,shown,50\n"
                  "b,z,shown,160\n",
                  3.0, NULL);
    scratch_open(folder);
    scratch_path(path, folder, "graph.tsv");
    CU_ASSERT_EQUAL(regatta_graph_write(ctx, g, path), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_graph_read(ctx, &again, path, &o, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(again->hash, g->hash);
    CU_ASSERT_EQUAL(n_shown(again), 5);
    split.kind = REGATTA_SPLIT_TIME;
    split.time = 225;
    CU_ASSERT_EQUAL(regatta_graph_split(ctx, &train, NULL, &test, g, &split), REGATTA_OK);
    holds(train, "a x;b x;b y;| ");
    CU_ASSERT_EQUAL(n_shown(train), 3); /* at 90, 100; 50 */
    CU_ASSERT_EQUAL(n_shown(test), 0);
    filter.min_item = 2;
    CU_ASSERT_EQUAL(regatta_graph_filter(ctx, &kept, g, &filter), REGATTA_OK);
    CU_ASSERT_EQUAL(n_shown(kept), 1); /* of x */
    regatta_graph_free(again);
    again = read_text(ctx, "user,item,rating\na,x,5\na,y,shown\n", 0.0, NULL);
    regatta_graph *other = read_text(ctx, "user,item,rating\na,x,5\na,y,-1\n", 0.0, NULL);
    CU_ASSERT_NOT_EQUAL(again->hash, other->hash);
    regatta_graph_free(other);
    regatta_graph_free(g);
    regatta_graph_free(again);
    regatta_graph_free(train);
    regatta_graph_free(test);
    regatta_graph_free(kept);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

/* Gives user 5 impressions: of items 7 and 30, and of the first item of the history. */
static void expose(regatta_model *m, const float *strength)
{
    static int64_t offset[24];
    static uint32_t item[3];
    static const uint8_t count[] = {1, 31, 6};
    uint8_t of[41] = {0};
    const uint32_t taken = m->history_item[m->history_offset[5]];
    CU_ASSERT_FATAL(taken != 7 && taken != 30 &&
                    m->history_offset[6] > m->history_offset[5]);
    of[7] = count[0];
    of[30] = count[1];
    of[taken] = count[2];
    static uint8_t counts[3];
    int n = 0;
    for (uint32_t j = 0; j < 41; j++)
        if (of[j] > 0) {
            item[n] = j;
            counts[n++] = of[j];
        }
    for (int u = 0; u < 24; u++) offset[u] = u > 5 ? 3 : 0;
    m->shown_offset = offset;
    m->shown_item = item;
    m->shown_count = counts;
    m->n_shown = 3;
    m->shown_strength = strength;
}

/* The score loses strength * log(1 + n), as explain shows, but not that of an item that
 * the user has, nor that of other users; a file and a copy hold it. */
static void test_pair_marks__exposure_lowers_the_score(void)
{
    static const float strength = 0.75f, none = 0.0f;
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = tiny_context(1);
    regatta_convert_options convert = REGATTA_CONVERT_OPTIONS_INIT;
    regatta_model *m = model_of(ctx), *copy = NULL, *read = NULL;
    uint32_t item[41];
    float with[41], without[41], again[41];
    scratch_open(folder);
    scratch_path(path, folder, "model");
    for (uint32_t j = 0; j < 41; j++) item[j] = j;
    for (uint32_t user = 4; user < 6; user++) {
        const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
        expose(m, &none);
        CU_ASSERT_EQUAL(regatta_score(ctx, m, &query, item, 41, without), REGATTA_OK);
        expose(m, &strength);
        CU_ASSERT_EQUAL(regatta_score(ctx, m, &query, item, 41, with), REGATTA_OK);
        for (uint32_t j = 0; j < 41; j++) {
            regatta_explanation e = REGATTA_EXPLANATION_INIT;
            const double n = user != 5 ? 0.0 : j == 7 ? 1.0 : j == 30 ? 31.0 : 0.0;
            const double lost = 0.75 * log(1.0 + n);
            CU_ASSERT_DOUBLE_EQUAL((double)with[j], (double)without[j] - lost, 1e-5);
            CU_ASSERT_EQUAL(regatta_explain(ctx, m, &query, &j, 1, NULL, 0, &e),
                            REGATTA_OK);
            CU_ASSERT_DOUBLE_EQUAL(e.exposure, -lost, 1e-12);
            CU_ASSERT_DOUBLE_EQUAL(e.score, (double)with[j], 1e-6);
            CU_ASSERT(fabs(e.residual) < 1e-5);
        }
        CU_ASSERT_EQUAL(regatta_model_convert(ctx, &copy, m, &convert), REGATTA_OK);
        CU_ASSERT_EQUAL(regatta_model_save(ctx, copy, path), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &read, path), REGATTA_OK);
        CU_ASSERT_EQUAL(regatta_score(ctx, read, &query, item, 41, again), REGATTA_OK);
        CU_ASSERT_EQUAL(memcmp(with, again, sizeof with), 0);
        regatta_model_free(read);
        regatta_model_free(copy);
    }
    scratch_close(folder);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Each part of the impressions of a file is checked. */
static void test_pair_marks__forged_impressions(void)
{
    static const float strength = 0.75f;
    static const char *const part[] = {"shown.strength", "shown.offsets", "shown.items",
                                       "shown.counts"};
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx), *read = NULL;
    scratch_open(folder);
    scratch_path(path, folder, "model");
    expose(m, &strength);
    CU_ASSERT_EQUAL(regatta_model_save(ctx, m, path), REGATTA_OK);
    for (int k = 0; k < 9; k++) {
        forge f;
        forge_open(&f, ctx, path);
        float *s = forge_data(&f, part[0]);
        uint8_t *count = forge_data(&f, part[3]);
        switch (k) {
        case 0: *s = -1.0f; break;
        case 1: *s = NAN; break;
        case 2: *s = INFINITY; break;
        case 3: count[1] = 0; break;
        case 4: count[2] = 32; break;
        case 5: forge_drop(&f, part[3]); break;
        case 6: forge_drop(&f, part[1]); break;
        case 7: forge_drop(&f, part[2]); break;
        default: forge_find(&f, part[3])->dim[0] = 2; break;
        }
        char other[SCRATCH_PATH];
        scratch_path(other, folder, "forged");
        forge_save(&f, other);
        forge_close(&f);
        CU_ASSERT_EQUAL(regatta_model_load(ctx, &read, other), REGATTA_EFORMAT);
        CU_ASSERT_PTR_NULL(read);
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "shown."));
    }
    scratch_close(folder);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    static const uint32_t user[] = {0, 0, 1, 1, 1}, item[] = {0, 1, 0, 2, 1};
    static const float weight[] = {1, -1, 1, -2, -INFINITY};
    regatta_edges e = REGATTA_EDGES_INIT;
    regatta_graph *g = NULL;
    (void)arg;
    e.n_edges = 5;
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

static void test_pair_marks__every_allocation_may_fail(void)
{
    fault_sweep_memory(attempt, NULL);
}

static const test_case cases[] = {
    {"latest row", test_pair_marks__the_latest_row_decides},
    {"stay", test_pair_marks__stay_with_the_graph},
    {"times like dates", test_pair_marks__times_like_dates_are_read_back},
    {"not recommended", test_pair_marks__are_not_recommended},
    {"push", test_pair_marks__push_away},
    {"files", test_pair_marks__in_files},
    {"impressions", test_pair_marks__impressions},
    {"impressions stay", test_pair_marks__impressions_stay},
    {"exposure", test_pair_marks__exposure_lowers_the_score},
    {"forged", test_pair_marks__forged_impressions},
    {"allocations", test_pair_marks__every_allocation_may_fail},
};

int test_pair_marks(void)
{
    return TEST_MAIN("pair marks", cases);
}
