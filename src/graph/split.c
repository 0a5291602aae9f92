#include "graph/split.h"
#include "base/rng.h"
#include <assert.h>
#include <stdlib.h>

/* Returns the given share of a user's items, rounded half up. */
static int64_t share_of(int64_t n, double share)
{
    return (int64_t)((double)n * share + 0.5);
}

/* Assigns the first n_test of order[0..n) to test and the next n_valid to valid. */
static void deal(uint8_t *part, const uint32_t *order, int64_t n, int64_t n_test,
                 int64_t n_valid)
{
    if (n_test > n - 1) n_test = n - 1;
    if (n_valid > n - 1 - n_test) n_valid = n - 1 - n_test;
    for (int64_t k = 0; k < n_test; k++) part[order[k]] = RG_PART_TEST;
    for (int64_t k = n_test; k < n_test + n_valid; k++) part[order[k]] = RG_PART_VALID;
}

typedef struct moment {
    int64_t time;
    uint32_t position;
} moment;

/* A total order: latest first; of equal times the higher position first. */
static int later(const void *a, const void *b)
{
    const moment *x = a, *y = b;
    if (x->time != y->time) return x->time < y->time ? 1 : -1;
    return x->position < y->position ? 1 : -1;
}

static void order_by_time(uint32_t *order, moment *work, const int64_t *time, int64_t n)
{
    for (int64_t k = 0; k < n; k++) work[k] = (moment){time[k], (uint32_t)k};
    qsort(work, (size_t)n, sizeof *work, later);
    for (int64_t k = 0; k < n; k++) order[k] = work[k].position;
}

static void cut_by_time(uint8_t *part, const int64_t *time, int64_t n, int64_t from)
{
    for (int64_t k = 0; k < n; k++)
        part[k] = time[k] >= from ? RG_PART_TEST : RG_PART_TRAIN;
}

static int64_t largest_row(const rg_csr *rows)
{
    int64_t most = 0;
    for (int64_t r = 0; r < rows->n_rows; r++)
        most = rg_csr_degree(rows, r) > most ? rg_csr_degree(rows, r) : most;
    return most;
}

regatta_status rg_split_assign(regatta_ctx *ctx, uint8_t *part,
                               const regatta_graph *graph,
                               const regatta_split_options *opts)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = graph->by_user;
    const int64_t most = largest_row(rows);
    uint32_t *order = NULL;
    moment *work = NULL;
    assert(opts->kind == REGATTA_SPLIT_RATIO || graph->time != NULL);
    RG_NEW(ctx->mem, order, most);
    RG_NEW(ctx->mem, work, most);
    for (int64_t u = 0; u < rows->n_rows; u++) {
        const int64_t n = rg_csr_degree(rows, u), begin = rows->offset[u];
        const int64_t *time = graph->time != NULL ? graph->time + begin : NULL;
        if (opts->kind == REGATTA_SPLIT_TIME) {
            cut_by_time(part + begin, time, n, opts->time);
        } else if (opts->kind == REGATTA_SPLIT_LEAVE_LAST) {
            order_by_time(order, work, time, n);
            deal(part + begin, order, n, opts->leave_last, opts->leave_valid);
        } else {
            for (int64_t k = 0; k < n; k++) order[k] = (uint32_t)k;
            rg_shuffle(order, n, opts->seed, RG_STREAM_SPLIT, (uint32_t)u);
            deal(part + begin, order, n, share_of(n, opts->test_share),
                 share_of(n, opts->valid_share));
        }
    }
done:
    rg_free(ctx->mem, order);
    rg_free(ctx->mem, work);
    return status;
}
