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

long fault_sweep_memory(regatta_status (*attempt)(regatta_ctx *ctx, void *arg), void *arg)
{
    long failures = 0;
    for (int persistent = 0; persistent < 2; persistent++) {
        for (long at = 0;; at++) {
            fault_memory m = {.fail_at = -1};
            regatta_ctx *ctx = context_over(&m);
            const long before = m.live;
            m.calls = 0;
            m.fail_at = at;
            m.fail_after = persistent;
            const regatta_status status = attempt(ctx, arg);
            CU_ASSERT_EQUAL(m.live, before);
            const int reached = m.calls > at;
            if (reached) {
                CU_ASSERT_EQUAL(status, REGATTA_ENOMEM);
                CU_ASSERT_NOT_EQUAL(strlen(regatta_last_error(ctx)), 0);
                failures++;
            } else {
                CU_ASSERT_EQUAL(status, REGATTA_OK);
            }
            regatta_ctx_free(ctx);
            if (!reached || status == REGATTA_OK) break;
        }
    }
    return failures;
}

long fault_sweep_io(regatta_status (*attempt)(regatta_ctx *ctx, void *arg), void *arg)
{
    long failures = 0;
    for (int persistent = 0; persistent < 2; persistent++) {
        for (long at = 0;; at++) {
            fault_memory m = {.fail_at = -1};
            fault_io io = {.fail_at = at, .fail_after = persistent, .error = ENOSPC};
            regatta_ctx *ctx = context_over(&m);
            const long before = m.live;
            fault_io_install(ctx, &io);
            const regatta_status status = attempt(ctx, arg);
            CU_ASSERT_EQUAL(m.live, before);
            const int reached = io.calls > at;
            if (reached) {
                CU_ASSERT_EQUAL(status, REGATTA_EIO);
                CU_ASSERT_NOT_EQUAL(strlen(regatta_last_error(ctx)), 0);
                failures++;
            } else {
                CU_ASSERT_EQUAL(status, REGATTA_OK);
            }
            regatta_ctx_free(ctx);
            if (!reached || status == REGATTA_OK) break;
        }
    }
    return failures;
}
