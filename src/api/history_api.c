/* regatta/history.h. */
#include "api/arguments.h"
#include "model/history.h"
#include <regatta/history.h>
#include <string.h>

/* The first elements of an array that the caller wants and the model has. */
static void fill(void *out, const void *from, int64_t n, size_t size)
{
    if (out != NULL && from != NULL && n > 0) memcpy(out, from, (size_t)n * size);
}

static regatta_status history(regatta_ctx *ctx, regatta_history *out,
                              const regatta_model *model, uint32_t user)
{
    regatta_status status = REGATTA_OK;
    const regatta_query query = {.struct_size = sizeof query, .n = 1, .user = &user};
    regatta_history h = REGATTA_HISTORY_INIT;
    rg_sequence_room room = {0};
    rg_sequence sequence;
    RG_TRY(rg_struct_check(ctx, out, "history"));
    RG_TRY(rg_options_read(ctx, &h, sizeof h, out, "history"));
    if (model == NULL) return rg_missing(ctx, "model");
    if (h.capacity < 0)
        return rg_fail(ctx, REGATTA_EINVAL, "history: capacity is below 0");
    RG_TRY(rg_check_nodes(ctx, model, REGATTA_USERS, &user, 1, "history"));
    RG_TRY(rg_sequence_room_create(ctx, &room, rg_sequence_longest(model, &query, 0, 1)));
    rg_sequence_of_user(&sequence, model, user, &room);
    h.n = sequence.n;
    h.has_time = sequence.time != NULL;
    const int64_t n = h.n < h.capacity ? h.n : h.capacity;
    fill(h.item, sequence.item, n, sizeof *h.item);
    fill(h.time, sequence.time, n, sizeof *h.time);
    fill(h.weight, sequence.weight, n, sizeof *h.weight);
    if (h.weight != NULL && sequence.weight == NULL)
        for (int64_t k = 0; k < n; k++) h.weight[k] = 1.0f;
    rg_struct_write(out, &h, sizeof h);
done:
    rg_sequence_room_free(ctx, &room);
    return status;
}

regatta_status regatta_model_history(regatta_ctx *ctx, regatta_history *out,
                                     const regatta_model *model, uint32_t user)
{
    if (ctx == NULL) return REGATTA_EINVAL;
    rg_begin(ctx);
    return rg_end(ctx, history(ctx, out, model, user));
}
