#include "base/rng.h"
#include "channel/channel_items.h"
#include "channel/fit/items_fit.h"
#include "support/fault.h"
#include "support/random_graph.h"
#include "support/suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { U = 300, N = 40, GROUPS = 4, CUT = 20 };

/* Users of four groups: a user has each item of the own group with a chance of one half,
 * and some others; one of the own group is held out. */
typedef struct world {
    rg_csr *rows;
    uint32_t user[U], item[U];
    int64_t offset[U + 1];
    rg_holdout past, tilted;
} world;

static void make_world(regatta_ctx *ctx, world *w)
{
    static float dense[U * N];
    memset(dense, 0, sizeof dense);
    *w = (world){.rows = NULL};
    for (uint32_t u = 0; u < U; u++) {
        w->user[u] = u;
        w->item[u] = N;
        for (uint32_t j = 0; j < N; j++) {
            const double chance = j % GROUPS == u % GROUPS ? 0.5 : 0.1;
            if (!(rg_random_unit(3, RG_STREAM_TEST, u * N + j) < chance)) continue;
            if (w->item[u] == N && j % GROUPS == u % GROUPS && j > u % 20)
                w->item[u] = j;
            else
                dense[u * N + j] = 1.0f;
        }
        if (w->item[u] == N) w->item[u] = u % GROUPS;
        dense[u * N + w->item[u]] = 0.0f;
        w->offset[u + 1] = u + 1;
    }
    w->rows = dense_rows(ctx, dense, U, N, 0);
    w->past =
        (rg_holdout){.n_users = U, .user = w->user, .offset = w->offset, .item = w->item};
    w->tilted = w->past;
    w->tilted.n_users = U / 2; /* the first users are in the second scenario too */
}

static regatta_status on_stage(rg_fit_env *env, const char *stage)
{
    (void)stage;
    return env->finished ? REGATTA_ESTOPPED : REGATTA_OK;
}

typedef struct choice {
    regatta_status status;
    rg_item_attention_options ridge;
    char *trials;
} choice;

static choice choose(regatta_ctx *ctx, const world *w, double share, int stop)
{
    rg_fit_options options = {.preset = REGATTA_PRESET_DEFAULT};
    rg_fit_env env = {
        .ctx = ctx, .options = &options, .stage = on_stage, .finished = stop};
    const regatta_graph graph = {.n_own_items = (uint32_t)w->rows->n_cols};
    rg_fitted fitted = {.graph = &graph, .rows = *w->rows};
    rg_selection s = {.env = &env,
                      .fitted = &fitted,
                      .holdout = {&w->past, &w->tilted},
                      .weight = {share, 1.0 - share}};
    choice c = {.ridge = rg_item_attention_defaults()};
    c.ridge.user_power = 0.5;
    rg_text_begin(&env.trials, ctx->mem);
    c.status = rg_items_choose_shape(&s, &c.ridge);
    if (c.status == REGATTA_OK) c.status = env.trials.status;
    c.trials = env.trials.bytes;
    return c;
}

/* The slow obvious ndcg@20 of item attention with these settings. */
static double reference(regatta_ctx *ctx, const world *w, double share,
                        rg_item_attention_options o)
{
    rg_item_attention *a = NULL;
    double sum[2] = {0.0, 0.0};
    o.neighbours = 100;
    CU_ASSERT_EQUAL_FATAL(rg_item_attention_build(ctx, &a, w->rows, &o), REGATTA_OK);
    for (int64_t u = 0; u < U; u++) {
        float score[N] = {0.0f};
        int before = 0;
        for (int64_t e = w->rows->offset[u]; e < w->rows->offset[u + 1]; e++) {
            const int64_t i = w->rows->target[e];
            for (int64_t f = a->by_history->offset[i]; f < a->by_history->offset[i + 1];
                 f++)
                score[a->by_history->target[f]] += a->by_history->value[f];
        }
        for (int j = 0; j < N; j++) score[j] *= a->scale[j];
        for (int64_t e = w->rows->offset[u]; e < w->rows->offset[u + 1]; e++)
            score[w->rows->target[e]] = -INFINITY;
        const float own = score[w->item[u]];
        for (int j = 0; j < N; j++) before += score[j] > own;
        const double gain =
            own > 0.0f && before < CUT ? 1.0 / log2((double)before + 2.0) : 0.0;
        sum[0] += gain / U;
        if (u < U / 2) sum[1] += gain / (U / 2);
    }
    rg_item_attention_free(a);
    return share * sum[0] + (1.0 - share) * sum[1];
}

static double member(const char *at, const char *name)
{
    char quoted[32];
    snprintf(quoted, sizeof quoted, "\"%s\": ", name);
    const char *found = strstr(at, quoted);
    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    return strtod(found + strlen(quoted), NULL);
}

/* Each trial that is reported has the ndcg of a build of all items; the chosen one is the
 * best of them and is what the options get, or the options stay. */
static void test_ridge_search__trials_are_measured(void)
{
    regatta_ctx *ctx = context_of(2);
    world w;
    make_world(ctx, &w);
    for (int k = 0; k < 2; k++) {
        const double share = k == 0 ? 0.5 : 1.0;
        const choice c = choose(ctx, &w, share, 0);
        double best = 0.0, chosen = -1.0;
        int n = 0;
        CU_ASSERT_EQUAL_FATAL(c.status, REGATTA_OK);
        for (const char *at = c.trials; (at = strstr(at, "{\"a\": ")) != NULL;
             at++, n++) {
            rg_item_attention_options o = rg_item_attention_defaults();
            o.user_power = member(at, "a");
            o.lambda = member(at, "lambda");
            o.theta = member(at, "theta");
            o.candidate_power = member(at, "c");
            const double ndcg = member(at, "ndcg@20");
            CU_ASSERT_EQUAL(member(at, "targets"), N);
            CU_ASSERT_DOUBLE_EQUAL(ndcg, reference(ctx, &w, share, o), 2e-3);
            best = fmax(best, ndcg);
            if (o.user_power == c.ridge.user_power && o.lambda == c.ridge.lambda &&
                o.theta == c.ridge.theta && o.candidate_power == c.ridge.candidate_power)
                chosen = ndcg;
        }
        CU_ASSERT(n > 4);
        CU_ASSERT(chosen == best || (c.ridge.user_power == 0.5 && c.ridge.lambda == 4.0 &&
                                     c.ridge.theta == 0.5));
        rg_free(ctx->mem, c.trials);
    }
    rg_csr_free(w.rows);
    regatta_ctx_free(ctx);
}

static void test_ridge_search__same_bits(void)
{
    regatta_ctx *ctx = context_of(1), *wide = context_of(3);
    world w;
    make_world(ctx, &w);
    const choice one = choose(ctx, &w, 0.5, 0), many = choose(wide, &w, 0.5, 0);
    CU_ASSERT_STRING_EQUAL(one.trials, many.trials);
    rg_free(ctx->mem, one.trials);
    rg_free(wide->mem, many.trials);
    const choice none = choose(ctx, &w, 0.5, 1);
    CU_ASSERT_EQUAL(none.status, REGATTA_ESTOPPED);
    rg_free(ctx->mem, none.trials);
    rg_csr_free(w.rows);
    regatta_ctx_free(ctx);
    regatta_ctx_free(wide);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const choice c = choose(ctx, arg, 0.5, 0);
    rg_free(ctx->mem, c.trials);
    return rg_end(ctx, c.status);
}

static void test_ridge_search__memory(void)
{
    regatta_ctx *ctx = context_of(1);
    world w;
    make_world(ctx, &w);
    w.past.n_users = 20; /* of whom ten are in the second scenario: quick */
    w.tilted.n_users = 10;
    fault_sweep_memory(attempt, &w);
    rg_csr_free(w.rows);
    regatta_ctx_free(ctx);
}

int test_ridge_search(void)
{
    static const test_case cases[] = {
        {"trials are measured", test_ridge_search__trials_are_measured},
        {"same bits", test_ridge_search__same_bits},
        {"memory", test_ridge_search__memory},
    };
    return TEST_MAIN("items_shape", cases);
}
