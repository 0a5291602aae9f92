/* Work that the ranks of a context divide (regatta/ranks.h): shares, gathers, and sums
 * that pass from rank to rank. Alone, a process has the one share, and nothing is moved.
 */
#ifndef RG_BASE_RANKS_H
#define RG_BASE_RANKS_H
#include "base/ctx.h"

/* After a failure of the ranks (ctx->lost) every function here fails at once with the
 * same status: a caller that cannot fail goes on with numbers that mean nothing, and the
 * next one that can checks ctx->lost. */

/* Contiguous shares of the work 0 .. n - 1: rank r has first[r] .. first[r + 1] - 1. */
typedef struct rg_shares {
    int64_t first[REGATTA_MAX_RANKS + 1];
    int64_t begin, end; /* of this rank */
} rg_shares;

/* Returns 1 if the context has more than one rank. */
int rg_ranked(const regatta_ctx *ctx);
int rg_rank(const regatta_ctx *ctx);
int rg_n_ranks(const regatta_ctx *ctx);

/* Shares of nearly equal size. */
void rg_shares_even(rg_shares *s, const regatta_ctx *ctx, int64_t n);
/* Returns the cost of one piece of work, at least 0. */
typedef int64_t (*rg_cost_fn)(const void *state, int64_t at);
/* Shares of nearly equal cost, each piece counted as its cost plus 1. O(n) calls. */
void rg_shares_by_cost(rg_shares *s, const regatta_ctx *ctx, int64_t n, rg_cost_fn cost,
                       const void *state);

/* Elements of `bytes` bytes of which each rank has computed its share: each rank receives
 * all. */
regatta_status rg_gather(regatta_ctx *ctx, void *buffer, const rg_shares *s,
                         int64_t bytes);
/* The same for pieces of different size: piece k has the elements offset[k] ..
 * offset[k + 1] - 1. */
regatta_status rg_gather_pieces(regatta_ctx *ctx, void *buffer, const rg_shares *s,
                                const int64_t *offset, int64_t bytes);

/* Sums over the shares of all ranks, in the order of ranks, as one process adds them:
 * rank 0 begins a block of rows, the next rank continues it, and the last one has the
 * sums, which all receive. `add` adds this rank's share to the rows begin .. end - 1,
 * which are zero on rank 0. While a rank adds to a block, the ranks before it are at
 * later blocks. */
typedef struct rg_chain {
    float *sum; /* [n][width] */
    int64_t n, width;
    void (*add)(void *state, float *to, int64_t begin, int64_t end); /* row begin at to */
    void *state;
} rg_chain;
regatta_status rg_chain_sum(regatta_ctx *ctx, const rg_chain *chain);

/* The same sums, of which each rank receives its panel of rows alone: chain->sum is
 * [panel->end - panel->begin][width], and no rank has a table of all rows. The last rank
 * sends the sums of a round, 16 MB at most, to the rank whose panel they are in.
 * scratch: rg_chain_scratch(ctx, panel, width) floats. */
regatta_status rg_chain_scatter(regatta_ctx *ctx, const rg_chain *chain,
                                const rg_shares *panel, float *scratch);
int64_t rg_chain_scratch(const regatta_ctx *ctx, const rg_shares *panel, int64_t width);

/* Fails with REGATTA_EINVAL if a rank has another value; `what` names it in the message.
 */
regatta_status rg_ranks_agree(regatta_ctx *ctx, uint64_t value, const char *what);
/* Sets *same to 1 if all ranks have the same value, else to 0. */
regatta_status rg_ranks_same(regatta_ctx *ctx, uint64_t value, int *same);
/* Sets *value to that of rank 0. */
regatta_status rg_ranks_follow(regatta_ctx *ctx, int64_t *value);
/* Sets *value to the largest of all ranks. */
regatta_status rg_ranks_most(regatta_ctx *ctx, int64_t *value);
#endif
