#include "base/rng.h"
#include "graph/interactions.h"
#include "support/fault.h"
#include "support/order_dump.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <stdlib.h>
#include <string.h>

static regatta_ctx *context(uint32_t threads)
{
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    regatta_ctx *ctx = NULL;
    options.threads = threads;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    return ctx;
}

static regatta_graph *read_text(regatta_ctx *ctx, const char *text, regatta_dedup dedup)
{
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    regatta_graph *g = NULL;
    o.dedup = dedup;
    CU_ASSERT_EQUAL_FATAL(text_read(ctx, &g, text, &o, NULL), REGATTA_OK);
    return g;
}

static void in_order(regatta_ctx *ctx, const regatta_graph *g, const char *expected)
{
    char dump[ORDER_DUMP_BYTES];
    CU_ASSERT_PTR_NOT_NULL_FATAL(g);
    order_dump(dump, ctx, g);
    CU_ASSERT_STRING_EQUAL(dump, expected);
}

static void reads_as(const char *text, const char *expected)
{
    regatta_ctx *ctx = context(1);
    regatta_graph *g = read_text(ctx, text, REGATTA_DEDUP_SUM);
    in_order(ctx, g, expected);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
    text_remove();
}

static void test_interactions__order_of_rows(void)
{
    reads_as("u a\nv c\nu b\nv a\nv b\n", "u: a b; v: c a b; ");
    reads_as("u a b c\nv c a\nw b\n", "u: a b c; v: c a; w: b; "); /* adjacency */
}

/* Times before 1970, equal times in the order of rows, one interaction a user. */
static void test_interactions__order_of_time(void)
{
    reads_as("user,item,time\nu,a,1600000007\nv,c,1600000001\nu,c,-5\nu,b,1600000002\n"
             "u,d,1600000002\nw,d,-1600000000\n",
             "u: c@-5 b@1600000002 d@1600000002 a@1600000007; v: c@1600000001; "
             "w: d@-1600000000; ");
}

/* c came twice; its edge has the sum, the interactions what they had. */
static void test_interactions__repeats(void)
{
    reads_as("u c\nu a\nu c\nv a\nv a\n", "u: c a c; v: a a; ");
    reads_as("user,item,weight\nu,c,2\nu,a,1\nu,c,0.5\n", "u: c*2 a*1 c*0.5; ");
    reads_as("user,item,weight,time\nu,a,2,1600000030\nu,a,4,1600000010\nu,b,1,1600000020"
             "\n",
             "u: a*4@1600000010 b*1@1600000020 a*2@1600000030; ");
}

/* What the rows say themselves takes no memory. */
static void test_interactions__nothing_beside_ascending_rows(void)
{
    regatta_ctx *ctx = context(1);
    regatta_graph *g = read_text(
        ctx,
        "user,item,weight,time\nu,a,2,1600000000\nu,b,3,1600000001\nv,a,1,1600000000\n",
        REGATTA_DEDUP_SUM);
    CU_ASSERT_PTR_NULL(g->sequences);
    CU_ASSERT_EQUAL(rg_interactions_count(g), 3);
    in_order(ctx, g, "u: a*2@1600000000 b*3@1600000001; v: a*1@1600000000; ");
    regatta_graph_free(g);
    g = read_text(ctx, "u b\nv a\nv b\n", REGATTA_DEDUP_SUM); /* b is item 0 */
    CU_ASSERT_PTR_NOT_NULL(g->sequences);
    CU_ASSERT_EQUAL(g->sequences->n_order, 1); /* one bit for each of v's two */
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
    text_remove();
}

static const char busy[] = "user,item,weight,time\n"
                           "u,a,1,1600000050\nu,b,2,1600000040\nu,c,3,1600000030\n"
                           "u,a,4,1600000020\nu,d,5,1600000010\nv,b,6,1600000002\n"
                           "v,c,7,1600000001\nv,c,8,1600000009\nw,d,9,1600000060\n";

/* An edge goes with all its interactions. */
static void test_interactions__selected_and_induced(void)
{
    regatta_ctx *ctx = context(1);
    regatta_graph *g = read_text(ctx, busy, REGATTA_DEDUP_SUM), *part = NULL;
    const uint8_t edge[] = {1, 0, 1, 1, 0, 1, 1}, user[] = {0, 1, 1},
                  item[] = {1, 1, 1, 0};
    const uint8_t single[] = {0, 1, 1, 1, 1, 0, 1};
    CU_ASSERT_EQUAL(rg_bipartite_select(ctx, &part, g, edge), REGATTA_OK);
    in_order(ctx, part,
             "u: d*5@1600000010 a*4@1600000020 c*3@1600000030 a*1@1600000050; "
             "v: c*7@1600000001 c*8@1600000009; w: d*9@1600000060; ");
    regatta_graph_free(part);
    CU_ASSERT_EQUAL(rg_bipartite_induce(ctx, &part, g, user, item), REGATTA_OK);
    in_order(ctx, part, "v: c*7@1600000001 b*6@1600000002 c*8@1600000009; ");
    regatta_graph_free(part);
    CU_ASSERT_EQUAL(rg_bipartite_select(ctx, &part, g, single), REGATTA_OK);
    CU_ASSERT_PTR_NULL(part->sequences->count); /* no repeat is left */
    CU_ASSERT_PTR_NULL(part->sequences->time);
    in_order(ctx, part,
             "u: d*5@1600000010 c*3@1600000030 b*2@1600000040; v: b*6@1600000002; "
             "w: d*9@1600000060; ");
    regatta_graph_free(part);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
    text_remove();
}

/* Splits `busy`, merged by `dedup`, and compares the order of both parts. */
static void splits(regatta_dedup dedup, const regatta_split_options *o,
                   const char *in_train, const char *in_test)
{
    regatta_ctx *ctx = context(1);
    regatta_graph *g = read_text(ctx, busy, dedup), *train = NULL, *test = NULL;
    CU_ASSERT_EQUAL(regatta_graph_split(ctx, &train, NULL, &test, g, o), REGATTA_OK);
    in_order(ctx, train, in_train);
    in_order(ctx, test, in_test);
    regatta_graph_free(train);
    regatta_graph_free(test);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
    text_remove();
}

/* The last interaction, or those after a cut, without the earlier ones of the pair. */
static void test_interactions__split_interactions(void)
{
    regatta_split_options o = REGATTA_SPLIT_OPTIONS_INIT;
    o.kind = REGATTA_SPLIT_LEAVE_LAST;
    splits(REGATTA_DEDUP_SUM, &o,
           "u: d*5@1600000010 a*4@1600000020 c*3@1600000030 b*2@1600000040; "
           "v: c*7@1600000001 b*6@1600000002; w: d*9@1600000060; ",
           "u: a*1@1600000050; v: c*8@1600000009; ");
    o.kind = REGATTA_SPLIT_TIME;
    o.time = 1600000040;
    splits(REGATTA_DEDUP_SUM, &o,
           "u: d*5@1600000010 a*4@1600000020 c*3@1600000030; "
           "v: c*7@1600000001 b*6@1600000002 c*8@1600000009; ",
           "u: b*2@1600000040 a*1@1600000050; w: d*9@1600000060; ");
}

/* Where repeats are merged by max or last, a pair is of the part of its latest
 * interaction, and takes the earlier ones along. */
static void test_interactions__split_pairs(void)
{
    regatta_split_options o = REGATTA_SPLIT_OPTIONS_INIT;
    o.kind = REGATTA_SPLIT_LEAVE_LAST;
    splits(REGATTA_DEDUP_LAST, &o,
           "u: d*5@1600000010 c*3@1600000030 b*2@1600000040; v: b*6@1600000002; "
           "w: d*9@1600000060; ",
           "u: a*4@1600000020 a*1@1600000050; v: c*7@1600000001 c*8@1600000009; ");
    o.kind = REGATTA_SPLIT_TIME;
    o.time = 1600000040;
    splits(REGATTA_DEDUP_MAX, &o,
           "u: d*5@1600000010 c*3@1600000030; "
           "v: c*7@1600000001 b*6@1600000002 c*8@1600000009; ",
           "u: a*4@1600000020 b*2@1600000040 a*1@1600000050; w: d*9@1600000060; ");
}

static void test_interactions__filter(void)
{
    regatta_ctx *ctx = context(1);
    regatta_graph *g = read_text(ctx, busy, REGATTA_DEDUP_SUM), *core = NULL;
    regatta_filter_options o = REGATTA_FILTER_OPTIONS_INIT;
    o.min_user = o.min_item = 2;
    CU_ASSERT_EQUAL(regatta_graph_filter(ctx, &core, g, &o), REGATTA_OK);
    in_order(ctx, core,
             "u: c*3@1600000030 b*2@1600000040; "
             "v: c*7@1600000001 b*6@1600000002 c*8@1600000009; ");
    regatta_graph_free(core);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
    text_remove();
}

/* Written and read: the same order, weights, times; written again: the same bytes. */
static void test_interactions__written_and_read(void)
{
    static const char *const texts[] = {
        busy, "u a\nv c\nu b\nv a\nv b\n", "u c\nu a\nu c\nv a\nv a\n",
        "user,item,time\nu,b,1600000000\nv,a,1600000000\nv,b,1600000000\nv,b,-7\n"};
    regatta_ctx *ctx = context(1);
    for (int k = 0; k < 4; k++) {
        char before[ORDER_DUMP_BYTES], path[80], again[80], x[512] = "", y[512] = "";
        regatta_graph *g = read_text(ctx, texts[k], REGATTA_DEDUP_SUM), *back = NULL;
        order_dump(before, ctx, g);
        strcpy(path, text_file("", 0));
        strcpy(again, text_file("", 0));
        CU_ASSERT_EQUAL(regatta_graph_write(ctx, g, path), REGATTA_OK);
        CU_ASSERT_EQUAL(regatta_graph_read(ctx, &back, path, NULL, NULL), REGATTA_OK);
        in_order(ctx, back, before);
        CU_ASSERT_EQUAL(regatta_graph_write(ctx, back, again), REGATTA_OK);
        FILE *f = fopen(path, "r"), *h = fopen(again, "r");
        CU_ASSERT(fread(x, 1, sizeof x - 1, f) > 0);
        CU_ASSERT(fread(y, 1, sizeof y - 1, h) > 0);
        CU_ASSERT_STRING_EQUAL(x, y);
        fclose(f);
        fclose(h);
        regatta_graph_free(back);
        regatta_graph_free(g);
    }
    regatta_ctx_free(ctx);
    text_remove();
}

/* Readers add repeats by default, so what was merged otherwise is written merged. */
static void test_interactions__merged_otherwise_are_written_merged(void)
{
    static const struct {
        regatta_dedup dedup;
        const char *rows;
    } table[] = {{REGATTA_DEDUP_MAX, "u: d*5@1600000010 c*3@1600000030 b*2@1600000040 "
                                     "a*4@1600000050; v: b*6@1600000002 c*8@1600000009; "
                                     "w: d*9@1600000060; "},
                 {REGATTA_DEDUP_LAST, "u: d*5@1600000010 c*3@1600000030 b*2@1600000040 "
                                      "a*1@1600000050; v: b*6@1600000002 c*8@1600000009; "
                                      "w: d*9@1600000060; "}};
    regatta_ctx *ctx = context(1);
    for (int k = 0; k < 2; k++) {
        char path[80];
        regatta_graph *g = read_text(ctx, busy, table[k].dedup), *back = NULL;
        CU_ASSERT_EQUAL(rg_interactions_count(g), 9);
        strcpy(path, text_file("", 0));
        CU_ASSERT_EQUAL(regatta_graph_write(ctx, g, path), REGATTA_OK);
        CU_ASSERT_EQUAL(regatta_graph_read(ctx, &back, path, NULL, NULL), REGATTA_OK);
        in_order(ctx, back, table[k].rows);
        regatta_graph_free(back);
        regatta_graph_free(g);
    }
    regatta_ctx_free(ctx);
    text_remove();
}

/* The arrays of a caller keep their order as rows of a file do. */
static void test_interactions__from_arrays(void)
{
    regatta_ctx *ctx = context(1);
    regatta_graph *g = NULL;
    const uint32_t user[] = {1, 0, 1, 1}, item[] = {2, 1, 0, 2};
    const int64_t offset[] = {0, 1, 4}, time[] = {9, 5, -3, 9};
    const uint32_t row[] = {1, 2, 0, 2};
    const regatta_edges edges = {.struct_size = sizeof edges,
                                 .n_edges = 4,
                                 .n_users = 2,
                                 .n_items = 3,
                                 .user = user,
                                 .item = item,
                                 .time = time};
    const regatta_csr csr = {.struct_size = sizeof csr,
                             .n_users = 2,
                             .n_items = 3,
                             .offset = offset,
                             .item = row};
    CU_ASSERT_EQUAL(regatta_graph_from_edges(ctx, &g, &edges), REGATTA_OK);
    in_order(ctx, g, "0: 1@5; 1: 0@-3 2@9 2@9; ");
    regatta_graph_free(g);
    CU_ASSERT_EQUAL(regatta_graph_from_csr(ctx, &g, &csr), REGATTA_OK);
    in_order(ctx, g, "0: 1; 1: 2 0 2; ");
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

/* What a slow program would keep: rows of one user by time, then by row. */
typedef struct event {
    uint32_t user, item;
    int64_t time, row;
    float weight;
} event;

static int by_user_and_time(const void *a, const void *b)
{
    const event *x = a, *y = b;
    if (x->user != y->user) return x->user < y->user ? -1 : 1;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* 100 000 interactions of a user among others, compared with a sort of all rows. */
static void test_interactions__as_a_sort_of_all_rows(void)
{
    enum { N = 120000, USERS = 40, ITEMS = 70000 };
    event *e = calloc(N, sizeof *e);
    uint32_t *user = calloc(N, sizeof *user), *item = calloc(N, sizeof *item);
    int64_t *time = calloc(N, sizeof *time), at = 0;
    float *weight = calloc(N, sizeof *weight);
    CU_ASSERT_FATAL(e != NULL && user != NULL && item != NULL && time != NULL &&
                    weight != NULL);
    for (uint64_t k = 0; k < N; k++) {
        const uint64_t drawn = rg_random_below(3, RG_STREAM_TEST, k, USERS);
        user[k] = k < 100000 ? 7 : (uint32_t)drawn;
        item[k] = (uint32_t)rg_random_below(4, RG_STREAM_TEST, k, ITEMS);
        time[k] = 600 * ((int64_t)rg_random_below(5, RG_STREAM_TEST, k, 9000) - 4000);
        weight[k] = (float)(1 + k % 5);
        e[k] = (event){user[k], item[k], time[k], (int64_t)k, weight[k]};
    }
    qsort(e, N, sizeof *e, by_user_and_time);
    regatta_ctx *ctx = context(1);
    regatta_graph *g = NULL;
    const regatta_edges edges = {.struct_size = sizeof edges,
                                 .n_edges = N,
                                 .n_users = USERS,
                                 .n_items = ITEMS,
                                 .user = user,
                                 .item = item,
                                 .weight = weight,
                                 .time = time};
    rg_interactions in = {0};
    int64_t wrong = 0;
    CU_ASSERT_EQUAL_FATAL(regatta_graph_from_edges(ctx, &g, &edges), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_interactions_count(g), N);
    CU_ASSERT_EQUAL(g->sequences->clock[RG_CLOCK_UNIT], 600);
    CU_ASSERT_EQUAL_FATAL(rg_interactions_open(ctx, &in, g, 0), REGATTA_OK);
    for (uint32_t u = 0; u < USERS; u++) {
        rg_interactions_read(&in, u);
        for (int64_t k = 0; k < in.now.n; k++, at++) {
            const int64_t edge = g->by_user->offset[u] + in.now.position[k];
            wrong += e[at].user != u || e[at].item != g->by_user->target[edge] ||
                     e[at].time != in.now.time[k] || e[at].weight != in.now.weight[k];
        }
    }
    CU_ASSERT_EQUAL(at, N);
    CU_ASSERT_EQUAL(wrong, 0);
    rg_interactions_close(&in);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
    free(e);
    free(user);
    free(item);
    free(time);
    free(weight);
}

static void test_interactions__times_at_the_ends(void)
{
    regatta_ctx *ctx = context(1);
    regatta_graph *g = NULL;
    const uint32_t user[] = {0, 0, 0, 0}, item[] = {0, 1, 0, 1};
    const int64_t time[] = {INT64_MAX, INT64_MIN, 0, INT64_MAX};
    const regatta_edges edges = {.struct_size = sizeof edges,
                                 .n_edges = 4,
                                 .n_users = 1,
                                 .n_items = 2,
                                 .user = user,
                                 .item = item,
                                 .time = time};
    CU_ASSERT_EQUAL(regatta_graph_from_edges(ctx, &g, &edges), REGATTA_OK);
    in_order(ctx, g,
             "0: 1@-9223372036854775808 0@0 0@9223372036854775807 "
             "1@9223372036854775807; ");
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

static void test_interactions__same_at_any_number_of_threads(void)
{
    static const uint32_t threads[] = {1, 2, 3, 8};
    char first[ORDER_DUMP_BYTES];
    for (int k = 0; k < 4; k++) {
        regatta_ctx *ctx = context(threads[k]);
        regatta_graph *g = read_text(ctx, busy, REGATTA_DEDUP_SUM);
        if (k == 0) order_dump(first, ctx, g);
        in_order(ctx, g, first);
        regatta_graph_free(g);
        regatta_ctx_free(ctx);
    }
    text_remove();
}

static regatta_status build_cut_pack(regatta_ctx *ctx, void *arg)
{
    regatta_status status = REGATTA_OK;
    regatta_graph *g = NULL, *part = NULL;
    rg_sequences *packed = NULL, *shared = NULL;
    const uint8_t keep[] = {1, 0, 1, 1, 1, 1, 1};
    RG_TRY(regatta_graph_from_edges(ctx, &g, arg));
    RG_TRY(rg_bipartite_select(ctx, &part, g, keep));
    RG_TRY(rg_interactions_pack(ctx, &packed, part, NULL));
    RG_TRY(rg_sequences_share(ctx, &shared, packed));
done:
    rg_sequences_free(packed);
    rg_sequences_free(shared);
    regatta_graph_free(part);
    regatta_graph_free(g);
    return rg_end(ctx, status);
}

static void test_interactions__survives_missing_memory(void)
{
    const uint32_t user[] = {0, 0, 0, 0, 1, 1, 1, 2, 2},
                   item[] = {1, 0, 1, 2, 1, 0, 1, 2, 0};
    const int64_t time[] = {5, 4, 3, 2, 1, 9, 8, 7, 6};
    regatta_edges edges = {.struct_size = sizeof edges,
                           .n_edges = 9,
                           .n_users = 3,
                           .n_items = 3,
                           .user = user,
                           .item = item,
                           .time = time};
    fault_sweep_memory(build_cut_pack, &edges);
}

static regatta_status write_out(regatta_ctx *ctx, void *arg)
{
    return regatta_graph_write(ctx, arg, text_file("", 0));
}

static void test_interactions__writing_survives_faults(void)
{
    regatta_ctx *ctx = context(1);
    regatta_graph *g = read_text(ctx, busy, REGATTA_DEDUP_MAX);
    fault_sweep_memory(write_out, g);
    fault_sweep_io(write_out, g);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
    text_remove();
}

int test_interactions(void)
{
    const test_case cases[] = {
        {"order_of_rows", test_interactions__order_of_rows},
        {"order_of_time", test_interactions__order_of_time},
        {"repeats", test_interactions__repeats},
        {"nothing_beside_ascending_rows",
         test_interactions__nothing_beside_ascending_rows},
        {"selected_and_induced", test_interactions__selected_and_induced},
        {"split_interactions", test_interactions__split_interactions},
        {"split_pairs", test_interactions__split_pairs},
        {"filter", test_interactions__filter},
        {"written_and_read", test_interactions__written_and_read},
        {"merged_otherwise_are_written_merged",
         test_interactions__merged_otherwise_are_written_merged},
        {"from_arrays", test_interactions__from_arrays},
        {"as_a_sort_of_all_rows", test_interactions__as_a_sort_of_all_rows},
        {"times_at_the_ends", test_interactions__times_at_the_ends},
        {"same_at_any_number_of_threads",
         test_interactions__same_at_any_number_of_threads},
        {"survives_missing_memory", test_interactions__survives_missing_memory},
        {"writing_survives_faults", test_interactions__writing_survives_faults},
    };
    return TEST_MAIN("interactions", cases);
}
