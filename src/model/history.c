#include "model/history.h"
#include "base/find.h"
#include "base/sort.h"
#include "model/model.h"
#include <math.h>
#include <string.h>

int64_t rg_history_longest(const regatta_model *model, const regatta_query *query,
                           int64_t first, int64_t last)
{
    int64_t longest = 0;
    for (int64_t q = first; q < last; q++) {
        const int is_user = rg_query_is_user(query, q);
        const int64_t *offset = is_user ? model->history_offset : query->offset;
        const int64_t row = is_user ? (int64_t)query->user[q] : q;
        const int64_t n = offset[row + 1] - offset[row];
        if (n > longest) longest = n;
    }
    return longest;
}

/* Adds the dislikes and impressions of a user of the model. */
static void take_marks(rg_history *out, const regatta_model *model, uint32_t user)
{
    const int64_t *disliked = model->disliked_offset, *shown = model->shown_offset;
    if (disliked != NULL) {
        out->disliked = model->disliked_item + disliked[user];
        out->n_disliked = disliked[user + 1LL] - disliked[user];
    }
    if (shown != NULL) {
        out->shown = model->shown_item + shown[user];
        out->shown_count = model->shown_count + shown[user];
        out->n_shown = shown[user + 1LL] - shown[user];
    }
}

void rg_history_resolve(rg_history *out, const regatta_model *model,
                        const regatta_query *query, int64_t q, uint32_t *scratch)
{
    if (rg_query_is_user(query, q)) {
        const uint32_t user = query->user[q];
        const int64_t first = model->history_offset[user];
        *out = (rg_history){.user = user,
                            .item = model->history_item + first,
                            .weight = model->history_weight != NULL
                                          ? model->history_weight + first
                                          : NULL,
                            .n = model->history_offset[user + 1] - first};
        take_marks(out, model, user);
        return;
    }
    const int64_t n = query->offset[q + 1] - query->offset[q];
    if (n > 0)
        memcpy(scratch, query->item + query->offset[q], (size_t)n * sizeof *scratch);
    rg_sort_u32(scratch, n);
    *out = (rg_history){.user = REGATTA_NONE,
                        .item = scratch,
                        .weight = NULL,
                        .n = rg_unique_u32(scratch, n)};
}

void rg_history_mask(float *row, const rg_history *history)
{
    for (int64_t e = 0; e < history->n; e++) row[history->item[e]] = -INFINITY;
    for (int64_t e = 0; e < history->n_disliked; e++)
        row[history->disliked[e]] = -INFINITY;
}

int rg_history_exposed(const rg_history *history, int64_t e)
{
    const int taken = rg_find_u32(history->item, history->n, history->shown[e]) >= 0;
    return taken ? 0 : history->shown_count[e];
}

int rg_history_exposure(const rg_history *history, uint32_t item)
{
    const int64_t e = rg_find_u32(history->shown, history->n_shown, item);
    return e >= 0 ? rg_history_exposed(history, e) : 0;
}

static int64_t length_of(const regatta_model *model, const regatta_query *query,
                         int64_t q)
{
    if (!rg_query_is_user(query, q)) return query->offset[q + 1] - query->offset[q];
    const int64_t user = query->user[q], *offset = model->history_offset;
    return rg_sequences_first(model->sequences, offset, user + 1) -
           rg_sequences_first(model->sequences, offset, user);
}

int64_t rg_sequence_longest_user(const regatta_model *model)
{
    const rg_sequences *s = model->sequences;
    int64_t longest = 0;
    for (int64_t u = 0; u < model->n_users; u++) {
        const int64_t n = rg_sequences_first(s, model->history_offset, u + 1) -
                          rg_sequences_first(s, model->history_offset, u);
        if (n > longest) longest = n;
    }
    return longest;
}

int64_t rg_sequence_longest(const regatta_model *model, const regatta_query *query,
                            int64_t first, int64_t last)
{
    int64_t longest = 0;
    for (int64_t q = first; q < last; q++) {
        const int64_t n = length_of(model, query, q);
        if (n > longest) longest = n;
    }
    return longest;
}

/* The weights of the history, which the sequence shares if it has no repeats. */
static const float *weights_of(const regatta_model *model, uint32_t user,
                               const rg_sequence *sequence, const rg_sequence_room *room)
{
    const rg_sequences *s = model->sequences;
    const int64_t *offset = model->history_offset;
    if (s != NULL && s->weight != NULL)
        return s->weight + rg_sequences_first(s, offset, user);
    if ((s != NULL && s->count != NULL) || model->history_weight == NULL) return NULL;
    for (int64_t k = 0; k < sequence->n; k++)
        room->weight[k] = model->history_weight[offset[user] + room->item[k]];
    return room->weight;
}

void rg_sequence_of_user(rg_sequence *out, const regatta_model *model, uint32_t user,
                         const rg_sequence_room *room)
{
    const rg_sequences *s = model->sequences;
    const int64_t *offset = model->history_offset;
    const regatta_query query = {.n = 1, .user = &user};
    *out = (rg_sequence){.n = length_of(model, &query, 0), .item = room->item};
    rg_sequences_positions(room->item, s, offset, user);
    out->weight = weights_of(model, user, out, room);
    for (int64_t k = 0; k < out->n; k++)
        room->item[k] = model->history_item[offset[user] + room->item[k]];
    if (s == NULL || s->time == NULL) return;
    rg_sequences_times(room->time, s, offset, user);
    out->time = room->time;
}

/* Returns the moment of asking: as given, and not before the latest interaction. */
static int64_t asked_at(const rg_history *h, const regatta_query *query, int64_t q)
{
    const int64_t latest = h->n_steps > 0 ? h->time[h->n_steps - 1] : 0;
    if (query->at == NULL || query->at[q] < latest) return latest;
    return query->at[q];
}

static void note_latest(uint32_t *latest, const rg_history *h)
{
    for (int64_t k = 0; k < h->n_steps; k++) latest[h->step[k]] = (uint32_t)k;
}

int64_t rg_history_own(const rg_history *history, int64_t n_own)
{
    return rg_lower_bound_u32(history->item, history->n, (uint32_t)n_own);
}

void rg_history_order(rg_history *h, const regatta_model *model,
                      const regatta_query *query, int64_t q, const rg_order_room *room)
{
    h->n_steps = length_of(model, query, q);
    h->step = room->step;
    h->latest = room->latest;
    h->time = NULL;
    h->dated = query->at != NULL;
    if (h->dated) h->at = query->at[q];
    if (rg_query_is_user(query, q)) {
        const rg_sequences *s = model->sequences;
        rg_sequences_positions(room->step, s, model->history_offset, h->user);
        note_latest(room->latest, h);
        if (s == NULL || s->time == NULL) return;
        rg_sequences_times(room->time, s, model->history_offset, h->user);
    } else {
        const int64_t first = query->offset[q];
        for (int64_t k = 0; k < h->n_steps; k++)
            room->moment[k] = (rg_moment){
                query->time != NULL ? query->time[first + k] : 0, (uint32_t)k};
        if (query->time != NULL) rg_sort_moments(room->moment, h->n_steps);
        for (int64_t k = 0; k < h->n_steps; k++) {
            const uint32_t item = query->item[first + room->moment[k].place];
            room->step[k] = (uint32_t)rg_find_u32(h->item, h->n, item);
            room->time[k] = room->moment[k].time;
        }
        note_latest(room->latest, h);
        if (query->time == NULL) return;
    }
    h->time = room->time;
    h->at = asked_at(h, query, q);
}

regatta_status rg_order_room_create(regatta_ctx *ctx, rg_order_room *out, int64_t n,
                                    int64_t longest)
{
    regatta_status status = REGATTA_OK;
    *out = (rg_order_room){.step = NULL};
    RG_NEW(ctx->mem, out->step, n);
    RG_NEW(ctx->mem, out->latest, n);
    RG_NEW(ctx->mem, out->time, n);
    RG_NEW(ctx->mem, out->moment, longest);
done:
    return status; /* the caller frees the allocated parts */
}

void rg_order_room_free(regatta_ctx *ctx, rg_order_room *room)
{
    rg_free(ctx->mem, room->step);
    rg_free(ctx->mem, room->latest);
    rg_free(ctx->mem, room->time);
    rg_free(ctx->mem, room->moment);
}

regatta_status rg_order_rooms_create(regatta_ctx *ctx, rg_order_room **out, int64_t n)
{
    regatta_status status = REGATTA_OK;
    RG_NEW(ctx->mem, *out, ctx->threads);
    for (int t = 0; t < ctx->threads; t++)
        RG_TRY(rg_order_room_create(ctx, &(*out)[t], n, n));
done:
    return status;
}

void rg_order_rooms_free(regatta_ctx *ctx, rg_order_room *rooms)
{
    for (int t = 0; rooms != NULL && t < ctx->threads; t++)
        rg_order_room_free(ctx, &rooms[t]);
    rg_free(ctx->mem, rooms);
}

void rg_order_room_pass(rg_order_room *room, const rg_history *history)
{
    room->step += history->n_steps;
    room->latest += history->n_steps;
    room->time += history->n_steps;
}

regatta_status rg_sequence_room_create(regatta_ctx *ctx, rg_sequence_room *out,
                                       int64_t longest)
{
    regatta_status status = REGATTA_OK;
    *out = (rg_sequence_room){0};
    RG_NEW(ctx->mem, out->item, longest);
    RG_NEW(ctx->mem, out->time, longest);
    RG_NEW(ctx->mem, out->weight, longest);
done:
    if (status != REGATTA_OK) rg_sequence_room_free(ctx, out);
    return status;
}

void rg_sequence_room_free(regatta_ctx *ctx, rg_sequence_room *room)
{
    rg_free(ctx->mem, room->item);
    rg_free(ctx->mem, room->time);
    rg_free(ctx->mem, room->weight);
    *room = (rg_sequence_room){0};
}
