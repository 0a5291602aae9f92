#include "graph/build/rows_by_user.h"
#include "base/parallel.h"
#include "base/sort.h"

/* The part of the list that a thread takes. */
static int64_t part_begin(const rg_edges *e, int p, int team)
{
    return p == team ? e->n : e->n / team * p;
}

static void count_users(int64_t *count, const rg_edges *e, int64_t begin, int64_t end)
{
    for (int64_t k = begin; k < end; k++) count[e->user[k]]++;
}

static void fill(rg_by_user *rows, int64_t *place, const rg_edges *e, int64_t begin,
                 int64_t end)
{
    for (int64_t k = begin; k < end; k++) {
        const uint32_t u = e->user[k];
        const int64_t at = place[u]++;
        rows->pair[at] = (uint64_t)e->item[k] << 32 | (uint64_t)(at - rows->offset[u]);
        if (rows->row != NULL) rows->row[at] = k;
    }
}

static regatta_status find_longest(regatta_ctx *ctx, rg_by_user *rows, const rg_edges *e)
{
    int64_t at = 0; /* user */
    for (int64_t u = 0; u < rows->n_users; u++) {
        const int64_t n = rows->offset[u + 1] - rows->offset[u];
        if (n <= rows->longest) continue;
        rows->longest = n;
        at = u;
    }
    if (rows->longest <= UINT32_MAX) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EFORMAT, "user '%.100s' has more than 2^32 rows",
                   rg_idmap_name(e->users, (uint32_t)at));
}

regatta_status rg_by_user_make(regatta_ctx *ctx, rg_by_user *rows, const rg_edges *e,
                               int with_numbers)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_users = e->users->n;
    int64_t *place = NULL;
    int team = rg_threads_for(e->n * RG_SCALAR, ctx->threads);
    if (team * n_users > e->n) team = 1;
    *rows = (rg_by_user){.mem = ctx->mem, .n_users = n_users};
    RG_NEW(ctx->mem, rows->offset, n_users + 1);
    RG_NEW(ctx->mem, place, team * n_users);
#pragma omp parallel for num_threads(team) schedule(static, 1)
    for (int p = 0; p < team; p++)
        count_users(place + p * n_users, e, part_begin(e, p, team),
                    part_begin(e, p + 1, team));
    rg_place_parts(rows->offset, place, n_users, team);
    RG_TRY(find_longest(ctx, rows, e));
    RG_NEW(ctx->mem, rows->pair, e->n);
    if (with_numbers) RG_NEW(ctx->mem, rows->row, e->n);
#pragma omp parallel for num_threads(team) schedule(static, 1)
    for (int p = 0; p < team; p++)
        fill(rows, place + p * n_users, e, part_begin(e, p, team),
             part_begin(e, p + 1, team));
done:
    rg_free(ctx->mem, place);
    if (status != REGATTA_OK) rg_by_user_free(rows);
    return status;
}

void rg_by_user_sort(rg_by_user *rows, int64_t user)
{
    rg_sort_u64(rows->pair + rows->offset[user],
                rows->offset[user + 1] - rows->offset[user]);
}

void rg_by_user_free(rg_by_user *rows)
{
    if (rows->offset == NULL) return; /* zeroed: no memory of a context */
    rg_free(rows->mem, rows->offset);
    rg_free(rows->mem, rows->pair);
    rg_free(rows->mem, rows->row);
    *rows = (rg_by_user){0};
}
