#include "support/reads.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <stdio.h>
#include <string.h>

static const regatta_read_options init = REGATTA_READ_OPTIONS_INIT;

static regatta_read_options numbers(uint32_t user, uint32_t item, uint32_t weight,
                                    uint32_t time)
{
    regatta_read_options o = init;
    o.user_column = user;
    o.item_column = item;
    o.weight_column = weight;
    o.time_column = time;
    return o;
}

static void test_reader_columns__dates_are_no_ids(void)
{
    columns_are("u,i,2021-01-01\nv,j,2021-01-02\n", NULL,
                "user = column 1, item = column 2, time = column 3");
    columns_are("u,2021-01-01,i\nv,2021-01-02,j\n", NULL,
                "user = column 1, item = column 3, time = column 2");
    columns_are("2021-01-01,u,i\n2021-01-02,v,j\n", NULL,
                "user = column 2, item = column 3, time = column 1");
    columns_are("u,2021-01-01\nv,2021-01-02\n", NULL, NULL);
    columns_are("u,2021-01-01,2021-02-01\nv,2021-01-02,2021-02-01\n", NULL, NULL);
    columns_are("1,2014-04-07T10:51:09.277Z,214536502,0\n"
                "2,2014-04-07T13:56:37.614Z,214536502,0\n",
                NULL, NULL);
}

/* Words of a row that would be names are names where they do not come again. */
static void test_reader_columns__rows_and_headers(void)
{
    refuses("guest,beer\nguest,wine\nanna,beer\n",
            ":1: this row has words that name columns, and rows below have them in the "
            "same place: choose --header or --no-header");
    regatta_read_options o = init;
    o.header = REGATTA_HEADER_NO;
    reads_with("guest,beer\nguest,wine\n", &o, REGATTA_FORMAT_CSV,
               "guest,beer;guest,wine;");
    refuses("user,item\na,x\nuser,item\nb,y\n",
            ":3: a repeated header (--skip-bad drops such rows)");
    o = init;
    o.skip_bad = 1;
    reads_with("user,item\na,x\nuser,item\nb,y\n", &o, REGATTA_FORMAT_CSV, "a,x;b,y;");
    refuses("anna\ttea\tshown\nanna\tcup\t3\nbob\ttea\t4\n",
            ":1: the word shown of this row names a column, or is an impression: choose "
            "--header or --no-header");
    reads("user\titem\tshown\nu1\ti2\t3\nu2\ti1\t4\n", REGATTA_FORMAT_TSV,
          "u1,i2;u2,i1;");
    /* A file of regatta_graph_write, whose ids may be anything. */
    reads("user\titem\nuser\titem\nuser\tx\n", REGATTA_FORMAT_TSV, "user,item;user,x;");
    refuses("user\titem\tweight\na\tx\t1\nuser\titem\tweight\n",
            ":3: a repeated header (--skip-bad drops such rows)");
    /* A matrix with names of rows, and pandas without names of columns */
    columns_are(",i1,i2,i3\nu1,1,0,1\nu2,0,1,1\n", NULL, NULL);
    columns_are(",0,1,2\n0,a,x,1\n1,b,y,2\n", NULL,
                "user = 0, item = 1, weight = 2; not used: column 1");
}

/* write.table of R, and what pandas prints. */
static void test_reader_columns__row_names_and_quoted_words(void)
{
    reads("\"user\" \"item\" \"rating\"\n\"1\" \"a\" \"x\" 1\n\"2\" \"b\" \"x y\" 2\n",
          REGATTA_FORMAT_SSV, "a,x,1;b,x y,2;");
    reads("\"a b\"  \"x \"\"1\"\"\"\t1\n\"b\" \"y\" 2.5\n", REGATTA_FORMAT_SSV,
          "a b,x \"1\",1;b,y,2.5;");
    reads("'a' 'x'\n'b' 'y z'\n", REGATTA_FORMAT_SSV, "a,x;b,y z;");
    reads("user\titem\trating\n1\ta\tx\t3\n2\tb\ty\t2\n", REGATTA_FORMAT_TSV,
          "a,x,3;b,y,2;");
    columns_are("   user item\n0     a    x\n1     b    y\n", NULL,
                "user = user, item = item; not used: column 1");
    refuses("\"a\" \"x\\\"y\" 1\n\"b\" \"y\" 2\n", ":1: text after a closing quote");
    refuses("\"b\" \"y\" 2\n\"a\" \"x\\\"y\" 1.5\n",
            ":2: text after a closing quote (--skip-bad drops such rows)");
    refuses("\"a\" \"x\" 1.5\n\"b\" \"y\" 2\n\"c\" \"d 2\n",
            ":3: a quoted field does not end");
    /* No row with as many columns says the format. */
    refuses("a,b\n\"unclosed,x\n", ":2: a quoted field does not end");
    refuses("a;b\nc;d\n\"e;f\ng;h\ni\n", ":3: a quoted field does not end");
    /* Columns too many that do not count the rows. */
    refuses("user,item,title\n1,7,Doe, J\n2,8,Roe, J\n3,7,Doe, J\n7,7,Doe, J\n",
            ":2: 4 columns where the first line has 3 (--skip-bad drops such rows)");
}

static void test_reader_columns__languages(void)
{
    columns_are("K\xe4ufer;Artikel;St\xfc"
                "ckzahl;Kaufdatum\nM\xfcller;a;1;24.12.2020\n",
                NULL,
                "user = K\xc3\xa4ufer, item = Artikel, weight = St\xc3\xbc"
                "ckzahl, time = Kaufdatum");
    columns_are("Num\xe9ro de client;Nom du produit;Quantit\xe9;Date de commande\n"
                "1;a;2,5;24/12/2020\n",
                NULL,
                "user = Num\xc3\xa9ro de client, item = Nom du produit, weight = "
                "Quantit\xc3\xa9, time = Date de commande");
    columns_are("id do cliente,c\xc3\xb3"
                "digo do produto,data do pedido,data de nascimento\n"
                "1,a,2021-01-30,1990-01-01\n",
                NULL,
                "user = id do cliente, item = c\xc3\xb3"
                "digo do produto, time = data do pedido; not used: data de nascimento");
    columns_are("timestamp\tuid\tcampaign\tconversion_id\n0\t1\t2\t-1\n", NULL, NULL);
    columns_are("session,aid,ts,type\n0,1,1659304800025,clicks\n", NULL,
                "user = session, item = aid, time = ts; not used: type");
}

static void test_reader_columns__weights_and_times(void)
{
    columns_are("u,i,3\nv,j,4.5\n", NULL,
                "user = column 1, item = column 2, weight = column 3");
    columns_are("1,2,1511544070\n2,3,1511561733\n", NULL,
                "user = column 1, item = column 2, time = column 3");
    columns_are("1,2,1511544070123\n2,3,1511561733456\n", NULL,
                "user = column 1, item = column 2, time = column 3");
    columns_are("1\t2\t3\t881250949\n2\t3\t4\t891717742\n", NULL,
                "user = column 1, item = column 2, weight = column 3, time = column 4");
    columns_are("u,i,1511544070,3\nv,j,1511561733,4\n", NULL,
                "user = column 1, item = column 2, weight = column 4, time = column 3");
    columns_are("b8\tSO1\t1\nb8\tSO2\t57\nb9\tSO3\t1\nb9\tSO4\t2\n", NULL,
                "user = column 1, item = column 2, weight = column 3"); /* counts */
    columns_are("0\t11\t0.8750\n0\t29\t0.7170\n", NULL,
                "user = column 1, item = column 2, weight = column 3");
    columns_are("u,i,3,\nv,j,4,\n", NULL,
                "user = column 1, item = column 2, weight = column 3");
}

/* Numbers that begin anew with each user and never fall before the next. */
static void test_reader_columns__places_are_times(void)
{
    columns_are("u,i,1\nu,j,2\nu,k,3\nu,l,4\nv,i,1\nv,k,2\nv,j,3\nv,l,4\nv,m,5\n", NULL,
                "user = column 1, item = column 2, time = column 3");
    columns_are("u,i,0\nu,j,0\nu,k,9244800\nu,l,9244801\nv,i,0\nv,k,60\nv,j,3801600\n"
                "v,l,3801600\nw,i,0\n",
                NULL, "user = column 1, item = column 2, time = column 3");
}

static void test_reader_columns__what_is_not_evident(void)
{
    columns_are("1,2268318,2520377\n2,2333346,2520771\n", NULL, NULL); /* categories? */
    columns_are("u,i,13883\nv,j,11690\n", NULL, NULL);
    columns_are("u,i,30.2359091167\nv,j,30.2691029532\n", NULL, NULL);
    columns_are("u,i,-97.79\nv,j,3.5\n", NULL, NULL);
    columns_are("u,i,pv\nv,j,buy\n", NULL, NULL);
    columns_are("u,i,0\nv,j,0\n", NULL, NULL);
    columns_are("u,i,1\nu,j,2\nu,k,3\nv,i,1\nv,k,2\nv,j,3\n", NULL, NULL); /* too few */
    columns_are("u,i,1\nv,j,2\nu,k,3\nv,i,4\nu,k,5\nv,j,6\nu,l,7\n", NULL,
                NULL); /* row numbers */
    columns_are(
        "u,i,0\nu,j,1\nu,k,5000\nu,l,7000\nv,i,0\nv,k,5000\nv,j,3\nv,l,9\nv,m,9\n", NULL,
        NULL); /* some fall */
    columns_are("1,1511544070,7,2268318\n2,1511561733,8,2268319\n", NULL, NULL);
    columns_are("1,2268318,2520377,pv,1511544070\n", NULL, NULL);
    refuses("1,2268318,2520377,pv,1511544070\n",
            ":1: the roles of 5 columns without a header are ambiguous (1 = 1, 2 = "
            "2268318, 3 = 2520377, 4 = pv, 5 = 1511544070): give --user-column and "
            "--item-column, and for weights and times --weight-column and --time-column "
            "(0: none)");
}

static void test_reader_columns__of_a_test_part(void)
{
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    o.ids_only = 1;
    columns_are("u,i,72144000\nv,j,1987200\n", &o,
                "user = column 1, item = column 2; not used: column 3");
    columns_are("u,i,pv\nv,j,buy\n", &o,
                "user = column 1, item = column 2; not used: column 3");
    columns_are("u,i,4.5\nv,j,3\n", &o,
                "user = column 1, item = column 2, weight = column 3");
    columns_are("1,1511544070,2268318\n2,1511561733,2268319\n", &o, NULL);
    columns_are("u,i,13883,7\nv,j,11690,8\n", &o, NULL);
    columns_are("u,2021-01-01\nv,2021-01-02\n", &o, NULL);
}

static void test_reader_columns__numbers_settle(void)
{
    const char taobao[] = "1,2268318,2520377,pv,1511544070\n2,2268319,2520377,buy,"
                          "1511572885\n";
    const char gowalla[] =
        "0\t2010-10-19T23:55:27Z\t30.2359091167\t-97.7951395833\t22847\n"
        "1\t2010-10-18T22:17:43Z\t30.2691029532\t-97.7493953705\t420315\n";
    const char counts[] = "u,i,13883\nv,j,11690\n";
    regatta_read_options o = numbers(1, 2, 0, 0);
    columns_are(taobao, &o,
                "user = column 1, item = column 2, time = column 5; not used: column 3, "
                "column 4");
    o = numbers(0, 0, 0, 5);
    columns_are(taobao, &o, NULL);
    o = numbers(0, 5, 0, 2);
    columns_are(gowalla, &o,
                "user = column 1, item = column 5, time = column 2; not used: column 3, "
                "column 4");
    o = numbers(0, 5, 0, REGATTA_COLUMN_NONE);
    columns_are(
        gowalla, &o,
        "user = column 1, item = column 5; not used: column 2, column 3, column 4");
    o = numbers(0, 0, 3, 0);
    columns_are(counts, &o, "user = column 1, item = column 2, weight = column 3");
    o = numbers(0, 0, REGATTA_COLUMN_NONE, 0);
    columns_are(counts, &o, "user = column 1, item = column 2; not used: column 3");
    o = numbers(0, 0, 0, 3);
    columns_are("u\ti\t0\nu\tj\t72144000\n", &o,
                "user = column 1, item = column 2, time = column 3");
    o = numbers(2, 0, 0, 0);
    columns_are("i,u,5\nj,v,3\n", &o,
                "user = column 2, item = column 1, weight = column 3");
    o = numbers(0, 0, REGATTA_COLUMN_NONE, REGATTA_COLUMN_NONE);
    columns_are("1\t2\t3\t881250949\n", &o,
                "user = column 1, item = column 2; not used: column 3, column 4");
    columns_are("user,item,rating,ts\nu,i,3,4\n", &o,
                "user = user, item = item; not used: rating, ts");
}

static void test_reader_columns__headers(void)
{
    columns_are(
        "rating_id,recipe_id,user_id,when,brand\n1,2,3,1511544070,x\n", NULL,
        "user = user_id, item = recipe_id, time = when; not used: rating_id, brand");
    columns_are("\"user_id\",\"movie title\",\"movie_id\"\nu,The One,7\n", NULL,
                "user = user_id, item = movie_id; not used: movie title");
    columns_are("user_id:token\titem_id:token\trating:float\nu\ti\t2\n", NULL,
                "user = user_id:token, item = item_id:token, weight = rating:float");
    columns_are("session_id;sku;price\ns;a;3\n", NULL,
                "user = session_id, item = sku; not used: price");
    columns_are("session_id,user_id,foo_id\ns,a,3\n", NULL,
                "user = user_id, item = foo_id; not used: session_id");
    columns_are("user_id,foo_id,title\nu,7,x\n", NULL,
                "user = user_id, item = foo_id; not used: title");
    columns_are(
        "Kundennummer;Artikelnummer;Menge;Datum\n1;2;3;2020-01-01\n", NULL,
        "user = Kundennummer, item = Artikelnummer, weight = Menge, time = Datum");
    columns_are("Utilisateur;Référence;Quantité;Date achat\na;x;3;2020-01-01\n", NULL,
                "user = Utilisateur, item = Référence, weight = Quantité, time = Date "
                "achat");
    columns_are("usuario;producto;estrellas;fecha_compra\na;x;3;2020-01-01\n", NULL,
                "user = usuario, item = producto, weight = estrellas, time = "
                "fecha_compra");
    columns_are("用户ID,商品ID,评分\n1,2,3\n", NULL,
                "user = 用户ID, item = 商品ID, weight = 评分");
    columns_are("Unnamed: 0,user,item\n0,u,i\n", NULL,
                "user = user, item = item; not used: Unnamed: 0");
    columns_are("aa,bb,cc\nu,i,3\nv,j,4\n", NULL, "user = aa, item = bb, weight = cc");
}

static void test_reader_columns__half_known_headers(void)
{
    columns_are("user_id,rating_id,title\n1,2,x\n", NULL, NULL);
    columns_are("title,movieId,rating\nx,7,3\n", NULL, NULL);
    columns_are("order_id,product_id,reordered\n1,2,0\n", NULL, NULL);
    columns_are("user_id,foo_id,bar_id\n1,2,3\n", NULL, NULL);
    columns_are("review_id,aa,bb\n1,2,3\n", NULL, NULL);
    columns_are("thing,user\ni,u\n", NULL, NULL);
    regatta_read_options o = numbers(0, 1, 0, 0);
    columns_are("thing,user\ni,u\n", &o, "user = user, item = thing");
    refuses("title,movieId,rating\nx,7,3\n",
            ":1: the roles of 3 columns with these names are ambiguous (1 = title, 2 = "
            "movieId, 3 = rating): give --user-column, and for weights and times "
            "--weight-column and --time-column (0: none)");
}

static void test_reader_columns__a_header_is_no_row(void)
{
    reads("nick,thing\nu1,i1\nu2,i2\n", REGATTA_FORMAT_CSV, "u1,i1;u2,i2;");
    reads("who,foo_id\nu,i\n", REGATTA_FORMAT_CSV, "u,i;");
    reads("anna,book\nbob,music\ncarl,book\n", REGATTA_FORMAT_CSV,
          "anna,book;bob,music;carl,book;"); /* a name that comes again is a value */
}

static void test_reader_columns__lists_in_a_cell(void)
{
    refuses("u1\ti1,i2,i3\nu2\ti1,i2\n",
            ":1: 'i1,i2,i3' is a list in one column: write a row for each item, or `user "
            "item item ...` separated by blanks (--format tsv takes such cells as ids)");
    const char *const lists[] = {"user\titems\nu1\ti1 i2\nu2\ti1 i2 i3\n",
                                 "user_id,items\nu1,\"i1, i2\"\nu2,i3\n",
                                 "u1\t2,1112486027:29,1112484676\nu2\t29,11:50,11\n",
                                 "user;items\nu1;a1|b1\nu2;[1, 2]\n",
                                 "user_id,item_id\nu1,\"i1,i2\"\nu2,\"i1, i3\"\nu3,i1\n"};
    for (int k = 0; k < 5; k++) {
        regatta_ctx *ctx = NULL;
        regatta_graph *g = NULL;
        CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
        CU_ASSERT_EQUAL(text_read(ctx, &g, lists[k], NULL, NULL), REGATTA_EFORMAT);
        CU_ASSERT_PTR_NOT_NULL(
            strstr(regatta_last_error(ctx), "is a list in one column"));
        regatta_ctx_free(ctx);
    }
    regatta_read_options o = init;
    o.format = REGATTA_FORMAT_TSV;
    reads_with("u1\ta,b\n", &o, REGATTA_FORMAT_TSV, "u1,a,b;");
    reads("u1\tMatrix, The\nu2\tUp\n", REGATTA_FORMAT_TSV, "u1,Matrix, The;u2,Up;");
    reads("user\titem\nu1\ta,b\n", REGATTA_FORMAT_TSV, "u1,a,b;"); /* as it is written */
}

static void test_reader_columns__many_columns_are_cut_in_the_words(void)
{
    char text[8000] = "user,item";
    for (int k = 0; k < 200; k++) sprintf(text + strlen(text), ",a_long_name_of_%d", k);
    strcat(text, "\nu,i");
    for (int k = 0; k < 200; k++) strcat(text, ",x");
    regatta_ctx *ctx = NULL;
    regatta_graph *g = NULL;
    regatta_read_report report = {.struct_size = sizeof report};
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(text_read(ctx, &g, text, NULL, &report), REGATTA_OK);
    const size_t n = strlen(report.columns);
    CU_ASSERT(n > 400 && n < sizeof report.columns);
    CU_ASSERT_STRING_EQUAL(report.columns + n - 5, ", ...");
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
    text_remove();
}

int test_reader_columns(void)
{
    const test_case cases[] = {
        {"rows_and_headers", test_reader_columns__rows_and_headers},
        {"row_names_and_quoted_words", test_reader_columns__row_names_and_quoted_words},
        {"languages", test_reader_columns__languages},
        {"dates_are_no_ids", test_reader_columns__dates_are_no_ids},
        {"weights_and_times", test_reader_columns__weights_and_times},
        {"places_are_times", test_reader_columns__places_are_times},
        {"what_is_not_evident", test_reader_columns__what_is_not_evident},
        {"of_a_test_part", test_reader_columns__of_a_test_part},
        {"numbers_settle", test_reader_columns__numbers_settle},
        {"headers", test_reader_columns__headers},
        {"half_known_headers", test_reader_columns__half_known_headers},
        {"a_header_is_no_row", test_reader_columns__a_header_is_no_row},
        {"lists_in_a_cell", test_reader_columns__lists_in_a_cell},
        {"many_columns", test_reader_columns__many_columns_are_cut_in_the_words},
    };
    return TEST_MAIN("reader_columns", cases);
}
