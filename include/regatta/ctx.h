/* regatta/ctx.h: the context of a thread's calls: threads, memory, last error. */
#ifndef REGATTA_CTX_H
#define REGATTA_CTX_H
#include <regatta/status.h>
REGATTA_BEGIN_C

/* One per calling thread; not to be used by two threads at once. Objects made
 * through a context keep a copy of its allocator and may outlive it. */
typedef struct regatta_ctx regatta_ctx;

/* Where memory comes from. `alloc` returns NULL when there is none; `release` is never
 * called with NULL. Neither may call regatta. Both are called on the thread of a call
 * that uses the context, or an object made through it: a model's allocator is also called
 * by the first regatta_candidates of any thread, and by regatta_model_free. They need not
 * be thread-safe: the library calls them under a lock, which each context has for itself
 * and its objects. An allocator that is given to several contexts has to be thread-safe
 * if these are used by several threads. */
typedef struct regatta_allocator {
    void *(*alloc)(void *state, size_t bytes);
    void (*release)(void *state, void *block);
    void *state;
} regatta_allocator;

/* Start from REGATTA_CTX_OPTIONS_INIT. New fields are only ever appended. */
typedef struct regatta_ctx_options {
    uint32_t struct_size; /* sizeof this struct in the caller's build */
    uint32_t threads; /* OpenMP threads per call, at most 1024; 0 = OMP_NUM_THREADS, or
                         all processors that the process may use (docs/abi.md) */
    regatta_allocator allocator; /* all members NULL = the C library's */
} regatta_ctx_options;

#define REGATTA_CTX_OPTIONS_INIT                                                         \
    {                                                                                    \
        sizeof(regatta_ctx_options), 0,                                                  \
        {                                                                                \
            NULL, NULL, NULL                                                             \
        }                                                                                \
    }

/* Makes a context; `opts` NULL means the INIT values. The number of threads
 * changes how fast an answer comes, never its bits. A process that has used
 * regatta must not fork and go on using it in the child (OpenMP's rule).
 * *out is NULL on failure:
 *   REGATTA_EINVAL  threads above 1024, one function of an allocator without the other, a
 *                   struct_size that is not set
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_ctx_create(regatta_ctx **out,
                                              const regatta_ctx_options *opts);

/* One line about why the last call with this context failed; "" if it succeeded. Owned by
 * ctx, valid until its next call. For NULL, as after a regatta_ctx_create that failed, a
 * static text. Functions without a context, and free functions, leave it. */
REGATTA_API const char *regatta_last_error(const regatta_ctx *ctx);
REGATTA_API void regatta_ctx_free(regatta_ctx *ctx); /* NULL is a no-op */
REGATTA_END_C
#endif
