#include "graph/split.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <string.h>

/* u has five items, v two, w one, by time. */
static const char data[] =
    "user,item,time\nu,a,50\nu,b,40\nu,c,30\nu,d,20\nu,e,10\nv,a,1\nv,b,2\nw,a,60\n";

static void splits_of(const char *rows, const regatta_split_options *opts,
                      const char *train, const char *valid, const char *test)
{
    regatta_ctx *ctx = NULL;
    regatta_graph *g = NULL, *part[3] = {NULL};
    const char *const expected[] = {train, valid, test};
    char dump[TEXT_DUMP_BYTES];
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(text_read(ctx, &g, rows, NULL, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_graph_split(ctx, &part[0], &part[1], &part[2], g, opts),
                    REGATTA_OK);
    for (int k = 0; k < 3; k++) {
        text_dump(dump, part[k]);
        CU_ASSERT_STRING_EQUAL(dump, expected[k]);
        regatta_graph_free(part[k]);
    }
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
    text_remove();
}

static void splits(const regatta_split_options *opts, const char *train,
                   const char *valid, const char *test)
{
    splits_of(data, opts, train, valid, test);
}

static void test_split__time_is_one_cut_for_all(void)
{
    regatta_split_options o = REGATTA_SPLIT_OPTIONS_INIT;
    o.kind = REGATTA_SPLIT_TIME;
    o.time = 40; /* a row at the cut is test; w has no earlier row */
    splits(&o, "u,c,30;u,d,20;u,e,10;v,a,1;v,b,2;", "", "u,a,50;u,b,40;w,a,60;");
    o.time = 61;
    splits(&o, "u,a,50;u,b,40;u,c,30;u,d,20;u,e,10;v,a,1;v,b,2;w,a,60;", "", "");
    o.time = 1;
    splits(&o, "", "", "u,a,50;u,b,40;u,c,30;u,d,20;u,e,10;v,a,1;v,b,2;w,a,60;");
}

static void test_split__users_with_few_items(void)
{
    regatta_split_options o = REGATTA_SPLIT_OPTIONS_INIT;
    o.kind = REGATTA_SPLIT_LEAVE_LAST;
    o.leave_last = 1;
    o.leave_valid = 1;
    splits(&o, "u,c,30;u,d,20;u,e,10;v,a,1;w,a,60;", "u,b,40;", "u,a,50;v,b,2;");
    o.leave_last = 9;
    splits(&o, "u,e,10;v,a,1;w,a,60;", "", "u,a,50;u,b,40;u,c,30;u,d,20;v,b,2;");
}

/* Equal times: the last row is the latest, whatever the numbers of the items. Falling
 * times: the order is that of time. Times before 1970 are earlier. */
static void test_split__last_of_equal_and_negative_times(void)
{
    regatta_split_options o = REGATTA_SPLIT_OPTIONS_INIT;
    o.kind = REGATTA_SPLIT_LEAVE_LAST;
    o.leave_last = 1;
    o.leave_valid = 1;
    splits_of("user,item,time\nu,c,7\nu,b,7\nu,a,7\nv,a,7\nv,b,7\nv,c,7\n", &o,
              "u,c,7;v,a,7;", "u,b,7;v,b,7;", "u,a,7;v,c,7;");
    splits_of("user,item,time\nu,c,3\nu,b,2\nu,a,1\n", &o, "u,a,1;", "u,b,2;", "u,c,3;");
    splits_of("user,item,time\nu,c,0\nu,b,-5\nu,a,-900\nv,a,-1\n", &o, "u,a,-900;v,a,-1;",
              "u,b,-5;", "u,c,0;");
}

/* Three times the same item: each time is an interaction. */
static void test_split__repeats_of_one_item(void)
{
    regatta_split_options o = REGATTA_SPLIT_OPTIONS_INIT;
    o.kind = REGATTA_SPLIT_LEAVE_LAST;
    o.leave_last = 1;
    o.leave_valid = 1;
    splits_of("user,item,time\nu,a,1\nu,a,2\nu,a,3\n", &o, "u,a,1;", "u,a,2;", "u,a,3;");
    o.kind = REGATTA_SPLIT_TIME;
    o.time = 2;
    splits_of("user,item,time\nu,a,1\nu,a,2\nu,a,3\n", &o, "u,a,1;", "", "u,a,2,3;");
}

int test_split(void)
{
    const test_case cases[] = {
        {"time_is_one_cut_for_all", test_split__time_is_one_cut_for_all},
        {"users_with_few_items", test_split__users_with_few_items},
        {"last_of_equal_and_negative_times",
         test_split__last_of_equal_and_negative_times},
        {"repeats_of_one_item", test_split__repeats_of_one_item},
    };
    return TEST_MAIN("split", cases);
}
