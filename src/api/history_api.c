/* regatta/history.h. */
#include "api/arguments.h"
#include "graph/interactions.h"
#include "model/history.h"
#include <regatta/history.h>
#include <string.h>

/* Copies the first n elements unless one of the arrays is NULL. */
static void fill(void *out, const void *from, int64_t n, size_t size)
{
    if (out != NULL && from != NULL && n > 0) memcpy(out, from, (size_t)n * size);
}

/* Copies the caller's struct, with any struct_size, to *h and checks it. */
static regatta_status read_history(regatta_ctx *ctx, regatta_history *h,
                                   const regatta_history *out)
{
    regatta_status status = REGATTA_OK;
    *h = (regatta_history)REGATTA_HISTORY_INIT;
    RG_TRY(rg_struct_check(ctx, out, "history"));
    RG_TRY(rg_options_read(ctx, h, sizeof *h, out, "history"));
    if (h->capacity < 0)
        return rg_fail(ctx, REGATTA_EINVAL, "history: capacity is below 0");
done:
    return status;
}

static void write_history(regatta_history *out, regatta_history *h,
                          const rg_sequence *sequence)
{
    h->n = sequence->n;
    h->has_time = sequence->time != NULL;
    const int64_t n = h->n < h->capacity ? h->n : h->capacity;
    fill(h->item, sequence->item, n, sizeof *h->item);
    fill(h->time, sequence->time, n, sizeof *h->time);
    fill(h->weight, sequence->weight, n, sizeof *h->weight);
    if (h->weight != NULL && sequence->weight == NULL)
        for (int64_t k = 0; k < n; k++) h->weight[k] = 1.0f;
    rg_struct_write(out, h, sizeof *h);
}

static regatta_status model_history(regatta_ctx *ctx, regatta_history *out,
                                    const regatta_model *model, uint32_t user)
{
    regatta_status status = REGATTA_OK;
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    regatta_history h;
    rg_sequence_room room = {0};
    rg_sequence sequence;
    RG_TRY(read_history(ctx, &h, out));
    if (model == NULL) return rg_missing(ctx, "model");
    RG_TRY(rg_check_nodes(ctx, model, REGATTA_USERS, &user, 1, "history"));
    RG_TRY(rg_sequence_room_create(ctx, &room, rg_sequence_longest(model, &query, 0, 1)));
    rg_sequence_of_user(&sequence, model, user, &room);
    write_history(out, &h, &sequence);
done:
    rg_sequence_room_free(ctx, &room);
    return status;
}

regatta_status regatta_model_history(regatta_ctx *ctx, regatta_history *out,
                                     const regatta_model *model, uint32_t user)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, model_history(ctx, out, model, user));
}

static regatta_status graph_history(regatta_ctx *ctx, regatta_history *out,
                                    const regatta_graph *graph, uint32_t user)
{
    regatta_status status = REGATTA_OK;
    regatta_history h;
    rg_sequence_room room = {0};
    RG_TRY(read_history(ctx, &h, out));
    if (graph == NULL) return rg_missing(ctx, "graph");
    if (user >= graph->users->n)
        return rg_fail(ctx, REGATTA_EINVAL, "history: user %lu is not below %lu",
                       (unsigned long)user, (unsigned long)graph->users->n);
    const int64_t n = rg_interactions_of(graph, user);
    const uint32_t *row = graph->by_user->target + graph->by_user->offset[user];
    RG_TRY(rg_sequence_room_create(ctx, &room, n));
    rg_interactions_fill(graph, user, room.item, room.time, room.weight);
    for (int64_t k = 0; k < n; k++) room.item[k] = row[room.item[k]];
    write_history(out, &h,
                  &(rg_sequence){.n = n,
                                 .item = room.item,
                                 .time = graph->time != NULL ? room.time : NULL,
                                 .weight = room.weight});
done:
    rg_sequence_room_free(ctx, &room);
    return status;
}

regatta_status regatta_graph_history(regatta_ctx *ctx, regatta_history *out,
                                     const regatta_graph *graph, uint32_t user)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, graph_history(ctx, out, graph, user));
}
