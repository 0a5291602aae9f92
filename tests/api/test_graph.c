#include "support/fault.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stddef.h>
#include <string.h>

static regatta_ctx *context(void)
{
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    return ctx;
}

static regatta_graph *graph_of(regatta_ctx *ctx, const char *text)
{
    regatta_graph *g = NULL;
    CU_ASSERT_EQUAL_FATAL(text_read(ctx, &g, text, NULL, NULL), REGATTA_OK);
    return g;
}

static void holds(const regatta_graph *g, const char *edges)
{
    char dump[TEXT_DUMP_BYTES];
    CU_ASSERT_PTR_NOT_NULL_FATAL(g);
    text_dump(dump, g);
    CU_ASSERT_STRING_EQUAL(dump, edges);
}

/* u has 5 items in the order of time e d c b a; v has 2; w has 1. */
static const char timed[] = "user,item,time\nu,a,50\nu,b,40\nu,c,30\nu,d,20\nu,e,10\n"
                            "v,a,1\nv,b,2\nw,a,60\n";

static void test_graph__names(void)
{
    regatta_ctx *ctx = context();
    regatta_graph *g = graph_of(ctx, timed);
    CU_ASSERT_EQUAL(regatta_graph_find(g, REGATTA_USERS, "v"), 1);
    CU_ASSERT_EQUAL(regatta_graph_find(g, REGATTA_ITEMS, "v"), REGATTA_NONE);
    CU_ASSERT_EQUAL(regatta_graph_find(NULL, REGATTA_ITEMS, "a"), REGATTA_NONE);
    CU_ASSERT_STRING_EQUAL(regatta_graph_name(g, REGATTA_ITEMS, 4), "e");
    CU_ASSERT_PTR_NULL(regatta_graph_name(g, REGATTA_ITEMS, 5));
    CU_ASSERT_PTR_NULL(regatta_graph_name(g, (regatta_side)7, 0));
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

static void test_graph__from_edges(void)
{
    regatta_ctx *ctx = context();
    regatta_graph *g = NULL;
    const uint32_t user[] = {1, 0, 1}, item[] = {2, 1, 2}, far[] = {1, 0, 3};
    const float weight[] = {1, 2, 4}, bad[] = {1, NAN, 4}, below[] = {1, -1, 4};
    const char *const names[] = {"x", "y"}, *const twice[] = {"x", "x"},
                      *const tabbed[] = {"x", "y\t"};
    regatta_edges e = {.struct_size = sizeof e, .n_edges = 3, .n_users = 2, .n_items = 3};
    CU_ASSERT_EQUAL(regatta_graph_from_edges(ctx, &g, &e), REGATTA_EINVAL);
    e.user = user;
    e.item = item;
    CU_ASSERT_EQUAL(regatta_graph_from_edges(ctx, &g, &e), REGATTA_OK);
    holds(g, "0,1,1;1,2,2;");
    regatta_graph_free(g);
    e.weight = weight;
    e.user_names = names;
    e.dedup = REGATTA_DEDUP_LAST;
    CU_ASSERT_EQUAL(regatta_graph_from_edges(ctx, &g, &e), REGATTA_OK);
    holds(g, "x,1,2;y,2,4;");
    regatta_graph_free(g);
    e.weight = bad;
    CU_ASSERT_EQUAL(regatta_graph_from_edges(ctx, &g, &e), REGATTA_EINVAL);
    CU_ASSERT_PTR_NULL(g);
    e.weight = below;
    CU_ASSERT_EQUAL(regatta_graph_from_edges(ctx, &g, &e), REGATTA_OK);
    regatta_graph_free(g); /* tests/graph/test_dislikes.c */
    e.weight = NULL;
    e.user_names = twice;
    CU_ASSERT_EQUAL(regatta_graph_from_edges(ctx, &g, &e), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "name 'x' is repeated");
    e.user_names = tabbed;
    CU_ASSERT_EQUAL(regatta_graph_from_edges(ctx, &g, &e), REGATTA_EINVAL);
    e.user_names = NULL;
    e.item = far;
    CU_ASSERT_EQUAL(regatta_graph_from_edges(ctx, &g, &e), REGATTA_EINVAL);
    e.n_edges = 0;
    CU_ASSERT_EQUAL(regatta_graph_from_edges(ctx, &g, &e), REGATTA_OK);
    holds(g, "");
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

static void test_graph__from_csr(void)
{
    regatta_ctx *ctx = context();
    regatta_graph *g = NULL;
    const int64_t offset[] = {0, 2, 2, 3}, falling[] = {0, 2, 1, 3}, time[] = {7, 8, 9};
    const uint32_t item[] = {1, 0, 1};
    const char *const users[] = {"u", "v", "w"}, *const items[] = {"a", "b"};
    regatta_csr c = {sizeof c, 3, 2, offset, item, NULL, time, NULL, NULL};
    CU_ASSERT_EQUAL(regatta_graph_from_csr(ctx, &g, &c), REGATTA_OK);
    holds(g, "0,0,8;0,1,7;2,1,9;");
    regatta_graph_free(g);
    c.user_names = users;
    c.item_names = items;
    CU_ASSERT_EQUAL(regatta_graph_from_csr(ctx, &g, &c), REGATTA_OK);
    holds(g, "u,a,8;u,b,7;w,b,9;");
    regatta_graph_free(g);
    c.item_names = (const char *const[]){"a", "a"};
    CU_ASSERT_EQUAL(regatta_graph_from_csr(ctx, &g, &c), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "name 'a' is repeated");
    c.item_names = items;
    c.offset = falling;
    CU_ASSERT_EQUAL(regatta_graph_from_csr(ctx, &g, &c), REGATTA_EINVAL);
    c.offset = NULL;
    CU_ASSERT_EQUAL(regatta_graph_from_csr(ctx, &g, &c), REGATTA_EINVAL);
    regatta_ctx_free(ctx);
}

static void test_graph__filter(void)
{
    regatta_ctx *ctx = context();
    regatta_graph *g = graph_of(ctx, "u a\nu b\nv a\nv b\nw b\nw c\n"), *f = NULL;
    regatta_filter_options o = REGATTA_FILTER_OPTIONS_INIT;
    CU_ASSERT_EQUAL(regatta_graph_filter(ctx, &f, g, &o), REGATTA_OK);
    holds(f, "u,a;u,b;v,a;v,b;w,b;w,c;");
    regatta_graph_free(f);
    o.min_user = o.min_item = 2; /* c goes, then w */
    CU_ASSERT_EQUAL(regatta_graph_filter(ctx, &f, g, &o), REGATTA_OK);
    holds(f, "u,a;u,b;v,a;v,b;");
    CU_ASSERT_EQUAL(regatta_graph_find(f, REGATTA_USERS, "w"), REGATTA_NONE);
    regatta_graph_free(f);
    o.min_user = 0;
    o.min_item = 3;
    CU_ASSERT_EQUAL(regatta_graph_filter(ctx, &f, g, &o), REGATTA_OK);
    holds(f, "u,b;v,b;w,b;");
    regatta_graph_free(f);
    o.min_user = 3;
    CU_ASSERT_EQUAL(regatta_graph_filter(ctx, &f, g, &o), REGATTA_EFORMAT);
    CU_ASSERT_PTR_NULL(f);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

static void test_graph__split_leave_last(void)
{
    regatta_ctx *ctx = context();
    regatta_graph *g = graph_of(ctx, timed), *part[3] = {NULL};
    regatta_split_options o = REGATTA_SPLIT_OPTIONS_INIT;
    o.kind = REGATTA_SPLIT_LEAVE_LAST;
    o.leave_last = 1;
    o.leave_valid = 2;
    CU_ASSERT_EQUAL(regatta_graph_split(ctx, &part[0], &part[1], &part[2], g, &o),
                    REGATTA_OK);
    holds(part[0], "u,d,20;u,e,10;v,a,1;w,a,60;");
    holds(part[1], "u,b,40;u,c,30;");
    holds(part[2], "u,a,50;v,b,2;");
    for (int k = 0; k < 3; k++) regatta_graph_free(part[k]);
    o.leave_last = 0;
    CU_ASSERT_EQUAL(regatta_graph_split(ctx, &part[0], NULL, &part[2], g, &o),
                    REGATTA_EINVAL);
    CU_ASSERT_PTR_NULL(part[0]);
    regatta_graph_free(g);
    g = graph_of(ctx, "u a\nu b\n");
    o.leave_last = 1;
    CU_ASSERT_EQUAL(regatta_graph_split(ctx, &part[0], NULL, NULL, g, &o),
                    REGATTA_EINVAL); /* no times */
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

static void test_graph__split_by_time(void)
{
    regatta_ctx *ctx = context();
    regatta_graph *g = graph_of(ctx, timed), *train = NULL, *test = NULL;
    regatta_split_options o = REGATTA_SPLIT_OPTIONS_INIT;
    o.kind = REGATTA_SPLIT_TIME;
    o.time = 40;
    CU_ASSERT_EQUAL(regatta_graph_split(ctx, &train, NULL, &test, g, &o), REGATTA_OK);
    holds(train, "u,c,30;u,d,20;u,e,10;v,a,1;v,b,2;");
    holds(test, "u,a,50;u,b,40;w,a,60;"); /* w begins after the cut */
    regatta_graph_free(train);
    regatta_graph_free(test);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

static void test_graph__split_ratio(void)
{
    enum { USERS = 50, ITEMS = 20 };
    regatta_ctx *ctx = context();
    regatta_graph *g = NULL, *part[3] = {NULL}, *again = NULL, *other = NULL;
    static uint32_t user[USERS * ITEMS], item[USERS * ITEMS];
    for (uint32_t k = 0; k < USERS * ITEMS; k++) {
        user[k] = k / ITEMS;
        item[k] = k % ITEMS;
    }
    const regatta_edges e = {.struct_size = sizeof e,
                             .n_edges = USERS * ITEMS,
                             .n_users = USERS,
                             .n_items = ITEMS,
                             .user = user,
                             .item = item};
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &g, &e), REGATTA_OK);
    regatta_split_options o = REGATTA_SPLIT_OPTIONS_INIT;
    o.valid_share = 0.1;
    CU_ASSERT_EQUAL(regatta_graph_split(ctx, &part[0], &part[1], &part[2], g, &o),
                    REGATTA_OK);
    const int64_t expected[] = {14, 2, 4};
    int wrong = 0, seen[ITEMS] = {0};
    for (int k = 0; k < 3; k++) {
        regatta_csr rows = {.struct_size = sizeof rows};
        regatta_graph_rows(NULL, &rows, part[k]);
        for (int u = 0; u < USERS; u++)
            wrong += rows.offset[u + 1] - rows.offset[u] != expected[k];
        for (int64_t x = 0; x < rows.offset[USERS]; x++) seen[rows.item[x]]++;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    for (int i = 0; i < ITEMS; i++) CU_ASSERT_EQUAL(seen[i], USERS);
    CU_ASSERT_EQUAL(regatta_graph_split(ctx, NULL, NULL, &again, g, &o), REGATTA_OK);
    o.seed = 2;
    CU_ASSERT_EQUAL(regatta_graph_split(ctx, NULL, NULL, &other, g, &o), REGATTA_OK);
    regatta_overlap same = {.struct_size = sizeof same}, differs = same;
    regatta_graph_overlap(ctx, &same, part[2], again);
    regatta_graph_overlap(ctx, &differs, part[2], other);
    CU_ASSERT_EQUAL(same.n_leaked, USERS * 4);
    CU_ASSERT(differs.n_leaked < USERS * 2);
    regatta_graph *all[] = {g, part[0], part[1], part[2], again, other};
    for (int k = 0; k < 6; k++) regatta_graph_free(all[k]);
    regatta_ctx_free(ctx);
}

static void test_graph__split_refuses_bad_shares(void)
{
    regatta_ctx *ctx = context();
    regatta_graph *g = graph_of(ctx, timed), *train = NULL;
    const double bad[][2] = {{0.5, 0.5}, {-0.1, 0.2}, {(double)NAN, 0.2}, {0.0, 1.0}};
    for (int k = 0; k < 4; k++) {
        regatta_split_options o = REGATTA_SPLIT_OPTIONS_INIT;
        o.valid_share = bad[k][0];
        o.test_share = bad[k][1];
        CU_ASSERT_EQUAL(regatta_graph_split(ctx, &train, NULL, NULL, g, &o),
                        REGATTA_EINVAL);
    }
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

static void test_graph__summary(void)
{
    regatta_ctx *ctx = context();
    /* A square u v x a b, and an edge w - c apart. */
    regatta_graph *g = graph_of(ctx, "u a\nu b\nv a\nv b\nw c\n");
    regatta_graph_summary s = {.struct_size = sizeof s};
    CU_ASSERT_EQUAL(regatta_graph_summarize(ctx, &s, g), REGATTA_OK);
    CU_ASSERT_EQUAL(s.n_users, 3);
    CU_ASSERT_EQUAL(s.n_edges, 5);
    CU_ASSERT_DOUBLE_EQUAL(s.density, 5.0 / 9.0, 1e-15);
    const uint32_t degrees[] = {1, 2, 2, 2, 2, 2, 2};
    CU_ASSERT_EQUAL(memcmp(s.user_degree, degrees, sizeof degrees), 0);
    CU_ASSERT_DOUBLE_EQUAL(s.item_gini, 2.0 * 11 / (3 * 5) - 4.0 / 3.0, 1e-12);
    CU_ASSERT_EQUAL(s.n_components, 2);
    CU_ASSERT_EQUAL(s.largest_component, 4);
    CU_ASSERT_EQUAL(s.max_core, 2);
    CU_ASSERT_EQUAL(s.max_core_nodes, 4);
    CU_ASSERT_EQUAL(s.n_communities, 2);
    CU_ASSERT_DOUBLE_EQUAL(s.modularity, 1.0 - 0.64 - 0.04, 1e-9);
    regatta_graph_summary old = {.struct_size = offsetof(regatta_graph_summary, n_items)};
    CU_ASSERT_EQUAL(regatta_graph_summarize(ctx, &old, g), REGATTA_OK);
    CU_ASSERT_EQUAL(old.n_users, 3);
    regatta_graph *empty = NULL;
    regatta_edges no_edges = {.struct_size = sizeof no_edges};
    CU_ASSERT_EQUAL(regatta_graph_from_edges(ctx, &empty, &no_edges), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_graph_summarize(ctx, &s, empty), REGATTA_OK);
    CU_ASSERT_EQUAL(s.n_users + s.n_items + s.n_components + s.n_communities, 0);
    CU_ASSERT_EQUAL(s.largest_component + s.max_core_nodes, 0);
    CU_ASSERT(s.density == 0.0 && s.item_gini == 0.0 && s.modularity == 0.0);
    regatta_graph_free(empty);
    CU_ASSERT_EQUAL(old.n_items, 0); /* beyond what an old caller has */
    regatta_graph_free(g);
    regatta_edges none = {.struct_size = sizeof none, .n_users = 2, .n_items = 1};
    CU_ASSERT_EQUAL(regatta_graph_from_edges(ctx, &g, &none), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_graph_summarize(ctx, &s, g), REGATTA_OK);
    CU_ASSERT_EQUAL(s.n_isolated_users, 2);
    CU_ASSERT_EQUAL(s.n_components, 3);
    CU_ASSERT_EQUAL(s.n_communities, 3);
    CU_ASSERT_EQUAL(s.modularity, 0.0);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

static void test_graph__overlap(void)
{
    regatta_ctx *ctx = context();
    regatta_graph *train = graph_of(ctx, "u a\nu b\nv a\n");
    regatta_graph *test = graph_of(ctx, "v b\nu a\nx a\nv z\n");
    regatta_overlap o = {.struct_size = sizeof o};
    CU_ASSERT_EQUAL(regatta_graph_overlap(ctx, &o, train, test), REGATTA_OK);
    CU_ASSERT_EQUAL(o.n_unknown_users, 1);
    CU_ASSERT_EQUAL(o.n_unknown_items, 1);
    CU_ASSERT_EQUAL(o.n_leaked, 1);
    CU_ASSERT_EQUAL(o.n_unknown_edges, 2);
    regatta_graph_free(train);
    regatta_graph_free(test);
    regatta_ctx_free(ctx);
}

static void test_graph__write_and_read(void)
{
    regatta_ctx *ctx = context();
    const char *const texts[] = {
        "u a\nv b\n", "u,a,0.1\nv,b,3.4e38\nv,c,1e-40\n", timed,
        "user,item,rating,time\n\"a, b\",007,2.5,9\n x ,#,0,8\n"};
    for (int k = 0; k < 8; k++) {
        char path[80], before[TEXT_DUMP_BYTES];
        regatta_graph *g = graph_of(ctx, texts[k / 2]), *back = NULL;
        regatta_read_report r = {.struct_size = sizeof r};
        strcpy(path, text_file("", 0));
        if (k % 2) strcat(path, ".gz");
        text_dump(before, g);
        CU_ASSERT_EQUAL(regatta_graph_write(ctx, g, path), REGATTA_OK);
        CU_ASSERT_EQUAL(regatta_graph_read(ctx, &back, path, NULL, &r), REGATTA_OK);
        CU_ASSERT_EQUAL(r.gzip, (uint32_t)(k % 2));
        CU_ASSERT_EQUAL(r.has_header, 1);
        regatta_graph_summary a = {.struct_size = sizeof a}, b = a;
        regatta_graph_summarize(ctx, &a, g);
        regatta_graph_summarize(ctx, &b, back);
        if (texts[k / 2] == timed) { /* u's items by time: numbered anew */
            holds(back, "u,e,10;u,d,20;u,c,30;u,b,40;u,a,50;v,b,2;v,a,1;w,a,60;");
        } else {
            holds(back, before);
            CU_ASSERT_EQUAL(a.hash, b.hash);
        }
        regatta_graph_free(back);
        regatta_graph_free(g);
        if (k % 2) remove(path);
    }
    CU_ASSERT_EQUAL(regatta_graph_write(ctx, NULL, "x"), REGATTA_EINVAL);
    regatta_ctx_free(ctx);
}

static void test_graph__refuses_null(void)
{
    regatta_ctx *ctx = context();
    regatta_graph *g = NULL;
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    CU_ASSERT_EQUAL(regatta_graph_read(NULL, &g, "x", NULL, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_graph_read(ctx, NULL, "x", NULL, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_graph_read(ctx, &g, NULL, NULL, NULL), REGATTA_EINVAL);
    o.format = 99;
    CU_ASSERT_EQUAL(regatta_graph_read(ctx, &g, "x", &o, NULL), REGATTA_EINVAL);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "format 99 does not exist");
    CU_ASSERT_EQUAL(regatta_graph_filter(ctx, &g, NULL, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_graph_split(ctx, &g, NULL, NULL, NULL, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_graph_summarize(ctx, NULL, NULL), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(regatta_graph_read(ctx, &g, "/", NULL, NULL), REGATTA_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), ": is not a file: a folder"));
    regatta_graph_free(NULL);
    regatta_ctx_free(ctx);
}

static regatta_status whole_life(regatta_ctx *ctx, void *path)
{
    regatta_status status = REGATTA_OK;
    regatta_graph *g = NULL, *f = NULL, *train = NULL, *test = NULL, *made = NULL;
    regatta_overlap o = {.struct_size = sizeof o};
    regatta_graph_summary s = {.struct_size = sizeof s};
    const int64_t offset[] = {0, 2};
    const uint32_t item[] = {0, 1};
    const char *const users[] = {"u"}, *const items[] = {"a", "b"};
    const regatta_csr c = {.struct_size = sizeof c,
                           .n_users = 1,
                           .n_items = 2,
                           .offset = offset,
                           .item = item,
                           .user_names = users,
                           .item_names = items};
    RG_TRY(regatta_graph_read(ctx, &g, path, NULL, NULL));
    RG_TRY(regatta_graph_filter(ctx, &f, g, NULL));
    RG_TRY(regatta_graph_split(ctx, &train, NULL, &test, f, NULL));
    RG_TRY(regatta_graph_overlap(ctx, &o, train, test));
    RG_TRY(regatta_graph_summarize(ctx, &s, train));
    RG_TRY(regatta_graph_from_csr(ctx, &made, &c));
    RG_TRY(regatta_graph_write(ctx, made, "/dev/null"));
done:
    regatta_graph_free(made);
    regatta_graph_free(test);
    regatta_graph_free(train);
    regatta_graph_free(f);
    regatta_graph_free(g);
    return status;
}

static void test_graph__survives_failures(void)
{
    char path[80];
    strcpy(path, text_file(timed, sizeof timed - 1));
    fault_sweep_memory(whole_life, path);
    fault_sweep_io(whole_life, path);
    text_remove();
}

/* The names that the reader knows; of two columns of items it takes the lower rank. */
static void test_graph__column_of_name(void)
{
    uint32_t product = 0, category = 0, none = 7;
    CU_ASSERT_EQUAL(regatta_column_of_name("userId", 0, NULL), REGATTA_COLUMN_USER);
    CU_ASSERT_EQUAL(regatta_column_of_name("Kunde", 0, NULL), REGATTA_COLUMN_USER);
    CU_ASSERT_EQUAL(regatta_column_of_name("rating:float", 0, NULL),
                    REGATTA_COLUMN_WEIGHT);
    CU_ASSERT_EQUAL(regatta_column_of_name("created_at", 0, NULL), REGATTA_COLUMN_TIME);
    CU_ASSERT_EQUAL(regatta_column_of_name("event_type", 0, NULL), REGATTA_COLUMN_EVENT);
    CU_ASSERT_EQUAL(regatta_column_of_name("Behavior", 0, NULL), REGATTA_COLUMN_EVENT);
    CU_ASSERT_EQUAL(regatta_column_of_name("brand", 0, NULL), REGATTA_COLUMN_OTHER);
    CU_ASSERT_EQUAL(regatta_column_of_name("", 0, NULL), REGATTA_COLUMN_UNKNOWN);
    CU_ASSERT_EQUAL(regatta_column_of_name(NULL, 0, &none), REGATTA_COLUMN_UNKNOWN);
    CU_ASSERT_EQUAL(none, 0);
    CU_ASSERT_EQUAL(regatta_column_of_name("item", 0, &product), REGATTA_COLUMN_ITEM);
    CU_ASSERT_EQUAL(regatta_column_of_name("purchased_product_id", 0, &category),
                    REGATTA_COLUMN_ITEM);
    CU_ASSERT(product < category);
    CU_ASSERT_EQUAL(regatta_column_of_name("clicked", 1, NULL), REGATTA_COLUMN_WEIGHT);
    CU_ASSERT_EQUAL(regatta_column_of_name("pscore", 1, NULL), REGATTA_COLUMN_PROPENSITY);
    CU_ASSERT_EQUAL(regatta_column_of_name("pscore", 0, NULL), REGATTA_COLUMN_UNKNOWN);
}

/* A moment in the forms that a column may have; one that may be several is none. */
static void test_graph__time_of_text(void)
{
    static const struct {
        const char *text;
        int64_t time;
    } times[] = {{"0", 0},
                 {"-86400", -86400},
                 {"1600000000", 1600000000},
                 {"43000", 43000},
                 {"20210101", 20210101},
                 {" 202012 ", 202012},
                 {"1600000000.75", 1600000000},
                 {"1600000000000", 1600000000},
                 {"2020-09-13", 1599955200},
                 {"2020-09-13T12:26:40Z", 1600000000},
                 {"2020-09-13 14:26:40+02:00", 1600000000},
                 {"13.09.2020 12:26", 1599999960}};
    static const char *const none[] = {"",           "soon", "01/02/2020",
                                       "2020-13-01", "nan",  "1e30"};
    for (size_t k = 0; k < sizeof times / sizeof *times; k++) {
        int64_t time = 7;
        CU_ASSERT_EQUAL(regatta_time_of_text(&time, times[k].text), 1);
        CU_ASSERT_EQUAL(time, times[k].time);
    }
    for (size_t k = 0; k < sizeof none / sizeof *none; k++) {
        int64_t time = 7;
        CU_ASSERT_EQUAL(regatta_time_of_text(&time, none[k]), 0);
        CU_ASSERT_EQUAL(time, 7);
    }
    int64_t time = 7;
    CU_ASSERT_EQUAL(regatta_time_of_text(&time, NULL), 0);
}

int test_graph(void)
{
    const test_case cases[] = {
        {"names", test_graph__names},
        {"from_edges", test_graph__from_edges},
        {"from_csr", test_graph__from_csr},
        {"filter", test_graph__filter},
        {"split_leave_last", test_graph__split_leave_last},
        {"split_by_time", test_graph__split_by_time},
        {"split_ratio", test_graph__split_ratio},
        {"split_refuses_bad_shares", test_graph__split_refuses_bad_shares},
        {"column_of_name", test_graph__column_of_name},
        {"time_of_text", test_graph__time_of_text},
        {"summary", test_graph__summary},
        {"overlap", test_graph__overlap},
        {"write_and_read", test_graph__write_and_read},
        {"refuses_null", test_graph__refuses_null},
        {"survives_failures", test_graph__survives_failures},
    };
    return TEST_MAIN("graph", cases);
}
