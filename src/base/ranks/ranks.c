#include "base/ranks/ranks.h"
#include "base/clock.h"
#include <string.h>

/* Of a block of a chain, and of a round of rg_chain_scatter. */
enum { CHAIN_BYTES = 1 << 20, ROUND_BYTES = 16 << 20 };

int rg_ranked(const regatta_ctx *ctx)
{
    return ctx->ranks.n_ranks > 1;
}

int rg_rank(const regatta_ctx *ctx)
{
    return (int)ctx->ranks.rank;
}

int rg_n_ranks(const regatta_ctx *ctx)
{
    return rg_ranked(ctx) ? (int)ctx->ranks.n_ranks : 1;
}

static void set_own(rg_shares *s, const regatta_ctx *ctx)
{
    s->begin = s->first[rg_rank(ctx)];
    s->end = s->first[rg_rank(ctx) + 1];
}

void rg_shares_even(rg_shares *s, const regatta_ctx *ctx, int64_t n)
{
    const int n_ranks = rg_n_ranks(ctx);
    const int64_t size = n / n_ranks, rest = n % n_ranks;
    for (int r = 0; r <= n_ranks; r++) s->first[r] = r * size + (r < rest ? r : rest);
    set_own(s, ctx);
}

void rg_shares_by_cost(rg_shares *s, const regatta_ctx *ctx, int64_t n, rg_cost_fn cost,
                       const void *state)
{
    const int n_ranks = rg_n_ranks(ctx);
    double all = 0.0, before = 0.0;
    int r = 1;
    s->first[0] = 0;
    for (int64_t k = 0; k < n && n_ranks > 1; k++) all += 1.0 + (double)cost(state, k);
    for (int64_t k = 0; k < n && r < n_ranks; k++) {
        before += 1.0 + (double)cost(state, k);
        while (r < n_ranks && before * n_ranks >= all * r) s->first[r++] = k + 1;
    }
    while (r <= n_ranks) s->first[r++] = n;
    set_own(s, ctx);
}

/* A transport has failed: takes its words over. */
static regatta_status lost(regatta_ctx *ctx, regatta_status status)
{
    if (status == REGATTA_OK) return REGATTA_OK;
    ctx->lost = status;
    return rg_fail(ctx, status, "%s", ctx->ranks.reason(ctx->ranks.state));
}

static regatta_status gather(regatta_ctx *ctx, void *buffer, const int64_t *first)
{
    regatta_traffic *t = &ctx->traffic;
    const int64_t own = first[rg_rank(ctx) + 1] - first[rg_rank(ctx)];
    const double began = rg_clock();
    if (ctx->lost != REGATTA_OK) return ctx->lost;
    const regatta_status status = ctx->ranks.gather(ctx->ranks.state, buffer, first);
    t->waited += rg_clock() - began;
    t->gathered += first[rg_n_ranks(ctx)] - first[0] - own;
    t->n_gathers++;
    return lost(ctx, status);
}

regatta_status rg_gather(regatta_ctx *ctx, void *buffer, const rg_shares *s,
                         int64_t bytes)
{
    int64_t first[REGATTA_MAX_RANKS + 1];
    if (!rg_ranked(ctx)) return REGATTA_OK;
    for (int r = 0; r <= rg_n_ranks(ctx); r++) first[r] = s->first[r] * bytes;
    return gather(ctx, buffer, first);
}

regatta_status rg_gather_pieces(regatta_ctx *ctx, void *buffer, const rg_shares *s,
                                const int64_t *offset, int64_t bytes)
{
    int64_t first[REGATTA_MAX_RANKS + 1];
    if (!rg_ranked(ctx)) return REGATTA_OK;
    for (int r = 0; r <= rg_n_ranks(ctx); r++) first[r] = offset[s->first[r]] * bytes;
    return gather(ctx, buffer, first);
}

static regatta_status send_to(regatta_ctx *ctx, int rank, const void *bytes, int64_t n)
{
    const double began = rg_clock();
    if (ctx->lost != REGATTA_OK) return ctx->lost;
    const regatta_status status =
        ctx->ranks.send(ctx->ranks.state, (uint32_t)rank, bytes, n);
    ctx->traffic.waited += rg_clock() - began;
    ctx->traffic.sent += n;
    ctx->traffic.n_sends++;
    return lost(ctx, status);
}

static regatta_status receive_from(regatta_ctx *ctx, int rank, void *bytes, int64_t n)
{
    const double began = rg_clock();
    if (ctx->lost != REGATTA_OK) return ctx->lost;
    const regatta_status status =
        ctx->ranks.receive(ctx->ranks.state, (uint32_t)rank, bytes, n);
    ctx->traffic.waited += rg_clock() - began;
    ctx->traffic.received += n;
    ctx->traffic.n_receives++;
    return lost(ctx, status);
}

/* Rows of `bytes` bytes in a block or a round of at most `most` bytes. */
static int64_t rows_of(int64_t most, int64_t bytes)
{
    return bytes > 0 && most > bytes ? most / bytes : 1;
}

/* Adds this rank's share to one block of rows, at `block`. */
static regatta_status continue_chain(regatta_ctx *ctx, const rg_chain *c, float *block,
                                     int64_t begin, int64_t end)
{
    regatta_status status = REGATTA_OK;
    const int rank = rg_rank(ctx);
    const int64_t bytes = (end - begin) * c->width * (int64_t)sizeof *block;
    if (rank > 0)
        RG_TRY(receive_from(ctx, rank - 1, block, bytes));
    else
        memset(block, 0, (size_t)bytes);
    c->add(c->state, block, begin, end);
    if (rank + 1 < rg_n_ranks(ctx)) RG_TRY(send_to(ctx, rank + 1, block, bytes));
done:
    return status;
}

/* The last rank has all sums: the others' shares are empty. */
static regatta_status share_sums(regatta_ctx *ctx, const rg_chain *c)
{
    rg_shares s = {.first = {0}};
    s.first[rg_n_ranks(ctx)] = c->n;
    return rg_gather(ctx, c->sum, &s, c->width * (int64_t)sizeof *c->sum);
}

regatta_status rg_chain_sum(regatta_ctx *ctx, const rg_chain *c)
{
    regatta_status status = REGATTA_OK;
    const int64_t row = c->width * (int64_t)sizeof *c->sum;
    const int64_t size = rg_ranked(ctx) ? rows_of(CHAIN_BYTES, row) : c->n;
    for (int64_t begin = 0; begin < c->n; begin += size) {
        const int64_t end = c->n - begin < size ? c->n : begin + size;
        RG_TRY(continue_chain(ctx, c, c->sum + begin * c->width, begin, end));
    }
    status = share_sums(ctx, c);
done:
    return status;
}

/* Returns the rows of the largest panel. */
static int64_t largest_panel(const regatta_ctx *ctx, const rg_shares *panel)
{
    int64_t most = 0;
    for (int r = 0; r < rg_n_ranks(ctx); r++) {
        const int64_t n = panel->first[r + 1] - panel->first[r];
        if (n > most) most = n;
    }
    return most;
}

int64_t rg_chain_scratch(const regatta_ctx *ctx, const rg_shares *panel, int64_t width)
{
    const int is_last = rg_rank(ctx) + 1 == rg_n_ranks(ctx);
    const int64_t most =
        rows_of(is_last ? ROUND_BYTES : CHAIN_BYTES, width * (int64_t)sizeof(float));
    const int64_t rows = largest_panel(ctx, panel);
    return (rows < most ? rows : most) * width;
}

/* Sums the rows begin .. end - 1, which are in the panel of `owner`. The owner receives
 * them after it has passed on its own part of the round, so no two ranks wait for each
 * other. */
static regatta_status scatter_round(regatta_ctx *ctx, const rg_chain *c,
                                    const rg_shares *panel, int owner, int64_t begin,
                                    int64_t end, float *scratch)
{
    regatta_status status = REGATTA_OK;
    const int rank = rg_rank(ctx), last = rg_n_ranks(ctx) - 1;
    const int64_t row = c->width * (int64_t)sizeof *c->sum;
    const int64_t size = rows_of(CHAIN_BYTES, row);
    float *own = NULL, *sums = scratch;
    if (owner == rank) own = c->sum + (begin - panel->first[owner]) * c->width;
    if (own != NULL && rank == last) sums = own;
    for (int64_t at = begin; at < end; at += size) {
        const int64_t stop = end - at < size ? end : at + size;
        float *const block = rank == last ? sums + (at - begin) * c->width : scratch;
        RG_TRY(continue_chain(ctx, c, block, at, stop));
    }
    if (owner == last) return REGATTA_OK;
    if (rank == last) RG_TRY(send_to(ctx, owner, sums, (end - begin) * row));
    if (rank == owner) RG_TRY(receive_from(ctx, last, own, (end - begin) * row));
done:
    return status;
}

regatta_status rg_chain_scatter(regatta_ctx *ctx, const rg_chain *c,
                                const rg_shares *panel, float *scratch)
{
    regatta_status status = REGATTA_OK;
    const int64_t size = rows_of(ROUND_BYTES, c->width * (int64_t)sizeof *c->sum);
    for (int r = 0; r < rg_n_ranks(ctx); r++) {
        const int64_t last = panel->first[r + 1];
        for (int64_t begin = panel->first[r]; begin < last; begin += size)
            RG_TRY(scatter_round(ctx, c, panel, r, begin,
                                 last - begin < size ? last : begin + size, scratch));
    }
done:
    return status;
}

/* all[rank]: the number of each rank. */
static regatta_status gather_numbers(regatta_ctx *ctx, int64_t *all, int64_t own)
{
    rg_shares s;
    rg_shares_even(&s, ctx, rg_n_ranks(ctx));
    all[rg_rank(ctx)] = own;
    return rg_gather(ctx, all, &s, sizeof *all);
}

regatta_status rg_ranks_agree(regatta_ctx *ctx, uint64_t value, const char *what)
{
    int64_t all[REGATTA_MAX_RANKS];
    const regatta_status status = gather_numbers(ctx, all, (int64_t)value);
    if (status != REGATTA_OK) return status;
    for (int r = 1; r < rg_n_ranks(ctx); r++)
        if (all[r] != all[0])
            return rg_fail(ctx, REGATTA_EINVAL, "rank %d has other %s than rank 0", r,
                           what);
    return REGATTA_OK;
}

regatta_status rg_ranks_same(regatta_ctx *ctx, uint64_t value, int *same)
{
    int64_t all[REGATTA_MAX_RANKS];
    const regatta_status status = gather_numbers(ctx, all, (int64_t)value);
    *same = status == REGATTA_OK;
    for (int r = 1; r < rg_n_ranks(ctx) && *same; r++) *same = all[r] == all[0];
    return status;
}

regatta_status rg_ranks_most(regatta_ctx *ctx, int64_t *value)
{
    int64_t all[REGATTA_MAX_RANKS];
    const regatta_status status = gather_numbers(ctx, all, *value);
    if (status != REGATTA_OK) return status;
    for (int r = 0; r < rg_n_ranks(ctx); r++)
        if (all[r] > *value) *value = all[r];
    return REGATTA_OK;
}

regatta_status rg_ranks_follow(regatta_ctx *ctx, int64_t *value)
{
    int64_t all[REGATTA_MAX_RANKS];
    const regatta_status status = gather_numbers(ctx, all, *value);
    if (status == REGATTA_OK) *value = all[0];
    return status;
}
