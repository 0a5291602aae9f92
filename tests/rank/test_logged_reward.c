#include "rank/logged/logged_reward.h"
#include "support/suite.h"
#include <math.h>

enum { N = 60, USERS = 12 };

typedef struct world {
    uint32_t group[N], position[N];
    double feature[N], expected[N], reward[N], own[N], policy[N];
    rg_logged_records records;
    rg_logged_shown shown;
} world;

/* Rewards are exactly 0.5 + 2 x - 0.25 log(position). */
static double exact(double x, double position)
{
    return 0.5 + 2.0 * x - 0.25 * log(position);
}

static void make_world(world *w)
{
    for (int k = 0; k < N; k++) {
        w->group[k] = (uint32_t)(k / (N / USERS));
        w->position[k] = 1 + (uint32_t)(k % 3);
        w->feature[k] = 0.01 * (double)((k * 7) % 31);
        w->expected[k] = 0.5 + 0.01 * (double)k;
        w->reward[k] = exact(w->feature[k], (double)w->position[k]);
    }
    w->records = (rg_logged_records){.n = N,
                                     .n_users = USERS,
                                     .position = w->position,
                                     .reward = w->reward,
                                     .group = w->group};
    w->shown = (rg_logged_shown){.feature = w->feature, .expected = w->expected};
}

static void run(world *w)
{
    rg_logged_reward(w->own, w->policy, &w->records, &w->shown);
}

static void test_logged_reward__finds_linear_rewards(void)
{
    world w;
    make_world(&w);
    w.feature[5] = w.expected[9] = (double)NAN;
    run(&w);
    for (int k = 0; k < N; k++) {
        const double position = (double)w.position[k];
        CU_ASSERT_DOUBLE_EQUAL(w.own[k], k == 5 ? 0.0 : exact(w.feature[k], position),
                               1e-12);
        CU_ASSERT_DOUBLE_EQUAL(w.policy[k], k == 9 ? 0.0 : exact(w.expected[k], position),
                               1e-12);
    }
}

/* The rewards of users 0, 5, 10, one fold, change what is expected of the others alone.
 */
static void test_logged_reward__nobody_predicts_themselves(void)
{
    world before, after;
    make_world(&before);
    make_world(&after);
    for (int k = 0; k < N; k++)
        if (after.group[k] % RG_REWARD_FOLDS == 0) after.reward[k] = (double)(k % 4);
    run(&before);
    run(&after);
    for (int k = 0; k < N; k++) {
        const int same = fabs(before.policy[k] - after.policy[k]) < 1e-9;
        CU_ASSERT_EQUAL(same, after.group[k] % RG_REWARD_FOLDS == 0);
    }
}

/* One position, one feature: what is expected is the mean reward of the other folds. */
static void test_logged_reward__constant_columns(void)
{
    world w;
    make_world(&w);
    for (int k = 0; k < N; k++) {
        w.position[k] = 2;
        w.feature[k] = 0.1;
        w.reward[k] = (double)(w.group[k] % RG_REWARD_FOLDS == 1);
    }
    run(&w);
    const double mean = 15.0 / 45.0; /* users 1, 6, 11 of twelve have 1; fold 0 has 3 */
    CU_ASSERT_DOUBLE_EQUAL(w.own[0], mean, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(w.own[5], 0.0, 1e-12); /* a user of fold 1 */
    for (int k = 0; k < N; k++) w.position[k] = 1 + (uint32_t)(k % 2);
    for (int k = 0; k < N; k++) w.reward[k] = exact(0.1, (double)w.position[k]);
    run(&w);
    CU_ASSERT_DOUBLE_EQUAL(w.own[0], w.reward[0], 1e-12);
}

static void test_logged_reward__one_user_expects_nothing(void)
{
    world w;
    make_world(&w);
    for (int k = 0; k < N; k++) w.group[k] = 0;
    w.records.n_users = 1;
    run(&w);
    for (int k = 0; k < N; k++) {
        CU_ASSERT_EQUAL(w.own[k], 0.0);
        CU_ASSERT_EQUAL(w.policy[k], 0.0);
    }
}

static const test_case cases[] = {
    {"linear", test_logged_reward__finds_linear_rewards},
    {"cross-fitted", test_logged_reward__nobody_predicts_themselves},
    {"constant", test_logged_reward__constant_columns},
    {"one user", test_logged_reward__one_user_expects_nothing},
};

int test_logged_reward(void)
{
    return TEST_MAIN("logged reward", cases);
}
