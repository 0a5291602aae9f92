#include "support/drawn_rows.h"
#include "base/rng.h"
#include "support/suite.h"
#include <math.h>

enum { SEED = 5 };

float drawn_values[DRAWN_ROWS * DRAWN_DIM];
float drawn_queries[DRAWN_QUERIES * DRAWN_DIM];
float drawn_bias[DRAWN_ROWS + RG_PANEL];

regatta_ctx *drawn_context(int threads)
{
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    ctx->threads = threads;
    return ctx;
}

void drawn_rows(double steps)
{
    for (uint64_t k = 0; k < sizeof drawn_values / sizeof drawn_values[0]; k++) {
        const double x = rg_random_normal(SEED, RG_STREAM_TEST, k);
        drawn_values[k] = (float)(steps > 0.0 ? rint(x * steps) / steps : x);
    }
    for (uint64_t k = 0; k < sizeof drawn_queries / sizeof drawn_queries[0]; k++) {
        const double x = rg_random_normal(SEED + 1, RG_STREAM_TEST, k);
        drawn_queries[k] = (float)(steps > 0.0 ? rint(x * steps) / steps : x);
    }
    for (uint64_t k = 0; k < DRAWN_ROWS; k++)
        drawn_bias[k] =
            (float)rint(2.0 * rg_random_normal(SEED + 2, RG_STREAM_TEST, k)) / 2.0f;
}
