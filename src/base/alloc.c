#define _DEFAULT_SOURCE /* madvise, MAP_ANONYMOUS */
#include "base/alloc.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGNMENT = 64, HUGE_PAGE = 2 << 20 };

/* Tables of many megabytes are read by rows in no order: huge pages save page faults when
 * they are filled and misses of the address cache ever after. A refusal costs nothing. */
static void ask_for_huge_pages(void *block, size_t bytes)
{
#if defined(MADV_HUGEPAGE)
    if (block == NULL || bytes < 2 * (size_t)HUGE_PAGE) return;
    const size_t skip = (size_t)(-(uintptr_t)block) % HUGE_PAGE;
    const size_t whole = (bytes - skip) / HUGE_PAGE * HUGE_PAGE;
    (void)madvise((char *)block + skip, whole, MADV_HUGEPAGE);
#else
    (void)block, (void)bytes;
#endif
}

static void *libc_alloc(void *state, size_t bytes)
{
    (void)state;
    void *block = calloc(1, bytes);
    ask_for_huge_pages(block, bytes); /* fresh pages: calloc has not touched them */
    return block;
}

static void libc_release(void *state, void *block)
{
    (void)state;
    free(block);
}

rg_mem rg_mem_default(void)
{
    return (rg_mem){libc_alloc, libc_release, NULL};
}

typedef struct guard {
    regatta_allocator allocator;
    pthread_mutex_t lock;
    int64_t live; /* blocks allocated and not released */
    rg_mem_limit limit;
} guard;

/* In front of each block: its size. */
enum { SIZE_BYTES = 16 };

static void guard_free(guard *g)
{
    const regatta_allocator allocator = g->allocator;
    pthread_mutex_destroy(&g->lock);
    rg_free(allocator, g);
}

/* Returns 1 if a block of this size is within the limit, else notes the refusal. */
static int is_within(guard *g, size_t bytes)
{
    rg_mem_limit *l = &g->limit;
    if (l->most == 0 || (l->used <= l->most && bytes <= l->most - l->used)) return 1;
    l->refused = bytes;
    l->used_then = l->used;
    return 0;
}

static void *guarded_alloc(void *state, size_t bytes)
{
    guard *g = state;
    char *block = NULL;
    pthread_mutex_lock(&g->lock);
    if (is_within(g, bytes + SIZE_BYTES))
        block = g->allocator.alloc(g->allocator.state, bytes + SIZE_BYTES);
    if (block != NULL) {
        memcpy(block, &bytes, sizeof bytes);
        block += SIZE_BYTES;
        g->limit.used += bytes + SIZE_BYTES;
        g->live++;
    }
    pthread_mutex_unlock(&g->lock);
    return block;
}

static void guarded_release(void *state, void *block)
{
    guard *g = state;
    size_t bytes = 0;
    pthread_mutex_lock(&g->lock);
    char *whole = (char *)block - SIZE_BYTES;
    memcpy(&bytes, whole, sizeof bytes);
    g->limit.used -= bytes + SIZE_BYTES;
    g->allocator.release(g->allocator.state, whole);
    const int last = --g->live == 0;
    pthread_mutex_unlock(&g->lock);
    if (last) guard_free(g); /* no thread can wait for the lock */
}

int rg_mem_guard(rg_mem *out, regatta_allocator allocator)
{
    guard *g = rg_alloc(allocator, 1, sizeof *g);
    if (g == NULL) return 0;
    g->allocator = allocator;
    g->limit.used = sizeof *g + ALIGNMENT + sizeof(void *);
    if (pthread_mutex_init(&g->lock, NULL) != 0) {
        rg_free(allocator, g);
        return 0;
    }
    *out = (rg_mem){guarded_alloc, guarded_release, g};
    return 1;
}

void rg_mem_unguard(rg_mem mem)
{
    if (mem.alloc == guarded_alloc) guard_free(mem.state);
}

void rg_mem_set_limit(rg_mem mem, uint64_t most)
{
    if (mem.alloc == guarded_alloc) ((guard *)mem.state)->limit.most = most;
}

rg_mem_limit rg_mem_take_limit(rg_mem mem)
{
    rg_mem_limit limit = {.most = 0};
    if (mem.alloc != guarded_alloc) return limit;
    guard *g = mem.state;
    pthread_mutex_lock(&g->lock);
    limit = g->limit;
    g->limit.refused = 0;
    pthread_mutex_unlock(&g->lock);
    return limit;
}

/* Returns 1 if blocks come zeroed: calloc has done it. */
static int gives_zeros(rg_mem mem)
{
    if (mem.alloc != guarded_alloc) return mem.alloc == libc_alloc;
    return ((const guard *)mem.state)->allocator.alloc == libc_alloc;
}

void *rg_alloc(rg_mem mem, int64_t n, size_t size)
{
    size_t bytes = 0;
    if (n < 0 || __builtin_mul_overflow((size_t)n, size, &bytes)) return NULL;
    if (bytes > SIZE_MAX / 2) return NULL;
    /* Room to move up to the boundary, and a pointer to the block in front of it. */
    char *block = mem.alloc(mem.state, bytes + ALIGNMENT + sizeof(void *));
    if (block == NULL) return NULL;
    const uintptr_t first = (uintptr_t)block + sizeof(void *);
    const uintptr_t aligned = (first + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1);
    char *p = block + (aligned - (uintptr_t)block);
    memcpy(p - sizeof(void *), &block, sizeof(void *));
    if (!gives_zeros(mem)) memset(p, 0, bytes);
    return p;
}

void *rg_grow(rg_mem mem, void *p, int64_t old_n, int64_t new_n, size_t size)
{
    void *q = rg_alloc(mem, new_n, size);
    if (q == NULL) return NULL;
    if (p != NULL) memcpy(q, p, (size_t)(old_n < new_n ? old_n : new_n) * size);
    rg_free(mem, p);
    return q;
}

void rg_free(rg_mem mem, void *p)
{
    if (p == NULL) return;
    void *block = NULL;
    memcpy(&block, (char *)p - sizeof(void *), sizeof(void *));
    mem.release(mem.state, block);
}

int rg_can_map(int64_t bytes)
{
    void *p = mmap(NULL, (size_t)bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return 0;
    munmap(p, (size_t)bytes);
    return 1;
}
