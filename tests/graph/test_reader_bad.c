/* Bad rows: refused with the line, the column and the way on, or dropped and counted. */
#include "graph/readers/reader_common.h"
#include "support/reads.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <stdio.h>
#include <string.h>

#define DROPS "--skip-bad drops such rows"

static const regatta_read_options init = REGATTA_READ_OPTIONS_INIT;

static void test_reader_bad__weights(void)
{
    static const char no_number[] =
        " is not a number (" DROPS ", --weight-column takes another column or, 0, none)";
    char words[256];
    snprintf(words, sizeof words, ":3: the weight 'x' (column 'rating')%s", no_number);
    refuses("user,item,rating\nu,i,3\nu,j,x\n", words);
    snprintf(words, sizeof words, ":2: the weight '' (column 'rating')%s", no_number);
    refuses("user,item,rating\nu,i,\n", words);
    snprintf(words, sizeof words, ":3: the weight 'x' (column 3)%s", no_number);
    refuses("u,i,1\nv,i,2\nv,j,x\nv,k,1\nv,l,2\nu,m,5\nu,n,4\nu,o,4\nu,p,2\nu,q,1\n",
            words);
    refuses("user,item,rating\nu,i,nan\n",
            ":2: the weight 'nan' (column 'rating') is not finite (" DROPS ")");
    refuses("user,item,rating\nu,i,1e39\n",
            ":2: the weight '1e39' (column 'rating') is larger than a float can store "
            "(" DROPS ")");
    refuses("user,item,rating\nu,i,-1\n",
            ":2: the weight '-1' (column 'rating') is negative (--weight-column 0 "
            "leaves the weights out, --skip-bad and --min-rating 0 drop such rows, "
            "--dislike-below 0 reads them as dislikes)");
}

/* A point may separate thousands in a column with decimal commas. */
static void test_reader_bad__decimal_signs(void)
{
    static const char mixed[] = "user;item;menge\na;x;1.234\nb;y;2,5\nc;y;1.000\n";
    static const char both[] =
        ":3: the weight '2,5' (column 'menge') has a decimal comma, but '1.234' in line "
        "2 may be 1.234 or 1234: write all of them with decimal points";
    regatta_read_options o = init;
    refuses(mixed, both);
    o.skip_bad = 1;
    refuses_bytes(mixed, sizeof mixed - 1, &o, both);
    refuses("user;item;menge\na;x; 2,5\nb;y;2\nc;y;+1.000 \n",
            ":4: the weight '+1.000' (column 'menge') may be +1.000 or +1000, but '2,5' "
            "in line 2 has a decimal comma: write all of them with decimal points");
    refuses("user;item;menge\na;x;0,123\nb;y;0.123\n",
            ":3: the weight '0.123' (column 'menge') has a decimal point, but '0,123' in "
            "line 2 has a decimal comma: write all of them with decimal points");
    refuses("user;item;menge\na;x;1.234,5\nb;y;2,5\n",
            ":2: the weight '1.234,5' (column 'menge') is not a number (" DROPS
            ", --weight-column takes another column or, 0, none)");
    /* Points in other columns, whole numbers, one sign alone. */
    reads("user;item;menge\n1.234;x;2,5\nb;1.000;3\n", REGATTA_FORMAT_SEMICOLON,
          "1.234,x,2.5;b,1.000,3;");
    reads("user;item;menge\na;x;1.234\nb;y;1.000\n", REGATTA_FORMAT_SEMICOLON,
          "a,x,1.234;b,y,1;");
}

static void test_reader_bad__tiny_weights_are_no_zeros(void)
{
    regatta_read_options least = init;
    least.use_min_weight = 1;
    least.min_weight = 1e-45;
    reads_with("user,item,weight\nu,i,1e-50\nu,j,0\nu,k,1e-400\nv,i,1e-44\n", &least,
               REGATTA_FORMAT_CSV, "u,i,1.4013e-45;u,k,1.4013e-45;v,i,9.80909e-45;");
}

static void test_reader_bad__columns(void)
{
    refuses("u\ti\nbad\nv\tj\n", ":2: 1 column where the first line has 2 (" DROPS ")");
    refuses("u,i\nv,j,k\nw,k\n", ":2: 3 columns where the first line has 2 (" DROPS ")");
}

static void test_reader_bad__ids(void)
{
    refuses("user,item\nu,\n", ":2: the item (column 'item') is empty (" DROPS
                               ", --item-column takes another column)");
    refuses("user,item\n \xc2\xa0,i\n", ":2: the user (column 'user') is empty (" DROPS
                                        ", --user-column takes another column)");
    refuses("user,item\nu,a\tb\n",
            ":2: the item (column 'item') holds a control character (" DROPS ")");
    refuses("user,item\nu,0123456789\x7f\n",
            ":2: the item (column 'item') holds a control character (" DROPS ")");
    refuses(
        "session,userId,item\n1,NA,i\n",
        ":2: the user (column 'userId') is 'NA', a missing value (" DROPS
        ", --user-column takes another column, --keep-null-words takes it for an id)");
    refuses("u a b c\nv d NULL\n", ":2: the item is 'NULL', a missing value (" DROPS
                                   ", --keep-null-words takes it for an id)");
}

static void test_reader_bad__null_words(void)
{
    const char *const words[] = {"NA",   "N/A",  "n/a", "#N/A",  "<NA>",
                                 "NULL", "null", "nan", "NaN",   "NaT",
                                 "None", "nil",  "\\N", "#REF!", "#DIV/0!"};
    const char *const ids[] = {"",    "N",     "na",     "nulls", "Nancy", "NAN1",
                               "nul", "none2", "banana", "-",     "\\n",   "<NA"};
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        CU_ASSERT(rg_reader_is_null_word(words[k], (int64_t)strlen(words[k])));
    for (size_t k = 0; k < sizeof ids / sizeof ids[0]; k++)
        CU_ASSERT(!rg_reader_is_null_word(ids[k], (int64_t)strlen(ids[k])));
    regatta_read_options keep = init;
    keep.keep_null_words = 1;
    reads_with("user,item\nnull,NA\nu,NA\n", &keep, REGATTA_FORMAT_CSV, "null,NA;u,NA;");
    reads_with("null a b c\nu nan\n", &keep, REGATTA_FORMAT_ADJACENCY,
               "null,a;null,b;null,c;u,nan;");
}

static void test_reader_bad__blanks_are_no_part_of_an_id(void)
{
    reads("506246\t1\t4.5\n506246\t2 \t1.5\n506247\t 2\t5\n506247 \t1\t5\n",
          REGATTA_FORMAT_TSV, "506246,1,4.5;506246,2,1.5;506247,1,5;506247,2,5;");
    reads("user , item\nu, \"a\"\n\"u \" ,\xc2\xa0"
          "a b\xc2\xa0\n",
          REGATTA_FORMAT_CSV, "u,a;u,a b;");
    reads("user|item|rating\n u | i | 2 \n", REGATTA_FORMAT_PIPE, "u,i,2;");
}

/* Every reason once, and three rows that are good. */
static const char all_reasons[] = "user,item,rating,time\n"
                                  "u,i,1,1\n"
                                  "u,i\n"
                                  "u,i,x,1\n"
                                  "u,i,inf,1\n"
                                  ",i,1,1\n"
                                  "NA,i,1,1\n"
                                  "u,,1,1\n"
                                  "u,nan,1,1\n"
                                  "u\tx,i,1,1\n"
                                  "u,i,-2,1\n"
                                  "u,i,1,\n"
                                  "u,i,1,soon\n"
                                  "v,i,1,2\n"
                                  "v,j,1,3\n";

static void test_reader_bad__skips_and_counts(void)
{
    regatta_ctx *ctx = NULL;
    regatta_graph *g = NULL;
    regatta_read_report r = {.struct_size = sizeof r};
    regatta_read_options skip = init;
    char dump[TEXT_DUMP_BYTES];
    skip.skip_bad = 1;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(text_read(ctx, &g, all_reasons, &skip, &r), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "");
    text_dump(dump, g);
    CU_ASSERT_STRING_EQUAL(dump, "u,i,1;v,i,2;v,j,3;");
    regatta_csr rows = {.struct_size = sizeof rows};
    regatta_graph_rows(NULL, &rows, g); /* a dropped row leaves no id behind */
    CU_ASSERT_EQUAL(rows.n_users, 2);
    CU_ASSERT_EQUAL(rows.n_items, 2);
    const int64_t n[REGATTA_N_BAD_ROWS] = {1, 2, 1, 1, 1, 1, 1, 1, 1, 1};
    const int64_t first[REGATTA_N_BAD_ROWS] = {3, 4, 6, 7, 8, 9, 10, 11, 12, 13};
    for (int k = 0; k < REGATTA_N_BAD_ROWS; k++) {
        CU_ASSERT_EQUAL(r.n_bad[k], n[k]);
        CU_ASSERT_EQUAL(r.first_bad_line[k], first[k]);
    }
    CU_ASSERT_EQUAL(r.n_rows, 3);
    regatta_graph_free(g);
    CU_ASSERT_EQUAL(text_read(ctx, &g, "u a b c\nNA a\nv d NULL\nw a b\n", &skip, &r),
                    REGATTA_OK);
    text_dump(dump, g);
    CU_ASSERT_STRING_EQUAL(dump, "u,a;u,b;u,c;w,a;w,b;");
    CU_ASSERT_EQUAL(r.n_bad[REGATTA_BAD_USER_NULL], 1);
    CU_ASSERT_EQUAL(r.first_bad_line[REGATTA_BAD_ITEM_NULL], 3);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

static void test_reader_bad__nothing_is_left(void)
{
    regatta_read_options skip = init;
    skip.skip_bad = 1;
    static const char text[] = "user,item,time\nu,i,soon\nu,j,later\n";
    regatta_ctx *ctx = NULL;
    regatta_graph *g = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(text_read(ctx, &g, text, &skip, NULL), REGATTA_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(regatta_last_error(ctx),
               ": no interaction left: 2 bad of 2 rows, the last one: "));
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), ":3: the time 'later'"));
    skip.time_format = "tomorrow";
    CU_ASSERT_EQUAL(text_read(ctx, &g, text, &skip, NULL), REGATTA_EINVAL);
    regatta_ctx_free(ctx);
}

/* What is written is read back as it was: seconds that look like a day, too. */
static void test_reader_bad__seconds_like_days_survive_a_file(void)
{
    regatta_ctx *ctx = NULL;
    regatta_graph *g = NULL, *back = NULL;
    char dump[TEXT_DUMP_BYTES];
    regatta_read_options seconds = init;
    seconds.time_format = "seconds";
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(text_read(ctx, &g, "user,item,time\nu,i,20210130\n", &seconds, NULL),
                    REGATTA_OK);
    const char *const path = text_file("", 0);
    CU_ASSERT_EQUAL(regatta_graph_write(ctx, g, path), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_graph_read(ctx, &back, path, NULL, NULL), REGATTA_OK);
    text_dump(dump, back);
    CU_ASSERT_STRING_EQUAL(dump, "u,i,20210130;");
    regatta_graph_free(back);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
    text_remove();
}

int test_reader_bad(void)
{
    const test_case cases[] = {
        {"weights", test_reader_bad__weights},
        {"decimal_signs", test_reader_bad__decimal_signs},
        {"tiny_weights_are_no_zeros", test_reader_bad__tiny_weights_are_no_zeros},
        {"columns", test_reader_bad__columns},
        {"ids", test_reader_bad__ids},
        {"null_words", test_reader_bad__null_words},
        {"blanks_are_no_part", test_reader_bad__blanks_are_no_part_of_an_id},
        {"skips_and_counts", test_reader_bad__skips_and_counts},
        {"nothing_is_left", test_reader_bad__nothing_is_left},
        {"seconds_like_days", test_reader_bad__seconds_like_days_survive_a_file},
    };
    return TEST_MAIN("reader_bad", cases);
}
