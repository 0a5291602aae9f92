/* Fault injection: makes allocations and system calls fail, one after another. */
#ifndef TESTS_SUPPORT_FAULT_H
#define TESTS_SUPPORT_FAULT_H
#include "base/ctx.h"

typedef struct fault_plan fault_plan; /* the choice of a sweep */

/* An allocator that counts live blocks and can fail. */
typedef struct fault_memory {
    long live;        /* blocks allocated and not released */
    long calls;       /* calls of alloc */
    long fail_at;     /* this call (from 0) fails; -1 = none */
    int fail_after;   /* 1: every later call fails too */
    fault_plan *plan; /* sets fail_at if that is -1; NULL = none */
} fault_memory;

regatta_allocator fault_allocator(fault_memory *m);

/* System calls on files that can fail. */
typedef struct fault_io {
    long calls;
    long fail_at; /* this call (from 0) fails with `error`; -1 = none */
    int fail_after;
    int error;
    fault_plan *plan; /* sets fail_at if that is -1; NULL = none */
} fault_io;

/* Makes ctx check `io` before each system call. */
void fault_io_install(regatta_ctx *ctx, fault_io *io);

/* Calls that sweeps made fail in this process. */
extern long fault_injected;

/* Runs attempt(ctx, arg) repeatedly, each time with another allocation that fails (once,
 * then persistently), until the attempt succeeds. Each of the first 64 allocations fails,
 * then each that is the first or the second of its call stack: further turns of a loop
 * differ in nothing but their number. Asserts for each failed run: REGATTA_ENOMEM, a
 * message, and no more live blocks than before. */
void fault_sweep_memory(regatta_status (*attempt)(regatta_ctx *ctx, void *arg),
                        void *arg);
/* The same for system calls, asserting REGATTA_EIO. */
void fault_sweep_io(regatta_status (*attempt)(regatta_ctx *ctx, void *arg), void *arg);
#endif
