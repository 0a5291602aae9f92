#include "base/text/json_find.h"
#include "support/suite.h"
#include <string.h>

static const char text[] =
    "{\"seed\": 7, \"a\": {\"b\": {\"c\": -2.5e1, \"d\": \"x.y\"}, \"e\": [1, 0.5]},"
    " \"long\": \"a\\u0041\", \"b\": 3}";

static void test_json_find__members_of_members(void)
{
    rg_json at;
    double x = 0.0;
    int64_t n = 0;
    CU_ASSERT(rg_json_find(&at, text, "a.b.c"));
    CU_ASSERT(rg_json_real(&at, &x));
    CU_ASSERT_EQUAL(x, -25.0);
    CU_ASSERT(rg_json_find(&at, text, "b")); /* not the b of a */
    CU_ASSERT(rg_json_whole(&at, &n));
    CU_ASSERT_EQUAL(n, 3);
    CU_ASSERT(rg_json_find(&at, text, "a.e"));
    CU_ASSERT(rg_json_enter(&at, '['));
    CU_ASSERT(rg_json_find(&at, text, "a.e.1"));
    CU_ASSERT(rg_json_real(&at, &x));
    CU_ASSERT_EQUAL(x, 0.5);
}

static void test_json_find__what_is_not_there(void)
{
    static const char *const paths[] = {"c",    "a.c",   "a.b.c.d", "seed.a",
                                        "",     "a.",    "a.b.x",   "a.e.2",
                                        "a.e.", "a.e.x", "a.e.01"};
    rg_json at;
    for (size_t k = 0; k < sizeof paths / sizeof *paths; k++)
        CU_ASSERT(!rg_json_find(&at, text, paths[k]));
    CU_ASSERT(!rg_json_find(&at, "[1]", "a"));
    CU_ASSERT(!rg_json_find(&at, "", "a"));
    CU_ASSERT(!rg_json_find(&at, "{\"a\": 1", "b"));
    CU_ASSERT(!rg_json_find(&at, "{\"a\" 1}", "a"));
}

static void test_json_find__numbers_alone(void)
{
    static const char *const wrong[] = {"{\"a\": \"1\"}", "{\"a\": null}", "{\"a\": nan}",
                                        "{\"a\": 1.}", "{\"a\": }"};
    rg_json at;
    double x = 4.0;
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        if (!rg_json_find(&at, wrong[k], "a")) continue;
        CU_ASSERT(!rg_json_real(&at, &x));
    }
    CU_ASSERT_EQUAL(x, 4.0);
    CU_ASSERT(rg_json_find(&at, "{\"a\":  0.1}", "a"));
    CU_ASSERT(rg_json_real(&at, &x));
    CU_ASSERT_EQUAL(x, 0.1);
}

int test_json_find(void)
{
    static const test_case cases[] = {
        {"members of members", test_json_find__members_of_members},
        {"what is not there", test_json_find__what_is_not_there},
        {"numbers alone", test_json_find__numbers_alone},
    };
    return TEST_MAIN("json_find", cases);
}
