/* MatrixMarket, lists of the Netflix prize, headers of RecBole. */
#include "support/reads.h"
#include "support/suite.h"
#include <stdio.h>
#include <string.h>

#define BANNER "%%MatrixMarket matrix coordinate real general\n"

static const regatta_read_options init = REGATTA_READ_OPTIONS_INIT;

static void test_reader_matrix__reads(void)
{
    reads(BANNER "% a comment\n%\n\n3 4 3\n1 4 2.5\n3 1 1e-1\n1 1 0\n",
          REGATTA_FORMAT_MATRIX_MARKET, "1,4,2.5;1,1,0;3,1,0.1;");
    reads("%%matrixmarket MATRIX Coordinate Pattern General\r\n2 2 2\r\n2 1\r\n1 2\r\n",
          REGATTA_FORMAT_MATRIX_MARKET, "2,1;1,2;");
    reads("%%MatrixMarket matrix coordinate integer general\n2 2 2\n 1\t1  3 \n1 1 4\n",
          REGATTA_FORMAT_MATRIX_MARKET, "1,1,7;");
    regatta_read_options o = init;
    o.weight_column = REGATTA_COLUMN_NONE;
    reads_with(BANNER "1 1 1\n1 1 9\n", &o, REGATTA_FORMAT_MATRIX_MARKET, "1,1;");
    o = init;
    o.use_min_weight = 1;
    o.min_weight = 2.0;
    reads_with(BANNER "2 1 2\n1 1 1\n2 1 2\n", &o, REGATTA_FORMAT_MATRIX_MARKET,
               "2,1,2;");
}

static void test_reader_matrix__refuses(void)
{
    refuses("%%MatrixMarket matrix array real general\n2 2\n",
            ":1: is a dense MatrixMarket array: write it as a sparse one "
            "(scipy.io.mmwrite of a coo_matrix)");
    refuses("%%MatrixMarket matrix coordinate complex general\n",
            ":1: values of the kind 'complex' are not weights: real, integer and pattern "
            "are read");
    refuses(
        "%%MatrixMarket matrix coordinate real symmetric\n",
        ":1: the matrix is 'symmetric', with one half of it left out: users and items "
        "are no square matrix; write it as general");
    refuses(BANNER "2 2\n", ":2: no line with the numbers of rows, columns and entries");
    refuses(BANNER, ":1: no line with the numbers of rows, columns and entries");
    refuses(BANNER "2 2 2\n1 1 1\n",
            ": 1 entries where the sizes promise 2: the file is cut or was joined");
    refuses(BANNER "1 1 1\n1 1 1\n1 1 1\n",
            ": 2 entries where the sizes promise 1: the file is cut or was joined");
    refuses(BANNER "0 0 0\n", ": no interaction in it");
}

static void test_reader_matrix__bad_entries(void)
{
    static const struct {
        const char *entry, *words;
    } bad[] = {
        {"0 1 1", "the entry (0, 1) is outside the matrix of 2 x 2, which counts from 1 "
                  "(--skip-bad drops such entries)"},
        {"1 3 1", "the entry (1, 3) is outside the matrix of 2 x 2, which counts from 1 "
                  "(--skip-bad drops such entries)"},
        {"1 x 1", "no row and column number (--skip-bad drops such entries)"},
        {"1 1", "the value '' is not a number (--skip-bad drops such entries)"},
        {"1 1 1 1", "more than 3 numbers (--skip-bad drops such entries)"},
        {"1 1 1e39",
         "the value is larger than a float can store (--skip-bad drops such entries)"},
        {"1 1 nan", "the value is not finite (--skip-bad drops such entries)"},
        {"1 1 -2",
         "the value is negative (--skip-bad and --min-rating 0 drop such entries)"}};
    regatta_read_options o = init;
    o.skip_bad = 1;
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        char text[256], words[256];
        const int n = snprintf(text, sizeof text, "%s2 2 3\n1 1 1\n%s\n2 2 3\n", BANNER,
                               bad[k].entry);
        snprintf(words, sizeof words, ":4: %s", bad[k].words);
        refuses(text, words);
        reads_bytes(text, (size_t)n, &o, "1,1,1;2,2,3;");
    }
}

static void test_reader_matrix__netflix(void)
{
    reads("1:\n1488844,3,2005-09-06\n822109,5,2005-05-13\n2:\n885013,4,2005-10-19\n",
          REGATTA_FORMAT_NETFLIX,
          "1488844,1,3,1125964800;822109,1,5,1115942400;885013,2,4,1129680000;");
    reads("10:\r\n7,2005-09-06\r\n11:\r\n8,2005-09-07\r\n", REGATTA_FORMAT_NETFLIX,
          "7,10,1125964800;8,11,1126051200;");
    reads("10:\n7\n8\n", REGATTA_FORMAT_NETFLIX, "7,10;8,10;");
    refuses(
        "1:\n5,3,2005-09-06\n6,3\n",
        ":3: the row is not of the form user,rating,date (--skip-bad drops such rows)");
    refuses("1:\n5,x,2005-09-06\n",
            ":2: the weight 'x' (column 'rating') is not a number (--skip-bad drops such "
            "rows, --weight-column takes another column or, 0, none)");
    reads("1: 5 6\n2: 7\n", REGATTA_FORMAT_ADJACENCY, "1,5;1,6;2,7;");
    regatta_read_options o = init;
    o.format = REGATTA_FORMAT_NETFLIX;
    refuses_bytes("5,3,2005-09-06\n", 15, &o, ":1: no line `item:` before this row");
    refuses_bytes("1:\n", 3, &o, ": no rows `user,rating,date` after a line `item:`");
}

static void test_reader_matrix__recbole(void)
{
    reads("user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
          "007\t2\t3.5\t1588687728\n8\t2\t4\t1588687729.0\n",
          REGATTA_FORMAT_RECBOLE, "007,2,3.5,1588687728;8,2,4,1588687729;");
    reads("uid:token\tiid:token\nu\tx\n", REGATTA_FORMAT_RECBOLE, "u,x;");
    reads("session_id:token\titem_id_list:token_seq\titem_id:token\ns\t1 2 3\t4\n",
          REGATTA_FORMAT_RECBOLE, "s,4;");
    refuses("session_id:token\titems:token_seq\ns\t1 2 3\n",
            ":1: the item column 'items:token_seq' holds lists: give --item-column");
    reads("user:x\titem:y\nu\ti\n", REGATTA_FORMAT_TSV, "u,i;");
}

int test_reader_matrix(void)
{
    static const test_case cases[] = {{"reads", test_reader_matrix__reads},
                                      {"refuses", test_reader_matrix__refuses},
                                      {"bad entries", test_reader_matrix__bad_entries},
                                      {"netflix", test_reader_matrix__netflix},
                                      {"recbole", test_reader_matrix__recbole}};
    return TEST_MAIN("reader_matrix", cases);
}
