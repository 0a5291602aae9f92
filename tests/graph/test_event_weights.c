#include "graph/readers/event_weights.h"
#include "support/fault.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <regatta/regatta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void counts(const rg_event_weights *w, const char *kind, double wanted)
{
    double weight = -1.0;
    CU_ASSERT_EQUAL(rg_event_weight(w, kind, (int64_t)strlen(kind), &weight), 1);
    CU_ASSERT_EQUAL(weight, wanted);
}

static void test_event_weights__parses(void)
{
    regatta_ctx *ctx = tiny_context(1);
    rg_event_weights *w = NULL;
    double weight = 0.0;
    CU_ASSERT_EQUAL_FATAL(
        rg_event_weights_create(ctx, &w, " view=1,buy = 5.5 ,a=b=0, to cart=2"), 0);
    counts(w, "view", 1.0);
    counts(w, "buy", 5.5);
    counts(w, "a=b", 0.0);
    counts(w, "to cart", 2.0);
    CU_ASSERT_EQUAL(rg_event_weight(w, "View", 4, &weight), 0);
    CU_ASSERT_EQUAL(rg_event_weight(w, "vie", 3, &weight), 0);
    CU_ASSERT_EQUAL(rg_event_weight(w, "", 0, &weight), 0);
    rg_event_weights_free(w);
    CU_ASSERT_EQUAL_FATAL(rg_event_weights_create(ctx, &w, "view=0,*=3"), 0);
    counts(w, "view", 0.0);
    counts(w, "anything", 3.0);
    counts(w, "", 3.0);
    rg_event_weights_free(w);
    regatta_ctx_free(ctx);
}

static void test_event_weights__refuses(void)
{
    static const char *const wrong[][2] = {
        {"", "--event-weights: '' is not KIND=WEIGHT"},
        {"view", "--event-weights: 'view' is not KIND=WEIGHT"},
        {"view=1,", "--event-weights: '' is not KIND=WEIGHT"},
        {"=1", "--event-weights: '=1' has no kind"},
        {"view=",
         "--event-weights: 'view=' has neither a weight up to 1e30 nor the word shown"},
        {"view=x",
         "--event-weights: 'view=x' has neither a weight up to 1e30 nor the word shown"},
        {"view=nan", "--event-weights: 'view=nan' has neither a weight up to 1e30 nor "
                     "the word shown"},
        {"view=inf", "--event-weights: 'view=inf' has neither a weight up to 1e30 nor "
                     "the word shown"},
        {"view=1,view=2", "--event-weights: 'view=2' has an earlier weight"},
        {"*=1,*=2", "--event-weights: '*=2' has an earlier weight"},
        {"view=0,*=0", "--event-weights: 'view=0,*=0' leaves every row out"},
    };
    regatta_ctx *ctx = tiny_context(1);
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        CU_ASSERT_EQUAL(rg_event_weights_check(ctx, wrong[k][0]), REGATTA_EINVAL);
        CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), wrong[k][1]);
    }
    regatta_ctx_free(ctx);
}

/* Reads `text` with these weights; `want` has "user item weight" of every pair. */
static void reads(const char *text, const char *weights, const char *want, int64_t n_out)
{
    char folder[SCRATCH_PATH], path[SCRATCH_PATH], got[400] = "";
    regatta_ctx *ctx = tiny_context(2);
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    regatta_read_report report = REGATTA_READ_REPORT_INIT;
    regatta_graph *g = NULL;
    regatta_csr rows = REGATTA_CSR_INIT;
    scratch_open(folder);
    scratch_path(path, folder, "events");
    scratch_write(path, text, (int64_t)strlen(text));
    o.event_weights = weights;
    CU_ASSERT_EQUAL_FATAL(regatta_graph_read(ctx, &g, path, &o, &report), REGATTA_OK);
    CU_ASSERT_EQUAL(regatta_graph_rows(ctx, &rows, g), REGATTA_OK);
    for (uint32_t u = 0, n = 0; u < rows.n_users; u++)
        for (int64_t e = rows.offset[u]; e < rows.offset[u + 1]; e++)
            n += (uint32_t)snprintf(got + n, sizeof got - n, "%s %s %g;",
                                    regatta_graph_name(g, REGATTA_USERS, u),
                                    regatta_graph_name(g, REGATTA_ITEMS, rows.item[e]),
                                    rows.weight != NULL ? (double)rows.weight[e] : 1.0);
    CU_ASSERT_STRING_EQUAL(got, want);
    CU_ASSERT_EQUAL(report.n_left_out, n_out);
    regatta_graph_free(g);
    scratch_close(folder);
    regatta_ctx_free(ctx);
}

static void test_event_weights__of_rows(void)
{
    reads("user_id,event_type,item_id\na,view,x\na,buy,x\nb,view,y\nb,open,y\n",
          "view=1,buy=5,open=0", "a x 6;b y 1;", 1);
    /* Their own weights multiply. */
    reads("user_id\taction\titem_id\tquantity\na\tview\tx\t1\na\tbuy\ty\t3\n",
          "view=2,*=0.5", "a x 2;a y 1.5;", 0);
    reads("{\"user\": 1, \"item\": 7, \"behavior\": \"pv\"}\n"
          "{\"user\": 1, \"item\": 8, \"behavior\": \"fav\"}\n"
          "{\"user\": 1, \"item\": 9, \"behavior\": 4}\n",
          "pv=1,4=2,*=0", "1 7 1;1 9 2;", 1);
    /* The better name: a type may be that of the item. */
    reads("user,type,item,event\na,film,x,view\n", "view=3", "a x 3;", 0);
}

/* A file that is read by blocks has the same graph as its rows line by line. */
static void test_event_weights__by_blocks(void)
{
    enum { ROWS = 20000, BYTES = ROWS * 40 };
    static const char *const kind[] = {"view", "buy", "open", "cart"};
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    char *text = malloc(BYTES);
    regatta_graph_summary summary[2] = {REGATTA_GRAPH_SUMMARY_INIT,
                                        REGATTA_GRAPH_SUMMARY_INIT};
    regatta_read_report report[2] = {REGATTA_READ_REPORT_INIT, REGATTA_READ_REPORT_INIT};
    regatta_ctx *ctx = tiny_context(2);
    scratch_open(folder);
    for (int quoted = 0; quoted < 2; quoted++) {
        regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
        regatta_graph *g = NULL;
        int64_t n = sprintf(text, "user_id,event_type,item_id\n");
        for (int k = 0; k < ROWS; k++)
            n += sprintf(text + n, quoted ? "u%d,\"%s\",i%d\n" : "u%d,%s,i%d\n",
                         k * 7 % 501, kind[k * 13 % 17 % 4], k * 31 % 403);
        scratch_path(path, folder, "events.csv");
        scratch_write(path, text, n);
        o.event_weights = "view=1,buy=5,open=0,cart=2.5";
        CU_ASSERT_EQUAL_FATAL(regatta_graph_read(ctx, &g, path, &o, &report[quoted]),
                              REGATTA_OK);
        CU_ASSERT_EQUAL(regatta_graph_summarize(ctx, &summary[quoted], g), REGATTA_OK);
        regatta_graph_free(g);
    }
    CU_ASSERT_EQUAL(summary[0].hash, summary[1].hash);
    CU_ASSERT(report[0].n_left_out > 1000);
    CU_ASSERT_EQUAL(report[0].n_left_out, report[1].n_left_out);
    scratch_close(folder);
    regatta_ctx_free(ctx);
    free(text);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_event_weights *w = NULL;
    const regatta_status status = rg_event_weights_create(ctx, &w, arg);
    rg_event_weights_free(w);
    return rg_end(ctx, status);
}

static void test_event_weights__every_allocation_may_fail(void)
{
    char text[] = "view=1,buy=5";
    fault_sweep_memory(attempt, text);
}

static const test_case cases[] = {
    {"parses", test_event_weights__parses},
    {"refuses", test_event_weights__refuses},
    {"rows", test_event_weights__of_rows},
    {"blocks", test_event_weights__by_blocks},
    {"allocations", test_event_weights__every_allocation_may_fail},
};

int test_event_weights(void)
{
    return TEST_MAIN("event weights", cases);
}
