/* Fault injection: makes allocations and system calls fail, one after another. */
#ifndef TESTS_SUPPORT_FAULT_H
#define TESTS_SUPPORT_FAULT_H
#include "base/ctx.h"

/* An allocator that counts live blocks and can fail. */
typedef struct fault_memory {
    long live;      /* blocks allocated and not released */
    long calls;     /* calls of alloc */
    long fail_at;   /* this call (from 0) fails; -1 = none */
    int fail_after; /* 1: every later call fails too */
} fault_memory;

regatta_allocator fault_allocator(fault_memory *m);

/* System calls on files that can fail. */
typedef struct fault_io {
    long calls;
    long fail_at; /* this call (from 0) fails with `error`; -1 = none */
    int fail_after;
    int error;
} fault_io;

/* Makes ctx check `io` before each system call. */
void fault_io_install(regatta_ctx *ctx, fault_io *io);

/* Runs attempt(ctx, arg) repeatedly; allocation 0, 1, 2, ... fails (once, then
 * persistently) until the attempt succeeds. Asserts for each failed run: REGATTA_ENOMEM,
 * a message, and no more live blocks than before; and that the number of failed runs is
 * the number of allocations of a run without faults. */
void fault_sweep_memory(regatta_status (*attempt)(regatta_ctx *ctx, void *arg),
                        void *arg);
/* The same for system calls, asserting REGATTA_EIO. */
void fault_sweep_io(regatta_status (*attempt)(regatta_ctx *ctx, void *arg), void *arg);
#endif
