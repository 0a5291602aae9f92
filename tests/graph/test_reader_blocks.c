/* Reading by blocks is reading line by line: the same rows are read plain, at several
 * numbers of threads, and in quotes, which blocks leave to the reader of lines. */
#include "base/ctx.h"
#include "support/fault.h"
#include "support/folder.h"
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 150000, ROW_BYTES = 96 };

/* Rows user,item,rating,time under construction. */
typedef struct text {
    char *bytes;
    size_t n;
} text;

static void add(text *t, const char *row)
{
    t->n += (size_t)sprintf(t->bytes + t->n, "%s", row);
}

static text begin(void)
{
    text t = {malloc((size_t)ROWS * ROW_BYTES), 0};
    if (t.bytes == NULL) abort();
    add(&t, "user,item,rating,time\n");
    return t;
}

/* Row k: some users often, new items up to the end; the first part of a file, of 65,536
 * lines, is ASCII. */
static void add_row(text *t, int k, const char *time)
{
    const unsigned x = (unsigned)k * 2654435761U;
    char row[ROW_BYTES];
    snprintf(row, sizeof row, "u%u,%s%u,%u.5,%s\n", x % 7 ? (unsigned)k / 5 : x % 11,
             k % 3 || k < 70000 ? "" : "\xc3\xa9", x >> 8 & 0x3fff, x % 5, time);
    add(t, row);
}

/* One line with each field in quotes; a blank line stays. */
static void add_quoted(text *t, const char *line, size_t n)
{
    const int has_end = n > 0 && line[n - 1] == '\n';
    size_t size = n - (size_t)has_end;
    const int is_blank = size == 0 || line[0] == ' ' || line[0] == '\r';
    if (size > 0 && line[size - 1] == '\r') size--;
    if (!is_blank) t->bytes[t->n++] = '"';
    for (size_t k = 0; k < size; k++) {
        if (line[k] == ',')
            add(t, "\",\"");
        else
            t->bytes[t->n++] = line[k];
    }
    if (!is_blank) t->bytes[t->n++] = '"';
    memcpy(t->bytes + t->n, line + size, n - size);
    t->n += n - size;
}

/* The same text with each field in quotes. */
static text quoted(const text *plain)
{
    text t = {malloc(3 * plain->n + 16), 0};
    if (t.bytes == NULL) abort();
    for (size_t k = 0; k < plain->n;) {
        const char *line = plain->bytes + k, *stop = memchr(line, '\n', plain->n - k);
        const size_t n = stop != NULL ? (size_t)(stop + 1 - line) : plain->n - k;
        add_quoted(&t, line, n);
        k += n;
    }
    return t;
}

typedef struct outcome {
    regatta_status status;
    regatta_graph *graph;
    regatta_read_report report;
    char message[RG_MESSAGE_BYTES];
} outcome;

static outcome read_with(const char *path, int threads, const regatta_read_options *o)
{
    outcome out = {.report = REGATTA_READ_REPORT_INIT};
    regatta_ctx *ctx = NULL;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = (uint32_t)threads;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    out.status = regatta_graph_read(ctx, &out.graph, path, o, &out.report);
    snprintf(out.message, sizeof out.message, "%s", regatta_last_error(ctx));
    regatta_ctx_free(ctx);
    return out;
}

static int same_names(const regatta_graph *a, const regatta_graph *b, regatta_side side,
                      uint32_t n)
{
    for (uint32_t k = 0; k < n; k++)
        if (strcmp(regatta_graph_name(a, side, k), regatta_graph_name(b, side, k)) != 0)
            return 0;
    return 1;
}

static int same_array(const void *a, const void *b, size_t n)
{
    return a == NULL || b == NULL ? a == b : memcmp(a, b, n) == 0;
}

static int same_graph(const regatta_graph *a, const regatta_graph *b)
{
    regatta_csr x = REGATTA_CSR_INIT, y = REGATTA_CSR_INIT;
    regatta_graph_rows(NULL, &x, a);
    regatta_graph_rows(NULL, &y, b);
    if (x.n_users != y.n_users || x.n_items != y.n_items) return 0;
    if (!same_array(x.offset, y.offset, (x.n_users + 1) * sizeof *x.offset)) return 0;
    const size_t n = (size_t)x.offset[x.n_users];
    return same_array(x.item, y.item, n * sizeof *x.item) &&
           same_array(x.weight, y.weight, n * sizeof *x.weight) &&
           same_array(x.time, y.time, n * sizeof *x.time) &&
           same_names(a, b, REGATTA_USERS, x.n_users) &&
           same_names(a, b, REGATTA_ITEMS, x.n_items);
}

static void compare(const outcome *a, const outcome *b)
{
    CU_ASSERT_EQUAL(a->status, b->status);
    CU_ASSERT_STRING_EQUAL(a->message, b->message);
    if (a->status != REGATTA_OK || b->status != REGATTA_OK) return;
    CU_ASSERT(same_graph(a->graph, b->graph));
    CU_ASSERT_EQUAL(memcmp(&a->report, &b->report, sizeof a->report), 0);
}

/* Reads the text both ways. Frees it. */
static void reads_alike(text *plain, const regatta_read_options *o,
                        regatta_status expected)
{
    static const int threads[] = {1, 2, 3, 8};
    text slow = quoted(plain);
    const char *path = folder_put("rows.csv", slow.bytes, slow.n);
    outcome line_by_line = read_with(path, 1, o);
    CU_ASSERT_EQUAL(line_by_line.status, expected);
    if (line_by_line.status != expected) printf("%s\n", line_by_line.message);
    path = folder_put("rows.csv", plain->bytes, plain->n);
    for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) {
        outcome blocks = read_with(path, threads[k], o);
        compare(&line_by_line, &blocks);
        regatta_graph_free(blocks.graph);
    }
    regatta_graph_free(line_by_line.graph);
    unlink(path);
    free(slow.bytes);
    free(plain->bytes);
}

static text times(int n, const char *form)
{
    text t = begin();
    char time[48];
    for (int k = 0; k < n; k++) {
        snprintf(time, sizeof time, form, k % 28 + 1, k % 12 + 1);
        add_row(&t, k, time);
    }
    return t;
}

static void test_reader_blocks__rows(void)
{
    text t = times(ROWS, "16%02d%02d0000");
    reads_alike(&t, NULL, REGATTA_OK);
}

/* Each way of writing times; with a day above 12 in the last row, or without. */
static void test_reader_blocks__times(void)
{
    static const struct {
        const char *form;
        regatta_status status;
    } forms[] = {{"2020-01-%02d 10:%02d:00", REGATTA_OK},
                 {"%02d/%02d/2020", REGATTA_OK},
                 {"2020%02d%02d", REGATTA_OK},
                 {"16%02d%02d0000000", REGATTA_OK}};
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
        text t = times(70000, forms[k].form);
        reads_alike(&t, NULL, forms[k].status);
    }
}

static void test_reader_blocks__odd_rows(void)
{
    static const char *const odd[] = {"\r\n",
                                      "   \n",
                                      "u, i ,1,1600000000\n",
                                      "\xe9,i,1,1600000000\n",
                                      "null,i,1,1600000000\n",
                                      ",i,1,1600000000\n",
                                      "u,i,x,1600000000\n",
                                      "u,i,-1,1600000000\n",
                                      "u,i,inf,1600000000\n",
                                      "u,i,1\n",
                                      "u,i,1,1600000000,,\n",
                                      "u,i,1,1600000000,x\n",
                                      "u,i,1,\n",
                                      "u,i,1,soon\n",
                                      "user,item,rating,time\n",
                                      "u,i\x01,1,1600000000\n"};
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    text all = begin();
    o.skip_bad = 1;
    for (int k = 0; k < 140000; k++) {
        add_row(&all, k, "1600000000");
        if (k % 20011 == 7)
            for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) add(&all, odd[i]);
    }
    reads_alike(&all, &o, REGATTA_OK);
    for (size_t i = 5; i < sizeof odd / sizeof *odd; i++) {
        if (strstr(odd[i], ",,\n") != NULL) continue;
        text t = begin();
        for (int k = 0; k < 8000; k++) add_row(&t, k, "1600000000");
        add(&t, odd[i]);
        add_row(&t, 1, "1600000001");
        reads_alike(&t, NULL, REGATTA_EFORMAT);
    }
}

/* A decimal comma and a point in different parts of a block. */
static void test_reader_blocks__decimal_signs(void)
{
    static const int threads[] = {1, 2, 3, 8};
    text t = {malloc((size_t)ROWS * ROW_BYTES), 0};
    if (t.bytes == NULL) abort();
    add(&t, "user;item;rating\n");
    for (int k = 0; k < ROWS; k++)
        t.n += (size_t)sprintf(t.bytes + t.n, "u%d;i%d;%s\n", k / 5, k % 999,
                               k == 100     ? "1,5"
                               : k < 140000 ? "2"
                                            : "4.000");
    const char *path = folder_put("rows.csv", t.bytes, t.n);
    for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) {
        const outcome o = read_with(path, threads[k], NULL);
        CU_ASSERT_EQUAL(o.status, REGATTA_EFORMAT);
        CU_ASSERT_PTR_NOT_NULL(strstr(
            o.message, ":140002: the weight '4.000' (column 'rating') may be 4.000 or "
                       "4000, but '1,5' in line 102 has a decimal comma"));
    }
    unlink(path);
    free(t.bytes);
}

/* Lines that end with CR LF, and a CR within a line, which no id may hold. */
static void test_reader_blocks__carriage_returns(void)
{
    for (int is_wrong = 0; is_wrong < 2; is_wrong++) {
        text t = begin();
        t.n--;
        add(&t, "\r\n");
        for (int k = 0; k < 80000; k++) add_row(&t, k, "1600000000\r");
        if (is_wrong) add(&t, "u,i\r,1,1600000000\r\n");
        add_row(&t, 1, "1600000001\r");
        reads_alike(&t, NULL, is_wrong ? REGATTA_EFORMAT : REGATTA_OK);
    }
}

static void test_reader_blocks__options(void)
{
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    o.use_min_weight = 1;
    o.min_weight = 2.0;
    text t = times(70000, "16%02d%02d0000");
    reads_alike(&t, &o, REGATTA_OK);
    o = (regatta_read_options)REGATTA_READ_OPTIONS_INIT;
    o.time_column = o.weight_column = REGATTA_COLUMN_NONE;
    t = times(70000, "16%02d%02d0000");
    t.n -= 1; /* no line break at the end */
    reads_alike(&t, &o, REGATTA_OK);
    o = (regatta_read_options)REGATTA_READ_OPTIONS_INIT;
    o.time_format = "dmy";
    t = times(70000, "%02d/%02d/2020");
    reads_alike(&t, &o, REGATTA_OK);
}

/* A NUL far from the beginning, and a field in quotes across the parts of a block. */
static void test_reader_blocks__quotes_and_nul(void)
{
    text t = begin();
    for (int k = 0; k < ROWS / 2; k++) {
        if (k == 65500) add(&t, "\"u\n\",i,1,1600000000\n");
        add_row(&t, k, "1600000000");
    }
    const char *path = folder_put("rows.csv", t.bytes, t.n);
    for (int threads = 1; threads < 4; threads++) {
        outcome o = read_with(path, threads, NULL);
        CU_ASSERT_EQUAL(o.status, REGATTA_EFORMAT);
        CU_ASSERT_PTR_NOT_NULL(
            strstr(o.message, ":65503: the user (column 'user') holds a control"));
    }
    t.bytes[t.n - 3] = '\0';
    folder_put("rows.csv", t.bytes, t.n);
    regatta_read_options skip = REGATTA_READ_OPTIONS_INIT;
    skip.skip_bad = 1;
    outcome o = read_with(path, 2, &skip);
    CU_ASSERT_EQUAL(o.status, REGATTA_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(o.message, ":75003: a NUL byte"));
    unlink(path);
    free(t.bytes);
}

static regatta_status read_path(regatta_ctx *ctx, void *path)
{
    regatta_graph *g = NULL;
    const regatta_status status = regatta_graph_read(ctx, &g, path, NULL, NULL);
    regatta_graph_free(g);
    return status;
}

static void test_reader_blocks__survives_failures(void)
{
    text t = times(4000, "16%02d%02d0000");
    const char *path = folder_put("rows.csv", t.bytes, t.n);
    fault_sweep_memory(read_path, (void *)path);
    fault_sweep_io(read_path, (void *)path);
    unlink(path);
    free(t.bytes);
}

int test_reader_blocks(void)
{
    static const test_case cases[] = {
        {"rows", test_reader_blocks__rows},
        {"times", test_reader_blocks__times},
        {"odd rows", test_reader_blocks__odd_rows},
        {"decimal signs", test_reader_blocks__decimal_signs},
        {"carriage returns", test_reader_blocks__carriage_returns},
        {"options", test_reader_blocks__options},
        {"quotes and NUL", test_reader_blocks__quotes_and_nul},
        {"survives failures", test_reader_blocks__survives_failures}};
    return TEST_MAIN_IN_FOLDER("reader_blocks", cases);
}
