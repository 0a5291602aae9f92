/* igraph allocates with malloc, which the sweep of allocations through a context does not
 * reach. This program's own malloc, calloc and realloc fail at each of igraph's
 * allocations in turn. A status or the right answer must come of it: freed blocks are
 * kept and watched, so that a second free, or a write after it, is seen. */
#include "graph/igraph_door.h"
#include "support/sanitizer.h"
#include "support/suite.h"
#include "support/tiny_graph.h"
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef RG_HAS_SANITIZER
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *block, size_t bytes);
void __libc_free(void *block);

enum { MOST_BLOCKS = 1 << 16, FREED = 0xDB, USERS = 24, ITEMS = 18 };

/* By igraph, in place of the C library's. */
#define SEEN __attribute__((visibility("default")))

typedef struct watched {
    unsigned char *block;
    size_t bytes;
    int is_freed;
} watched;

/* Blocks since `watch_from`, in order of allocation. */
static struct {
    int on;
    long calls, fail_at; /* -1: none */
    int fail_after;      /* all later ones fail too */
    int64_t n;
    long bad_frees;
    int64_t bytes, peak; /* alive */
    watched table[MOST_BLOCKS];
} watch;

static int refuses(void)
{
    if (!watch.on) return 0;
    const long call = watch.calls++;
    if (watch.fail_at < 0) return 0;
    if (call != watch.fail_at && !(watch.fail_after && call > watch.fail_at)) return 0;
    errno = ENOMEM;
    return 1;
}

static watched *find(const void *block)
{
    for (int64_t k = watch.n; k-- > 0;)
        if (watch.table[k].block == block) return &watch.table[k];
    return NULL;
}

static void *record(void *block, size_t bytes)
{
    if (!watch.on || block == NULL || watch.n == MOST_BLOCKS) return block;
    watch.table[watch.n++] = (watched){block, bytes, 0};
    watch.bytes += (int64_t)bytes;
    if (watch.bytes > watch.peak) watch.peak = watch.bytes;
    return block;
}

SEEN void *malloc(size_t bytes)
{
    return refuses() ? NULL : record(__libc_malloc(bytes), bytes);
}

SEEN void *calloc(size_t n, size_t size)
{
    return refuses() ? NULL : record(__libc_calloc(n, size), n * size);
}

SEEN void free(void *block)
{
    watched *w = watch.on && block != NULL ? find(block) : NULL;
    if (w == NULL) {
        __libc_free(block);
        return;
    }
    watch.bad_frees += w->is_freed;
    if (w->is_freed) return;
    w->is_freed = 1;
    watch.bytes -= (int64_t)w->bytes;
    memset(w->block, FREED, w->bytes);
}

SEEN void *realloc(void *block, size_t bytes)
{
    watched *w = watch.on && block != NULL ? find(block) : NULL;
    if (refuses()) return NULL;
    if (w == NULL) return record(__libc_realloc(block, bytes), bytes);
    watch.bad_frees += w->is_freed;
    void *moved = record(__libc_malloc(bytes), bytes);
    if (moved == NULL) return NULL;
    memcpy(moved, block, w->bytes < bytes ? w->bytes : bytes);
    free(block);
    return moved;
}

/* Ends a watch. Returns how many blocks were written to after they were freed; *n_left is
 * how many are not freed. */
static int64_t settle(int64_t *n_left)
{
    int64_t n_written = 0;
    watch.on = 0;
    *n_left = 0;
    for (int64_t k = 0; k < watch.n; k++) {
        const watched *w = &watch.table[k];
        int is_written = 0;
        for (size_t i = 0; w->is_freed && i < w->bytes; i++)
            is_written |= w->block[i] != FREED;
        n_written += is_written;
        *n_left += !w->is_freed;
        __libc_free(w->block);
    }
    watch.n = 0;
    return n_written;
}

static regatta_status summarize(regatta_ctx *ctx, rg_structure *s, uint32_t *community,
                                const regatta_graph *g, long fail_at, int fail_after)
{
    watch.calls = watch.bad_frees = 0;
    watch.bytes = watch.peak = 0;
    watch.fail_at = fail_at;
    watch.fail_after = fail_after;
    watch.on = 1;
    const regatta_status status = rg_igraph_structure(ctx, s, community, g);
    watch.on = 0;
    return status;
}

static void sweep(regatta_ctx *ctx, const regatta_graph *g, int fail_after)
{
    uint32_t right[USERS + ITEMS], community[USERS + ITEMS];
    rg_structure wanted = {0}, s = {0};
    int64_t n_left = 0;
    CU_ASSERT_EQUAL(summarize(ctx, &wanted, right, g, -1, 0), REGATTA_OK);
    const long n_calls = watch.calls;
    CU_ASSERT(n_calls > 100);
    CU_ASSERT_EQUAL(settle(&n_left), 0);
    CU_ASSERT_EQUAL(n_left, 0);
    for (long k = 0; k < n_calls; k++) {
        const regatta_status status = summarize(ctx, &s, community, g, k, fail_after);
        const long bad_frees = watch.bad_frees;
        const int64_t n_written = settle(&n_left);
        CU_ASSERT_EQUAL(bad_frees, 0);
        CU_ASSERT_EQUAL(n_written, 0);
        CU_ASSERT(status == REGATTA_OK || status == REGATTA_ENOMEM);
        if (status != REGATTA_OK) continue;
        CU_ASSERT_EQUAL(memcmp(community, right, sizeof right), 0);
        CU_ASSERT_EQUAL(s.modularity, wanted.modularity);
    }
    CU_ASSERT_EQUAL(summarize(ctx, &s, community, g, -1, 0), REGATTA_OK);
    CU_ASSERT_EQUAL(settle(&n_left), 0);
    CU_ASSERT_EQUAL(n_left, 0);
    CU_ASSERT_EQUAL(memcmp(community, right, sizeof right), 0);
}

/* Whether libraries allocate here. Not under valgrind, which preloads a malloc. */
static int is_asked(void)
{
    int64_t n_left = 0;
    watch.fail_at = -1;
    watch.calls = 0;
    watch.on = 1;
    char *copy = strdup("a");
    watch.on = 0;
    const int is_here = copy != NULL && watch.calls == 1;
    (void)settle(&n_left); /* which frees what came from here */
    if (!is_here) free(copy);
    CU_ASSERT(is_here || getenv("LD_PRELOAD") != NULL);
    return is_here;
}

static void test_igraph_memory__each_allocation_fails(void)
{
    regatta_ctx *ctx = NULL;
    if (!is_asked()) return;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    tiny_graph *t = tiny_random(USERS, ITEMS, 0.15, 3);
    rg_structure s = {0};
    CU_ASSERT_EQUAL(rg_igraph_structure(ctx, &s, NULL, &t->graph), REGATTA_OK);
    sweep(ctx, &t->graph, 0);
    sweep(ctx, &t->graph, 1);
    tiny_free(t);
    regatta_ctx_free(ctx);
}
#else
static void test_igraph_memory__each_allocation_fails(void)
{
    CU_PASS("the sanitizer has a malloc of its own");
}
#endif

int main(void)
{
    static const test_case cases[] = {
        {"each allocation fails", test_igraph_memory__each_allocation_fails}};
    return TEST_MAIN("igraph_memory", cases);
}
