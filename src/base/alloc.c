#define _DEFAULT_SOURCE /* madvise, MAP_ANONYMOUS */
#include "base/alloc.h"
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
    if (mem.alloc != libc_alloc) memset(p, 0, bytes); /* calloc has done it already */
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
