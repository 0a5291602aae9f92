/* regatta_evaluate_logged against policies that are computed from scores of
 * regatta_score. */
#include "support/fault.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/tiny_model.h"
#include <math.h>
#include <regatta/regatta.h>
#include <stdio.h>
#include <string.h>

enum { USERS = 6, ITEMS = 41, POSITIONS = 3, N = USERS * POSITIONS * ITEMS, FIRST = 4 };

static regatta_model *model_of(regatta_ctx *ctx, int ordered)
{
    tiny_spec spec = tiny_default();
    regatta_model *m = NULL;
    spec.channels = 1;
    spec.ordered = ordered;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    return m;
}

/* Every item at every position for users FIRST .., by a logging policy of equal
 * probabilities. */
typedef struct world {
    uint32_t user[N], item[N], position[N];
    double propensity[N], reward[N];
    regatta_logged log;
} world;

static double reward_of(uint32_t user, uint32_t item, uint32_t position)
{
    return (double)((user * 7 + item * 13) % 17) / (double)(1 + position);
}

static void make_world(world *w)
{
    const regatta_logged init = REGATTA_LOGGED_INIT;
    for (int k = 0; k < N; k++) {
        w->user[k] = (uint32_t)(FIRST + k / (POSITIONS * ITEMS));
        w->position[k] = 1 + (uint32_t)(k / ITEMS % POSITIONS);
        w->item[k] = (uint32_t)(k % ITEMS);
        w->propensity[k] = 1.0 / ITEMS;
        w->reward[k] = reward_of(w->user[k], w->item[k], w->position[k]);
    }
    w->log = init;
    w->log.n = N;
    w->log.user = w->user;
    w->log.item = w->item;
    w->log.position = w->position;
    w->log.propensity = w->propensity;
    w->log.reward = w->reward;
}

static regatta_logged_evaluation evaluate(regatta_ctx *ctx, const regatta_model *m,
                                          const regatta_logged *log,
                                          const regatta_logged_options *opts)
{
    regatta_logged_evaluation e = REGATTA_LOGGED_EVALUATION_INIT;
    CU_ASSERT_EQUAL(regatta_evaluate_logged(ctx, m, log, opts, &e), REGATTA_OK);
    if (regatta_last_error(ctx)[0]) puts(regatta_last_error(ctx));
    return e;
}

/* The value of the policy of `opts`, from scores and the ranking of regatta_recommend. */
static double value_of(regatta_ctx *ctx, const regatta_model *m,
                       const regatta_logged_options *opts, int64_t n_actions)
{
    double sum = 0.0;
    for (uint32_t u = FIRST; u < FIRST + USERS; u++) {
        uint32_t ranked[ITEMS];
        float score[ITEMS];
        regatta_query query = REGATTA_QUERY_INIT;
        regatta_recommend_options o = REGATTA_RECOMMEND_OPTIONS_INIT;
        query.n = 1;
        query.user = &u;
        o.k = ITEMS;
        o.keep_seen = opts->keep_seen;
        o.only = opts->only;
        o.n_only = opts->n_only;
        CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &o, ranked, score), REGATTA_OK);
        int n = 0;
        double mean = 0.0, squares = 0.0;
        while (n < n_actions && ranked[n] != REGATTA_NONE) mean += (double)score[n++];
        mean /= n;
        for (int r = 0; r < n; r++)
            squares += ((double)score[r] - mean) * ((double)score[r] - mean);
        const double t = opts->temperature * sqrt(squares / n);
        for (int p = 0; p < POSITIONS && p < n; p++) {
            double all = 0.0, earned = 0.0;
            for (int r = p; r < n; r++) {
                const double share =
                    t > 0.0 ? exp(((double)score[r] - (double)score[p]) / t) : r == p;
                all += share;
                earned += share * reward_of(u, ranked[r], (uint32_t)p + 1);
            }
            sum += earned / all;
        }
    }
    return sum / (USERS * POSITIONS);
}

/* All three estimates are exact where each item was shown once. */
static void exact(const regatta_logged_evaluation *e, double value)
{
    const int estimators[] = {REGATTA_ESTIMATOR_IPS, REGATTA_ESTIMATOR_SNIPS,
                              REGATTA_ESTIMATOR_DR};
    for (int k = 0; k < 3; k++)
        CU_ASSERT_DOUBLE_EQUAL(e->value[estimators[k]], value, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(e->mean_weight, 1.0, 1e-9);
}

static void test_logged__exact_where_every_item_was_shown(void)
{
    static world w;
    const double temperature[] = {0.0, 0.01, 0.3, 1.0, 20.0};
    const uint32_t only[] = {3, 4, 9, 30, 31, 40};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, 0);
    make_world(&w);
    for (int k = 0; k < 5 * 4; k++) {
        regatta_logged_options o = REGATTA_LOGGED_OPTIONS_INIT;
        o.temperature = temperature[k / 4];
        o.keep_seen = k & 1;
        if (k & 2) {
            o.only = only;
            o.n_only = 6;
        }
        const regatta_logged_evaluation e = evaluate(ctx, m, &w.log, &o);
        exact(&e, value_of(ctx, m, &o, ITEMS));
        CU_ASSERT_EQUAL(e.n, N);
        CU_ASSERT_EQUAL(e.n_users, USERS);
        CU_ASSERT_EQUAL(e.n_actions, k & 2 ? 6 : ITEMS);
        CU_ASSERT_EQUAL(e.n_outside, k & 2 ? (ITEMS - 6) * USERS * POSITIONS : 0);
        CU_ASSERT_EQUAL(e.n_seen > 0, !(k & 1));
        if (k < 4) CU_ASSERT_EQUAL(e.n_matched, USERS * POSITIONS);
    }
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* A logging policy of unequal probabilities: item i is shown 1 + i % 3 times. */
static void test_logged__exact_for_unequal_propensities(void)
{
    enum { SHOWN = 14 * 1 + 14 * 2 + 13 * 3, MANY = USERS * SHOWN };
    static uint32_t user[MANY], item[MANY];
    static double propensity[MANY], reward[MANY];
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, 0);
    regatta_logged log = REGATTA_LOGGED_INIT;
    regatta_logged_options o = REGATTA_LOGGED_OPTIONS_INIT;
    double value = 0.0;
    int64_t n = 0;
    for (uint32_t u = 0; u < USERS; u++)
        for (uint32_t i = 0; i < ITEMS; i++)
            for (uint32_t copy = 0; copy <= i % 3; copy++, n++) {
                user[n] = FIRST + u;
                item[n] = i;
                propensity[n] = (double)(1 + i % 3) / SHOWN;
                reward[n] = reward_of(user[n], i, 1);
            }
    CU_ASSERT_EQUAL(n, MANY);
    log.n = MANY;
    log.user = user;
    log.item = item;
    log.propensity = propensity;
    log.reward = reward;
    for (uint32_t u = FIRST; u < FIRST + USERS; u++) {
        uint32_t best = 0;
        regatta_query query = REGATTA_QUERY_INIT;
        regatta_recommend_options r = REGATTA_RECOMMEND_OPTIONS_INIT;
        query.n = 1;
        query.user = &u;
        r.k = 1;
        CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &r, &best, NULL), REGATTA_OK);
        value += reward_of(u, best, 1) / USERS;
    }
    const regatta_logged_evaluation e = evaluate(ctx, m, &log, &o);
    exact(&e, value);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* The same records by names, in a file, as JSON lines, with positions from 0. */
static void test_logged__arrays_and_files_agree(void)
{
    static world w;
    static char text[N * 100];
    static const char *users[23], *items[ITEMS];
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, 0);
    regatta_logged_options o = REGATTA_LOGGED_OPTIONS_INIT;
    o.temperature = 0.5;
    make_world(&w);
    const regatta_logged_evaluation plain = evaluate(ctx, m, &w.log, &o);
    for (uint32_t u = 0; u < 23; u++) users[u] = regatta_model_name(m, REGATTA_USERS, u);
    for (uint32_t i = 0; i < ITEMS; i++)
        items[i] = regatta_model_name(m, REGATTA_ITEMS, i);
    w.log.user_names = users;
    w.log.item_names = items;
    w.log.n_users = 23;
    w.log.n_items = ITEMS;
    const regatta_logged_evaluation named = evaluate(ctx, m, &w.log, &o);
    CU_ASSERT_EQUAL(memcmp(&named, &plain, sizeof plain), 0);

    scratch_open(folder);
    regatta_logged log = REGATTA_LOGGED_INIT;
    for (int json = 0; json < 2; json++) {
        int64_t n = json ? 0 : sprintf(text, "slot,pscore,item_id,user_id,click\n");
        for (int k = 0; k < N; k++)
            n += sprintf(text + n,
                         json ? "{\"position\":%u,\"propensity\":%.17g,\"item\":\"%s\","
                                "\"user\":\"%s\",\"reward\":%.17g}\n"
                              : "%u,%.17g,%s,%s,%.17g\n",
                         w.position[k] - 1, w.propensity[k], items[w.item[k]],
                         users[w.user[k]], w.reward[k]);
        scratch_path(path, folder, "log");
        scratch_write(path, text, n);
        log.path = path;
        const regatta_logged_evaluation read = evaluate(ctx, m, &log, &o);
        CU_ASSERT_EQUAL(memcmp(&read, &plain, sizeof plain), 0);
    }
    scratch_close(folder);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* Records of unknown users do not count, those of unknown items count with weight 0. */
static void test_logged__unknown_users_and_items(void)
{
    static world w;
    static uint32_t user[N + 2], item[N + 2], position[N + 2];
    static double propensity[N + 2], reward[N + 2];
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, 0);
    regatta_logged_options o = REGATTA_LOGGED_OPTIONS_INIT;
    regatta_logged_evaluation out = REGATTA_LOGGED_EVALUATION_INIT;
    make_world(&w);
    const regatta_logged_evaluation before = evaluate(ctx, m, &w.log, &o);
    for (int k = 0; k < N + 2; k++) {
        const int from = k < 2 ? 0 : k - 2;
        user[k] = k == 0 ? REGATTA_NONE : w.user[from];
        item[k] = k == 1 ? REGATTA_NONE : w.item[from];
        position[k] = w.position[from];
        propensity[k] = w.propensity[from];
        reward[k] = k < 2 ? 50.0 : w.reward[from];
    }
    w.log.n = N + 2;
    w.log.user = user;
    w.log.item = item;
    w.log.position = position;
    w.log.propensity = propensity;
    w.log.reward = reward;
    const regatta_logged_evaluation after = evaluate(ctx, m, &w.log, &o);
    CU_ASSERT_EQUAL(after.n, N + 1);
    CU_ASSERT_EQUAL(after.n_unknown_users, 1);
    CU_ASSERT_EQUAL(after.n_unknown_items, 1);
    CU_ASSERT_DOUBLE_EQUAL(after.value[REGATTA_ESTIMATOR_IPS] * (N + 1),
                           before.value[REGATTA_ESTIMATOR_IPS] * N, 1e-9);
    o.strict = 1;
    CU_ASSERT_EQUAL(regatta_evaluate_logged(ctx, m, &w.log, &o, &out), REGATTA_EFORMAT);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "logged feedback:0: unknown user ''");
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

/* A record with a time is asked at its time: the history has no later interaction. */
static void test_logged__asked_at_times(void)
{
    enum { AT = 2 };
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, 1);
    regatta_history h = REGATTA_HISTORY_INIT;
    regatta_logged_options o = REGATTA_LOGGED_OPTIONS_INIT;
    const uint32_t u = 5;
    int64_t times[64];
    h.capacity = 64;
    h.time = times;
    CU_ASSERT_EQUAL(regatta_model_history(ctx, &h, m, u), REGATTA_OK);
    CU_ASSERT_FATAL(h.n > 2 && h.n <= 64 && h.has_time);
    const uint32_t user[] = {u, u};
    const int64_t time[] = {h.time[h.n - 1], h.time[0]};
    uint32_t best[2] = {0, 0};
    for (int k = 0; k < 2; k++) {
        regatta_query query = REGATTA_QUERY_INIT;
        regatta_recommend_options r = REGATTA_RECOMMEND_OPTIONS_INIT;
        query.n = 1;
        query.user = &u;
        query.at = &time[k];
        r.k = 1;
        CU_ASSERT_EQUAL(regatta_recommend(ctx, m, &query, &r, &best[k], NULL),
                        REGATTA_OK);
    }
    const double propensity[] = {1.0, 1.0}, reward[] = {1.0, 1.0};
    const uint32_t all[ITEMS] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,
                                 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                                 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40};
    regatta_logged log = REGATTA_LOGGED_INIT;
    log.n = AT;
    log.user = user;
    log.item = best;
    log.propensity = propensity;
    log.reward = reward;
    log.time = time;
    o.only = all;
    o.n_only = ITEMS;
    const regatta_logged_evaluation e = evaluate(ctx, m, &log, &o);
    CU_ASSERT_EQUAL(e.asked_at_times, 1);
    CU_ASSERT_EQUAL(e.n_matched, 2);
    CU_ASSERT_EQUAL(e.n_users, 1);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static void test_logged__same_bits_at_any_thread_count(void)
{
    static world w;
    regatta_logged_evaluation first = REGATTA_LOGGED_EVALUATION_INIT;
    make_world(&w);
    for (uint32_t threads = 1; threads <= 3; threads++) {
        regatta_ctx *ctx = tiny_context(threads);
        regatta_model *m = model_of(ctx, 0);
        regatta_logged_options o = REGATTA_LOGGED_OPTIONS_INIT;
        o.temperature = 0.7;
        const regatta_logged_evaluation e = evaluate(ctx, m, &w.log, &o);
        if (threads == 1) first = e;
        CU_ASSERT_EQUAL(memcmp(&e, &first, sizeof e), 0);
        regatta_model_free(m);
        regatta_ctx_free(ctx);
    }
}

static void refused(regatta_ctx *ctx, const regatta_model *m, const regatta_logged *log,
                    const regatta_logged_options *opts, regatta_status status,
                    const char *words)
{
    regatta_logged_evaluation e = REGATTA_LOGGED_EVALUATION_INIT;
    CU_ASSERT_EQUAL(regatta_evaluate_logged(ctx, m, log, opts, &e), status);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), words);
}

static void test_logged__refusals(void)
{
    static world w;
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of(ctx, 0);
    const uint32_t large = ITEMS;
    regatta_logged_options o = REGATTA_LOGGED_OPTIONS_INIT;
    make_world(&w);
    w.propensity[7] = 0.0;
    refused(ctx, m, &w.log, NULL, REGATTA_EINVAL,
            "logged: record 7: its propensity is not above 0 and at most 1");
    w.propensity[7] = (double)NAN;
    refused(ctx, m, &w.log, NULL, REGATTA_EINVAL,
            "logged: record 7: its propensity is not above 0 and at most 1");
    w.propensity[7] = 0.5;
    w.reward[3] = (double)INFINITY;
    refused(ctx, m, &w.log, NULL, REGATTA_EINVAL,
            "logged: record 3: its reward is not a number up to 1e30");
    w.reward[3] = 0.5;
    w.item[2] = ITEMS;
    refused(ctx, m, &w.log, NULL, REGATTA_EINVAL,
            "logged: record 2: its item is out of range");
    w.item[2] = 2;
    w.user[2] = 23;
    refused(ctx, m, &w.log, NULL, REGATTA_EINVAL,
            "logged: record 2: its user is out of range");
    w.user[2] = REGATTA_NONE;
    w.log.n = 3;
    w.user[0] = w.user[1] = REGATTA_NONE;
    refused(ctx, m, &w.log, NULL, REGATTA_EFORMAT,
            "logged feedback: the model knows no user of its 3 records");
    make_world(&w);
    o.temperature = -1.0;
    refused(ctx, m, &w.log, &o, REGATTA_EINVAL, "temperature must be 0 or above, not -1");
    o.temperature = 0.0;
    o.max_weight = (double)NAN;
    refused(ctx, m, &w.log, &o, REGATTA_EINVAL, "max_weight must be 0 or above, not nan");
    o.max_weight = 0.0;
    o.only = &large;
    o.n_only = 1;
    refused(ctx, m, &w.log, &o, REGATTA_EINVAL, "only: item 41 is not below 41");
    w.log.reward = NULL;
    refused(ctx, m, &w.log, NULL, REGATTA_EINVAL,
            "reward is missing: the argument is NULL");
    refused(ctx, m, NULL, NULL, REGATTA_EINVAL,
            "logged is missing: the argument is NULL");
    refused(ctx, NULL, &w.log, NULL, REGATTA_EINVAL,
            "model is missing: the argument is NULL");
    w.log.n = 0;
    refused(ctx, m, &w.log, NULL, REGATTA_EFORMAT, "logged feedback contains no record");
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

typedef struct attempt_data {
    const regatta_model *model;
    const regatta_logged *log;
} attempt_data;

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    const attempt_data *a = arg;
    regatta_logged_evaluation e = REGATTA_LOGGED_EVALUATION_INIT;
    regatta_logged_options o = REGATTA_LOGGED_OPTIONS_INIT;
    o.temperature = 1.0;
    return regatta_evaluate_logged(ctx, a->model, a->log, &o, &e);
}

static void test_logged__every_allocation_and_read_may_fail(void)
{
    static const char text[] = "user,item,reward,propensity,time\n"
                               "u4,i1,1,0.5,1000\nu5,i2,0,0.5,2000\nu5,i7,0,0.5,3000\n";
    static world w;
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *m = model_of(ctx, 1);
    regatta_logged log = REGATTA_LOGGED_INIT;
    attempt_data data = {m, &w.log};
    make_world(&w);
    w.log.n = 10;
    fault_sweep_memory(attempt, &data);
    scratch_open(folder);
    scratch_path(path, folder, "log.csv");
    scratch_write(path, text, sizeof text - 1);
    log.path = path;
    data.log = &log;
    fault_sweep_memory(attempt, &data);
    fault_sweep_io(attempt, &data);
    scratch_close(folder);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
}

static const test_case cases[] = {
    {"exact", test_logged__exact_where_every_item_was_shown},
    {"unequal propensities", test_logged__exact_for_unequal_propensities},
    {"arrays and files", test_logged__arrays_and_files_agree},
    {"unknown", test_logged__unknown_users_and_items},
    {"times", test_logged__asked_at_times},
    {"threads", test_logged__same_bits_at_any_thread_count},
    {"refusals", test_logged__refusals},
    {"faults", test_logged__every_allocation_and_read_may_fail},
};

int test_logged(void)
{
    return TEST_MAIN("logged", cases);
}
