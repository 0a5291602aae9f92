#include "base/bf16.h"
#include "channel/channel_users.h"
#include "support/channel_model.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>

/* User 0 attends to user 1 (2) and to user 2 (-0.5). */
static void test_channel_users__hand(void)
{
    const float w[] = {0, 2, -0.5f, 0, 0, 0, 0, 0, 0};
    const float history[] = {1, 0, 0, 0, 3, 4, 0, 0, 5};
    regatta_ctx *ctx = context_of(1);
    const channel_parts p = {
        .n_users = 3, .n_items = 3, .history = history, .weighted = 1, .users = w};
    regatta_model *m = channel_model(ctx, &p);
    float row[3] = {7, 7, 7};
    const rg_history h = history_of(m, 0), alone = history_of(m, 1),
                     new = folded_in(m, 0);
    channel_row(row, NULL, NULL, m, "users", &h);
    CU_ASSERT_EQUAL(row[0], 0.0f); /* his own items count nothing */
    CU_ASSERT_DOUBLE_EQUAL(row[1], 2.0 * 3, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(row[2], 2.0 * 4 - 0.5 * 5, 1e-6);
    channel_row(row, NULL, NULL, m, "users", &alone);
    for (int j = 0; j < 3; j++) CU_ASSERT_EQUAL(row[j], 0.0f);
    row[1] = 7;
    channel_row(row, NULL, NULL, m, "users", &new); /* nobody knows whom he attends to */
    for (int j = 0; j < 3; j++) CU_ASSERT_EQUAL(row[j], 0.0f);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_channel_users__dense(void)
{
    enum { U = 21, N = 17 };
    static float w[U * U], history[U * N];
    regatta_ctx *ctx = context_of(1);
    for (int weighted = 0; weighted < 2; weighted++) {
        sparse_normal(w, U * U, 0.4, 3);
        sparse_normal(history, (U - 1) * N, 0.3, 4);
        for (int k = 0; k < U * N; k++) history[k] = fabsf(history[k]);
        const channel_parts p = {.n_users = U,
                                 .n_items = N,
                                 .history = history,
                                 .weighted = weighted,
                                 .users = w};
        regatta_model *m = channel_model(ctx, &p);
        for (uint32_t u = 0; u < U; u++) {
            const rg_history h = history_of(m, u);
            float row[N];
            channel_row(row, NULL, NULL, m, "users", &h);
            for (uint32_t j = 0; j < N; j++) {
                double right = 0.0, size = 1e-3;
                for (uint32_t v = 0; v < U; v++) {
                    const float r = history[v * N + j];
                    const double x = (double)rg_from_bf16(rg_to_bf16(w[u * U + v])) *
                                     (r == 0.0f  ? 0.0
                                      : weighted ? (double)r
                                                 : 1.0);
                    right += x;
                    size += fabs(x);
                }
                CU_ASSERT_DOUBLE_EQUAL(row[j], right, 1e-5 * size);
            }
        }
        regatta_model_free(m);
    }
    regatta_ctx_free(ctx);
}

int test_channel_users(void)
{
    static const test_case cases[] = {
        {"hand", test_channel_users__hand},
        {"dense", test_channel_users__dense},
    };
    return TEST_MAIN("channel_users", cases);
}
