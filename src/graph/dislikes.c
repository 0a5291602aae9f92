#include "graph/dislikes.h"
#include "graph/build/rows_by_user.h"

enum { DROPPED, LIKE, DISLIKE };

static int64_t time_of(const rg_edges *e, int64_t k)
{
    return e->has_time ? e->time[k] : 0;
}

/* What each row of a user is. */
static void judge_user(uint8_t *fate, rg_by_user *rows, const rg_edges *e, int64_t user)
{
    const uint64_t *pair = rows->pair + rows->offset[user];
    const int64_t n = rows->offset[user + 1] - rows->offset[user];
    rg_by_user_sort(rows, user);
    for (int64_t first = 0, next; first < n; first = next) {
        int64_t latest = rg_by_user_at(rows, user, pair[first]);
        for (next = first + 1; next < n && pair[next] >> 32 == pair[first] >> 32;
             next++) {
            const int64_t k = rg_by_user_at(rows, user, pair[next]);
            if (time_of(e, k) >= time_of(e, latest)) latest = k;
        }
        const int disliked = e->weight[latest] < 0.0f;
        for (int64_t p = first; p < next; p++) {
            const int64_t k = rg_by_user_at(rows, user, pair[p]);
            fate[k] = disliked ? DROPPED : e->weight[k] < 0.0f ? DROPPED : LIKE;
        }
        if (disliked) fate[latest] = DISLIKE;
    }
}

/* The rows that are likes, in order. */
static regatta_status copy_likes(regatta_ctx *ctx, rg_edges **out, const rg_edges *e,
                                 const uint8_t *fate)
{
    regatta_status status = REGATTA_OK;
    rg_edges *likes = NULL;
    RG_TRY(rg_edges_create(ctx, &likes, 1, e->has_time));
    for (int64_t k = 0; k < e->n; k++)
        if (fate[k] == LIKE)
            RG_TRY(rg_edges_add(ctx, likes, e->user[k], e->item[k], e->weight[k],
                                time_of(e, k)));
    rg_idmap_free(likes->users);
    rg_idmap_free(likes->items);
    likes->users = e->users;
    likes->items = e->items;
    *out = likes;
    return REGATTA_OK;
done:
    rg_edges_free(likes);
    return status;
}

/* Fills the rows of dislikes from sorted rows. */
static regatta_status fill(regatta_ctx *ctx, regatta_graph *g, const rg_edges *e,
                           const uint8_t *fate, const rg_by_user *rows)
{
    regatta_status status = REGATTA_OK;
    int64_t n = 0;
    for (int64_t k = 0; k < e->n; k++) n += fate[k] == DISLIKE;
    RG_TRY(rg_csr_create(ctx, &g->disliked, e->users->n, e->items->n, n, 0));
    if (e->has_time) RG_NEW(ctx->mem, g->disliked_time, n);
    n = 0;
    for (int64_t u = 0; u < rows->n_users; u++) {
        for (int64_t k = rows->offset[u]; k < rows->offset[u + 1]; k++) {
            const int64_t row = rg_by_user_at(rows, u, rows->pair[k]);
            if (fate[row] != DISLIKE) continue;
            g->disliked->target[n] = (uint32_t)(rows->pair[k] >> 32);
            if (e->has_time) g->disliked_time[n] = e->time[row];
            n++;
        }
        g->disliked->offset[u + 1] = n;
    }
done:
    return status;
}

regatta_status rg_dislikes_take(regatta_ctx *ctx, regatta_graph *g, rg_edges **likes,
                                const rg_edges *e)
{
    regatta_status status = REGATTA_OK;
    rg_by_user rows = {0};
    uint8_t *fate = NULL;
    int64_t k = 0;
    *likes = NULL;
    while (e->has_weight && k < e->n && !(e->weight[k] < 0.0f)) k++;
    if (!e->has_weight || k == e->n) return REGATTA_OK;
    RG_TRY(rg_by_user_make(ctx, &rows, e, 1));
    RG_NEW(ctx->mem, fate, e->n);
    for (int64_t u = 0; u < rows.n_users; u++) judge_user(fate, &rows, e, u);
    RG_TRY(fill(ctx, g, e, fate, &rows));
    RG_TRY(copy_likes(ctx, likes, e, fate));
done:
    rg_by_user_free(&rows);
    rg_free(ctx->mem, fate);
    return status;
}

void rg_dislikes_drop(rg_edges *likes)
{
    if (likes == NULL) return;
    likes->users = likes->items = NULL;
    rg_edges_free(likes);
}

static int stays(const rg_kept *kept, uint32_t item)
{
    return kept->keep_item == NULL || kept->keep_item[item];
}

regatta_status rg_dislikes_cut(regatta_ctx *ctx, regatta_graph *g,
                               const regatta_graph *from, rg_kept kept)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *old = from->disliked;
    int64_t n = 0;
    if (old == NULL) return REGATTA_OK;
    for (uint32_t u = 0; u < kept.n_users; u++)
        for (int64_t e = old->offset[kept.users[u]]; e < old->offset[kept.users[u] + 1LL];
             e++)
            n += stays(&kept, old->target[e]);
    RG_TRY(rg_csr_create(ctx, &g->disliked, kept.n_users, g->by_user->n_cols, n, 0));
    if (from->disliked_time != NULL) RG_NEW(ctx->mem, g->disliked_time, n);
    n = 0;
    for (uint32_t u = 0; u < kept.n_users; u++) {
        const int64_t row = kept.users[u];
        for (int64_t e = old->offset[row]; e < old->offset[row + 1]; e++) {
            if (!stays(&kept, old->target[e])) continue;
            g->disliked->target[n] = kept.new_item[old->target[e]];
            if (g->disliked_time != NULL) g->disliked_time[n] = from->disliked_time[e];
            n++;
        }
        g->disliked->offset[(int64_t)u + 1] = n;
    }
done:
    return status;
}

regatta_status rg_dislikes_widen(regatta_ctx *ctx, regatta_graph *g,
                                 const regatta_graph *from)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *old = from->disliked;
    if (old == NULL) return REGATTA_OK;
    RG_TRY(rg_csr_create(ctx, &g->disliked, g->by_user->n_rows, g->by_user->n_cols,
                         old->n_edges, 0));
    for (int64_t u = 0; u < g->by_user->n_rows; u++)
        g->disliked->offset[u + 1] = old->offset[u < old->n_rows ? u + 1 : old->n_rows];
    for (int64_t e = 0; e < old->n_edges; e++) g->disliked->target[e] = old->target[e];
    if (from->disliked_time == NULL) return REGATTA_OK;
    RG_NEW(ctx->mem, g->disliked_time, old->n_edges);
    for (int64_t e = 0; e < old->n_edges; e++)
        g->disliked_time[e] = from->disliked_time[e];
done:
    return status;
}

regatta_status rg_dislikes_add(regatta_ctx *ctx, rg_edges *edges,
                               const regatta_graph *graph, uint32_t user, int64_t last)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *d = graph->disliked;
    const int64_t *time = graph->disliked_time;
    for (int64_t e = d->offset[user]; e < d->offset[user + 1LL]; e++)
        if (time == NULL || time[e] <= last)
            RG_TRY(rg_edges_add(ctx, edges, user, d->target[e], -1.0f,
                                time != NULL ? time[e] : 0));
done:
    return status;
}
