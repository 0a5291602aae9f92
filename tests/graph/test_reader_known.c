#include "support/fault.h"
#include "support/reads.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Refused, with these words in the message. */
static void is_no_data(const char *text, const char *words)
{
    regatta_ctx *ctx = NULL;
    regatta_graph *g = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    const regatta_status status = text_read(ctx, &g, text, NULL, NULL);
    const char *error = regatta_last_error(ctx);
    const int good = status == REGATTA_EFORMAT && strstr(error, words) != NULL;
    if (!good) printf("\n%s\n-> '%s' has not '%s'\n", text, error, words);
    CU_ASSERT(good);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

static void test_reader_known__markup(void)
{
    is_no_data("<!DOCTYPE html>\n<html lang=\"en\">\n", ": is a web page (HTML)");
    is_no_data("\n\n  <html><head>\n", ": is a web page (HTML)");
    is_no_data("<?xml version=\"1.0\"?>\n<a/>\n", ": is XML");
    is_no_data("<Error><Code>AccessDenied</Code></Error>", ": is markup");
    is_no_data("version https://git-lfs.github.com/spec/v1\noid sha256:4d7\nsize 12\n",
               ": is a Git LFS pointer");
    is_no_data("INSERT INTO `ratings` VALUES (1,2,3);\n", ": is an SQL script");
}

static void test_reader_known__json(void)
{
    is_no_data("{\n  \"user\": 1\n}\n", ": is a JSON object over several lines");
    is_no_data("[\n  {\n    \"user\": 1\n  }\n]\n", ": is one JSON array");
    is_no_data(" [[1, 2], [3, 4]]\n", ": is one JSON array");
    is_no_data("[1, 2, 3]\n", ": is one JSON array");
    is_no_data("{'user': 1, 'item': 2}\n", ":1: is a Python dictionary, not JSON");
    is_no_data("(1, 5)\n(1, 6)\n", ": is Python tuples");
    is_no_data("{\"error\":\"not found\"}", "error message of a server");
    is_no_data("{\"message\": \"Not Found\", \"status\": 404}\n",
               "error message of a server");
}

static void test_reader_known__words(void)
{
    is_no_data("404: Not Found", "one line of words");
    is_no_data("Not Found", "one line of words");
    is_no_data("Access to this\nresource is denied\n", "is a word of a sentence");
    is_no_data("Sorry, the file\nwas moved somewhere else entirely. Bye\n",
               "is a word of a sentence");
    is_no_data(
        "2020-01-01 12:00:00 INFO started\n2020-01-01 12:00:01 WARN it is late now\n",
        "is a time");
    is_no_data("1 2:0.5 3:1\n2 2:1 7:0.5 9:1\n", "pairs `item:weight`");
    is_no_data("5 3 0 1 1\n4 0 0 1 2\n1 1 0 5 3\n", "repeat their words");
}

static void test_reader_known__tables_are_no_lists(void)
{
    refuses("a\tb\nc\n",
            ":2: 1 column where the first line has 2 (--skip-bad drops such rows)");
    refuses("a b\nc\n",
            ":2: 1 column where the first line has 2 (--skip-bad drops such rows)");
    is_no_data("u1,i1,i2,i3\nu2,i1\nu3,i2,i3\nu4,i3\n",
               "the rows have 2 to 4 columns of csv");
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    o.format = REGATTA_FORMAT_ADJACENCY;
    reads_with("a b\nc\n", &o, REGATTA_FORMAT_ADJACENCY, "a,b;");
}

static void test_reader_known__comments_between_rows(void)
{
    reads("1 2\n1 3\n# a comment in between\n2 3\n", REGATTA_FORMAT_SSV, "1,2;1,3;2,3;");
    reads("1 2 3\n% a comment\n2 3\n", REGATTA_FORMAT_ADJACENCY, "1,2;1,3;2,3;");
    refuses("u\ti\n# a comment\nv\tj\n",
            ":2: 1 column where the first line has 2 (--skip-bad drops such rows)");
}

static void test_reader_known__colons(void)
{
    reads("1: 5 6 7\n2: 5 8\n", REGATTA_FORMAT_ADJACENCY, "1,5;1,6;1,7;2,5;2,8;");
    reads("1: 5\n2: 8\n", REGATTA_FORMAT_ADJACENCY, "1,5;2,8;");
}

static void test_reader_known__far_rows(void)
{
    enum { LINES = 3000, LINE = 48 };
    char *text = malloc(LINES * LINE + 64);
    for (int k = 0; k < LINES; k++)
        memcpy(text + k * LINE, "# a licence that goes on and on and on, and on.\n",
               LINE);
    strcpy(text + LINES * LINE, "user\titem\na\tx\nb\tx\n");
    reads(text, REGATTA_FORMAT_TSV, "a,x;b,x;");
    memset(text, '\n', LINES * LINE);
    reads(text, REGATTA_FORMAT_TSV, "a,x;b,x;");
    memset(text, '\n', LINES * LINE);
    strcpy(text + LINES * LINE, "user\titem\na\tx\nb\n");
    char words[80];
    sprintf(words,
            ":%d: 1 column where the first line has 2 (--skip-bad drops such rows)",
            LINES * LINE + 3);
    refuses(text, words);
    memset(text, 'x', 70000);
    strcpy(text + 70000, "\ty\nb\tz\n");
    refuses(text, ":1: the first id is longer than 65535 bytes");
    memcpy(text, "user\titem\n", 10);
    refuses(text, ":2: the user (column 'user') is longer than 65535 bytes (--skip-bad "
                  "drops such rows)");
    free(text);
}

static void test_reader_known__encodings(void)
{
    const char utf16[] = "\xff\xfeu\0s\0e\0r\0,\0i\0t\0e\0m\0\n\0\xe9\0,\0x\0\n\0";
    reads_bytes(utf16, sizeof utf16 - 1, NULL, "\xc3\xa9,x;");
    reads("user,item,rating\ra,x,3\rb,x,5\r", REGATTA_FORMAT_CSV, "a,x,3;b,x,5;");
    reads("sep=;\nuser;item;rating\na;x;3\n", REGATTA_FORMAT_SEMICOLON, "a,x,3;");
    reads("\"sep=,\"\na,x\nb,y z;2\n", REGATTA_FORMAT_CSV, "a,x;b,y z;2;");
    reads("a;x;3,5\nb;y;4,0\n", REGATTA_FORMAT_SEMICOLON, "a,x,3.5;b,y,4;");
    reads("user;item;rating\na;x;3,5\n", REGATTA_FORMAT_SEMICOLON, "a,x,3.5;");
    refuses("user;item;rating\na;x;1,234\n",
            ":2: the weight '1,234' (column 'rating') is not a number (--skip-bad drops "
            "such rows, --weight-column takes another column or, 0, none)");
    reads("user,item,note\na,x,\"two\nlines\"\nb,y,plain\n", REGATTA_FORMAT_CSV,
          "a,x;b,y;");
    reads("user,item\n\"a \"\"b\"\"\",\"x\"\n", REGATTA_FORMAT_CSV, "a \"b\",x;");
    refuses("user,item,note\na,\"x\ny\",n\n",
            ":3: the item (column 'item') holds a control character (--skip-bad drops "
            "such rows)");
    reads("user,item,rating\n'a','x, y','3'\n'b','it''s','4'\n", REGATTA_FORMAT_CSV,
          "a,x, y,3;b,it's,4;");
    reads("\"user\"\t\"item\"\n\"a\"\t\"x\"\n", REGATTA_FORMAT_TSV, "a,x;");
    reads("user,item,rating\na,x,3,\nb,x,5,\n", REGATTA_FORMAT_CSV, "a,x,3;b,x,5;");
    refuses("user,item,rating\na,x,3,y\n",
            ":2: 4 columns where the first line has 3 (--skip-bad drops such rows)");
}

static void test_reader_known__lists_and_tables_of_other_forms(void)
{
    is_no_data("3 1 2 3\n2 4 5\n1 6\n",
               ":1: the first word of every row is the number of the others, not a user");
    reads("1 5\n2 5 6\n3 5 6 7\n", REGATTA_FORMAT_ADJACENCY, "1,5;2,5;2,6;3,5;3,6;3,7;");
    is_no_data("+---+---+\n| user | item |\n+---+---+\n| 1 | 2 |\n+---+---+\n",
               ": is a table drawn with lines");
}

static void test_reader_known__latin1(void)
{
    regatta_ctx *ctx = NULL;
    regatta_graph *g = NULL;
    regatta_read_report report = {.struct_size = sizeof report};
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(
        text_read(ctx, &g, "user,item\nJos\xe9,x\nJos\xe9,\x93z\x94\n", NULL, &report),
        REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(regatta_graph_name(g, REGATTA_USERS, 0), "Jos\xc3\xa9");
    CU_ASSERT_STRING_EQUAL(regatta_graph_name(g, REGATTA_ITEMS, 1),
                           "\xe2\x80\x9cz\xe2\x80\x9d");
    CU_ASSERT_EQUAL(report.n_recoded, 2);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
    /* Its no-break space is a blank as that of UTF-8 is. */
    reads("0 \xa0"
          "1 2\n1 2\xa0\n",
          REGATTA_FORMAT_ADJACENCY, "0,1;0,2;1,2;");
    reads("user,item\n\xa0u\xe9 ,\"\xa0i\"\nu\xc3\xa9,i\n", REGATTA_FORMAT_CSV,
          "u\xc3\xa9,i,2;");
    is_no_data("user,item\nu,\xa0\n", ":2: the item (column 'item') is empty");
    is_no_data("u a\nv b c\nw \xa0\n", ":3: the item is empty (--skip-bad drops");
    is_no_data("u a\nv b c\nw \xc2\xa0\n", ":3: the item is empty (--skip-bad drops");
    is_no_data("user,item\nu,\xa0NA\n", ":2: the item (column 'item') is 'NA'");
    is_no_data("user,item\n\xd3\xc3\xbb\xa7,x\n",
               ":2: the user (column 'user') is not UTF-8"); /* GBK */
    is_no_data("user,item\nu,a\x81\n", ":2: the item (column 'item') is not UTF-8");
    text_remove();
}

static regatta_status read_path(regatta_ctx *ctx, void *path)
{
    regatta_graph *g = NULL;
    const regatta_status status = regatta_graph_read(ctx, &g, path, NULL, NULL);
    regatta_graph_free(g);
    return status;
}

static void test_reader_known__survives_failures(void)
{
    const char utf16[] = "\xff\xfeu\0s\0e\0r\0,\0i\0t\0e\0m\0\n\0\xe9\0,\0x\0\n\0";
    const char lists[] = "1: 5 6\n2: 7\n";
    char path[2][64];
    strcpy(path[0], text_file(utf16, sizeof utf16 - 1));
    strcpy(path[1], text_file(lists, sizeof lists - 1));
    for (int k = 0; k < 2; k++) {
        fault_sweep_memory(read_path, path[k]);
        fault_sweep_io(read_path, path[k]);
    }
    text_remove();
}

int test_reader_known(void)
{
    const test_case cases[] = {
        {"markup", test_reader_known__markup},
        {"json", test_reader_known__json},
        {"words", test_reader_known__words},
        {"tables_are_no_lists", test_reader_known__tables_are_no_lists},
        {"comments_between_rows", test_reader_known__comments_between_rows},
        {"colons", test_reader_known__colons},
        {"far_rows", test_reader_known__far_rows},
        {"encodings", test_reader_known__encodings},
        {"other_forms", test_reader_known__lists_and_tables_of_other_forms},
        {"latin1", test_reader_known__latin1},
        {"survives_failures", test_reader_known__survives_failures},
    };
    return TEST_MAIN("reader_known", cases);
}
