/* Ranks that are threads of the test. */
#ifndef TESTS_SUPPORT_THREAD_RANKS_H
#define TESTS_SUPPORT_THREAD_RANKS_H
#include <regatta/ranks.h>

enum { THREAD_RANKS_MOST = 8 };

/* Runs fn on n threads at once; thread r has rank r of one group. Returns when all have
 * returned. */
void thread_ranks_run(int n, void (*fn)(const regatta_ranks *ranks, void *state),
                      void *state);
#endif
