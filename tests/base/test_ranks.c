/* Shares, gathers, chains and failures of ranks, which are threads here. */
#include "base/ranks/ranks.h"
#include "support/suite.h"
#include "support/thread_ranks.h"
#include <string.h>

static regatta_ctx *context_of(const regatta_ranks *ranks)
{
    regatta_ctx *ctx = NULL;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = 1;
    options.ranks = ranks;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    return ctx;
}

static int64_t square(const void *state, int64_t k)
{
    (void)state;
    return k * k;
}

static void check_shares(const regatta_ranks *ranks, void *state)
{
    regatta_ctx *ctx = context_of(ranks);
    const int n_ranks = (int)ranks->n_ranks;
    (void)state;
    for (int64_t n = 0; n < 20; n++) {
        rg_shares even, cost;
        rg_shares_even(&even, ctx, n);
        rg_shares_by_cost(&cost, ctx, n, square, NULL);
        CU_ASSERT_EQUAL(even.first[0], 0);
        CU_ASSERT_EQUAL(cost.first[0], 0);
        CU_ASSERT_EQUAL(even.first[n_ranks], n);
        CU_ASSERT_EQUAL(cost.first[n_ranks], n);
        CU_ASSERT_EQUAL(even.begin, even.first[ranks->rank]);
        CU_ASSERT_EQUAL(cost.end, cost.first[ranks->rank + 1]);
        for (int r = 0; r < n_ranks; r++) {
            const int64_t size = even.first[r + 1] - even.first[r];
            CU_ASSERT_TRUE(size == n / n_ranks || size == n / n_ranks + 1);
            CU_ASSERT_TRUE(cost.first[r + 1] >= cost.first[r]);
        }
    }
    rg_shares s; /* 0 + 1 + 4 + ... + 81, and 10: half of it is below 8 */
    rg_shares_by_cost(&s, ctx, 10, square, NULL);
    if (n_ranks == 2) CU_ASSERT_EQUAL(s.first[1], 8);
    regatta_ctx_free(ctx);
}

static void test_ranks__shares(void)
{
    for (int n = 1; n <= 5; n++) thread_ranks_run(n, check_shares, NULL);
}

enum { N = 37, EACH = 3 };

static void check_gather(const regatta_ranks *ranks, void *state)
{
    regatta_ctx *ctx = context_of(ranks);
    int32_t table[N * EACH], ragged[N * N];
    int64_t offset[N + 1] = {0};
    rg_shares s;
    (void)state;
    rg_shares_by_cost(&s, ctx, N, square, NULL);
    for (int64_t k = 0; k < N; k++)
        offset[k + 1] = offset[k] + k % 4; /* some are empty */
    memset(table, -1, sizeof table);
    memset(ragged, -1, sizeof ragged);
    for (int64_t k = s.begin; k < s.end; k++) {
        for (int e = 0; e < EACH; e++) table[k * EACH + e] = (int32_t)(100 * k + e);
        for (int64_t e = offset[k]; e < offset[k + 1]; e++) ragged[e] = (int32_t)(7 * e);
    }
    CU_ASSERT_EQUAL(rg_gather(ctx, table, &s, EACH * sizeof *table), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_gather_pieces(ctx, ragged, &s, offset, sizeof *ragged),
                    REGATTA_OK);
    for (int k = 0; k < N * EACH; k++)
        CU_ASSERT_EQUAL(table[k], 100 * (k / EACH) + k % EACH);
    for (int64_t e = 0; e < offset[N]; e++) CU_ASSERT_EQUAL(ragged[e], 7 * e);

    regatta_traffic t = REGATTA_TRAFFIC_INIT;
    const int64_t other =
        (N - (s.end - s.begin)) * EACH + (offset[N] - (offset[s.end] - offset[s.begin]));
    CU_ASSERT_EQUAL(regatta_ctx_traffic(ctx, &t), REGATTA_OK);
    CU_ASSERT_EQUAL(t.n_ranks, ranks->n_ranks);
    CU_ASSERT_EQUAL(t.gathered, ranks->n_ranks > 1 ? other * (int64_t)sizeof *table : 0);
    CU_ASSERT_EQUAL(t.n_gathers, ranks->n_ranks > 1 ? 2 : 0);
    CU_ASSERT_EQUAL(regatta_ctx_traffic(ctx, NULL), REGATTA_EINVAL);
    regatta_ctx_free(ctx);
}

static void test_ranks__gather(void)
{
    for (int n = 1; n <= 5; n++) thread_ranks_run(n, check_gather, NULL);
}

/* A sum of floats whose order shows: row r has the terms value[r][0 .. TERMS - 1]. */
/* More than one block of a chain, and than one round of a panel at one rank. */
enum { ROWS = 280000, WIDTH = 16, TERMS = 4 };
typedef struct terms {
    float *sum;
    rg_shares share; /* of the terms */
} terms;

static float term_of(int64_t row, int64_t column, int64_t term)
{
    const uint64_t at = (uint64_t)((row * WIDTH + column) * TERMS + term);
    return (float)(at * 2654435761u % 1000003u) / 997.0f;
}

static void add_terms(void *state, float *to, int64_t begin, int64_t end)
{
    const terms *t = state;
    for (int64_t r = begin; r < end; r++)
        for (int64_t c = 0; c < WIDTH; c++)
            for (int64_t k = t->share.begin; k < t->share.end; k++)
                to[(r - begin) * WIDTH + c] += term_of(r, c, k);
}

static void check_chain(const regatta_ranks *ranks, void *state)
{
    regatta_ctx *ctx = context_of(ranks);
    const float *expected = state;
    terms t = {.sum = rg_alloc(ctx->mem, ROWS * WIDTH, sizeof(float))};
    CU_ASSERT_PTR_NOT_NULL_FATAL(t.sum);
    memset(t.sum, 0xff, ROWS * WIDTH * sizeof *t.sum); /* rows begin at zero */
    rg_shares_even(&t.share, ctx, TERMS);
    const rg_chain chain = {t.sum, ROWS, WIDTH, add_terms, &t};
    CU_ASSERT_EQUAL(rg_chain_sum(ctx, &chain), REGATTA_OK);
    CU_ASSERT_EQUAL(memcmp(t.sum, expected, ROWS * WIDTH * sizeof *t.sum), 0);
    rg_free(ctx->mem, t.sum);
    regatta_ctx_free(ctx);
}

/* The same of rows in panels: `empty` panels have no row, and a round is smaller than the
 * others. */
static void check_scatter(const regatta_ranks *ranks, void *state)
{
    regatta_ctx *ctx = context_of(ranks);
    const float *expected = state;
    terms t;
    rg_shares panel;
    rg_shares_even(&t.share, ctx, TERMS);
    rg_shares_even(&panel, ctx, ROWS);
    for (int empty = 0; empty < 2; empty++) {
        if (empty) /* rank 0 has all rows */
            for (uint32_t r = 1; r < ranks->n_ranks; r++) panel.first[r] = ROWS;
        panel.begin = panel.first[ranks->rank];
        panel.end = panel.first[ranks->rank + 1];
        const int64_t n = (panel.end - panel.begin) * WIDTH;
        t.sum = rg_alloc(ctx->mem, n + 1, sizeof(float));
        float *const scratch =
            rg_alloc(ctx->mem, rg_chain_scratch(ctx, &panel, WIDTH), sizeof *scratch);
        CU_ASSERT_TRUE_FATAL(t.sum != NULL && scratch != NULL);
        memset(t.sum, 0xff, (size_t)n * sizeof *t.sum);
        const rg_chain chain = {t.sum, ROWS, WIDTH, add_terms, &t};
        CU_ASSERT_EQUAL(rg_chain_scatter(ctx, &chain, &panel, scratch), REGATTA_OK);
        CU_ASSERT_EQUAL(
            memcmp(t.sum, expected + panel.begin * WIDTH, (size_t)n * sizeof *t.sum), 0);
        rg_free(ctx->mem, t.sum);
        rg_free(ctx->mem, scratch);
    }
    regatta_ctx_free(ctx);
}

/* Any number of ranks gives the bits of one. */
static void test_ranks__chain(void)
{
    static float expected[ROWS * WIDTH];
    for (int64_t r = 0; r < ROWS; r++)
        for (int64_t c = 0; c < WIDTH; c++) {
            float sum = 0.0f;
            for (int64_t k = 0; k < TERMS; k++) sum += term_of(r, c, k);
            expected[r * WIDTH + c] = sum;
        }
    for (int n = 1; n <= 4; n++) {
        thread_ranks_run(n, check_chain, expected);
        thread_ranks_run(n, check_scatter, expected);
    }
}

static void check_numbers(const regatta_ranks *ranks, void *state)
{
    regatta_ctx *ctx = context_of(ranks);
    int64_t own = 10 + (int64_t)ranks->rank, most = own;
    (void)state;
    CU_ASSERT_EQUAL(rg_ranks_follow(ctx, &own), REGATTA_OK);
    CU_ASSERT_EQUAL(own, 10);
    CU_ASSERT_EQUAL(rg_ranks_most(ctx, &most), REGATTA_OK);
    CU_ASSERT_EQUAL(most, 9 + (int64_t)ranks->n_ranks);
    CU_ASSERT_EQUAL(rg_ranks_agree(ctx, 5, "numbers"), REGATTA_OK);
    const regatta_status status = rg_ranks_agree(ctx, ranks->rank == 2, "numbers");
    if (ranks->n_ranks > 2) {
        CU_ASSERT_EQUAL(status, REGATTA_EINVAL);
        CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx),
                               "rank 2 has other numbers than rank 0");
    } else {
        CU_ASSERT_EQUAL(status, REGATTA_OK);
    }
    regatta_ctx_free(ctx);
}

static void test_ranks__numbers(void)
{
    for (int n = 1; n <= 4; n++) thread_ranks_run(n, check_numbers, NULL);
}

/* The last rank fails; the others learn it where they wait, and then everywhere. */
static void check_failure(const regatta_ranks *ranks, void *state)
{
    regatta_ctx *ctx = context_of(ranks);
    int64_t number = 1;
    (void)state;
    if (ranks->rank + 1 == ranks->n_ranks) {
        rg_begin(ctx);
        CU_ASSERT_EQUAL(rg_end(ctx, rg_fail(ctx, REGATTA_EIO, "the disk is full")),
                        REGATTA_EIO);
    } else {
        CU_ASSERT_EQUAL(rg_ranks_most(ctx, &number), REGATTA_ERANK);
        CU_ASSERT_EQUAL(ctx->lost, REGATTA_ERANK);
        CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), ranks->n_ranks == 2
                                                            ? "rank 1: the disk is full"
                                                            : "rank 2: the disk is full");
        CU_ASSERT_EQUAL(rg_ranks_most(ctx, &number), REGATTA_ERANK);
        CU_ASSERT_EQUAL(rg_end(ctx, REGATTA_ERANK), REGATTA_ERANK);
    }
    regatta_ctx_free(ctx);
}

static void test_ranks__failure(void)
{
    for (int n = 2; n <= 3; n++) thread_ranks_run(n, check_failure, NULL);
}

static void check_refusals(const regatta_ranks *ranks, void *state)
{
    regatta_ranks bad = *ranks;
    regatta_ctx *ctx = NULL;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    (void)state;
    options.ranks = &bad;
    bad.rank = bad.n_ranks;
    CU_ASSERT_EQUAL(regatta_ctx_create(&ctx, &options), REGATTA_EINVAL);
    bad = *ranks;
    bad.n_ranks = REGATTA_MAX_RANKS + 1;
    CU_ASSERT_EQUAL(regatta_ctx_create(&ctx, &options), REGATTA_EINVAL);
    bad = *ranks;
    bad.gather = NULL;
    CU_ASSERT_EQUAL(regatta_ctx_create(&ctx, &options), REGATTA_EINVAL);
    bad = *ranks;
    bad.struct_size = 0;
    CU_ASSERT_EQUAL(regatta_ctx_create(&ctx, &options), REGATTA_EINVAL);
    CU_ASSERT_PTR_NULL(ctx);
}

static void test_ranks__refusals(void)
{
    thread_ranks_run(1, check_refusals, NULL);
}

static const test_case cases[] = {
    {"shares", test_ranks__shares},   {"gather", test_ranks__gather},
    {"chain", test_ranks__chain},     {"numbers", test_ranks__numbers},
    {"failure", test_ranks__failure}, {"refusals", test_ranks__refusals}};

int test_ranks(void)
{
    return TEST_MAIN("ranks", cases);
}
