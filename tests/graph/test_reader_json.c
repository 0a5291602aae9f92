#include "support/fault.h"
#include "support/reads.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <stdlib.h>
#include <string.h>

static const regatta_read_options init = REGATTA_READ_OPTIONS_INIT;

static void json(const char *text, const char *edges)
{
    reads(text, REGATTA_FORMAT_JSONL, edges);
}

static void test_reader_json__known_keys(void)
{
    json(
        "{\"reviewerID\": \"A1\", \"asin\": \"B1\", \"helpful\": [2, 3], \"reviewText\": "
        "\"\\\"good\\\"\", \"overall\": 5.0, \"unixReviewTime\": 1252800000, "
        "\"reviewTime\": \"09 13, 2009\"}\n",
        "A1,B1,5,1252800000;");
    json("{\"rating\": 4.0, \"images\": [], \"asin\": \"V1\", \"parent_asin\": \"P1\", "
         "\"user_id\": \"U1\", \"timestamp\": 1588687728923, \"helpful_vote\": 0}\n",
         "U1,P1,4,1588687728;");
    json("{\"review_id\": \"r\", \"user_id\": \"u\", \"business_id\": \"b\", \"stars\": "
         "3, "
         "\"useful\": 0, \"text\": \"x\", \"date\": \"2018-07-07 22:09:11\"}\n",
         "u,b,3,1531001351;");
    json("{\"user\": 1, \"item\": 2}\n{\"user\": 1, \"item\": 3}\n", "1,2;1,3;");
    columns_are("{\"user\": 1, \"item\": 2, \"price\": 3, \"tags\": [1]}\n", NULL,
                "user = user, item = item; not used: price, tags");
}

static void test_reader_json__values(void)
{
    json("{\"user\":\"\\u00e9\\ud83d\\ude00\\\"\\\\\\/\",\"item\":1.0}\n\n \t\n"
         " { \"item\" : \"x, y\" , \"user\" : true } \t\n",
         "\xc3\xa9\xf0\x9f\x98\x80\"\\/,1.0;true,x, y;");
    json("{\"item\":\"x\",\"user\":\"a\",\"weight\":1}\n{\"weight\":2,\"user\":\"b\","
         "\"item\":\"x\",\"new\":{\"deep\":[1,{}]}}\n",
         "a,x,1;b,x,2;");
    refuses("{\"item\":\"x\",\"user\":\"a\"}\n"
            "{\"weight\":2,\"user\":\"b\",\"item\":\"x\"}\n",
            ":1: the weight '' (column 'weight') is not a number (--skip-bad drops such "
            "rows, --weight-column takes another column or, 0, none)");
    refuses("{\"user\":\"a\",\"item\":7}\n{\"user\":\"a\",\"item\":007}\n",
            ":2: is not JSON (--skip-bad drops such rows)");
    refuses("{\"user\":\"a\",\"item\":\"x\"}\n{\"user\":\"\xff\",\"item\":\"x\"}\n",
            ":2: is not JSON (--skip-bad drops such rows)");
}

static void test_reader_json__bad_rows(void)
{
    static const struct {
        const char *line, *words;
    } bad[] = {
        {"{\"user\":\"a\",\"item\":}", "is not JSON (--skip-bad drops such rows)"},
        {"{\"user\":\"a\",\"item\":\"x\"} x", "is not JSON (--skip-bad drops such rows)"},
        {"{\"user\":\"a\",\"item\":NaN}", "is not JSON (--skip-bad drops such rows)"},
        {"[1]",
         "is not a JSON object: one is needed a line (--skip-bad drops such rows)"},
        {"{\"user\":\"a\",\"item\":[\"x\"]}",
         "the key 'item' holds a list, not one value: write an object for each "
         "interaction (--skip-bad drops such rows)"},
        {"{\"user\":{\"$oid\":1},\"item\":\"x\"}",
         "the key 'user' holds an object, not a value: write an object for each "
         "interaction (--skip-bad drops such rows)"},
        {"{\"user\":\"a\",\"item\":\"x\",\"user\":\"b\"}",
         "the key 'user' is there more than once (--skip-bad drops such rows)"},
        {"{\"user\":null,\"item\":\"x\"}",
         "the user (column 'user') is empty (--skip-bad drops such rows, --user-column "
         "takes another column)"},
        {"{\"item\":\"x\"}",
         "the user (column 'user') is empty (--skip-bad drops such rows, --user-column "
         "takes another column)"},
        {"{\"user\":\"a\\nb\",\"item\":\"x\"}",
         "the user (column 'user') holds a control character (--skip-bad drops such "
         "rows)"}};
    regatta_read_options o = init;
    o.skip_bad = 1;
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        char text[256], words[256];
        const int n = snprintf(text, sizeof text,
                               "{\"user\":\"z\",\"item\":\"x\"}\n%s\n"
                               "{\"user\":\"z\",\"item\":\"y\"}\n",
                               bad[k].line);
        snprintf(words, sizeof words, ":2: %s", bad[k].words);
        refuses(text, words);
        reads_bytes(text, (size_t)n, &o, "z,x;z,y;");
    }
}

static void test_reader_json__refusals(void)
{
    regatta_read_options o = init;
    refuses(
        "{'user': 'a', 'item': 'x'}\n",
        ":1: is a Python dictionary, not JSON: convert the file first (python3 -c "
        "'import ast, json, sys; sys.stdout.writelines(json.dumps(ast.literal_eval(x)) "
        "+ \"\\n\" for x in sys.stdin)' < OLD > NEW)");
    refuses("{\"user_id\":1,\"userId\":2,\"item\":3}\n",
            ":1: the keys 'user_id' and 'userId' may both be the user: choose one with "
            "--user-column 1 or 2");
    refuses(
        "{\"a\":1,\"b\":2}\n",
        ":1: no key names the user or the item: give --user-column and --item-column, "
        "the places among the keys a, b");
    refuses("{\"user\":1}\n", ":1: one key, 'user': a user and an item are needed");
    refuses("{}\n{}\n{}\n", ":1: the objects have no keys");
    o.user_column = 2;
    o.item_column = 1;
    reads_with("{\"a\":1,\"b\":2}\n", &o, REGATTA_FORMAT_JSONL, "2,1;");
    o = init;
    o.user_column = 2;
    reads_with("{\"user_id\":1,\"userId\":2,\"item\":3}\n", &o, REGATTA_FORMAT_JSONL,
               "2,3;");
    o = init;
    o.format = REGATTA_FORMAT_JSONL;
    refuses_bytes("user,item\n", 10, &o,
                  ":1: is not a JSON object: one is needed a line (--skip-bad drops such "
                  "rows)");
}

/* Rows beyond those that the keys were found in, a text longer than the first sample, and
 * more keys than columns. */
static void test_reader_json__long_files(void)
{
    enum { ROWS = 600, LONG = 100000, ROOM = 1 << 20 };
    char *text = malloc(ROOM);
    regatta_ctx *ctx = NULL;
    regatta_graph *g = NULL;
    regatta_read_report report = REGATTA_READ_REPORT_INIT;
    int n = sprintf(text, "{\"text\":\"");
    memset(text + n, 'x', LONG);
    n += LONG;
    n += sprintf(text + n, "\",\"user\":\"u\",\"item\":\"i\"}\n");
    for (int k = 1; k < ROWS; k++)
        n += sprintf(text + n, "{\"user\":\"u%d\",\"k%d\":1,\"item\":\"i%d\"}\n", k % 7,
                     k, k % 5);
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(text_read(ctx, &g, text, NULL, &report), REGATTA_OK);
    CU_ASSERT_EQUAL(report.n_rows, ROWS);
    CU_ASSERT_EQUAL(report.n_lines, ROWS);
    regatta_graph_free(g);
    n += sprintf(text + n, "{\"user\":1}\n");
    CU_ASSERT_EQUAL(text_read(ctx, &g, text, NULL, &report), REGATTA_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), ":601: the item"));
    regatta_ctx_free(ctx);
    free(text);
}

static regatta_status read_path(regatta_ctx *ctx, void *path)
{
    regatta_graph *g = NULL;
    const regatta_status status = regatta_graph_read(ctx, &g, path, NULL, NULL);
    regatta_graph_free(g);
    return status;
}

static void test_reader_json__survives_failures(void)
{
    static const char *const texts[] = {
        "{\"user\":\"u\",\"item\":\"i\",\"rating\":2,\"time\":5}\n"
        "{\"user\":\"v\",\"item\":\"i\",\"rating\":3,\"time\":6}\n",
        "1:\n1488844,3,2005-09-06\n",
        "%%MatrixMarket matrix coordinate real general\n1 1 "
        "1\n1 1 2\n"};
    for (int k = 0; k < 3; k++) {
        char path[64];
        strcpy(path, text_file(texts[k], strlen(texts[k])));
        fault_sweep_memory(read_path, path);
        fault_sweep_io(read_path, path);
    }
    text_remove();
}

int test_reader_json(void)
{
    static const test_case cases[] = {
        {"known keys", test_reader_json__known_keys},
        {"values", test_reader_json__values},
        {"bad rows", test_reader_json__bad_rows},
        {"refusals", test_reader_json__refusals},
        {"long files", test_reader_json__long_files},
        {"survives failures", test_reader_json__survives_failures}};
    return TEST_MAIN("reader_json", cases);
}
