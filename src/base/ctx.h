/* The fields of a context, and the messages of failing functions. */
#ifndef RG_BASE_CTX_H
#define RG_BASE_CTX_H
#include "base/alloc.h"
#include <regatta/ctx.h>

enum { RG_MESSAGE_BYTES = 512 };

/* Asked before each system call on files, with its name ("open", "stat", "read",
 * "write", "sync", "close", "rename", "map"); an answer other than 0 is the errno it
 * then fails with. Tests set it; NULL otherwise. */
typedef int (*rg_io_fault_fn)(void *state, const char *operation);

struct regatta_ctx {
    rg_mem mem;
    int threads; /* at least 1 */
    rg_io_fault_fn io_fault;
    void *io_fault_state;
    int64_t limit_bytes; /* of unpacked data; 0: by default (base/files/unpacked.h) */
    double flops;        /* counted by rg_count_flops */
    struct rg_checkpoint *checkpoint;  /* of the training that runs; NULL = none */
    const struct rg_spill_plan *spill; /* of the file that is read; NULL = none */
    regatta_ranks ranks;               /* a copy; n_ranks 0 = none (base/ranks/ranks.h) */
    regatta_item_tables item_tables;   /* asked for */
    int item_panels; /* 1: this call trains with item tables in panels (gat/trainer.h) */
    regatta_traffic traffic;
    regatta_status lost; /* the failure of a rank, after which nothing is moved */
    char message[RG_MESSAGE_BYTES];
};

/* Sets the context's message (ctx NULL: none) and returns `status`, so that a failure is
 * one line:
 * return rg_fail(ctx, REGATTA_EFORMAT, "%s:%lld: item id missing", path, line). */
__attribute__((format(printf, 3, 4))) regatta_status
rg_fail(regatta_ctx *ctx, regatta_status status, const char *format, ...);

/* The end of a noun behind a number in a message. */
#define RG_S(n) ((n) == 1 ? "" : "s")

/* Adds n floating-point operations to the count of the context. The function that does
 * the work calls it once, outside parallel regions, with a formula of sizes: the same
 * number at any thread count. An addition, multiplication, division or square root counts
 * 1, a multiply-add 2; comparisons, sorting, exponentials, logarithms, random numbers and
 * copies do not count. */
void rg_count_flops(regatta_ctx *ctx, double n);

/* True if a struct of a caller's can have this size: a multiple of 4 from 4 to 65536. */
int rg_struct_size_ok(uint32_t size);

/* Empties the message; each public function begins with it. */
void rg_begin(regatta_ctx *ctx);

/* Gives a failure that came without words its general ones ("out of memory").
 * Each public function ends with it: return rg_end(ctx, status). */
regatta_status rg_end(regatta_ctx *ctx, regatta_status status);
#endif
