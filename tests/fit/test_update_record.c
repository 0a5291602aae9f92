/* The record of the updates of a model. */
#include "fit/update/update_record.h"
#include "model/model.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <regatta/regatta.h>

enum { USERS = 30, LATE = 3, ITEMS = 12, EACH = 4 };

/* Rows of users [from, to): each has EACH items from place `first` on. */
static regatta_graph *graph_of(regatta_ctx *ctx, uint32_t from, uint32_t to,
                               uint32_t first)
{
    uint32_t user[(USERS + LATE) * EACH], item[(USERS + LATE) * EACH];
    int64_t n = 0;
    regatta_edges e = REGATTA_EDGES_INIT;
    regatta_graph *g = NULL;
    static const char *const names[] = {
        "0",  "1",  "2",  "3",  "4",  "5",  "6",  "7",  "8",  "9",  "10",
        "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21",
        "22", "23", "24", "25", "26", "27", "28", "29", "30", "31", "32"};
    for (uint32_t u = from; u < to; u++)
        for (uint32_t k = 0; k < EACH; k++, n++) {
            user[n] = u - from;
            item[n] = (u + (first + k) * (1 + u % 2)) % ITEMS;
        }
    e.n_edges = n;
    e.n_users = to - from;
    e.n_items = ITEMS;
    e.user = user;
    e.item = item;
    e.user_names = names + from;
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &g, &e), REGATTA_OK);
    return g;
}

/* Updates by rows, or forgets; frees what it is given. Returns the interactions added
 * since the training. */
static int64_t update(regatta_ctx *ctx, regatta_model **model, regatta_graph *news,
                      const uint32_t *forget, int64_t n)
{
    regatta_update_options o = REGATTA_UPDATE_OPTIONS_INIT;
    regatta_update_report r = REGATTA_UPDATE_REPORT_INIT;
    regatta_model *out = NULL;
    o.measure = 0;
    o.forget = forget;
    o.n_forget = n;
    CU_ASSERT_EQUAL_FATAL(regatta_model_update(ctx, &out, *model, news, &o, &r),
                          REGATTA_OK);
    const rg_update_past past = rg_update_past_of(out);
    CU_ASSERT_EQUAL(past.n_added, r.n_added_since);
    CU_ASSERT_EQUAL(past.n_trained, USERS * EACH);
    regatta_model_free(*model);
    regatta_graph_free(news);
    *model = out;
    return r.n_added_since;
}

/* Rows of users who came later and were forgotten do not count as added; of users of the
 * training they do. The first users of the model are those of the training. */
static void test_update_record__forgotten_rows(void)
{
    static const uint32_t some[] = {2, USERS + 1, USERS + 2, 7}, last[] = {USERS - 2};
    regatta_ctx *ctx = tiny_context(1);
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    regatta_model *model = NULL;
    regatta_graph *old = graph_of(ctx, 0, USERS, 0);
    o.channels = "items";
    o.valid_share = 0.0f;
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, old, &o), REGATTA_OK);
    CU_ASSERT_EQUAL(update(ctx, &model, graph_of(ctx, 0, 10, 7), NULL, 0), 10 * EACH);
    CU_ASSERT_EQUAL(update(ctx, &model, graph_of(ctx, USERS, USERS + LATE, 0), NULL, 0),
                    (10 + LATE) * EACH);
    CU_ASSERT_EQUAL(update(ctx, &model, NULL, some, 4), (10 + 1) * EACH);
    CU_ASSERT_EQUAL(rg_update_past_of(model).n_trained_users, USERS - 2);
    CU_ASSERT_STRING_EQUAL(regatta_model_name(model, REGATTA_USERS, USERS - 2), "30");
    CU_ASSERT_EQUAL(update(ctx, &model, graph_of(ctx, 11, 12, 7), NULL, 0),
                    (10 + 1 + 1) * EACH);
    CU_ASSERT_EQUAL(update(ctx, &model, NULL, last, 1), (10 + 1) * EACH);
    CU_ASSERT_EQUAL(rg_update_past_of(model).n_trained_users, USERS - 2);
    CU_ASSERT_EQUAL(rg_update_past_of(model).n_updates, 5);
    regatta_model_free(model);
    regatta_graph_free(old);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"forgotten rows", test_update_record__forgotten_rows},
};

int test_update_record(void)
{
    return TEST_MAIN("update_record", cases);
}
