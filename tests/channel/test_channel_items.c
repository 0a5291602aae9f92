#include "base/bf16.h"
#include "channel/channel_items.h"
#include "support/channel_model.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

static void test_channel_items__hand(void)
{
    const float w[] = {0, 2, 3, 4, 0, 0, 0, -1, 0}; /* rows: history items */
    const float scale[] = {1, 0.5f, 10}, history[] = {2, 0, 3, 0, 0, 0};
    regatta_ctx *ctx = context_of(1);
    const channel_parts p = {.n_users = 2,
                             .n_items = 3,
                             .history = history,
                             .weighted = 1,
                             .items = w,
                             .scale = scale};
    regatta_model *m = channel_model(ctx, &p);
    float row[3] = {7, 7, 7};
    double part[2];
    const rg_history h = history_of(m, 0), none = history_of(m, 1), new = folded_in(m, 0);
    channel_row(row, NULL, NULL, m, "items", &h);
    CU_ASSERT_EQUAL(row[0], 0.0f);
    CU_ASSERT_DOUBLE_EQUAL(row[1], 0.5 * (2 * 2 - 3 * 1), 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(row[2], 10.0 * 2 * 3, 1e-6);
    channel_explain(part, NULL, m, "items", &h, 1);
    CU_ASSERT_DOUBLE_EQUAL(part[0], 2.0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(part[1], -1.5, 1e-6);
    channel_row(row, NULL, NULL, m, "items", &new); /* counts each item once */
    CU_ASSERT_DOUBLE_EQUAL(row[1], 0.5 * (2 - 1), 1e-6);
    channel_row(row, NULL, NULL, m, "items", &none);
    for (int j = 0; j < 3; j++) CU_ASSERT_EQUAL(row[j], 0.0f);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Against the dense sum in double over the weights as bfloat16 holds them. */
static void test_channel_items__dense(void)
{
    enum { U = 9, N = 37 };
    static float w[N * N], history[U * N], scale[N];
    regatta_ctx *ctx = context_of(1);
    for (int weighted = 0; weighted < 2; weighted++) {
        sparse_normal(w, N * N, 0.4, 1);
        sparse_normal(history, (U - 1) * N, 0.3, 2); /* the last user has none */
        for (int k = 0; k < U * N; k++) history[k] = fabsf(history[k]);
        for (int j = 0; j < N; j++) scale[j] = 1.0f / (float)(1 + j);
        const channel_parts p = {.n_users = U,
                                 .n_items = N,
                                 .history = history,
                                 .weighted = weighted,
                                 .items = w,
                                 .scale = scale};
        regatta_model *m = channel_model(ctx, &p);
        for (uint32_t u = 0; u < U; u++) {
            const rg_history h = history_of(m, u);
            float row[N];
            double part[N];
            float same[N], best[N], support[N];
            channel_row(row, NULL, NULL, m, "items", &h);
            channel_row(same, best, support, m, "items", &h);
            CU_ASSERT_EQUAL(memcmp(row, same, sizeof row), 0);
            for (uint32_t j = 0; j < N; j++) {
                double right = 0.0, size = 1e-3, added = 0.0;
                for (uint32_t i = 0; i < N; i++) {
                    const double r = history[u * N + i] == 0.0f ? 0.0
                                     : weighted ? (double)history[u * N + i]
                                                : 1.0;
                    const double x = r * (double)scale[j] *
                                     (double)rg_from_bf16(rg_to_bf16(w[i * N + j]));
                    right += x;
                    size += fabs(x);
                }
                CU_ASSERT_DOUBLE_EQUAL(row[j], right, 1e-5 * size);
                channel_explain(part, NULL, m, "items", &h, j);
                double most = 0.0, n = 0.0;
                for (int64_t e = 0; e < h.n; e++) {
                    added += part[e];
                    most = fmax(most, part[e]);
                    n += part[e] > 0.0;
                }
                CU_ASSERT_DOUBLE_EQUAL(best[j], most, 1e-6 * size);
                CU_ASSERT_DOUBLE_EQUAL(support[j], log1p(n), 1e-6);
                CU_ASSERT_DOUBLE_EQUAL(added, right, 1e-12 * size);
            }
        }
        regatta_model_free(m);
    }
    regatta_ctx_free(ctx);
}

int test_channel_items(void)
{
    static const test_case cases[] = {
        {"hand", test_channel_items__hand},
        {"dense", test_channel_items__dense},
    };
    return TEST_MAIN("channel_items", cases);
}
