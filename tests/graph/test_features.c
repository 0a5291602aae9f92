#include "graph/features/feature_bins.h"
#include "graph/features/feature_bound.h"
#include "support/fault.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <math.h>
#include <regatta/features.h>
#include <stdio.h>
#include <string.h>

enum { DUMP = 4096 };
static const regatta_features_options init = REGATTA_FEATURES_OPTIONS_INIT;

static regatta_features *create(regatta_ctx *ctx)
{
    regatta_features *f = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_features_create(ctx, &f), REGATTA_OK);
    return f;
}

static regatta_ctx *context(void)
{
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    return ctx;
}

static void put(char dump[DUMP], const char *text)
{
    const size_t n = strlen(dump);
    snprintf(dump + n, DUMP - n, "%s", text);
}

static void put_row(char dump[DUMP], const rg_modality *m, int64_t r)
{
    char text[256];
    for (int64_t c = 0; m->dense != NULL && c < m->n_columns; c++) {
        snprintf(text, sizeof text, " %g", (double)m->dense[r * m->n_columns + c]);
        put(dump, text);
    }
    if (m->dense != NULL) return;
    for (int64_t e = m->rows->offset[r]; e < m->rows->offset[r + 1]; e++) {
        const float weight = m->rows->value != NULL ? m->rows->value[e] : 1.0f;
        snprintf(text, sizeof text, " %s", rg_idmap_name(m->feature, m->rows->target[e]));
        put(dump, text);
        if (weight == 1.0f) continue;
        snprintf(text, sizeof text, "*%g", (double)weight);
        put(dump, text);
    }
}

/* "NAME{node feature*weight ..; ..}" of all modalities; nodes without features are left
 * out. */
static void dump_features(char dump[DUMP], const rg_features *f)
{
    dump[0] = '\0';
    for (int k = 0; k < f->n_modalities; k++) {
        const rg_modality *m = &f->modality[k];
        put(dump, k > 0 ? " " : "");
        put(dump, m->name);
        put(dump, "{");
        for (int64_t r = 0; r < m->n_rows; r++) {
            if (!rg_modality_has(m, r)) continue;
            put(dump, rg_idmap_name(f->ids, (uint32_t)r));
            put_row(dump, m, r);
            put(dump, ";");
        }
        put(dump, "}");
    }
}

/* Asserts the features of a text and, unless NULL, the columns. */
static void reads_with(const char *text, const regatta_features_options *opts,
                       const char *expected, const char *columns)
{
    regatta_ctx *ctx = context();
    regatta_features *f = create(ctx);
    regatta_features_report report = REGATTA_FEATURES_REPORT_INIT;
    regatta_features_options o = opts != NULL ? *opts : init;
    char dump[DUMP] = "";
    if (o.name == NULL) o.name = "t";
    const regatta_status status =
        regatta_features_read(ctx, f, text_file(text, strlen(text)), &o, &report);
    if (status == REGATTA_OK) dump_features(dump, f);
    const int good = strcmp(dump, expected) == 0 &&
                     (columns == NULL || strcmp(columns, report.columns) == 0);
    if (!good)
        printf("\n%s\n-> %s\n %s %s\nnot %s\n %s\n", text, dump, report.columns,
               regatta_last_error(ctx), expected, columns != NULL ? columns : "");
    CU_ASSERT(good);
    regatta_features_free(f);
    regatta_ctx_free(ctx);
}

static void reads(const char *text, const char *expected, const char *columns)
{
    reads_with(text, NULL, expected, columns);
}

static void reads_columns(const char *text, const char *kinds, const char *expected,
                          const char *columns)
{
    regatta_features_options o = init;
    o.columns = kinds;
    reads_with(text, &o, expected, columns);
}

/* Asserts that a file is rejected with "PATH" + words, and that nothing was added. */
static void refuses_bytes(const void *bytes, size_t n,
                          const regatta_features_options *opts, const char *words)
{
    regatta_ctx *ctx = context();
    regatta_features *f = create(ctx);
    char expected[640];
    const char *path = text_file(bytes, n);
    const regatta_status status = regatta_features_read(ctx, f, path, opts, NULL);
    snprintf(expected, sizeof expected, "%s%s", path, words);
    const int good =
        status == REGATTA_EFORMAT && strcmp(regatta_last_error(ctx), expected) == 0;
    if (!good)
        printf("\n%.200s\n-> %s\nnot %s\n", (const char *)bytes, regatta_last_error(ctx),
               expected);
    CU_ASSERT(good);
    CU_ASSERT_EQUAL(f->n_modalities, 0);
    CU_ASSERT_EQUAL(f->ids->n, 0);
    CU_ASSERT_EQUAL(rg_idmap_find(f->ids, "i1", 2), REGATTA_NONE);
    regatta_features_free(f);
    regatta_ctx_free(ctx);
}

static void refuses(const char *text, const char *kinds, const char *words)
{
    regatta_features_options o = init;
    o.columns = kinds;
    refuses_bytes(text, strlen(text), &o, words);
}

static void test_features__long_tables(void)
{
    reads("i1\trock\ni1\tpop\ni2\trock\n", "t{i1 rock pop;i2 rock;}",
          "id = column1, feature = column2");
    reads("i1,rock,2\ni1,pop,-0.5\ni2,rock,1\n", "t{i1 rock*2 pop*-0.5;i2 rock;}",
          "id = column1, feature = column2, weight = column3");
    reads("i1 a\ni1 b\ni1 a\n", "t{i1 a*2 b;}", NULL); /* repeats add up */
    reads("i1\ta b\ni1\t c \n", "t{i1 a b c;}", NULL);
    reads("movieId,tag\ni1,x\ni1,y\n", "t{i1 x y;}", "id = movieId, feature = tag");
    reads("tag,movieId,w\nx,i1,2\ny,i1,0\n", "t{i1 x*2;}",
          "id = movieId, feature = tag, weight = w");
    reads_columns("userId,movieId,tag,ts\nu,i1,x,5\nv,i1,x,6\n", "tag=feature",
                  "t{i1 x*2;}", "id = movieId, feature = tag; not used: userId, ts");
    reads_columns("x\ti1\ny\ti2\n", "2=id", "t{i1 x;i2 y;}",
                  "id = column2, feature = column1");
    regatta_features_options users = init;
    users.side = REGATTA_USERS;
    reads_with("tag,user_id\nx,u1\ny,u1\n", &users, "t{u1 x y;}",
               "id = user_id, feature = tag");
}

static void test_features__wide_tables(void)
{
    reads("item_id,genre,price\ni1,pop,1.5\ni2,rock,2\ni3,,NA\n",
          "t{i1 genre=pop price=[1.5,2);i2 genre=rock price=[2,2];}",
          "id = item_id, category = genre, number = price (2 bins)");
    reads("item_id,genres\ni1,Action|Sci-Fi|Action\ni2,Action\n",
          "t{i1 genres=Action genres=Sci-Fi;i2 genres=Action;}",
          "id = item_id, list = genres (|)");
    reads("id;tags\ni1;['a', 'b c']\ni2;[]\ni3;[\"a\"]\n",
          "t{i1 tags=a tags=b c;i3 tags=a;}", "id = id, list = tags (brackets)");
    reads("asin,title\ni1,\"Red, red\"\ni2,Über\n",
          "t.title{i1 title:red*2;i2 title:über;}", "id = asin, text = title");
    reads("item_id:token\ttitle:token_seq\tyear:float\tlang:token\ni1\tA b\t1990\ten\n",
          "t{i1 title=A title=b lang=en year=[1990,1990];}",
          "id = item_id, category = lang, list = title (blank), number = year (1 bin)");
    reads_columns("i1::Toy Story (1995)::Fun|Play\n", "1=id,2=text,3=list:|",
                  "t{i1 column3=Fun column3=Play;} "
                  "t.column2{i1 column2:toy column2:story column2:1995;}",
                  NULL);
    reads_columns("item_id,a,b,c\ni1,x/y,1,q\n",
                  "a=list:/,t.b=category,other.c=text,c=skip", "t{i1 a=x a=y b=1;}",
                  "id = item_id, category = b, list = a (/); not used: c");
    reads("item_id,empty,brand\ni1,,x\n", "t{i1 brand=x;}",
          "id = item_id, category = brand; not used: empty");
}

static void test_features__kinds_by_content(void)
{
    reads("item_id,flag\n1,0\n2,1\n3,0\n4,1\n5,0\n6,1\n7,0\n8,0\n",
          "t{1 flag=0;2 flag=1;3 flag=0;4 flag=1;5 flag=0;6 flag=1;7 flag=0;8 flag=0;}",
          "id = item_id, category = flag");
    reads("item_id,x\ni1,a one two\ni2,b one two\n",
          "t.x{i1 x:a x:one x:two;i2 x:one x:two x:b;}", "id = item_id, text = x");
    reads("item_id,x\ni1,a\ni2,a\ni3,b\ni4,b\n", "t{i1 x=a;i2 x=a;i3 x=b;i4 x=b;}",
          "id = item_id, category = x");
    reads("item_id,x\ni1,\"a,b\"\ni2,\"b,a\"\n", "t{i1 x=a x=b;i2 x=a x=b;}",
          "id = item_id, list = x (,)");
    reads("item_id,brand_id\ni1,7\ni2,8\n", "t{i1 brand_id=7;i2 brand_id=8;}",
          "id = item_id, category = brand_id");
}

static void test_features__bad_tables(void)
{
    refuses("", NULL, ": contains no row");
    refuses("item_id,tag\n", NULL, ": has no column with features");
    refuses("i1\n", NULL, ": has no column with features");
    refuses("item_id,x\ni1,3\ni2,4\n", NULL,
            ": the kind of column 'x' (whole numbers, such as '3') is not evident: give "
            "--feature-columns x=KIND with KIND category, number, list, text or skip");
    refuses(
        "item_id,x,y\ni1,p,2020-01-02\ni2,q,2020-01-03\n", NULL,
        ": the kind of column 'x' (texts, such as 'p') and others is not evident: give "
        "--feature-columns x=KIND,y=KIND with KIND category, number, list, text or "
        "skip");
    refuses("i1,5,x\ni2,6,y\n", NULL,
            ": has 3 columns and no header: name the kinds of all of them "
            "(--feature-columns 1=id,2=text,3=skip), or pass --feature-header yes");
    refuses("i1\tx\ni2\n", NULL, ":2: 1 column where the first line has 2");
    refuses("i1\tx\n\ty\n", NULL, ":2: the item (column 'column1') is empty");
    refuses("i1\tx\nNA\ty\n", NULL,
            ":2: the item (column 'column1') is 'NA', a missing value");
    refuses("i1\tx\ni2\tnull\n", NULL, ":2: the feature 'null' is a missing value");
    refuses("i1,x,1\ni2,y,nan\n", NULL,
            ":2: 'nan' (column 'column3') is not a finite weight");
    refuses("i1,x,1\ni2,y,1e39\n", NULL,
            ":2: '1e39' (column 'column3') is larger than a float can store");
    refuses("item_id,price\ni1,1.5\ni2,inf\n", NULL,
            ":3: 'inf' (column 'price') is not finite");
    refuses(
        "item_id,price\ni1,1.5\ni2,free\n", "price=number",
        ":3: 'free' (column 'price') is not a number: --feature-columns price=category "
        "or price=skip");
    refuses("item_id,tag\ni1,x\ni2,y\ni1,x\n", "tag=category",
            ":4: the item 'i1' has an earlier row: a table of one feature a row needs "
            "--feature-columns COLUMN=feature");
    refuses("item_id,tag\ni0,y\ni2,z\n\"i1,x\n", "tag=category",
            ":4: a quoted field does not end");
    refuses("item_id,a,b\ni1,x,y\n", "a=feature,b=number",
            ": column 'a' is a feature a row, so column 'b' cannot be a number");
    refuses("item_id,a\ni1,x\n", "a=weight",
            ": column 'a' is a weight, but none is a feature");
    refuses_bytes("i\tx\ni\0\ty\n", 9, NULL, ":2: a NUL byte: this is not a text file");
    refuses_bytes("PAR1....", 8, NULL, ": is a Parquet file: write it as CSV first");
    regatta_features_options vectors = init;
    vectors.layout = REGATTA_FEATURES_VECTORS;
    refuses_bytes("i1\tx\n", 5, &vectors, ": is not a .npy file");
}

static void bins_are(const double *value, int n, const char *expected)
{
    double copy[64];
    char all[512] = "", name[80];
    memcpy(copy, value, (size_t)n * sizeof *copy);
    const rg_bins bins = rg_bins_of(copy, n);
    for (int k = 0; k < bins.n; k++) {
        CU_ASSERT(rg_bins_name(name, sizeof name, &bins.bin[k], "x") > 0);
        strcat(strcat(all, name + 2), " ");
        CU_ASSERT_EQUAL(rg_bins_find(&bins, bins.bin[k].low), k);
    }
    if (strcmp(all, expected) != 0) printf("\n-> %s\nnot %s\n", all, expected);
    CU_ASSERT_STRING_EQUAL(all, expected);
}

/* The edges of the last two, by hand: the sorted numbers at places floor(20 k / 10). */
static void test_features__bins(void)
{
    double twenty[20], skewed[20];
    for (int k = 0; k < 20; k++) {
        twenty[k] = 19 - k;
        skewed[k] = k < 9 ? 0.0 : k * k;
    }
    bins_are((const double[]){3}, 1, "[3,3] ");
    bins_are((const double[]){2, -1, 2, 0.5, -0.0, 0}, 6,
             "[-1,0) [0,0.5) [0.5,2) [2,2] ");
    bins_are(twenty, 20,
             "[0,2) [2,4) [4,6) [6,8) [8,10) [10,12) [12,14) [14,16) [16,18) "
             "[18,19] ");
    bins_are(skewed, 20, "[0,100) [100,144) [144,196) [196,256) [256,324) [324,361] ");
    const rg_bins bins = rg_bins_of(twenty, 20);
    CU_ASSERT_EQUAL(rg_bins_find(&bins, -5.0), 0);
    CU_ASSERT_EQUAL(rg_bins_find(&bins, 1.999), 0);
    CU_ASSERT_EQUAL(rg_bins_find(&bins, 1e9), 9);
}

/* Four features, of which two keep a column; the others share a bucket. */
static void test_features__bound(void)
{
    regatta_features_options o = init;
    regatta_features_report report = REGATTA_FEATURES_REPORT_INIT;
    regatta_ctx *ctx = context();
    regatta_features *f = create(ctx), *later = create(ctx);
    const char text[] = "i1\td\ni1\tc\ni2\tb\ni2\ta\ni3\td\n";
    const char next[] = "i1\td\ni1\tz\ni2\ty\n";
    char dump[DUMP];
    o.max_features = 2; /* d, and a by its name */
    o.name = "t";
    CU_ASSERT_EQUAL(
        regatta_features_read(ctx, f, text_file(text, strlen(text)), &o, &report),
        REGATTA_OK);
    dump_features(dump, f);
    CU_ASSERT_STRING_EQUAL(dump, "t{i1 d (hashed 0 of 1);i2 a (hashed 0 of 1);i3 d;}");
    CU_ASSERT_EQUAL(report.n_hashed, 2);
    CU_ASSERT_EQUAL(report.n_buckets, 1);
    CU_ASSERT_EQUAL(report.n_features, 3);
    o.like = f;
    CU_ASSERT_EQUAL(
        regatta_features_read(ctx, later, text_file(next, strlen(next)), &o, &report),
        REGATTA_OK);
    dump_features(dump, later);
    CU_ASSERT_STRING_EQUAL(dump, "t{i1 d (hashed 0 of 1);i2 (hashed 0 of 1);}");
    regatta_features_free(later);
    regatta_features_free(f);
    regatta_ctx_free(ctx);
}

/* A later table gets the kinds and bins of the first one. */
static void test_features__like_an_earlier_table(void)
{
    regatta_features_options o = init;
    regatta_ctx *ctx = context();
    regatta_features *f = create(ctx), *later = create(ctx);
    const char text[] = "item_id,x,about,k,l\ni1,1.5,one,p,p;q\ni2,2.5,two,p,q;p\n"
                        "i3,7.5,,p,\ni4,,,p,p\n";
    const char next[] = "item_id,x,about,k,l\nn1,2,TWO,p,q;r\nn2,9,three,q,\n"
                        "n3,0,,,\n";
    char dump[DUMP];
    o.name = "t";
    CU_ASSERT_EQUAL(
        regatta_features_read(ctx, f, text_file(text, strlen(text)), &o, NULL),
        REGATTA_OK);
    o.like = f;
    CU_ASSERT_EQUAL(
        regatta_features_read(ctx, later, text_file(next, strlen(next)), &o, NULL),
        REGATTA_OK);
    dump_features(dump, later);
    CU_ASSERT_STRING_EQUAL(dump,
                           "t{n1 k=p l=q l=r x=[1.5,2.5);n2 k=q x=[7.5,7.5];"
                           "n3 x=[1.5,2.5);} t.about{n1 about:two;n2 about:three;}");
    regatta_features_free(later);
    regatta_features_free(f);
    regatta_ctx_free(ctx);
}

/* Asserts the name of a table of new nodes after a training with these modalities. */
static void is_called(const char *name, const char *const *training, int n,
                      const char *expected)
{
    const char *const item = "i1";
    const char *const words[] = {"about:x"};
    const uint32_t zero = 0;
    regatta_ctx *ctx = context();
    regatta_features *like = create(ctx), *f = create(ctx);
    regatta_feature_arrays a = REGATTA_FEATURE_ARRAYS_INIT;
    a.n_nodes = 1;
    a.node_names = &item;
    a.n_values = a.n_features = 1;
    a.node = a.feature = &zero;
    a.feature_names = words;
    for (int k = 0; k < n; k++) {
        a.name = training[k];
        CU_ASSERT_EQUAL(regatta_features_add(ctx, like, &a, NULL), REGATTA_OK);
    }
    regatta_features_options o = init;
    o.name = name;
    o.like = like;
    const char *path = text_file("n1\tx\n", 5);
    const regatta_status status = regatta_features_read(ctx, f, path, &o, NULL);
    const char *got = status == REGATTA_OK
                          ? f->modality[0].name
                          : strstr(regatta_last_error(ctx), ": the training");
    CU_ASSERT_PTR_NOT_NULL_FATAL(got);
    if (strncmp(got, expected, strlen(expected)) != 0)
        printf("\n-> %s\nnot %s\n", got, expected);
    CU_ASSERT_EQUAL(strncmp(got, expected, strlen(expected)), 0);
    regatta_features_free(like);
    regatta_features_free(f);
    regatta_ctx_free(ctx);
}

static void test_features__names_like_the_training(void)
{
    const char *const one[] = {"tags"}, *const text[] = {"shop.about", "shop"},
                      *const two[] = {"a.b", "tags"}, *const dotted[] = {"ml.v2"};
    is_called(NULL, one, 0, "regatta-text-");
    is_called(NULL, one, 1, "tags");
    is_called("tags", one, 1, "tags");
    is_called("other", one, 1, ": the training had no table called 'other'");
    is_called(NULL, text, 1, "shop");
    is_called(NULL, text, 2, "shop");
    is_called(NULL, dotted, 1, "ml.v2");
    is_called("a.b", two, 2, "a.b");
    is_called(NULL, two, 2, ": the training had no table called 'regatta-text-");
}

static void test_features__weights_beyond_floats(void)
{
    regatta_ctx *ctx = context();
    regatta_features *f = create(ctx);
    regatta_features_options o = init;
    const char text[] = "i1,x,3e38\ni1,x,3e38\n";
    o.name = "t";
    CU_ASSERT_EQUAL(
        regatta_features_read(ctx, f, text_file(text, strlen(text)), &o, NULL),
        REGATTA_EFORMAT);
    CU_ASSERT_STRING_EQUAL(
        regatta_last_error(ctx),
        "features 't': weights of a node and feature add up beyond the "
        "range of float32");
    CU_ASSERT_EQUAL(f->n_modalities, 0);
    regatta_features_free(f);
    regatta_ctx_free(ctx);
}

static regatta_status read_three(regatta_ctx *ctx, void *arg)
{
    regatta_features *f = NULL;
    regatta_features_options o = init;
    char(*const path)[SCRATCH_PATH] = arg;
    regatta_status status = regatta_features_create(ctx, &f);
    o.max_features = 2;
    for (int k = 0; k < 3 && status == REGATTA_OK; k++) {
        status = regatta_features_read(ctx, f, path[k], &o, NULL);
        if (status != REGATTA_OK) {
            CU_ASSERT(f->n_modalities <= 2 * k);
            for (int m = 0; m < f->n_modalities; m++)
                CU_ASSERT(f->modality[m].n_rows <= f->ids->n);
        }
    }
    regatta_features_free(f);
    return status;
}

static int64_t npy(char *bytes, const char *type, const char *order, const char *shape,
                   const void *numbers, size_t n)
{
    char header[160];
    const int length = snprintf(header, sizeof header,
                                "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }",
                                type, order, shape);
    CU_ASSERT_FATAL(length < 117);
    memcpy(bytes, "\x93NUMPY\x01\x00\x76\x00", 10);
    memset(bytes + 10, ' ', 117);
    memcpy(bytes + 10, header, (size_t)length);
    bytes[127] = '\n';
    memcpy(bytes + 128, numbers, n);
    return 128 + (int64_t)n;
}

static void test_features__survives_failures(void)
{
    char path[3][SCRATCH_PATH], folder[SCRATCH_PATH], ids[SCRATCH_PATH], bytes[256];
    const float numbers[] = {1, 2, 3, 4};
    const char table[] = "item_id,x,about,k\ni1,1.5,one two,p\ni2,2.5,two,p\n";
    const char list[] = "i1\tx\ni2\ty\ni2\tz\ni9\tx\ni1\tx\n";
    scratch_open(folder);
    scratch_path(path[0], folder, "table.csv");
    scratch_path(path[1], folder, "list.tsv");
    scratch_path(path[2], folder, "v.npy");
    scratch_path(ids, folder, "v.npy.ids.txt");
    scratch_write(path[0], table, sizeof table - 1);
    scratch_write(path[1], list, sizeof list - 1);
    scratch_write(path[2], bytes, npy(bytes, "<f4", "False", "2, 2", numbers, 16));
    scratch_write(ids, "i7\ni1\n", 6);
    fault_sweep_memory(read_three, path);
    fault_sweep_io(read_three, path);
    scratch_close(folder);
}

/* Reads vectors with ids beside them; NULL: none. */
static void vectors_are(const char *type, const char *order, const char *shape,
                        const void *numbers, size_t n, const char *ids,
                        const char *expected)
{
    char folder[SCRATCH_PATH], path[SCRATCH_PATH], beside[SCRATCH_PATH], bytes[256];
    char dump[DUMP] = "";
    regatta_ctx *ctx = context();
    regatta_features *f = create(ctx);
    scratch_open(folder);
    scratch_path(path, folder, "v.npy");
    scratch_path(beside, folder, "v.ids");
    scratch_write(path, bytes, npy(bytes, type, order, shape, numbers, n));
    if (ids != NULL) scratch_write(beside, ids, (int64_t)strlen(ids));
    const regatta_status status = regatta_features_read(ctx, f, path, NULL, NULL);
    if (status == REGATTA_OK)
        dump_features(dump, f);
    else
        snprintf(dump, DUMP, "%s", regatta_last_error(ctx) + strlen(folder) + 1);
    CU_ASSERT(status == REGATTA_OK || status == REGATTA_EFORMAT);
    if (strncmp(dump, expected, strlen(expected)) != 0)
        printf("\n-> %s\nnot %s\n", dump, expected);
    CU_ASSERT_EQUAL(strncmp(dump, expected, strlen(expected)), 0);
    scratch_close(folder);
    regatta_features_free(f);
    regatta_ctx_free(ctx);
}

static void test_features__vectors(void)
{
    const float f4[] = {1.5f, -2, 3, 0.25f};
    const double f8[] = {1.5, -2, 3, 1e39};
    const uint16_t f2[] = {0x3e00, 0xc000, 0x0001, 0x7bff}, inf2[] = {0, 0, 0, 0x7c00};
    const float nan4[] = {1, 2, 3, NAN};
    vectors_are("<f4", "False", "2, 2", f4, 16, "a\nb\n", "v{a 1.5 -2;b 3 0.25;}");
    vectors_are("<f8", "False", "1, 3", f8, 24, "a\n", "v{a 1.5 -2 3;}");
    vectors_are("<f2", "False", "1, 4", f2, 8, "a\n", "v{a 1.5 -2 5.96046e-08 65504;}");
    vectors_are("<f4", "False", "4, 1", f4, 16, "d\nc\nb\na\n",
                "v{d 1.5;c -2;b 3;a 0.25;}");
    vectors_are("<f4", "False", "2, 2", nan4, 16, "a\nb\n",
                "v.npy: row 1, column 1 (from 0) is not a finite float32");
    vectors_are("<f8", "False", "2, 2", f8, 32, "a\nb\n",
                "v.npy: row 1, column 1 (from 0) is not a finite float32");
    vectors_are("<f2", "False", "2, 2", inf2, 8, "a\nb\n",
                "v.npy: row 1, column 1 (from 0) is not a finite float32");
    vectors_are("<f4", "True", "2, 2", f4, 16, "a\nb\n", "v.npy: is in Fortran order");
    vectors_are("|O", "False", "2, 2", f4, 16, "a\nb\n", "v.npy: holds Python objects");
    vectors_are(">f4", "False", "2, 2", f4, 16, "a\nb\n", "v.npy: is big-endian");
    vectors_are("<i8", "False", "1, 2", f4, 16, "a\n", "v.npy: does not hold float16");
    vectors_are("<f4", "False", "4,", f4, 16, "a\nb\n",
                "v.npy: is not of two dimensions");
    vectors_are("<f4", "False", "1, 2, 2", f4, 16, "a\n",
                "v.npy: is not of two dimensions");
    vectors_are("<f4", "False", "0, 2", f4, 0, "", "v.npy: is empty");
    vectors_are("<f4", "False", "2, 3", f4, 16, "a\nb\n", "v.npy: is truncated");
    vectors_are("<f4", "False", "9223372036854775807, 3", f4, 16, "a\nb\n",
                "v.npy: is truncated");
    vectors_are("<f4", "False", "1, 3", f4, 16, "a\n",
                "v.npy: has bytes behind its last");
    vectors_are("<f4", "False", "2, 2", f4, 16, NULL,
                "v.npy: the ids of the rows are missing: write them, one a line, to ");
    vectors_are("<f4", "False", "2, 2", f4, 16, "a\n", "v.ids: 1 id for 2 vectors");
    vectors_are("<f4", "False", "2, 2", f4, 16, "a\nb\nc\n",
                "v.ids: 3 ids for 2 vectors");
    vectors_are("<f4", "False", "2, 2", f4, 16, "a\na\n",
                "v.ids:2: the id 'a' is that of line 1");
    vectors_are("<f4", "False", "2, 2", f4, 16, "a\n\n", "v.ids:2: the id is empty");
}

static void refuses_arrays(const regatta_feature_arrays *a, const char *words)
{
    regatta_ctx *ctx = context();
    regatta_features *f = create(ctx);
    CU_ASSERT_EQUAL(regatta_features_add(ctx, f, a, NULL), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), words);
    CU_ASSERT_EQUAL(f->ids->n, 0);
    CU_ASSERT_EQUAL(f->n_modalities, 0);
    regatta_features_free(f);
    regatta_ctx_free(ctx);
}

static void test_features__arrays(void)
{
    regatta_ctx *ctx = context();
    regatta_features *f = create(ctx);
    char dump[DUMP];
    const char *const names[] = {"i1", "i2", "i3"}, *const twice[] = {"i1", "i1", "i3"};
    const uint32_t node[] = {0, 2, 2}, feature[] = {1, 0, 0}, far[] = {0, 3, 1};
    const float weight[] = {0.5f, 1, 2}, dense[] = {1, 2, 3, 4, 5, NAN};
    regatta_feature_arrays a = REGATTA_FEATURE_ARRAYS_INIT;
    a.name = "tags";
    a.n_nodes = 3;
    a.n_features = 2;
    a.node_names = names;
    a.n_values = 3;
    a.node = node;
    a.feature = feature;
    a.weight = weight;
    CU_ASSERT_EQUAL(regatta_features_add(ctx, f, &a, NULL), REGATTA_OK);
    regatta_feature_arrays d = REGATTA_FEATURE_ARRAYS_INIT;
    d.name = "v";
    d.n_nodes = 2;
    d.dense = dense;
    d.dim = 2;
    CU_ASSERT_EQUAL(regatta_features_add(ctx, f, &d, NULL), REGATTA_OK);
    dump_features(dump, f);
    CU_ASSERT_STRING_EQUAL(dump, "tags{i1 1*0.5;i3 0*3;} v{0 1 2;1 3 4;}");
    CU_ASSERT_EQUAL(regatta_features_add(ctx, f, &d, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(f->ids->n, 5);
    d.dim = 3;
    refuses_arrays(&d, "features 'v': number 2 of row 1 is not finite");
    d.dim = 0;
    refuses_arrays(&d, "features 'v': dim must be 1 to 2^31 - 1");
    a.node = far;
    refuses_arrays(&a, "features 'tags': value 1 has a node or feature out of range");
    a.node = node;
    a.node_names = twice;
    refuses_arrays(&a, "node name 1 is repeated");
    a.node_names = NULL;
    a.name = "";
    refuses_arrays(&a, "features '': the name must have 1 to 63 bytes");
    regatta_features_free(f);
    regatta_ctx_free(ctx);
}

static void test_features__coverage(void)
{
    regatta_ctx *ctx = context();
    regatta_features *f = create(ctx);
    regatta_graph *g = NULL;
    const char list[] = "i1\tx\ni2\ty\ni9\tx\n";
    CU_ASSERT_EQUAL(
        regatta_features_read(ctx, f, text_file(list, strlen(list)), NULL, NULL),
        REGATTA_OK);
    CU_ASSERT_EQUAL(text_read(ctx, &g, "u\ti1\nu\ti2\nv\ti3\n", NULL, NULL), REGATTA_OK);
    regatta_features_info info = REGATTA_FEATURES_INFO_INIT;
    CU_ASSERT_EQUAL(regatta_features_get_info(ctx, &info, f, g, REGATTA_ITEMS),
                    REGATTA_OK);
    CU_ASSERT_EQUAL(info.n_nodes, 3);
    CU_ASSERT_EQUAL(info.n_with, 2);
    CU_ASSERT_EQUAL(info.n_without, 1);
    CU_ASSERT_EQUAL(info.n_unknown, 1);
    regatta_modality m = REGATTA_MODALITY_INIT;
    CU_ASSERT_EQUAL(regatta_features_get_modality(ctx, &m, f, 0), REGATTA_OK);
    CU_ASSERT_EQUAL(m.n_features, 2);
    CU_ASSERT_EQUAL(m.n_nodes, 3);
    CU_ASSERT_EQUAL(m.n_values, 3);
    CU_ASSERT_EQUAL(regatta_features_get_modality(ctx, &m, f, 1), REGATTA_EINVAL);
    regatta_graph_free(g);
    regatta_features_free(f);
    regatta_ctx_free(ctx);
}

static void test_features__wrong_entries(void)
{
    static const char *const wrong[] = {"x",        "x=",       "=list",          "x=foo",
                                        "x=list:?", "x=text:|", "a=list,,b=text", ""};
    regatta_ctx *ctx = context();
    regatta_features *f = create(ctx);
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        regatta_features_options o = init;
        o.columns = wrong[k];
        CU_ASSERT_EQUAL(regatta_features_read(ctx, f, "/dev/null", &o, NULL),
                        REGATTA_EINVAL);
    }
    regatta_features_free(f);
    regatta_ctx_free(ctx);
}

int test_features(void)
{
    const test_case cases[] = {
        {"long_tables", test_features__long_tables},
        {"wide_tables", test_features__wide_tables},
        {"kinds_by_content", test_features__kinds_by_content},
        {"bad_tables", test_features__bad_tables},
        {"bins", test_features__bins},
        {"bound", test_features__bound},
        {"like_an_earlier_table", test_features__like_an_earlier_table},
        {"names_like_the_training", test_features__names_like_the_training},
        {"weights_beyond_floats", test_features__weights_beyond_floats},
        {"vectors", test_features__vectors},
        {"arrays", test_features__arrays},
        {"coverage", test_features__coverage},
        {"wrong_entries", test_features__wrong_entries},
        {"survives_failures", test_features__survives_failures},
    };
    const int failed = TEST_MAIN("features", cases);
    text_remove();
    return failed;
}
