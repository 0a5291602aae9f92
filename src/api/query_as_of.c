#include "api/query_as_of.h"
#include "model/history.h"

/* Writes the interactions of query q that are not later than its time of asking, unless
 * item is NULL, and returns their number; *n_all: with the later ones. */
static int64_t keep(uint32_t *item, int64_t *time, int64_t *n_all,
                    const regatta_model *model, const regatta_query *query, int64_t q,
                    const rg_sequence_room *room)
{
    rg_sequence s = {0};
    int64_t n = 0;
    if (query->user != NULL) {
        rg_sequence_of_user(&s, model, query->user[q], room);
    } else {
        const int64_t first = query->offset[q];
        s = (rg_sequence){.n = query->offset[q + 1] - first,
                          .item = query->item + first,
                          .time = query->time + first};
    }
    for (int64_t k = 0; k < s.n; k++) {
        if (s.time[k] > query->at[q]) continue;
        if (item != NULL) {
            item[n] = s.item[k];
            time[n] = s.time[k];
        }
        n++;
    }
    *n_all = s.n;
    return n;
}

/* Returns 1 if a history has later interactions; *n: the interactions of histories that
 * the cut query has. */
static int needs_cut(int64_t *n, const regatta_model *model, const regatta_query *query,
                     const rg_sequence_room *room)
{
    int cut = 0;
    *n = 0;
    for (int64_t q = 0; q < query->n; q++) {
        int64_t n_all = 0;
        const int64_t n_kept = keep(NULL, NULL, &n_all, model, query, q, room);
        cut |= n_kept < n_all;
        if (query->user == NULL || n_kept < n_all) *n += n_kept;
    }
    return cut;
}

static regatta_status cut(regatta_ctx *ctx, rg_as_of *out, const regatta_model *model,
                          const regatta_query *query, int64_t n,
                          const rg_sequence_room *room)
{
    regatta_status status = REGATTA_OK;
    int64_t at = 0;
    RG_NEW(ctx->mem, out->offset, query->n + 1);
    RG_NEW(ctx->mem, out->item, n);
    RG_NEW(ctx->mem, out->time, n);
    if (query->user != NULL) RG_NEW(ctx->mem, out->user, query->n);
    for (int64_t q = 0; q < query->n; q++) {
        int64_t n_all = 0;
        const int64_t n_kept = keep(NULL, NULL, &n_all, model, query, q, room);
        const int is_history = query->user == NULL || n_kept < n_all;
        if (query->user != NULL)
            out->user[q] = is_history ? REGATTA_NONE : query->user[q];
        if (is_history)
            at += keep(out->item + at, out->time + at, &n_all, model, query, q, room);
        out->offset[q + 1] = at;
    }
    out->query.user = out->user;
    out->query.offset = out->offset;
    out->query.item = out->item;
    out->query.time = out->time;
done:
    return status;
}

regatta_status rg_as_of_create(regatta_ctx *ctx, rg_as_of *out,
                               const regatta_model *model, const regatta_query *query)
{
    regatta_status status = REGATTA_OK;
    int64_t n = 0;
    rg_sequence_room room = {0};
    *out = (rg_as_of){.query = *query};
    if (query->at == NULL || query->n == 0) return REGATTA_OK;
    if (query->user != NULL)
        RG_TRY(rg_sequence_room_create(ctx, &room,
                                       rg_sequence_longest(model, query, 0, query->n)));
    if (needs_cut(&n, model, query, &room)) RG_TRY(cut(ctx, out, model, query, n, &room));
done:
    rg_sequence_room_free(ctx, &room);
    if (status != REGATTA_OK) rg_as_of_free(ctx, out);
    return status;
}

void rg_as_of_free(regatta_ctx *ctx, rg_as_of *as_of)
{
    rg_free(ctx->mem, as_of->user);
    rg_free(ctx->mem, as_of->offset);
    rg_free(ctx->mem, as_of->item);
    rg_free(ctx->mem, as_of->time);
    *as_of = (rg_as_of){.user = NULL};
}
