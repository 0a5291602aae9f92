/* Memory of an object: an allocator, blocks aligned to 64 bytes and zeroed. */
#ifndef RG_BASE_ALLOC_H
#define RG_BASE_ALLOC_H
#include <regatta/ctx.h>

/* Copied into each object, so that its _free needs no context. */
typedef regatta_allocator rg_mem;

/* The C library's allocator. */
rg_mem rg_mem_default(void);

/* An allocator behind a lock, so that no two threads are in it at once: objects may be
 * used and freed by other threads than the one that made them. The lock goes with the
 * last block that was allocated through *out. 0: there is no memory. */
int rg_mem_guard(rg_mem *out, regatta_allocator allocator);
/* Takes the lock away again, when nothing has been allocated; a no-op for the C library's
 * allocator. */
void rg_mem_unguard(rg_mem mem);

/* What a guarded allocator may give, what is in use, and the size of the last block that
 * the limit refused (0: none) with what was in use then. */
typedef struct rg_mem_limit {
    uint64_t most, used, refused, used_then; /* bytes; most 0: no limit */
} rg_mem_limit;
/* Sets how much a guarded allocator gives, before other threads use it. */
void rg_mem_set_limit(rg_mem mem, uint64_t most);
/* Returns these numbers, all 0 for another allocator, and forgets the refusal. */
rg_mem_limit rg_mem_take_limit(rg_mem mem);

/* n * size zeroed bytes at a 64-byte boundary; NULL when there are none or the
 * product overflows. n = 0 gives a block of its own. O(bytes) at the latest when
 * touched: large blocks come zeroed from the system. */
void *rg_alloc(rg_mem mem, int64_t n, size_t size);

/* Grows `p` (of old_n elements, NULL = 0) to new_n: a new block, or NULL with p
 * left as it was. */
void *rg_grow(rg_mem mem, void *p, int64_t old_n, int64_t new_n, size_t size);
void rg_free(rg_mem mem, void *p); /* NULL is a no-op */

/* True if `bytes` more of address space could be mapped at this moment. Nothing stays
 * mapped. */
int rg_can_map(int64_t bytes);

/* The two macros with control flow: both only ever set `status` and go to `done`. */
#define RG_TRY(call)                                                                     \
    do {                                                                                 \
        status = (call);                                                                 \
        if (status != REGATTA_OK) goto done;                                             \
    } while (0)

#define RG_NEW(mem, p, n)                                                                \
    do {                                                                                 \
        (p) = rg_alloc((mem), (int64_t)(n), sizeof *(p));                                \
        if ((p) == NULL) {                                                               \
            status = REGATTA_ENOMEM;                                                     \
            goto done;                                                                   \
        }                                                                                \
    } while (0)
#endif
