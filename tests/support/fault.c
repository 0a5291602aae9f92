#include "support/fault.h"
#include "base/hash.h"
#include <CUnit/CUnit.h>
#include <errno.h>
#include <execinfo.h>
#include <stdlib.h>
#include <string.h>

enum { ALL = 64, EACH = 2, NEAR = 6, PLACES = 1 << 13, FRAMES = 64 };

/* Which calls of an attempt fail, one in each run. The calls up to a failure are the same
 * in each run, so that the call stack of each is looked at once. */
struct fault_plan {
    long last; /* the call that failed in the last run; -1 = none */
    long n;    /* calls looked at */
    int n_places;
    uint64_t place[PLACES]; /* return addresses, and hashes of several */
    int count[PLACES];      /* calls by place */
    unsigned char *chosen;  /* [capacity] by call */
    long capacity;
};

long fault_injected;

/* Counts a call at a place; returns 1 if it is one of the first `most`. */
static int is_early(fault_plan *p, uint64_t place, int most)
{
    uint64_t at = place % (PLACES - 1);
    while (p->place[at] != 0 && p->place[at] != place) at = (at + 1) % PLACES;
    if (p->place[at] == 0) p->n_places++;
    CU_ASSERT_FATAL(p->n_places < PLACES / 2);
    p->place[at] = place;
    return p->count[at]++ < most;
}

/* True if the call stack has a return address from which few calls were seen, or its
 * innermost addresses are new together. */
static int is_new(fault_plan *p)
{
    void *frame[FRAMES];
    const int n = backtrace(frame, FRAMES);
    int chosen = is_early(
        p, rg_hash(frame, sizeof *frame * (size_t)(n < NEAR ? n : NEAR), 0) | 1, 1);
    for (int k = 0; k < n; k++)
        chosen |= is_early(p, (uint64_t)(uintptr_t)frame[k] << 1, EACH);
    return chosen;
}

static int chooses(fault_plan *p, long call)
{
    if (call >= p->capacity) {
        p->capacity = 2 * call + ALL;
        p->chosen = realloc(p->chosen, (size_t)p->capacity);
        CU_ASSERT_PTR_NOT_NULL_FATAL(p->chosen);
    }
    if (call == p->n) {
        p->chosen[call] = (unsigned char)(is_new(p) || call < ALL);
        p->n++;
    }
    return call > p->last && p->chosen[call];
}

static int refuses(fault_plan *plan, long call, long *fail_at, int fail_after)
{
    if (plan != NULL && *fail_at < 0 && chooses(plan, call)) *fail_at = call;
    return *fail_at >= 0 && (call == *fail_at || (fail_after && call > *fail_at));
}

static void *counted_alloc(void *state, size_t bytes)
{
    fault_memory *m = state;
    if (refuses(m->plan, m->calls++, &m->fail_at, m->fail_after)) return NULL;
    void *p = malloc(bytes);
    if (p != NULL) m->live++;
    return p;
}

static void counted_release(void *state, void *block)
{
    fault_memory *m = state;
    m->live--;
    free(block);
}

regatta_allocator fault_allocator(fault_memory *m)
{
    return (regatta_allocator){counted_alloc, counted_release, m};
}

static int counted_io(void *state, const char *operation)
{
    fault_io *io = state;
    (void)operation;
    return refuses(io->plan, io->calls++, &io->fail_at, io->fail_after) ? io->error : 0;
}

void fault_io_install(regatta_ctx *ctx, fault_io *io)
{
    ctx->io_fault = counted_io;
    ctx->io_fault_state = io;
}

static regatta_ctx *context_over(fault_memory *m)
{
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = 2;
    options.allocator = fault_allocator(m);
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &options), REGATTA_OK);
    return ctx;
}

/* What a sweep makes fail. */
typedef enum what { MEMORY, IO } what;

/* One attempt, with the next call of the plan failing (NULL: none); returns the number
 * of that call, -1 if no call was left. */
static long try_once(what kind, fault_plan *plan, int persistent, regatta_status *status,
                     regatta_status (*attempt)(regatta_ctx *ctx, void *arg), void *arg)
{
    fault_memory m = {.fail_at = -1};
    fault_io io = {.fail_at = -1, .fail_after = persistent, .error = ENOSPC};
    regatta_ctx *ctx = context_over(&m);
    const long before = m.live;
    m.calls = 0;
    m.fail_after = persistent;
    m.plan = kind == MEMORY ? plan : NULL;
    io.plan = kind == IO ? plan : NULL;
    fault_io_install(ctx, &io);
    *status = attempt(ctx, arg);
    CU_ASSERT_EQUAL(m.live, before);
    if (*status != REGATTA_OK) CU_ASSERT_NOT_EQUAL(strlen(regatta_last_error(ctx)), 0);
    regatta_ctx_free(ctx);
    return kind == MEMORY ? m.fail_at : io.fail_at;
}

static void sweep(what kind, regatta_status (*attempt)(regatta_ctx *ctx, void *arg),
                  void *arg)
{
    const regatta_status wanted = kind == MEMORY ? REGATTA_ENOMEM : REGATTA_EIO;
    for (int persistent = 0; persistent < 2; persistent++) {
        fault_plan *plan = calloc(1, sizeof *plan);
        regatta_status status = REGATTA_OK;
        CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
        for (plan->last = -1;; fault_injected++) {
            const long failed = try_once(kind, plan, persistent, &status, attempt, arg);
            CU_ASSERT_EQUAL(status, failed >= 0 ? wanted : REGATTA_OK);
            if (failed < 0 || status == REGATTA_OK) break;
            plan->last = failed;
        }
        CU_ASSERT(plan->last >= 0);
        free(plan->chosen);
        free(plan);
    }
    /* Last, for what is made on first need and kept would not fail any more. */
    regatta_status status = REGATTA_OK;
    try_once(kind, NULL, 0, &status, attempt, arg);
    CU_ASSERT_EQUAL(status, REGATTA_OK);
}

void fault_sweep_memory(regatta_status (*attempt)(regatta_ctx *ctx, void *arg), void *arg)
{
    sweep(MEMORY, attempt, arg);
}

void fault_sweep_io(regatta_status (*attempt)(regatta_ctx *ctx, void *arg), void *arg)
{
    sweep(IO, attempt, arg);
}
