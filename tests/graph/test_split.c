#include "graph/split.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <string.h>

/* u has five items, v two, w one, by time. */
static const char data[] =
    "user,item,time\nu,a,50\nu,b,40\nu,c,30\nu,d,20\nu,e,10\nv,a,1\nv,b,2\nw,a,60\n";

static void splits(const regatta_split_options *opts, const char *train,
                   const char *valid, const char *test)
{
    regatta_ctx *ctx = NULL;
    regatta_graph *g = NULL, *part[3] = {NULL};
    const char *const expected[] = {train, valid, test};
    char dump[TEXT_DUMP_BYTES];
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(text_read(ctx, &g, data, NULL, NULL), REGATTA_OK);
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

int main(void)
{
    const test_case cases[] = {
        {"time_is_one_cut_for_all", test_split__time_is_one_cut_for_all},
        {"users_with_few_items", test_split__users_with_few_items},
    };
    return TEST_MAIN("split", cases);
}
