/* Files and folders that ranks read together: the graph, the report and the messages of
 * one process. */
#include "support/fault.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/thread_ranks.h"
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { MOST = 6, TEXT = 1 << 20 };

static char folder[SCRATCH_PATH], path[SCRATCH_PATH];

typedef struct outcome {
    regatta_status status;
    char message[512];
    regatta_read_report report;
    regatta_graph *graph;
    regatta_traffic traffic;
} outcome;

typedef struct run {
    const regatta_read_options *options;
    outcome of[THREAD_RANKS_MOST];
} run;

static void read_on_rank(const regatta_ranks *ranks, void *state)
{
    run *r = state;
    outcome *o = &r->of[ranks != NULL ? ranks->rank : 0];
    regatta_ctx *ctx = NULL;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = 1;
    options.ranks = ranks;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    o->report = (regatta_read_report)REGATTA_READ_REPORT_INIT;
    o->traffic = (regatta_traffic)REGATTA_TRAFFIC_INIT;
    o->status = regatta_graph_read(ctx, &o->graph, path, r->options, &o->report);
    snprintf(o->message, sizeof o->message, "%s", regatta_last_error(ctx));
    CU_ASSERT_EQUAL(regatta_ctx_traffic(ctx, &o->traffic), REGATTA_OK);
    regatta_ctx_free(ctx);
}

static int same_rows(const regatta_graph *a, const regatta_graph *b)
{
    regatta_csr x = REGATTA_CSR_INIT, y = REGATTA_CSR_INIT;
    regatta_graph_rows(NULL, &x, a);
    regatta_graph_rows(NULL, &y, b);
    if (x.n_users != y.n_users || x.n_items != y.n_items) return 0;
    const size_t n = (size_t)x.offset[x.n_users];
    if (memcmp(x.offset, y.offset, (x.n_users + 1) * sizeof *x.offset) != 0 ||
        memcmp(x.item, y.item, n * sizeof *x.item) != 0 ||
        (x.weight == NULL) != (y.weight == NULL) || (x.time == NULL) != (y.time == NULL))
        return 0;
    if (x.weight != NULL && memcmp(x.weight, y.weight, n * sizeof *x.weight) != 0)
        return 0;
    if (x.time != NULL && memcmp(x.time, y.time, n * sizeof *x.time) != 0) return 0;
    for (int side = 0; side < 2; side++)
        for (uint32_t k = 0; k < (side == 0 ? x.n_users : x.n_items); k++)
            if (strcmp(regatta_graph_name(a, (regatta_side)side, k),
                       regatta_graph_name(b, (regatta_side)side, k)) != 0)
                return 0;
    return 1;
}

/* Reads `path` on 2 to MOST ranks as one process does; `divided`: the ranks exchange
 * rows, else each reads all. */
static void same_as_one(const regatta_read_options *options, int divided)
{
    run one = {.options = options};
    read_on_rank(NULL, &one);
    for (int n = 2; n <= MOST; n++) {
        run many = {.options = options};
        thread_ranks_run(n, read_on_rank, &many);
        for (int r = 0; r < n; r++) {
            const outcome *o = &many.of[r];
            CU_ASSERT_EQUAL(o->status, one.of[0].status);
            CU_ASSERT_STRING_EQUAL(o->message, one.of[0].message);
            CU_ASSERT_EQUAL(memcmp(&o->report, &one.of[0].report, sizeof o->report), 0);
            CU_ASSERT_EQUAL(o->traffic.n_gathers > 2, divided);
            if (o->graph == NULL || one.of[0].graph == NULL) continue;
            CU_ASSERT_TRUE(same_rows(o->graph, one.of[0].graph));
            regatta_graph_free(o->graph);
        }
    }
    if (one.of[0].graph != NULL) regatta_graph_free(one.of[0].graph);
}

static void write_text(const char *text)
{
    scratch_open(folder);
    scratch_path(path, folder, "rows");
    scratch_write(path, text, (int64_t)strlen(text));
}

static void check(const char *text, const regatta_read_options *options, int divided)
{
    write_text(text);
    same_as_one(options, divided);
    scratch_close(folder);
}

/* Rows `user item weight time` of a linear congruential generator. */
static char *make_rows(const char *header, int n, char separator, const char *end)
{
    static char text[TEXT];
    uint32_t seed = 7;
    size_t at = (size_t)snprintf(text, TEXT, "%s", header);
    for (int k = 0; k < n; k++) {
        seed = seed * 1664525u + 1013904223u;
        at +=
            (size_t)snprintf(text + at, TEXT - at, "u%u%ci%u%c%u%c%u%s", seed >> 20 & 127,
                             separator, seed >> 9 & 255, separator, 1 + (seed >> 28) % 5,
                             separator, 1600000000 + (seed >> 10), end);
    }
    return text;
}

static const char tsv[] = "user\titem\trating\ttimestamp\n";

static void test_rows_share__tables(void)
{
    check(make_rows(tsv, 500, '\t', "\n"), NULL, 1);
    check(make_rows(tsv, 500, '\t', "\r\n"), NULL, 1);
    check(make_rows("user,item,rating,timestamp\n", 500, ',', "\n"), NULL, 1);
    check(make_rows("\xef\xbb\xbf"
                    "user,item,rating,timestamp\n",
                    90, ',', "\n"),
          NULL, 1);
    check(make_rows("", 300, ',', "\n"),
          &(regatta_read_options){.struct_size = sizeof(regatta_read_options),
                                  .user_column = 1,
                                  .item_column = 2,
                                  .weight_column = 3,
                                  .time_column = 4},
          1);
    check(make_rows("user_id:token\titem_id:token\trating:float\ttimestamp:float\n", 80,
                    '\t', "\n"),
          NULL, 1);
    char *text = make_rows(tsv, 100, '\t', "\n"); /* the last line has no end */
    text[strlen(text) - 1] = '\0';
    check(text, NULL, 1);
    check("a b\n# comment\nc d\n\na d\n", NULL, 1);
    /* fewer rows than ranks */
    check("user\titem\nu\ti\n", NULL, 1);
    check("user\titem\nu\ti\nv\tj\n", NULL, 1);
    /* large enough for blocks of lines */
    check(make_rows(tsv, 30000, '\t', "\n"), NULL, 1);
}

static void test_rows_share__options(void)
{
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    o.use_min_weight = 1;
    o.min_weight = 3.0;
    o.dedup = REGATTA_DEDUP_LAST;
    check(make_rows(tsv, 400, '\t', "\n"), &o, 1);
    o = (regatta_read_options)REGATTA_READ_OPTIONS_INIT;
    o.event_weights = "view=1,buy=2,look=0";
    check("user\titem\tevent\na\tx\tview\nb\ty\tbuy\nc\tx\tlook\na\tz\tbuy\n", &o, 1);
    o = (regatta_read_options)REGATTA_READ_OPTIONS_INIT;
    o.use_dislike_below = 1;
    o.dislike_below = 2.0;
    check(make_rows(tsv, 400, '\t', "\n"), &o, 1);
}

/* What a share cannot know: each rank reads the whole file. */
static void test_rows_share__whole(void)
{
    regatta_read_options skip = REGATTA_READ_OPTIONS_INIT;
    skip.skip_bad = 1;
    static const char bad[] = "user\titem\trating\nu\ti\t1\nv\tj\tx\nw\tk\t2\nw\t\t2\n";
    check(bad, NULL, 0);
    check(bad, &skip, 0);
    check("user,item,title\na,x,\"two\nlines\"\nb,y,\"one\"\nc,z,\n", NULL, 0);
    check("user\titem\tdate\na\tx\t03/04/2020\nb\ty\t05/06/2020\nc\tz\t25/12/2020\n",
          NULL, 0);
    check("user\titem\tdate\na\tx\t03/04/2020\nb\ty\t05/06/2020\nc\tz\t07/08/2020\n",
          NULL, 0);
    check("user\titem\nm\xfcller\tx\nm\xfcller\ty\na\tx\nb\ty\n", NULL, 0);
    check("user\titem\trating\na\tx\t1\nuser\titem\trating\nb\ty\t2\n", NULL, 0);
    check("{\"user\": \"a\", \"item\": \"x\"}\n{\"user\": \"b\", \"item\": \"y\"}\n",
          NULL, 0);
    check("a x y z\nb y z w\nc x\n", NULL, 0);
    check("user\titem\trating\na\tx\t1,5\nb\ty\t2\nc\tz\t3\nd\tz\t1.000\n", NULL, 0);
    check("user\titem\trating\na\tx\t1.5\nb\ty\t2,5\nc\tz\t3\nd\tz\t1\n", &skip, 0);
    check("user\titem\n", NULL, 1); /* nothing to read, on all ranks */
}

static void put_part(const char *name, const char *text, int gzip)
{
    char part[SCRATCH_PATH];
    scratch_path(part, path, name);
    gzFile f = gzopen(part, gzip ? "wb" : "wbT");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    if (*text != '\0') CU_ASSERT_TRUE(gzputs(f, text) > 0);
    CU_ASSERT_EQUAL(gzclose(f), Z_OK);
}

static void make_folder(void)
{
    scratch_open(folder);
    scratch_path(path, folder, "parts");
    CU_ASSERT_EQUAL_FATAL(mkdir(path, 0777), 0);
}

/* The graph of the files in a row, or the message; then the folder is removed. */
static void check_folder(const char *text, const char *message, int divided,
                         const char *const *names, int n)
{
    run one = {.options = NULL}, whole = one;
    read_on_rank(NULL, &one);
    if (message != NULL) {
        CU_ASSERT_EQUAL(one.of[0].status, REGATTA_EFORMAT);
        const int says = strstr(one.of[0].message, message) != NULL;
        CU_ASSERT_TRUE(says);
        if (!says) printf("'%s' lacks '%s'\n", one.of[0].message, message);
    } else if (one.of[0].status != REGATTA_OK) {
        printf("%s\n", one.of[0].message);
    }
    same_as_one(NULL, divided);
    for (int k = 0; k < n; k++) {
        char part[SCRATCH_PATH];
        scratch_path(part, path, names[k]);
        CU_ASSERT_EQUAL(unlink(part), 0);
    }
    CU_ASSERT_EQUAL(rmdir(path), 0);
    if (text != NULL) {
        scratch_write(path, text, (int64_t)strlen(text));
        read_on_rank(NULL, &whole);
        CU_ASSERT_PTR_NOT_NULL_FATAL(one.of[0].graph);
        CU_ASSERT_TRUE(same_rows(one.of[0].graph, whole.of[0].graph));
        CU_ASSERT_EQUAL(one.of[0].report.n_rows, whole.of[0].report.n_rows);
        regatta_graph_free(whole.of[0].graph);
    }
    if (one.of[0].graph != NULL) regatta_graph_free(one.of[0].graph);
    scratch_close(folder);
}

static void test_rows_share__folder(void)
{
    static const char *const names[] = {"part-0", "part-1.gz", "part-2", "part-3",
                                        "_SUCCESS"};
    make_folder();
    put_part(names[0], "user\titem\na\tx\nb\ty\n", 0);
    put_part(names[1], "user\titem\nc\tx\na\tz", 1); /* without an end of the line */
    put_part(names[2], "", 0);
    put_part(names[3], "b\tw\nd\tx\n", 0); /* without a header */
    put_part(names[4], "not a row", 0);
    check_folder("user\titem\na\tx\nb\ty\nc\tx\na\tz\nb\tw\nd\tx\n", NULL, 1, names, 5);

    /* a rank has several files, whose header is that of regatta's own */
    make_folder();
    for (int k = 0; k < 4; k++) {
        static const char *const rows[] = {"a\tx", "b\ty", "c\tx", "d\tz"};
        char part[32];
        snprintf(part, sizeof part, "user\titem\n%s\n", rows[k]);
        put_part(names[k], part, k == 1);
    }
    check_folder("user\titem\na\tx\nb\ty\nc\tx\nd\tz\n", NULL, 1, names, 4);

    /* an error names the file and its line */
    make_folder();
    put_part(names[0], "user\titem\trating\na\tx\t1\n", 0);
    put_part(names[1], "user\titem\trating\n\nc\tx\tnone\n", 1);
    check_folder(NULL, "parts/part-1.gz:3: the weight 'none'", 0, names, 2);
    make_folder();
    check_folder(NULL, "parts: is a folder without files", 0, names, 0);
}

/* A header of other columns in a later file would give users and items wrong roles. */
static void test_rows_share__headers(void)
{
    static const char *const names[] = {"part-0", "part-1"};
    static const struct {
        const char *first, *second, *message;
    } c[] = {
        {"user\titem\na\tx\n", "item\tuser\nx\tb\n",
         "parts/part-1:1: another header than that of the first file"},
        {"user\titem\na\tx\n", "user\titem\trating\nb\tx\t3\n",
         "parts/part-1:1: another header than that of the first file"},
        {"a\tx\nb\ty\n", "user\titem\nc\tx\n",
         "parts/part-1:1: a header, which the first file does not have"},
    };
    for (int k = 0; k < 3; k++) {
        make_folder();
        put_part(names[0], c[k].first, 0);
        put_part(names[1], c[k].second, 0);
        check_folder(NULL, c[k].message, 0, names, 2);
    }
}

/* Files that blocks of lines read, each with its header. */
static void test_rows_share__large_folder(void)
{
    enum { PARTS = 5, ROWS = 8000 };
    static char all[TEXT];
    char names[PARTS][16];
    const char *name[PARTS];
    make_folder();
    char *text = make_rows(tsv, ROWS, '\t', "\n");
    size_t n = (size_t)snprintf(all, TEXT, "%s", tsv);
    for (int k = 0; k < PARTS; k++) {
        char *end = text + strlen(tsv);
        for (int line = 0; line < ROWS / PARTS * (k + 1); line++)
            end = strchr(end, '\n') + 1;
        const char *begin = all + n;
        static char part[TEXT];
        const char *from = text + strlen(tsv) + (n - strlen(tsv));
        n += (size_t)snprintf(all + n, TEXT - n, "%.*s", (int)(end - from), from);
        snprintf(part, TEXT, "%s%s", tsv, begin);
        snprintf(names[k], sizeof names[k], "p%d", k);
        name[k] = names[k];
        put_part(names[k], part, k % 2);
    }
    check_folder(all, NULL, 1, name, PARTS);
}

/* One rank whose n-th allocation or call on files fails. */
typedef struct broken {
    long fail_at;
    int is_memory, n_done;
} broken;

static void read_broken(const regatta_ranks *ranks, void *state)
{
    broken *b = state;
    const int last = ranks->rank + 1 == ranks->n_ranks;
    fault_memory memory = {.fail_at = -1};
    fault_io io = {.fail_at = b->fail_at, .error = 5 /* EIO */};
    regatta_ctx *ctx = NULL;
    regatta_graph *graph = NULL;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = 1;
    options.ranks = ranks;
    if (last && b->is_memory) options.allocator = fault_allocator(&memory);
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    if (last && b->is_memory) memory.fail_at = memory.calls + b->fail_at;
    if (last && !b->is_memory) fault_io_install(ctx, &io);
    const regatta_status status = regatta_graph_read(ctx, &graph, path, NULL, NULL);
    const regatta_status failure = b->is_memory ? REGATTA_ENOMEM : REGATTA_EIO;
    CU_ASSERT_TRUE(status == REGATTA_OK || status == (last ? failure : REGATTA_ERANK));
    CU_ASSERT_EQUAL(graph != NULL, status == REGATTA_OK);
    if (last && status == REGATTA_OK) b->n_done++;
    if (graph != NULL) regatta_graph_free(graph);
    regatta_ctx_free(ctx);
    if (last && b->is_memory) CU_ASSERT_EQUAL(memory.live, 0);
}

static void test_rows_share__faults(void)
{
    write_text(make_rows(tsv, 60, '\t', "\n"));
    for (int memory = 0; memory < 2; memory++) {
        broken b = {.is_memory = memory};
        for (; b.n_done == 0 && b.fail_at < 1000; b.fail_at++)
            thread_ranks_run(3, read_broken, &b);
        CU_ASSERT_EQUAL(b.n_done, 1);
        CU_ASSERT_TRUE(b.fail_at > 4);
    }
    scratch_close(folder);
}

int test_rows_share(void)
{
    static const test_case cases[] = {
        {"tables", test_rows_share__tables},
        {"options", test_rows_share__options},
        {"whole files", test_rows_share__whole},
        {"folder", test_rows_share__folder},
        {"headers", test_rows_share__headers},
        {"large folder", test_rows_share__large_folder},
        {"faults", test_rows_share__faults},
    };
    return TEST_MAIN("rows_share", cases);
}
