#include "base/text/json_read.h"
#include "support/suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_value(const char *text)
{
    return rg_json_is_value(text, (int64_t)strlen(text), 0);
}

static void test_json_read__values(void)
{
    static const char *const good[] = {"{}",
                                       "[]",
                                       " [ ] ",
                                       "\"\"",
                                       "0",
                                       "-0",
                                       "-12.5e+3",
                                       "1E9",
                                       "true",
                                       "false",
                                       "null",
                                       "[1,2,[3,{\"a\":[]}]]",
                                       "{\"a\":1,\"b\":{\"c\":null}}",
                                       "\"\\u00e9\\n\\\"\\\\\\/\"",
                                       "\"\\ud83d\\ude00\"",
                                       "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
                                       "\t\r\n 1 "};
    static const char *const bad[] = {"",
                                      " ",
                                      "{",
                                      "}",
                                      "[",
                                      "[1",
                                      "[1,",
                                      "[1,]",
                                      "[,1]",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{a:1}",
                                      "{\"a\":1,}",
                                      "{\"a\":1 \"b\":2}",
                                      "1 2",
                                      "01",
                                      "-",
                                      "1.",
                                      ".5",
                                      "1e",
                                      "+1",
                                      "tru",
                                      "nul",
                                      "NaN",
                                      "\"",
                                      "\"a",
                                      "\"\\x\"",
                                      "\"\\u12\"",
                                      "\"\\u12g4\"",
                                      "\"\\u0000\"",
                                      "\"\\ud800\"",
                                      "\"\\ud800\\u0041\"",
                                      "\"\\udc00\"",
                                      "\"\n\"",
                                      "\"\xff\"",
                                      "\"\xc0\x80\"",
                                      "\"\xed\xa0\x80\"",
                                      "\"\xf4\x90\x80\x80\"",
                                      "\"\xe2\x82\"",
                                      "\"\\",
                                      "[}",
                                      "{]",
                                      "'a'",
                                      "[1 2]",
                                      "{1:2}"};
    for (size_t k = 0; k < sizeof good / sizeof *good; k++) CU_ASSERT(is_value(good[k]));
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        CU_ASSERT(!is_value(bad[k]));
        if (is_value(bad[k])) fprintf(stderr, "taken for JSON: %s\n", bad[k]);
    }
    CU_ASSERT(rg_json_is_value("{}", 2, '{'));
    CU_ASSERT(!rg_json_is_value("[]", 2, '{'));
    CU_ASSERT(!rg_json_is_value("{}\0", 3, '{')); /* bytes behind the value */
}

static void test_json_read__depth(void)
{
    char text[2 * RG_JSON_DEPTH + 3];
    memset(text, '[', RG_JSON_DEPTH);
    memset(text + RG_JSON_DEPTH, ']', RG_JSON_DEPTH);
    CU_ASSERT(rg_json_is_value(text, 2 * RG_JSON_DEPTH, 0));
    memset(text, '[', RG_JSON_DEPTH + 1);
    memset(text + RG_JSON_DEPTH + 1, ']', RG_JSON_DEPTH + 1);
    CU_ASSERT(!rg_json_is_value(text, 2 * RG_JSON_DEPTH + 2, 0));
}

static int64_t decode(const char *text, char *out, int64_t capacity)
{
    rg_json j = rg_json_begin(text, (int64_t)strlen(text));
    return rg_json_string(&j, out, capacity);
}

static void test_json_read__strings(void)
{
    char out[16];
    CU_ASSERT_EQUAL(decode("\"a\\tb\"", out, sizeof out), 3);
    CU_ASSERT_STRING_EQUAL(out, "a\tb");
    CU_ASSERT_EQUAL(decode("\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"", out, sizeof out),
                    10);
    CU_ASSERT_STRING_EQUAL(out, "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    CU_ASSERT_EQUAL(decode("\"abcdef\"", out, 4), 6); /* longer than fits */
    CU_ASSERT_STRING_EQUAL(out, "abc");
    CU_ASSERT_EQUAL(decode("\"abcdef\"", NULL, 0), 6);
    CU_ASSERT_EQUAL(decode("12", out, sizeof out), -1);
}

static int whole(const char *text, int64_t *out)
{
    rg_json j = rg_json_begin(text, (int64_t)strlen(text));
    return rg_json_whole(&j, out);
}

static void test_json_read__numbers(void)
{
    static const char *const bad[] = {"1.0", "1e2", "9223372036854775808",
                                      "x",   "",    "\"1\""};
    int64_t x = 0;
    CU_ASSERT(whole(" 42", &x) && x == 42);
    CU_ASSERT(whole("-7", &x) && x == -7);
    CU_ASSERT(whole("9223372036854775807", &x) && x == INT64_MAX);
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) CU_ASSERT(!whole(bad[k], &x));
}

static void test_json_read__members(void)
{
    const char *text = "{ \"a\" : [1, 2 ,3], \"b\" : {\"c\":\"x\"}, \"d\":4 }";
    rg_json j = rg_json_begin(text, (int64_t)strlen(text));
    char name[4];
    int64_t sum = 0, x = 0;
    int members = 0, n = 0;
    CU_ASSERT(rg_json_enter(&j, '{'));
    while (rg_json_next(&j, '{', &members)) {
        CU_ASSERT_EQUAL(rg_json_name(&j, name, sizeof name), 1);
        if (name[0] == 'a') {
            CU_ASSERT(rg_json_enter(&j, '['));
            while (rg_json_next(&j, '[', &n))
                if (rg_json_whole(&j, &x)) sum += x;
        } else if (name[0] == 'b') {
            CU_ASSERT(rg_json_skip(&j));
        } else if (rg_json_whole(&j, &x)) {
            sum += x;
        }
    }
    CU_ASSERT_EQUAL(members, 3);
    CU_ASSERT_EQUAL(n, 3);
    CU_ASSERT_EQUAL(sum, 10);
    CU_ASSERT(!j.wrong);
}

/* Every beginning of a text, in a block of its exact size, ends without a value. */
static void test_json_read__truncations(void)
{
    static const char text[] =
        "{\"\\u00e9\xe2\x82\xac\":[-1.5e-3,\"\\ud83d\\ude00\",true,null]}";
    const size_t n = sizeof text - 1;
    CU_ASSERT(rg_json_is_value(text, (int64_t)n, '{'));
    for (size_t k = 0; k < n; k++) {
        char *part = malloc(k + 1);
        if (part == NULL) return;
        memcpy(part, text, k);
        CU_ASSERT(!rg_json_is_value(part, (int64_t)k, 0));
        free(part);
    }
}

static const test_case cases[] = {
    {"values", test_json_read__values},   {"depth", test_json_read__depth},
    {"strings", test_json_read__strings}, {"numbers", test_json_read__numbers},
    {"members", test_json_read__members}, {"truncations", test_json_read__truncations},
};

int test_json_read(void)
{
    return TEST_MAIN("json_read", cases);
}
