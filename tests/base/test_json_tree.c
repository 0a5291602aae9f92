/* JSON as a tree. */
#include "base/text/json_tree.h"
#include "base/text/text.h"
#include "support/planted_graph.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

static regatta_status parse(regatta_ctx *ctx, rg_json_tree *tree, const char *text)
{
    return rg_json_tree_parse(ctx, tree, text, (int64_t)strlen(text));
}

static void test_json_tree__values(void)
{
    regatta_ctx *ctx = test_context(1);
    rg_json_tree tree;
    CU_ASSERT_EQUAL_FATAL(parse(ctx, &tree,
                                "{\"a\": [1, -2.5e1, true, null, \"x\\n\\u00e9\"], "
                                "\"b\": {\"c\": {\"d\": 7}, \"e, [{\": []}}"),
                          REGATTA_OK);
    const rg_json_node *a = rg_json_at(tree.node, "a"), *v = a->first;
    CU_ASSERT_EQUAL(a->kind, RG_JSON_ARRAY);
    CU_ASSERT_EQUAL(a->n, 5);
    CU_ASSERT_EQUAL(v->number, 1.0);
    CU_ASSERT_PTR_NULL(v->name);
    v = v->next;
    CU_ASSERT_EQUAL(v->number, -25.0);
    v = v->next;
    CU_ASSERT_EQUAL(v->kind, RG_JSON_BOOL);
    CU_ASSERT_EQUAL(v->number, 1.0);
    v = v->next;
    CU_ASSERT_EQUAL(v->kind, RG_JSON_NULL);
    CU_ASSERT(isnan(v->number));
    v = v->next;
    CU_ASSERT_STRING_EQUAL(v->text, "x\n\xc3\xa9");
    CU_ASSERT_PTR_NULL(v->next);
    CU_ASSERT_EQUAL(rg_json_at(tree.node, "b.c.d")->number, 7.0);
    CU_ASSERT_EQUAL(rg_json_at(tree.node, "b.e, [{")->kind, RG_JSON_ARRAY);
    CU_ASSERT_EQUAL(rg_json_at(tree.node, "b.c.x")->kind, RG_JSON_NULL);
    CU_ASSERT_EQUAL(rg_json_at(a, "b")->kind, RG_JSON_NULL);
    CU_ASSERT_STRING_EQUAL(rg_json_at(tree.node, "nothing")->text, "");
    rg_json_tree_free(ctx, &tree);
    regatta_ctx_free(ctx);
}

static void test_json_tree__refused(void)
{
    static const char *const wrong[] = {"", "{", "[1,]", "{\"a\" 1}", "1 2", "nul"};
    regatta_ctx *ctx = test_context(1);
    rg_json_tree tree;
    char deep[202];
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        CU_ASSERT_EQUAL(parse(ctx, &tree, wrong[k]), REGATTA_EFORMAT);
        rg_json_tree_free(ctx, &tree);
    }
    memset(deep, '[', 100);
    memset(deep + 100, ']', 100);
    deep[200] = '\0';
    CU_ASSERT_EQUAL(parse(ctx, &tree, deep), REGATTA_EFORMAT);
    rg_json_tree_free(ctx, &tree);
    regatta_ctx_free(ctx);
}

/* Text that is written escaped is read as it was. */
static void test_json_tree__escapes(void)
{
    static const char text[] = "<\"'&\\\t\xc3\xa9 \xf0\x9f\x98\x80";
    regatta_ctx *ctx = test_context(1);
    rg_json_tree tree;
    rg_text t;
    rg_text_begin(&t, ctx->mem);
    rg_text_append(&t, "{");
    rg_text_escaped(&t, "good", text);
    rg_text_escaped(&t, "bad", "a\xff\xc3z");
    rg_text_null(&t, "none");
    rg_text_append(&t, "}");
    CU_ASSERT_EQUAL_FATAL(parse(ctx, &tree, t.bytes), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(rg_json_at(tree.node, "good")->text, text);
    CU_ASSERT_STRING_EQUAL(rg_json_at(tree.node, "bad")->text,
                           "a\xef\xbf\xbd\xef\xbf\xbdz");
    CU_ASSERT_EQUAL(rg_json_at(tree.node, "none")->kind, RG_JSON_NULL);
    rg_json_tree_free(ctx, &tree);
    rg_free(ctx->mem, t.bytes);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"values", test_json_tree__values},
    {"refused", test_json_tree__refused},
    {"escapes", test_json_tree__escapes},
};

int test_json_tree(void)
{
    return TEST_MAIN("json_tree", cases);
}
