/* Making things fail on purpose: allocations and system calls, one after another. */
#ifndef TESTS_SUPPORT_FAULT_H
#define TESTS_SUPPORT_FAULT_H
#include "base/ctx.h"

/* An allocator that counts live blocks and can refuse. */
typedef struct fault_memory {
    long live;      /* blocks allocated and not released */
    long calls;     /* allocations asked for */
    long fail_at;   /* this call (from 0) fails; -1 = none */
    int fail_after; /* 1: every later one fails too */
} fault_memory;

regatta_allocator fault_allocator(fault_memory *m);

/* System calls on files that can refuse. */
typedef struct fault_io {
    long calls;
    long fail_at; /* this call (from 0) fails with `error`; -1 = none */
    int fail_after;
    int error;
} fault_io;

/* Makes ctx ask `io` before each system call. */
void fault_io_install(regatta_ctx *ctx, fault_io *io);

/* Runs attempt(ctx, arg) again and again with allocation 0, 1, 2, ... failing (once,
 * then persistently) until it succeeds. Asserts each time: REGATTA_ENOMEM, a message,
 * and no live block more than before; and that as many runs failed as a run without
 * faults has allocations. */
void fault_sweep_memory(regatta_status (*attempt)(regatta_ctx *ctx, void *arg),
                        void *arg);
/* The same for system calls, asserting REGATTA_EIO. */
void fault_sweep_io(regatta_status (*attempt)(regatta_ctx *ctx, void *arg), void *arg);
#endif
