#include "base/parallel.h"
#include <pthread.h>

/* The largest team that the calling thread requested, and the number that the system
 * granted. */
static _Thread_local int asked = 1, given = 1;

static void *pass(void *arg)
{
    pthread_mutex_t *gate = arg;
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

/* How many of n threads can be alive together. */
static int count_startable(int n)
{
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    pthread_t thread[RG_MOST_THREADS];
    int started = 0;
    pthread_mutex_lock(&gate);
    while (started < n && pthread_create(&thread[started], NULL, pass, &gate) == 0)
        started++;
    pthread_mutex_unlock(&gate);
    for (int t = 0; t < started; t++) pthread_join(thread[t], NULL);
    return started;
}

int rg_team_of(int threads)
{
    if (threads > RG_MOST_THREADS) threads = RG_MOST_THREADS;
    if (threads > asked) {
        given = 1 + count_startable(threads - 1);
        asked = threads;
    }
    return threads < given ? threads : given;
}

int rg_threads_for(int64_t work, int threads)
{
    return work < RG_TEAM_WORK || threads <= 1 ? 1 : rg_team_of(threads);
}

int64_t rg_block_count(int64_t n, int64_t size)
{
    return (n + size - 1) / size;
}

double rg_sum(const double *x, int64_t n)
{
    double sum = 0.0;
    for (int64_t k = 0; k < n; k++) sum += x[k];
    return sum;
}

void rg_place_parts(int64_t *offset, int64_t *count, int64_t n_rows, int team)
{
    int64_t at = 0;
    for (int64_t r = 0; r < n_rows; r++) {
        for (int p = 0; p < team; p++) {
            const int64_t n = count[p * n_rows + r];
            count[p * n_rows + r] = at;
            at += n;
        }
        offset[r + 1] = at;
    }
}
