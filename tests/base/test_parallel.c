#include "base/parallel.h"
#include "support/sanitizer.h"
#include "support/suite.h"
#include <pthread.h>
#include <sys/resource.h>

static void test_parallel__block_count(void)
{
    CU_ASSERT_EQUAL(rg_block_count(0, RG_BLOCK), 0);
    CU_ASSERT_EQUAL(rg_block_count(1, RG_BLOCK), 1);
    CU_ASSERT_EQUAL(rg_block_count(RG_BLOCK, RG_BLOCK), 1);
    CU_ASSERT_EQUAL(rg_block_count(RG_BLOCK + 1, RG_BLOCK), 2);
    CU_ASSERT_EQUAL(rg_block_count((int64_t)1 << 40, 1), (int64_t)1 << 40);
}

static void test_parallel__sum_in_order(void)
{
    /* 1 is lost beside 1e16 unless the large ones cancel before it comes. */
    const double late[3] = {1e16, -1e16, 1.0}, early[3] = {1.0, 1e16, -1e16};
    CU_ASSERT_EQUAL(rg_sum(late, 3), 1.0);
    CU_ASSERT_EQUAL(rg_sum(early, 3), 0.0);
    CU_ASSERT_EQUAL(rg_sum(late, 0), 0.0);
}

/* Little work has one thread, whatever was asked for; other work all of them. */
static void test_parallel__threads_for(void)
{
    CU_ASSERT_EQUAL(rg_threads_for(0, 4), 1);
    CU_ASSERT_EQUAL(rg_threads_for(RG_TEAM_WORK - 1, 4), 1);
    CU_ASSERT_EQUAL(rg_threads_for(RG_TEAM_WORK, 4), 4);
    CU_ASSERT_EQUAL(rg_threads_for((int64_t)1 << 62, 4), 4);
    CU_ASSERT_EQUAL(rg_threads_for(RG_TEAM_WORK, 1), 1);
    CU_ASSERT_EQUAL(rg_team_of(8), 8);
    CU_ASSERT_EQUAL(rg_team_of(3), 3);
    CU_ASSERT_EQUAL(rg_team_of(1), 1);
}

#ifndef RG_HAS_SANITIZER
/* In a thread of its own, because answers are remembered for the thread. */
static void *team_without_stacks(void *arg)
{
    int *team = arg;
    struct rlimit old, none;
    team[0] = rg_team_of(2);
    if (getrlimit(RLIMIT_AS, &old) != 0) return NULL;
    none = old;
    none.rlim_cur = 1 << 20; /* less than is mapped: no thread has a stack */
    if (setrlimit(RLIMIT_AS, &none) != 0) return NULL;
    team[1] = rg_team_of(60);
    team[2] = rg_threads_for(RG_TEAM_WORK, 60);
    team[3] = rg_team_of(1);
    setrlimit(RLIMIT_AS, &old);
    team[4] = rg_team_of(61);
    return NULL;
}

/* Where threads cannot be created the team is smaller; where they can again, a larger one
 * is tried again. */
static void test_parallel__no_room_for_threads(void)
{
    pthread_t thread;
    int team[5] = {0};
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, team_without_stacks, team), 0);
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(team[0], 2);
    CU_ASSERT(team[1] >= 1 && team[1] < 60); /* stacks of ended threads are kept */
    CU_ASSERT_EQUAL(team[2], team[1]);
    CU_ASSERT_EQUAL(team[3], 1);
    CU_ASSERT_EQUAL(team[4], 61);
}
#endif

int test_parallel(void)
{
    static const test_case cases[] = {
        {"block count", test_parallel__block_count},
        {"threads for", test_parallel__threads_for},
#ifndef RG_HAS_SANITIZER
        {"no room for threads", test_parallel__no_room_for_threads},
#endif
        {"sum in order", test_parallel__sum_in_order}};
    return TEST_MAIN("parallel", cases);
}
