#include "graph/pair_marks.h"
#include "graph/build/rows_by_user.h"

enum { DROPPED, LIKE, DISLIKE, SHOWN };

/* Users x items with the times of their entries. */
typedef struct marks {
    rg_csr *rows;
    int64_t *time; /* NULL without times */
} marks;

static int64_t time_of(const rg_edges *e, int64_t k)
{
    return e->has_time ? e->time[k] : 0;
}

/* What the rows pair[0..n) of a user and an item are. */
static void judge_pair(uint8_t *fate, const rg_by_user *rows, const rg_edges *e,
                       int64_t user, const uint64_t *pair, int64_t n)
{
    int64_t latest = -1, n_shown = 0;
    for (int64_t p = 0; p < n; p++) {
        const int64_t k = rg_by_user_at(rows, user, pair[p]);
        fate[k] = e->weight[k] < 0.0f ? DROPPED : LIKE;
        if (e->weight[k] == RG_IMPRESSION) {
            if (n_shown++ < RG_MOST_SHOWN) fate[k] = SHOWN;
            continue;
        }
        if (latest < 0 || time_of(e, k) >= time_of(e, latest)) latest = k;
    }
    if (latest < 0 || fate[latest] == LIKE) return;
    for (int64_t p = 0; p < n; p++) {
        const int64_t k = rg_by_user_at(rows, user, pair[p]);
        if (fate[k] == LIKE) fate[k] = DROPPED;
    }
    fate[latest] = DISLIKE;
}

/* What each row of a user is. */
static void judge_user(uint8_t *fate, rg_by_user *rows, const rg_edges *e, int64_t user)
{
    const uint64_t *pair = rows->pair + rows->offset[user];
    const int64_t n = rows->offset[user + 1] - rows->offset[user];
    rg_by_user_sort(rows, user);
    for (int64_t first = 0, next; first < n; first = next) {
        for (next = first + 1; next < n && pair[next] >> 32 == pair[first] >> 32;) next++;
        judge_pair(fate, rows, e, user, pair + first, next - first);
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

/* Allocates n entries; none of them leaves *m empty. */
static regatta_status make_room(regatta_ctx *ctx, marks *m, int64_t n_users,
                                int64_t n_items, int64_t n, int timed)
{
    regatta_status status = REGATTA_OK;
    *m = (marks){NULL, NULL};
    if (n == 0) return REGATTA_OK;
    RG_TRY(rg_csr_create(ctx, &m->rows, n_users, n_items, n, 0));
    if (timed) RG_NEW(ctx->mem, m->time, n);
done:
    return status; /* the caller owns *m */
}

/* Fills the rows of one kind from sorted rows. */
static regatta_status fill(regatta_ctx *ctx, marks *m, const rg_edges *e,
                           const uint8_t *fate, uint8_t kind, const rg_by_user *rows)
{
    int64_t n = 0;
    for (int64_t k = 0; k < e->n; k++) n += fate[k] == kind;
    const regatta_status status =
        make_room(ctx, m, e->users->n, e->items->n, n, e->has_time);
    if (status != REGATTA_OK || n == 0) return status;
    n = 0;
    for (int64_t u = 0; u < rows->n_users; u++) {
        for (int64_t k = rows->offset[u]; k < rows->offset[u + 1]; k++) {
            const int64_t row = rg_by_user_at(rows, u, rows->pair[k]);
            if (fate[row] != kind) continue;
            m->rows->target[n] = (uint32_t)(rows->pair[k] >> 32);
            if (e->has_time) m->time[n] = e->time[row];
            n++;
        }
        m->rows->offset[u + 1] = n;
    }
    return REGATTA_OK;
}

static marks dislikes_of(const regatta_graph *g)
{
    return (marks){g->disliked, g->disliked_time};
}

static marks shown_of(const regatta_graph *g)
{
    return (marks){g->shown, g->shown_time};
}

/* Moves the marks into the graph, also after a failure. */
static void give(regatta_graph *g, marks disliked, marks shown)
{
    g->disliked = disliked.rows;
    g->disliked_time = disliked.time;
    g->shown = shown.rows;
    g->shown_time = shown.time;
}

regatta_status rg_marks_take(regatta_ctx *ctx, regatta_graph *g, rg_edges **likes,
                             const rg_edges *e)
{
    regatta_status status = REGATTA_OK;
    rg_by_user rows = {0};
    uint8_t *fate = NULL;
    int64_t k = 0;
    marks disliked = {NULL, NULL}, shown = {NULL, NULL};
    *likes = NULL;
    while (e->has_weight && k < e->n && !(e->weight[k] < 0.0f)) k++;
    if (!e->has_weight || k == e->n) return REGATTA_OK;
    RG_TRY(rg_by_user_make(ctx, &rows, e, 1));
    RG_NEW(ctx->mem, fate, e->n);
    for (int64_t u = 0; u < rows.n_users; u++) judge_user(fate, &rows, e, u);
    RG_TRY(fill(ctx, &disliked, e, fate, DISLIKE, &rows));
    RG_TRY(fill(ctx, &shown, e, fate, SHOWN, &rows));
    RG_TRY(copy_likes(ctx, likes, e, fate));
done:
    give(g, disliked, shown);
    rg_by_user_free(&rows);
    rg_free(ctx->mem, fate);
    return status;
}

void rg_marks_drop(rg_edges *likes)
{
    if (likes == NULL) return;
    likes->users = likes->items = NULL;
    rg_edges_free(likes);
}

static int stays(const rg_kept *kept, uint32_t item)
{
    return kept->keep_item == NULL || kept->keep_item[item];
}

static regatta_status cut(regatta_ctx *ctx, marks *m, int64_t n_items, marks from,
                          rg_kept kept)
{
    const rg_csr *old = from.rows;
    int64_t n = 0;
    *m = (marks){NULL, NULL};
    if (old == NULL) return REGATTA_OK;
    for (uint32_t u = 0; u < kept.n_users; u++)
        for (int64_t e = old->offset[kept.users[u]]; e < old->offset[kept.users[u] + 1LL];
             e++)
            n += stays(&kept, old->target[e]);
    const regatta_status status =
        make_room(ctx, m, kept.n_users, n_items, n, from.time != NULL);
    if (status != REGATTA_OK || n == 0) return status;
    n = 0;
    for (uint32_t u = 0; u < kept.n_users; u++) {
        const int64_t row = kept.users[u];
        for (int64_t e = old->offset[row]; e < old->offset[row + 1]; e++) {
            if (!stays(&kept, old->target[e])) continue;
            m->rows->target[n] = kept.new_item[old->target[e]];
            if (m->time != NULL) m->time[n] = from.time[e];
            n++;
        }
        m->rows->offset[(int64_t)u + 1] = n;
    }
    return REGATTA_OK;
}

regatta_status rg_marks_cut(regatta_ctx *ctx, regatta_graph *g, const regatta_graph *from,
                            rg_kept kept)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_items = g->by_user->n_cols;
    marks disliked = {NULL, NULL}, shown = {NULL, NULL};
    RG_TRY(cut(ctx, &disliked, n_items, dislikes_of(from), kept));
    RG_TRY(cut(ctx, &shown, n_items, shown_of(from), kept));
done:
    give(g, disliked, shown);
    return status;
}

static regatta_status widen(regatta_ctx *ctx, marks *m, const rg_csr *rows, marks from)
{
    const rg_csr *old = from.rows;
    *m = (marks){NULL, NULL};
    if (old == NULL) return REGATTA_OK;
    const regatta_status status =
        make_room(ctx, m, rows->n_rows, rows->n_cols, old->n_edges, from.time != NULL);
    if (status != REGATTA_OK) return status;
    for (int64_t u = 0; u < rows->n_rows; u++)
        m->rows->offset[u + 1] = old->offset[u < old->n_rows ? u + 1 : old->n_rows];
    for (int64_t e = 0; e < old->n_edges; e++) {
        m->rows->target[e] = old->target[e];
        if (m->time != NULL) m->time[e] = from.time[e];
    }
    return REGATTA_OK;
}

regatta_status rg_marks_widen(regatta_ctx *ctx, regatta_graph *g,
                              const regatta_graph *from)
{
    regatta_status status = REGATTA_OK;
    marks disliked = {NULL, NULL}, shown = {NULL, NULL};
    RG_TRY(widen(ctx, &disliked, g->by_user, dislikes_of(from)));
    RG_TRY(widen(ctx, &shown, g->by_user, shown_of(from)));
done:
    give(g, disliked, shown);
    return status;
}

int rg_has_marks(const regatta_graph *graph)
{
    return graph->disliked != NULL || graph->shown != NULL;
}

static regatta_status add(regatta_ctx *ctx, rg_edges *edges, marks m, float weight,
                          uint32_t user, int64_t last)
{
    regatta_status status = REGATTA_OK;
    if (m.rows == NULL) return REGATTA_OK;
    for (int64_t e = m.rows->offset[user]; e < m.rows->offset[user + 1LL]; e++)
        if (m.time == NULL || m.time[e] <= last)
            RG_TRY(rg_edges_add(ctx, edges, user, m.rows->target[e], weight,
                                m.time != NULL ? m.time[e] : 0));
done:
    return status;
}

regatta_status rg_marks_add(regatta_ctx *ctx, rg_edges *edges, const regatta_graph *graph,
                            uint32_t user, int64_t last)
{
    const regatta_status status = add(ctx, edges, dislikes_of(graph), -1.0f, user, last);
    return status != REGATTA_OK
               ? status
               : add(ctx, edges, shown_of(graph), RG_IMPRESSION, user, last);
}

void rg_shown_before(regatta_graph *graph, const rg_holdout *holdout)
{
    rg_csr *rows = graph->shown;
    int64_t *const time = graph->shown_time;
    int64_t n = 0, at = 0;
    if (rows == NULL || time == NULL || holdout->at == NULL) return;
    for (int64_t u = 0, first = 0; u < rows->n_rows; u++) {
        const int64_t end = rows->offset[u + 1];
        const int is_cut = at < holdout->n_users && (int64_t)holdout->user[at] == u;
        for (int64_t e = first; e < end; e++) {
            if (is_cut && time[e] >= holdout->at[at]) continue;
            rows->target[n] = rows->target[e];
            time[n++] = time[e];
        }
        at += is_cut;
        first = end;
        rows->offset[u + 1] = n;
    }
    rows->n_edges = n;
    rg_bipartite_rehash(graph);
}
