#include "support/fault.h"
#include "support/reads.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <string.h>

static const regatta_read_options init = REGATTA_READ_OPTIONS_INIT;

static void test_reader__adjacency(void)
{
    reads("0 1 2 3\n1 2\n2 1 3\n", REGATTA_FORMAT_ADJACENCY, "0,1;0,2;0,3;1,2;2,1;2,3;");
    reads("u a b\r\nv\r\n\r\nw  b\tc d \r\n", REGATTA_FORMAT_ADJACENCY,
          "u,a;u,b;w,b;w,c;w,d;");
    reads("# list\nu a b\nu c\n", REGATTA_FORMAT_ADJACENCY, "u,a;u,b;u,c;");
    reads("u a b c\nv d e f\n", REGATTA_FORMAT_ADJACENCY,
          "u,a;u,b;u,c;v,d;v,e;v,f;"); /* no numbers: no weights */
    reads("0 1 2 3 4 5\n", REGATTA_FORMAT_ADJACENCY, "0,1;0,2;0,3;0,4;0,5;");
    reads("u a b\nv a a\nw b\n", REGATTA_FORMAT_ADJACENCY, "u,a,1;u,b,1;v,a,2;w,b,1;");
}

static void test_reader__separators(void)
{
    reads("u\ta\nv\tb\n", REGATTA_FORMAT_TSV, "u,a;v,b;");
    reads("u,a,3\nv,b,4.5\n", REGATTA_FORMAT_CSV, "u,a,3;v,b,4.5;");
    reads("u;a;3\nv;b;4\n", REGATTA_FORMAT_SEMICOLON, "u,a,3;v,b,4;");
    reads("u|a\nv|b\n", REGATTA_FORMAT_PIPE, "u,a;v,b;");
    reads("1::10::5::978300760\n2::11::3::978302109\n", REGATTA_FORMAT_COLONS,
          "1,10,5,978300760;2,11,3,978302109;");
    reads("196\t242\t3\t881250949\n186\t302\t3\t891717742\n", REGATTA_FORMAT_TSV,
          "196,242,3,881250949;186,302,3,891717742;"); /* u.data */
    reads("u a\nv b\n", REGATTA_FORMAT_SSV, "u,a;v,b;");
    reads("1 2 0.5\n2  3  1.5\n", REGATTA_FORMAT_SSV, "1,2,0.5;2,3,1.5;");
    reads("1 a 5\n2 b 4\n", REGATTA_FORMAT_SSV, "1,a,5;2,b,4;");
}

static void test_reader__headers(void)
{
    reads("user_id,movieId,rating,timestamp\n1,2,3,4\n", REGATTA_FORMAT_CSV, "1,2,3,4;");
    reads("timestamp,item,user\n4,i,u\n", REGATTA_FORMAT_CSV, "u,i,4;");
    reads("user_id:token\titem_id:token\trating:float\tts\nu\ti\t2\t7\n",
          REGATTA_FORMAT_TSV, "u,i,2,7;"); /* RecBole */
    reads(",user,item,count\n0,u,i,2\n1,v,i,3\n", REGATTA_FORMAT_CSV, "u,i,2;v,i,3;");
    reads("Unnamed: 0,who,what\n0,u,i\n1,v,i\n", REGATTA_FORMAT_CSV, "u,i;v,i;");
    reads("who,what,stars\nu,i,2\nv,j,3\n", REGATTA_FORMAT_CSV, "u,i,2;v,j,3;");
    reads("who,what\nu,i\nv,j\n", REGATTA_FORMAT_CSV, "u,i;v,j;");
    reads("one,two\nu,i\nv,j\n", REGATTA_FORMAT_CSV, "one,two;u,i;v,j;");
    reads("user item\nu i\n", REGATTA_FORMAT_SSV, "u,i;");
    reads("user,item,title\nu,i,7\n", REGATTA_FORMAT_CSV, "u,i;"); /* no weight by name */
    regatta_read_options yes = init, no = init, picked = init;
    yes.header = REGATTA_HEADER_YES;
    reads_with("a,b\nu,i\n", &yes, REGATTA_FORMAT_CSV, "u,i;");
    no.header = REGATTA_HEADER_NO;
    reads_with("user,item\nu,i\n", &no, REGATTA_FORMAT_CSV, "user,item;u,i;");
    picked.user_column = 3;
    picked.item_column = 1;
    picked.weight_column = 2;
    reads_with("i,5,u\nj,6,u\n", &picked, REGATTA_FORMAT_CSV, "u,i,5;u,j,6;");
}

static void test_reader__strings_stay_strings(void)
{
    reads("\xef\xbb\xbfuser,item\r\n\"a, b\",007\r\n\"say \"\"x\"\"\",7\r\n",
          REGATTA_FORMAT_CSV, "a, b,007;say \"x\",7;");
    reads("user\titem\nA B\t#1\n c\t\"q\"\n", REGATTA_FORMAT_TSV,
          "A B,#1;c,\"q\";"); /* tabs know no quotes */
    reads("#a\ti\n#b\tj\n", REGATTA_FORMAT_TSV, "#a,i;#b,j;");
}

static void test_reader__lines_that_cannot_be_cut(void)
{
    refuses("user,item\n\"u,i\nv,j\n", ":2: a quoted field does not end");
    refuses("user,item\n\"u\"x,i\n",
            ":2: text after a closing quote (--skip-bad drops such rows)");
    refuses_bytes("u\ti\nv\0\tj\n", 9, NULL, ":2: a NUL byte: this is not a text file");
}

static void test_reader__bad_files(void)
{
    refuses("", ": the file is empty");
    refuses("\n \n", ": contains no interaction");
    refuses("user,item\n", ": no interaction after the header");
    refuses("a\nb\n", ":1: one column: a user and an item are needed");
    refuses("0 1 2\n1 2 3\n",
            ": 3 blank-separated columns can be read in two ways: `user item item ...` "
            "(--format adjacency) or `user item weight` (--format ssv)");
    refuses("u,1;5\nv,2;6\n", ": the columns can be separated in two ways: choose "
                              "--format csv or --format semicolon");
    refuses("PAR1....", ": is a Parquet file: write it as CSV first");
    refuses("PK\x03\x04", ": the zip archive is cut or damaged");
    refuses("SQLite format 3",
            ": is an SQLite database, not a table: export the table as CSV first");
    refuses("\x28\xb5\x2f\xfd", ": the zstd stream is cut short");
    regatta_read_options far = init;
    far.item_column = 4;
    refuses_bytes("u,i\n", 4, &far, ":1: column 4 is requested, but the line has 2");
}

static void test_reader__ambiguity_is_settled_by_the_format(void)
{
    regatta_read_options o = init;
    o.format = REGATTA_FORMAT_ADJACENCY;
    reads_with("0 1 2\n1 2 3\n", &o, REGATTA_FORMAT_ADJACENCY, "0,1;0,2;1,2;1,3;");
    o.format = REGATTA_FORMAT_SSV;
    reads_with("0 1 2\n1 2 3\n", &o, REGATTA_FORMAT_SSV, "0,1,2;1,2,3;");
    o.format = REGATTA_FORMAT_CSV;
    reads_with("u,1;5\nv,2;6\n", &o, REGATTA_FORMAT_CSV, "u,1;5;v,2;6;");
}

static void test_reader__duplicates_and_least_weight(void)
{
    regatta_ctx *ctx = NULL;
    regatta_graph *g = NULL;
    regatta_read_report r = {.struct_size = sizeof r};
    regatta_read_options o = init;
    o.use_min_weight = 1;
    o.min_weight = 3.0;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(
        text_read(ctx, &g, "user,item,rating\nu,i,-1\nu,i,4\nu,i,5\nu,j,3\n", &o, &r),
        REGATTA_OK);
    CU_ASSERT_EQUAL(r.n_lines, 5);
    CU_ASSERT_EQUAL(r.n_rows, 3);
    CU_ASSERT_EQUAL(r.n_below, 1);
    CU_ASSERT_EQUAL(r.n_duplicates, 1);
    CU_ASSERT_EQUAL(r.has_header, 1);
    CU_ASSERT_EQUAL(r.has_weight, 1);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
    o.dedup = REGATTA_DEDUP_MAX;
    reads_with("u,i,4\nu,i,5\n", &o, REGATTA_FORMAT_CSV, "u,i,5;");
    refuses_bytes("u,i,1\n", 6, &o,
                  ": no interaction left: all 1 are below the minimum weight");
    refuses_bytes("u,i\n", 4, &o,
                  ": no weight column, but a minimum weight is set: give "
                  "--weight-column");
}

static regatta_status read_table(regatta_ctx *ctx, void *path)
{
    regatta_graph *g = NULL;
    const regatta_status status = regatta_graph_read(ctx, &g, path, NULL, NULL);
    if (status != REGATTA_OK) CU_ASSERT_PTR_NULL(g);
    regatta_graph_free(g);
    return status;
}

static void test_reader__survives_failures(void)
{
    char path[2][64];
    const char table[] = "user,item,rating,time\nu,i,3,4\nv,i,4,5\n";
    const char list[] = "0 1 2 3\n1 2\n";
    strcpy(path[0], text_file(table, sizeof table - 1));
    strcpy(path[1], text_file(list, sizeof list - 1));
    for (int k = 0; k < 2; k++) {
        fault_sweep_memory(read_table, path[k]);
        fault_sweep_io(read_table, path[k]);
    }
    text_remove();
}

int test_reader(void)
{
    const test_case cases[] = {
        {"adjacency", test_reader__adjacency},
        {"separators", test_reader__separators},
        {"headers", test_reader__headers},
        {"strings_stay_strings", test_reader__strings_stay_strings},
        {"lines_that_cannot_be_cut", test_reader__lines_that_cannot_be_cut},
        {"bad_files", test_reader__bad_files},
        {"ambiguity_is_settled", test_reader__ambiguity_is_settled_by_the_format},
        {"duplicates_and_least_weight", test_reader__duplicates_and_least_weight},
        {"survives_failures", test_reader__survives_failures},
    };
    return TEST_MAIN("reader", cases);
}
