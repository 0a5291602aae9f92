#include "fit/update/update_known.h"
#include "base/sort.h"
#include "graph/pair_marks.h"
#include "graph/split.h"
#include "model/history.h"

/* Returns 1 if the item has this time in a sorted list. */
static int contains(const rg_moment *list, int64_t n, int64_t time, uint32_t item)
{
    int64_t low = 0;
    while (n > 0) {
        const int64_t half = n / 2;
        const rg_moment *m = &list[low + half];
        if (m->time < time || (m->time == time && m->place < item)) {
            low += half + 1;
            n -= half + 1;
        } else if (m->time == time && m->place == item) {
            return 1;
        } else {
            n = half;
        }
    }
    return 0;
}

/* The interactions of the model's user with this number, sorted; returns how many. */
static int64_t sorted(rg_moment *out, const regatta_model *model, uint32_t user,
                      rg_sequence_room *room, int timed)
{
    rg_sequence s;
    rg_sequence_of_user(&s, model, user, room);
    for (int64_t k = 0; k < s.n; k++)
        out[k] = (rg_moment){timed ? s.time[k] : 0, s.item[k]};
    rg_sort_moments(out, s.n);
    return s.n;
}

/* part[rg_interactions_count] of `news`: RG_PART_TRAIN for known interactions, else
 * RG_PART_NEW. */
static regatta_status find_known(regatta_ctx *ctx, uint8_t *part,
                                 const regatta_model *model, const regatta_graph *news)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = news->by_user;
    const rg_sequences *all = model->sequences;
    const int timed = all != NULL && all->time != NULL && news->time != NULL;
    const int64_t longest = rg_sequence_longest_user(model);
    rg_interactions in = {.graph = NULL};
    rg_sequence_room room = {NULL, NULL, NULL};
    rg_moment *known = NULL;
    RG_TRY(rg_interactions_open(ctx, &in, news, 0));
    RG_TRY(rg_sequence_room_create(ctx, &room, longest));
    RG_NEW(ctx->mem, known, longest);
    for (int64_t u = 0; u < rows->n_rows; part += in.now.n, u++) {
        const uint32_t user = rg_idmap_find_name(model->users, news->users, (uint32_t)u);
        const int64_t n_known =
            user != REGATTA_NONE ? sorted(known, model, user, &room, timed) : 0;
        rg_interactions_read(&in, u);
        for (int64_t k = 0; k < in.now.n; k++) {
            const uint32_t item = rows->target[rows->offset[u] + in.now.position[k]];
            const uint32_t own = rg_idmap_find_name(model->items, news->items, item);
            part[k] = own != REGATTA_NONE &&
                              contains(known, n_known, timed ? in.now.time[k] : 0, own)
                          ? RG_PART_TRAIN
                          : RG_PART_NEW;
        }
    }
done:
    rg_interactions_close(&in);
    rg_sequence_room_free(ctx, &room);
    rg_free(ctx->mem, known);
    return status;
}

regatta_status rg_update_known(regatta_ctx *ctx, int64_t *n, regatta_graph **fresh,
                               const regatta_model *model, const regatta_graph *news)
{
    regatta_status status = REGATTA_OK;
    const int64_t all = rg_interactions_count(news);
    uint8_t *part = NULL;
    *n = 0;
    RG_NEW(ctx->mem, part, all);
    RG_TRY(find_known(ctx, part, model, news));
    for (int64_t k = 0; k < all; k++) *n += part[k] == RG_PART_TRAIN;
    if (fresh != NULL && (*n < all || rg_has_marks(news)))
        RG_TRY(rg_split_part(ctx, fresh, news, part, RG_PART_NEW));
done:
    rg_free(ctx->mem, part);
    return status;
}
