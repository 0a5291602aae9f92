#include "base/rng.h"
#include "ridge/item_attention.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_ROWS = 12, N_ITEMS = 9, LONGEST = 64, MOST_EVENTS = N_ROWS * LONGEST };

/* The slow obvious contexts: x[event][item], and the item of each event. */
static double x[MOST_EVENTS][N_ITEMS];
static int target[MOST_EVENTS], n_events;
static double gram[N_ITEMS][N_ITEMS], aim[N_ITEMS][N_ITEMS]; /* aim[target][source] */

/* Sequences of 0, 1, 2 ... and LONGEST items, with repeats. */
static rg_csr *sequences(regatta_ctx *ctx)
{
    rg_csr *rows = NULL;
    int64_t n = 0;
    CU_ASSERT_EQUAL_FATAL(rg_csr_create(ctx, &rows, N_ROWS, N_ITEMS, MOST_EVENTS, 0),
                          REGATTA_OK);
    for (int r = 0; r < N_ROWS; r++) {
        const int length = r < 6 ? r : r * LONGEST / (N_ROWS - 1);
        for (int k = 0; k < length; k++)
            rows->target[n++] = (uint32_t)rg_random_below(
                5, RG_STREAM_TEST, (uint64_t)(r * LONGEST + k), N_ITEMS - 1);
        rows->offset[r + 1] = n;
    }
    rows->n_edges = n;
    return rows;
}

static void fill_reference(const rg_csr *rows, const rg_context *c, double power)
{
    memset(x, 0, sizeof x);
    memset(gram, 0, sizeof gram);
    memset(aim, 0, sizeof aim);
    n_events = 0;
    for (int r = 0; r < N_ROWS; r++) {
        const uint32_t *item = rows->target + rows->offset[r];
        const int n = (int)rg_csr_degree(rows, r);
        const double weight = n > 0 ? pow((double)n, -power) : 0.0;
        for (int t = 0; t < n; t++, n_events++) {
            target[n_events] = (int)item[t];
            for (int q = 0; q < n; q++) {
                const int d = abs(t - q);
                if (d == 0 || d > RG_CONTEXT_REACH) continue;
                x[n_events][item[q]] += (q < t ? 1.0 : c->after) * pow(c->decay, d - 1);
            }
            for (int i = 0; i < N_ITEMS; i++) {
                aim[item[t]][i] += weight * x[n_events][i];
                for (int j = 0; j < N_ITEMS; j++)
                    gram[i][j] += weight * x[n_events][i] * x[n_events][j];
            }
        }
    }
}

static const rg_context CONTEXTS[] = {{0.9, 0.5}, {1.0, 1.0}, {0.6, 0.0}, {0.95, 0.25}};

static void test_context__dense(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_csr *rows = sequences(ctx);
    for (int k = 0; k < 4; k++) {
        const double power = k * 0.25;
        rg_cooccurrence *g = NULL;
        fill_reference(rows, &CONTEXTS[k], power);
        CU_ASSERT_EQUAL_FATAL(rg_cooccurrence_ordered(ctx, &g, rows, power, &CONTEXTS[k]),
                              REGATTA_OK);
        for (int j = 0; j < N_ITEMS; j++) {
            float row[N_ITEMS] = {0.0f}, to[N_ITEMS] = {0.0f};
            uint32_t touched[N_ITEMS + 1];
            int64_t n = rg_cooccurrence_row(row, touched, g, j);
            CU_ASSERT_TRUE(n <= rg_cooccurrence_cost(g, j));
            n = rg_cooccurrence_target_row(to, touched, g, j);
            for (int i = 0; i < N_ITEMS; i++) {
                CU_ASSERT_DOUBLE_EQUAL(row[i], gram[j][i], 1e-4 * (1.0 + gram[j][i]));
                CU_ASSERT_DOUBLE_EQUAL(to[i], aim[j][i], 1e-4 * (1.0 + aim[j][i]));
                n -= to[i] > 0.0f;
            }
            CU_ASSERT_EQUAL(n, 0);
            CU_ASSERT_DOUBLE_EQUAL(g->self[j], gram[j][j], 1e-4 * (1.0 + gram[j][j]));
        }
        rg_cooccurrence_free(g);
    }
    rg_csr_free(rows);
    regatta_ctx_free(ctx);
}

static rg_item_attention_options options_of(const rg_context *c)
{
    rg_item_attention_options o = rg_item_attention_defaults();
    o.ordered = 1;
    o.context = *c;
    o.user_power = 0.0;
    o.lambda = 0.7;
    o.theta = 0.5;
    o.neighbours = N_ITEMS;
    o.steps = 100;
    o.tolerance = 1e-7f;
    return o;
}

/* The weights solve (G_NN + Lambda) w = K_N, with tables of hubs and without. */
static void test_context__ridge(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_csr *rows = sequences(ctx);
    for (int k = 0; k < 8; k++) {
        rg_item_attention_options o = options_of(&CONTEXTS[k / 2]);
        rg_item_attention *a = NULL;
        double mean = 0.0;
        o.table_bytes = k % 2 ? 0 : 1 << 20;
        fill_reference(rows, &o.context, 0.0);
        CU_ASSERT_EQUAL_FATAL(rg_item_attention_build(ctx, &a, rows, &o), REGATTA_OK);
        for (int i = 0; i < N_ITEMS - 1; i++) mean += gram[i][i] / (N_ITEMS - 1);
        for (int j = 0; j < N_ITEMS; j++) {
            const int64_t first = a->by_target->offset[j],
                          n = rg_csr_degree(a->by_target, j);
            for (int64_t r = first; r < first + n; r++) {
                const uint32_t i = a->by_target->target[r];
                double sum = o.lambda * mean * pow(gram[i][i] / mean, o.theta) *
                             (double)a->by_target->value[r];
                for (int64_t c = first; c < first + n; c++)
                    sum +=
                        gram[i][a->by_target->target[c]] * (double)a->by_target->value[c];
                CU_ASSERT_DOUBLE_EQUAL(sum, aim[j][i], 2e-3 * (1.0 + aim[j][i]));
                CU_ASSERT_NOT_EQUAL(i, (uint32_t)j);
            }
        }
        rg_item_attention_free(a);
    }
    rg_csr_free(rows);
    regatta_ctx_free(ctx);
}

static void test_context__same_bits(void)
{
    regatta_ctx *one = context_of(1);
    rg_csr *rows = sequences(one);
    const rg_item_attention_options o = options_of(&CONTEXTS[0]);
    rg_item_attention *a = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_item_attention_build(one, &a, rows, &o), REGATTA_OK);
    for (int threads = 2; threads <= 8; threads *= 2) {
        regatta_ctx *ctx = context_of(threads);
        rg_item_attention *b = NULL;
        CU_ASSERT_EQUAL_FATAL(rg_item_attention_build(ctx, &b, rows, &o), REGATTA_OK);
        CU_ASSERT_TRUE(same_rows(a->by_target, b->by_target));
        rg_item_attention_free(b);
        regatta_ctx_free(ctx);
    }
    rg_item_attention_free(a);
    rg_csr_free(rows);
    regatta_ctx_free(one);
}

static regatta_status build(regatta_ctx *ctx, void *arg)
{
    regatta_status status = REGATTA_OK;
    const rg_item_attention_options o = options_of(&CONTEXTS[0]);
    rg_item_attention *a = NULL;
    RG_TRY(rg_item_attention_build(ctx, &a, arg, &o));
done:
    rg_item_attention_free(a);
    return rg_end(ctx, status);
}

static void test_context__survives_faults(void)
{
    regatta_ctx *ctx = context_of(1);
    rg_csr *rows = sequences(ctx);
    fault_sweep_memory(build, rows);
    rg_csr_free(rows);
    regatta_ctx_free(ctx);
}

int test_context(void)
{
    static const test_case cases[] = {
        {"dense", test_context__dense},
        {"ridge", test_context__ridge},
        {"same_bits", test_context__same_bits},
        {"survives_faults", test_context__survives_faults},
    };
    return TEST_MAIN("context", cases);
}
