#include "graph/writers/user_rows.h"
#include "graph/edge_spill.h"
#include <string.h>

enum { WINDOW = 16 }; /* rows for each that the list holds in memory */

void rg_user_rows_free(regatta_ctx *ctx, rg_user_rows *r)
{
    rg_free(ctx->mem, r->offset);
    rg_free(ctx->mem, r->place);
    rg_free(ctx->mem, r->item);
    rg_free(ctx->mem, r->weight);
}

/* Stores the size of the largest window: that of a user with many rows may be larger. */
static int64_t room_of(const rg_user_rows *r, int64_t n_users)
{
    int64_t room = r->most < r->offset[n_users] ? r->most : r->offset[n_users];
    for (int64_t u = 0; u < n_users; u++)
        if (r->offset[u + 1] - r->offset[u] > room)
            room = r->offset[u + 1] - r->offset[u];
    return room;
}

regatta_status rg_user_rows_begin(regatta_ctx *ctx, rg_user_rows *r, rg_edges *e)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_users = e->users->n;
    int more = 0;
    r->most = WINDOW * rg_spill_rows(e);
    RG_NEW(ctx->mem, r->offset, n_users + 1);
    RG_NEW(ctx->mem, r->place, n_users);
    RG_TRY(rg_spill_rewind(e));
    for (;;) {
        RG_TRY(rg_spill_next(ctx, e, &more));
        if (!more) break;
        for (int64_t k = 0; k < e->n; k++) r->offset[e->user[k] + 1LL]++;
    }
    for (int64_t u = 0; u < n_users; u++) r->offset[u + 1] += r->offset[u];
    RG_NEW(ctx->mem, r->item, room_of(r, n_users));
    if (e->has_weight) RG_NEW(ctx->mem, r->weight, room_of(r, n_users));
done:
    return status;
}

/* Puts the rows of the list that are of users of the window into their places. */
static void take_rows(rg_user_rows *r, const rg_edges *e)
{
    const int64_t base = r->offset[r->first];
    for (int64_t k = 0; k < e->n; k++) {
        const uint32_t u = e->user[k];
        if (u < r->first || u >= r->end) continue;
        const int64_t at = r->place[u]++ - base;
        r->item[at] = e->item[k];
        if (r->weight != NULL) r->weight[at] = e->weight[k];
    }
}

regatta_status rg_user_rows_next(regatta_ctx *ctx, rg_user_rows *r, rg_edges *e,
                                 int *more)
{
    regatta_status status = REGATTA_OK;
    const uint32_t n_users = e->users->n;
    int has_rows = 0;
    *more = 0;
    r->first = r->end;
    if (r->first == n_users) return REGATTA_OK;
    do r->end++;
    while (r->end < n_users &&
           r->offset[(int64_t)r->end + 1] - r->offset[r->first] <= r->most);
    for (uint32_t u = r->first; u < r->end; u++) r->place[u] = r->offset[u];
    RG_TRY(rg_spill_rewind(e));
    for (;;) {
        RG_TRY(rg_spill_next(ctx, e, &has_rows));
        if (!has_rows) break;
        take_rows(r, e);
    }
    *more = 1;
done:
    return status;
}
