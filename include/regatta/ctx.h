/* regatta/ctx.h: the context of calls: number of threads, allocator, last error. */
#ifndef REGATTA_CTX_H
#define REGATTA_CTX_H
#include <regatta/ranks.h>
REGATTA_BEGIN_C

/* regatta_ctx: create one context per calling thread: two threads must not use one at the
 * same time. Objects created with a context keep a copy of its allocator and may outlive
 * the context. */

/* The source of memory. `alloc` returns NULL if it fails; `release` is never called with
 * NULL. Neither may call regatta. The library calls both on the thread of a call that
 * uses the context or an object created with it: the first regatta_candidates on a model,
 * from any thread, and regatta_model_free call the allocator of the model. The functions
 * need not be thread-safe: the library calls them under a lock that a context shares with
 * its objects. An allocator that several contexts use must be thread-safe if several
 * threads use these contexts. */
typedef struct regatta_allocator {
    void *(*alloc)(void *state, size_t bytes);
    void (*release)(void *state, void *block);
    void *state;
} regatta_allocator;

/* How ranks keep the tables of items while they train vectors whose users they divide
 * (docs/scale.md). The bytes of the model are the same. */
typedef enum regatta_item_tables {
    REGATTA_ITEM_TABLES_AUTO = 0,  /* whole; in panels where the estimate of a training
                                      with whole tables exceeds its memory_limit, or
                                      without one the memory that is left, on one rank */
    REGATTA_ITEM_TABLES_WHOLE = 1, /* every rank has all rows */
    REGATTA_ITEM_TABLES_PANELS = 2 /* gradient, moments of Adam and the copy of the best
                                      state: each rank has the rows of its panel */
} regatta_item_tables;

/* Start from REGATTA_CTX_OPTIONS_INIT. New fields are only ever appended. */
typedef struct regatta_ctx_options {
    uint32_t struct_size; /* sizeof this struct in the caller's build */
    uint32_t threads; /* OpenMP threads per call, at most 1024; 0 = OMP_NUM_THREADS, or
                         all processors that the process may use (docs/abi.md) */
    regatta_allocator allocator; /* all members NULL = malloc and free */
    /* The most bytes to which a compressed file (gzip, zstd, members of .npz) may unpack
     * when it is read: a larger one is REGATTA_EFORMAT. 0 = 256 MiB, or 100 times
     * the compressed bytes if that is more */
    uint64_t limit_bytes;
    /* The processes that work as one, with this one's rank; borrowed while the context
     * lives. NULL = this process alone */
    const regatta_ranks *ranks;
    /* The most bytes that the context and its objects hold at once; a call that needs
     * more fails with REGATTA_ENOMEM and a message that names the limit. Not counted are
     * mapped files, and memory inside igraph, CHOLMOD, SQLite, libpq and libzstd. A
     * training whose estimate is above what is left of it is refused before it starts.
     * 0 = no limit; a training: what the machine has left */
    uint64_t memory_limit;
    uint32_t item_tables; /* regatta_item_tables; default AUTO. Without ranks it has no
                             effect */
} regatta_ctx_options;

#define REGATTA_CTX_OPTIONS_INIT                                                         \
    {                                                                                    \
        sizeof(regatta_ctx_options), 0, {NULL, NULL, NULL}, 0, NULL, 0, 0                \
    }

/* Creates a context; `opts` NULL means the INIT values. The number of threads changes the
 * time of a call, never a bit of its results. After a fork of a process that has used
 * regatta, the child may use contexts of one thread if no thread was inside a call; with
 * more threads a call may never return (a limit of libgomp). *out is NULL on failure:
 *   REGATTA_EINVAL  threads above 1024, an allocator with one function of the two, a
 *                   struct_size that is not set; the environment variable REGATTA_SIMD
 *                   names a vector unit that is unknown or that this machine lacks;
 *                   ranks without a function, or a rank that is not below n_ranks; an
 *                   unknown item_tables
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_ctx_create(regatta_ctx **out,
                                              const regatta_ctx_options *opts);

/* Returns one line with the cause of failure of the last call with this context; "" if
 * that call succeeded. Owned by ctx, valid until its next call. For ctx NULL (after a
 * failed regatta_ctx_create) returns a static text, which names an invalid REGATTA_SIMD.
 * Functions without a context and the free functions do not change the message. */
REGATTA_API const char *regatta_last_error(const regatta_ctx *ctx);
REGATTA_API void regatta_ctx_free(regatta_ctx *ctx); /* NULL is a no-op */
REGATTA_END_C
#endif
