/* The queries of an evaluation: who asks, with which history, at which time. */
#include "rank/test_set.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include "support/tiny_model.h"
#include <stdio.h>
#include <string.h>

enum { BYTES = 1024 };

static regatta_graph *graph_of(regatta_ctx *ctx, const char *text)
{
    regatta_graph *g = NULL;
    CU_ASSERT_EQUAL_FATAL(text_read(ctx, &g, text, NULL, NULL), REGATTA_OK);
    text_remove();
    return g;
}

/* "user: history > test items !missed @time; ", then "| " and those without a ranking,
 * of queries read `most` at a time through a room for `capacity` interactions. */
static void dump(char text[BYTES], regatta_ctx *ctx, const rg_test_set *set,
                 const regatta_graph *test, int64_t most, int64_t capacity)
{
    rg_test_room room;
    size_t n = 0;
    CU_ASSERT_EQUAL_FATAL(rg_test_room_create(ctx, &room, set, most), REGATTA_OK);
    CU_ASSERT(room.capacity >= set->longest);
    if (capacity > 0) room.capacity = capacity;
    const rg_holdout *h = &set->holdout;
    regatta_query q = {.n = 0};
    text[0] = '\0';
    for (int64_t t = 0, first = 0; t < h->n_users + set->n_unranked; t++) {
        if (t < h->n_users && t == first + q.n) {
            first = t;
            rg_test_set_query(&q, set, first, most, &room);
            CU_ASSERT_FATAL(q.n > 0 && q.n <= most);
        }
        n += (size_t)snprintf(text + n, BYTES - n, "%s%s:", t == h->n_users ? "| " : "",
                              rg_idmap_name(test->users, set->row[t]));
        if (t < h->n_users && q.offset != NULL)
            for (int64_t k = q.offset[t - first]; k < q.offset[t - first + 1]; k++) {
                n += (size_t)snprintf(text + n, BYTES - n, " %u", q.item[k]);
                if (q.time != NULL)
                    n += (size_t)snprintf(text + n, BYTES - n, "@%d", (int)q.time[k]);
            }
        n += (size_t)snprintf(text + n, BYTES - n, " >");
        for (int64_t e = h->offset[t]; e < h->offset[t + 1]; e++)
            n += (size_t)snprintf(text + n, BYTES - n, " %u", h->item[e]);
        if (set->n_missed[t] > 0)
            n += (size_t)snprintf(text + n, BYTES - n, " !%u", set->n_missed[t]);
        if (t < h->n_users && q.at != NULL)
            n += (size_t)snprintf(text + n, BYTES - n, " at %d", (int)q.at[t - first]);
        n += (size_t)snprintf(text + n, BYTES - n, "; ");
    }
    rg_test_room_free(ctx, &room);
}

/* The queries of a test with two histories ("" = none), of any number at a time. */
static void asks(const char *test, const char *past, const char *more, int every_next,
                 const char *expected)
{
    regatta_ctx *ctx = tiny_context(1);
    const tiny_spec spec = tiny_default();
    regatta_model *m = NULL;
    rg_test_set *set = NULL;
    char text[BYTES];
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    regatta_graph *tested = graph_of(ctx, test);
    regatta_graph *history[2] = {*past ? graph_of(ctx, past) : NULL,
                                 *more ? graph_of(ctx, more) : NULL};
    const rg_test_source source = {.test = tested,
                                   .history = (const regatta_graph *const *)history,
                                   .n_histories = (*past != 0) + (*more != 0),
                                   .every_next = every_next};
    CU_ASSERT_EQUAL_FATAL(rg_test_set_create(ctx, &set, m, &source), REGATTA_OK);
    for (int64_t most = 1; most < 4; most++) {
        dump(text, ctx, set, tested, most, 0);
        CU_ASSERT_STRING_EQUAL(text, expected);
        dump(text, ctx, set, tested, most, set->longest);
        CU_ASSERT_STRING_EQUAL(text, expected);
    }
    rg_test_set_free(set);
    for (int h = 0; h < 2; h++) regatta_graph_free(history[h]);
    regatta_graph_free(tested);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const char past[] = "user,item,time\na,i7,30\na,i3,10\na,i7,10\nb,i1,5\n";
static const char more[] = "user,item,time\nb,i2,9\na,i4,20\na,new,21\nc,i5,1\n";
static const char tested[] =
    "user,item,time\nc,i9,50\na,i8,60\na,i6,40\na,i7,45\nb,i2,-9\n"
    "d,i1,70\nd,i2,71\n";

/* Histories in order, repeats included; the test item that is earliest says when. */
static void test_test_set__histories_are_joined_in_order(void)
{
    asks(tested, past, "", 0,
         "a: 3@10 7@10 7@30 > 6 8 !1 at 40; b: 1@5 > 2 at -9; | c: > 9; d: > 1 2; ");
    asks(tested, past, more, 0,
         "c: 5@1 > 9 at 50; a: 3@10 7@10 7@30 4@20 > 6 8 !1 at 40; "
         "b: 1@5 2@9 > !1 at -9; | d: > 1 2; ");
    asks(tested, more, past, 0,
         "c: 5@1 > 9 at 50; a: 4@20 3@10 7@10 7@30 > 6 8 !1 at 40; "
         "b: 2@9 1@5 > !1 at -9; | d: > 1 2; ");
}

/* Without times of one of them there are none, and nobody asks at a time. */
static void test_test_set__times_of_all_or_of_none(void)
{
    asks("user,item\na,i8\na,i6\n", past, "", 0, "a: 3@10 7@10 7@30 > 6 8; ");
    asks("user,item,time\na,i8,60\na,i6,40\n", past, "a i4\na i4\n", 0,
         "a: 3 7 7 4 4 > 6 8; ");
    asks("user,item\na,i8\na,i6\n", past, "", 1, "a: 3 7 7 > 8; a: 3 7 7 8 > 6; ");
}

/* Each interaction by what was before it; of a user without a history the first is not
 * ranked. A repeat is in the history; an item that the model does not know is not. */
static void test_test_set__every_next(void)
{
    asks(tested, past, more, 1,
         "c: 5@1 > 9 at 50; a: 3@10 7@10 7@30 4@20 > 6 at 40; "
         "a: 3@10 7@10 7@30 4@20 6@40 > !1 at 45; "
         "a: 3@10 7@10 7@30 4@20 6@40 7@45 > 8 at 60; b: 1@5 2@9 > !1 at -9; "
         "d: 1@70 > 2 at 71; | d: > 1; ");
    asks("e i1\ne i2\ne new\ne i2\ne i3\n", past, "", 1,
         "e: 1 > 2; e: 1 2 > !1; e: 1 2 > !1; e: 1 2 2 > 3; | e: > 1; ");
    asks("f i1\nf i1\n", "", "", 1, "f: 1 > !1; | f: > 1; ");
}

/* Users of the model in its order: their history is that of the model. */
static void test_test_set__users_of_the_model(void)
{
    asks("u6 i40\nstranger i1\nu2 i40\n", "", "", 0,
         "u2: > 40; u6: > 40; | stranger: > 1; ");
}

static const test_case cases[] = {
    {"histories_are_joined_in_order", test_test_set__histories_are_joined_in_order},
    {"times_of_all_or_of_none", test_test_set__times_of_all_or_of_none},
    {"every_next", test_test_set__every_next},
    {"users_of_the_model", test_test_set__users_of_the_model},
};

int test_test_set(void)
{
    return TEST_MAIN("test_set", cases);
}
