#include "base/kernels/vec.h"
#include "channel/channel_spectral.h"
#include "support/channel_model.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>

enum { U = 7, N = 45, K = 5 };

/* x_j = n^-1/2 sum_i r_i <in_i, out_j> in double. */
static double slow(const float *history, const float *in, const float *out, int j,
                   int weighted, double *size)
{
    double sum = 0.0, n = 0.0;
    *size = 1e-3;
    for (int i = 0; i < N; i++) {
        if (history[i] == 0.0f) continue;
        const double r = weighted ? (double)history[i] : 1.0;
        n += r;
        for (int k = 0; k < K; k++) {
            const double x = r * (double)in[i * K + k] * (double)out[j * K + k];
            sum += x;
            *size += fabs(x);
        }
    }
    return n > 0.0 ? sum / sqrt(n) : 0.0;
}

static void test_channel_spectral__dense(void)
{
    static float history[U * N], in[N * K], out[N * K];
    regatta_ctx *ctx = context_of(1);
    sparse_normal(in, N * K, 1.0, 1);
    sparse_normal(out, N * K, 1.0, 2);
    sparse_normal(history, (U - 1) * N, 0.2, 3); /* the last user has none */
    for (int k = 0; k < U * N; k++) history[k] = fabsf(history[k]);
    for (int weighted = 0; weighted < 2; weighted++) {
        const channel_parts p = {.n_users = U,
                                 .n_items = N,
                                 .rank = K,
                                 .history = history,
                                 .weighted = weighted,
                                 .in = in,
                                 .out = out};
        regatta_model *m = channel_model(ctx, &p);
        const int64_t n_panels = rg_panel_count(N), ld = n_panels * RG_PANEL;
        float query[U * K], rows[U * 64];
        for (uint32_t u = 0; u < U; u++) {
            const rg_history h = history_of(m, u);
            rg_channel_spectral.query(query + u * K, spectral_of(m), &h, NULL);
        }
        rg_table_scores(rows, ld, rg_channel_spectral.table(spectral_of(m)), query, U, 0,
                        n_panels);
        for (uint32_t u = 0; u < U; u++) {
            const rg_history h = history_of(m, u);
            for (int j = 0; j < N; j++) {
                double size, part[N], sizes[N], added = 0.0;
                const double right = slow(history + u * N, in, out, j, weighted, &size);
                CU_ASSERT_DOUBLE_EQUAL(rows[u * ld + j], right, 1e-5 * size);
                channel_explain(part, sizes, m, "spectral", &h, (uint32_t)j);
                for (int64_t e = 0; e < h.n; e++) added += part[e];
                for (int64_t e = 0; e < h.n; e++) CU_ASSERT(sizes[e] >= fabs(part[e]));
                CU_ASSERT_DOUBLE_EQUAL(added, right, 1e-12 * size);
            }
        }
        /* Folded in, a history without weights is scored as the same user's. */
        const rg_history new = folded_in(m, 2);
        float p2[K];
        rg_channel_spectral.query(p2, spectral_of(m), &new, NULL);
        for (int k = 0; k < K && !weighted; k++) CU_ASSERT_EQUAL(p2[k], query[2 * K + k]);
        for (int k = 0; k < K; k++) CU_ASSERT_EQUAL(query[(U - 1) * K + k], 0.0f);
        regatta_model_free(m);
    }
    regatta_ctx_free(ctx);
}

int test_channel_spectral(void)
{
    static const test_case cases[] = {{"dense", test_channel_spectral__dense}};
    return TEST_MAIN("channel_spectral", cases);
}
