#include "support/thread_ranks.h"
#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* What one rank shows to the others. */
typedef struct place {
    void *buffer; /* of a gather */
    const int64_t *first;
    const void *message; /* to the rank `to`; NULL: none */
    uint32_t to;
    int64_t n;
} place;

typedef struct group {
    pthread_mutex_t lock;
    pthread_cond_t change;
    uint32_t n_ranks, waiting;
    long turn;  /* of the meeting point */
    int failed; /* the lowest rank that has failed; -1: none */
    char reason[256];
    place place[THREAD_RANKS_MOST];
} group;

typedef struct member {
    group *g;
    uint32_t rank;
    regatta_ranks ranks;
    void (*fn)(const regatta_ranks *ranks, void *state);
    void *fn_state;
} member;

/* Waits, under the lock, until all ranks are here. */
static regatta_status meet(group *g)
{
    const long turn = g->turn;
    if (g->failed >= 0) return REGATTA_ERANK;
    if (++g->waiting == g->n_ranks) {
        g->waiting = 0;
        g->turn++;
        pthread_cond_broadcast(&g->change);
        return REGATTA_OK;
    }
    while (g->turn == turn && g->failed < 0) pthread_cond_wait(&g->change, &g->lock);
    return g->turn != turn ? REGATTA_OK : REGATTA_ERANK;
}

static regatta_status gather(void *state, void *buffer, const int64_t *first)
{
    member *m = state;
    group *g = m->g;
    pthread_mutex_lock(&g->lock);
    g->place[m->rank].buffer = buffer;
    g->place[m->rank].first = first;
    regatta_status status = meet(g);
    for (uint32_t r = 0; r < g->n_ranks && status == REGATTA_OK; r++) {
        const int64_t begin = first[r], n = first[r + 1] - begin;
        for (uint32_t q = 0; q <= g->n_ranks; q++)
            CU_ASSERT_EQUAL(g->place[r].first[q], first[q]);
        if (r != m->rank && n > 0)
            memcpy((char *)buffer + begin, (const char *)g->place[r].buffer + begin,
                   (size_t)n);
    }
    if (status == REGATTA_OK) status = meet(g);
    pthread_mutex_unlock(&g->lock);
    return status;
}

static regatta_status send_bytes(void *state, uint32_t to, const void *bytes, int64_t n)
{
    member *m = state;
    group *g = m->g;
    place *own = &g->place[m->rank];
    pthread_mutex_lock(&g->lock);
    own->message = bytes;
    own->to = to;
    own->n = n;
    pthread_cond_broadcast(&g->change);
    while (own->message != NULL && g->failed < 0) pthread_cond_wait(&g->change, &g->lock);
    const regatta_status status = own->message == NULL ? REGATTA_OK : REGATTA_ERANK;
    own->message = NULL;
    pthread_mutex_unlock(&g->lock);
    return status;
}

static regatta_status receive_bytes(void *state, uint32_t from, void *bytes, int64_t n)
{
    member *m = state;
    group *g = m->g;
    place *other = &g->place[from];
    pthread_mutex_lock(&g->lock);
    while ((other->message == NULL || other->to != m->rank) && g->failed < 0)
        pthread_cond_wait(&g->change, &g->lock);
    const regatta_status status = g->failed < 0 ? REGATTA_OK : REGATTA_ERANK;
    if (status == REGATTA_OK) {
        CU_ASSERT_EQUAL(other->n, n);
        memcpy(bytes, other->message, (size_t)n);
        other->message = NULL;
        pthread_cond_broadcast(&g->change);
    }
    pthread_mutex_unlock(&g->lock);
    return status;
}

static void fail(void *state, regatta_status status, const char *message)
{
    member *m = state;
    group *g = m->g;
    (void)status;
    pthread_mutex_lock(&g->lock);
    if (g->failed < 0 || g->failed > (int)m->rank) {
        g->failed = (int)m->rank;
        snprintf(g->reason, sizeof g->reason, "rank %d: %s", g->failed, message);
    }
    pthread_cond_broadcast(&g->change);
    pthread_mutex_unlock(&g->lock);
}

static const char *reason(void *state)
{
    return ((member *)state)->g->reason;
}

static void *run(void *state)
{
    member *m = state;
    m->fn(&m->ranks, m->fn_state);
    return NULL;
}

void thread_ranks_run(int n, void (*fn)(const regatta_ranks *ranks, void *state),
                      void *state)
{
    group g = {.lock = PTHREAD_MUTEX_INITIALIZER,
               .change = PTHREAD_COND_INITIALIZER,
               .n_ranks = (uint32_t)n,
               .failed = -1};
    member member_of[THREAD_RANKS_MOST];
    pthread_t thread[THREAD_RANKS_MOST];
    for (int r = 0; r < n; r++) {
        member *m = &member_of[r];
        *m = (struct member){.g = &g, .rank = (uint32_t)r, .fn = fn, .fn_state = state};
        m->ranks = (regatta_ranks){.struct_size = sizeof m->ranks,
                                   .rank = (uint32_t)r,
                                   .n_ranks = (uint32_t)n,
                                   .state = m,
                                   .gather = gather,
                                   .send = send_bytes,
                                   .receive = receive_bytes,
                                   .fail = fail,
                                   .reason = reason};
        CU_ASSERT_EQUAL_FATAL(pthread_create(&thread[r], NULL, run, m), 0);
    }
    for (int r = 0; r < n; r++) pthread_join(thread[r], NULL);
}
