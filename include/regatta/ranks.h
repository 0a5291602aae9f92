/* regatta/ranks.h: several processes that work as one. */
#ifndef REGATTA_RANKS_H
#define REGATTA_RANKS_H
#include <regatta/status.h>
REGATTA_BEGIN_C

typedef struct regatta_ctx regatta_ctx;

/* Processes (or threads) that call the same functions with the same arguments on the same
 * data, each with a context of its own, numbered from 0: they divide the work of a call
 * among them, and each has the whole result, with the bytes that one process alone
 * computes. docs/scale.md lists what is divided, with memory and bytes moved.
 *
 * The functions connect them. The library calls them on the thread of the call, never in
 * a parallel region, in the same order on each rank. libregatta_mpi has those of MPI
 * (regatta/mpi.h); the library itself has no transport.
 *
 * Rank 0 alone writes files (regatta_model_save): the other ranks take part in the call
 * and write nothing. Each rank writes its share of the shards of a model
 * (regatta_model_save_shards), in a folder that all see. Each rank reads its input
 * itself.
 *
 * When a call fails on one rank, it tells the others by `fail`; their calls then fail
 * with REGATTA_ERANK, and the message names the rank. After a failure the ranks of a
 * group cannot be used any more. */
typedef struct regatta_ranks {
    uint32_t struct_size; /* sizeof this struct in the caller's build */
    uint32_t rank;        /* of this process, below n_ranks */
    uint32_t n_ranks;     /* 1 to REGATTA_MAX_RANKS */
    void *state;          /* passed to the functions */
    /* Rank r has the bytes [first[r], first[r + 1]) of its buffer; when it returns, each
     * rank has all bytes [first[0], first[n_ranks]). first[n_ranks + 1] is the same on
     * each rank. */
    regatta_status (*gather)(void *state, void *buffer, const int64_t *first);
    /* Sends n bytes to the rank `to`, which calls `receive` with the same n. */
    regatta_status (*send)(void *state, uint32_t to, const void *bytes, int64_t n);
    regatta_status (*receive)(void *state, uint32_t from, void *bytes, int64_t n);
    /* Tells the other ranks that this one has failed; does not wait for them. */
    void (*fail)(void *state, regatta_status status, const char *message);
    /* Returns the message of the rank that failed, "rank 2: out of memory", after a
     * function above has returned REGATTA_ERANK. Valid while the state lives. */
    const char *(*reason)(void *state);
} regatta_ranks;

enum { REGATTA_MAX_RANKS = 1024 };

/* The traffic of a context's ranks: what this rank has received in gathers, and sent and
 * received from rank to rank, in bytes. Zero without ranks. */
typedef struct regatta_traffic {
    uint32_t struct_size; /* sizeof this struct in the caller's build */
    uint32_t n_ranks;     /* of the context; 1 without ranks */
    int64_t gathered, sent, received;
    int64_t n_gathers, n_sends, n_receives;
    double waited;        /* seconds in these functions */
    uint32_t item_tables; /* of the last training of vectors whose users the ranks divide:
                             WHOLE or PANELS of regatta_item_tables; 0: there was none */
} regatta_traffic;

#define REGATTA_TRAFFIC_INIT                                                             \
    {                                                                                    \
        sizeof(regatta_traffic), 0, 0, 0, 0, 0, 0, 0, 0.0, 0                             \
    }

/* Fills *out with the traffic since the context was created.
 *   REGATTA_EINVAL  an argument is NULL, or a struct_size is not set */
REGATTA_API regatta_status regatta_ctx_traffic(regatta_ctx *ctx, regatta_traffic *out);
REGATTA_END_C
#endif
