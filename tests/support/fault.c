#include "support/fault.h"
#include <CUnit/CUnit.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int refuses(long call, long fail_at, int fail_after)
{
    return fail_at >= 0 && (call == fail_at || (fail_after && call > fail_at));
}

static void *counted_alloc(void *state, size_t bytes)
{
    fault_memory *m = state;
    if (refuses(m->calls++, m->fail_at, m->fail_after)) return NULL;
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
    return refuses(io->calls++, io->fail_at, io->fail_after) ? io->error : 0;
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

/* One attempt with call `at` of that kind failing (-1: none); the calls that it made. */
static long try_once(what kind, long at, int persistent, regatta_status *status,
                     regatta_status (*attempt)(regatta_ctx *ctx, void *arg), void *arg)
{
    fault_memory m = {.fail_at = -1};
    fault_io io = {
        .fail_at = kind == IO ? at : -1, .fail_after = persistent, .error = ENOSPC};
    regatta_ctx *ctx = context_over(&m);
    const long before = m.live;
    m.calls = 0;
    m.fail_at = kind == MEMORY ? at : -1;
    m.fail_after = persistent;
    fault_io_install(ctx, &io);
    *status = attempt(ctx, arg);
    CU_ASSERT_EQUAL(m.live, before);
    if (*status != REGATTA_OK) CU_ASSERT_NOT_EQUAL(strlen(regatta_last_error(ctx)), 0);
    regatta_ctx_free(ctx);
    return kind == MEMORY ? m.calls : io.calls;
}

static void sweep(what kind, regatta_status (*attempt)(regatta_ctx *ctx, void *arg),
                  void *arg)
{
    const regatta_status wanted = kind == MEMORY ? REGATTA_ENOMEM : REGATTA_EIO;
    regatta_status status = REGATTA_OK;
    long failures = 0;
    for (int persistent = 0; persistent < 2; persistent++)
        for (long at = 0;; at++) {
            const long calls = try_once(kind, at, persistent, &status, attempt, arg);
            CU_ASSERT_EQUAL(status, calls > at ? wanted : REGATTA_OK);
            if (calls <= at || status == REGATTA_OK) break;
            failures++;
        }
    /* Last, for what is made on first need and kept would not fail any more. */
    const long calls = try_once(kind, -1, 0, &status, attempt, arg);
    CU_ASSERT_EQUAL(status, REGATTA_OK);
    CU_ASSERT(failures > 0 && failures >= 2 * calls);
}

void fault_sweep_memory(regatta_status (*attempt)(regatta_ctx *ctx, void *arg), void *arg)
{
    sweep(MEMORY, attempt, arg);
}

void fault_sweep_io(regatta_status (*attempt)(regatta_ctx *ctx, void *arg), void *arg)
{
    sweep(IO, attempt, arg);
}
