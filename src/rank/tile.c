/* Rows of every channel for a tile of queries. The panels of vectors are read once per
 * tile. The bits of a row depend on its query only, not on its tile. */
#include "rank/tile.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "channel/row_sum.h"
#include "model/history.h"
#include <math.h>
#include <string.h>

enum { MOST_BYTES = 64 << 20 };

/* Returns 1 if dislikes lower the scores of similar items. */
static int pushes_away(const regatta_model *model)
{
    return model->item_weights != NULL && model->dislike_push != NULL &&
           *model->dislike_push > 0.0f;
}

int64_t rg_tile_queries(const regatta_model *model, const int *on)
{
    int64_t n_on = 0;
    for (int a = 0; a < rg_n_channels; a++) n_on += on[a] != 0;
    if (rg_model_gated(model)) n_on += 2;
    const int64_t bytes = n_on * RG_TILE * model->n_items * (int64_t)sizeof(float);
    return bytes < MOST_BYTES ? RG_TILE : RG_TILE / 2;
}

/* Rounds up to whole cache lines, so that threads do not share one. */
static int64_t whole_lines(int64_t n)
{
    return (n + 15) / 16 * 16;
}

/* Returns the largest number of history items of RG_TILE consecutive queries. */
static int64_t most_items(const regatta_query *query)
{
    int64_t most = 0;
    for (int64_t q = 0; q < query->n && query->offset != NULL; q++) {
        const int64_t last = q + RG_TILE < query->n ? q + RG_TILE : query->n;
        const int64_t n = query->offset[last] - query->offset[q];
        if (n > most) most = n;
    }
    return most;
}

/* Returns at least the largest number of interactions of RG_TILE consecutive queries. */
static int64_t most_steps(const regatta_model *model, const regatta_query *query)
{
    int64_t most = 0;
    for (int64_t q = 0; q < query->n; q += RG_TILE / 2) {
        int64_t n = 0;
        for (int64_t k = q; k < q + RG_TILE + RG_TILE / 2 && k < query->n; k++)
            n += rg_sequence_longest(model, query, k, k + 1);
        if (n > most) most = n;
    }
    return most;
}

/* Sizes of the buffers of one tile other than the rows. */
typedef struct room {
    int64_t query, spare, fresh, item, work, pushed;
    int64_t steps, moments;
} room;

static regatta_status take_room(regatta_ctx *ctx, rg_tile *tile, int n_on, int gated,
                                const room *r)
{
    regatta_status status = REGATTA_OK;
    RG_NEW(ctx->mem, tile->rows, n_on * tile->capacity * tile->ld);
    if (gated) {
        RG_NEW(ctx->mem, tile->best, tile->capacity * tile->ld);
        RG_NEW(ctx->mem, tile->support, tile->capacity * tile->ld);
    }
    RG_NEW(ctx->mem, tile->query, r->query);
    RG_NEW(ctx->mem, tile->spare, r->spare);
    RG_NEW(ctx->mem, tile->fresh, r->fresh);
    RG_NEW(ctx->mem, tile->item, r->item);
    RG_NEW(ctx->mem, tile->work, r->work);
    if (r->pushed > 0) RG_NEW(ctx->mem, tile->pushed, r->pushed);
    if (r->steps > 0)
        RG_TRY(rg_order_room_create(ctx, &tile->order, r->steps, r->moments));
done:
    return status;
}

/* Computes the floats that channels need in one tile: for prepared queries, and to
 * prepare or explain one. */
static void need_of(room *r, const regatta_model *model, const int *on, int64_t capacity,
                    int64_t longest)
{
    int64_t width = 0, work = 0;
    for (int a = 0; a < rg_n_channels; a++) {
        const rg_channel *c = &model->channel[a];
        if (!on[a]) continue;
        const int64_t own = c->ops->table != NULL ? c->ops->query_floats(c->state) : 0;
        const int64_t own_work =
            c->ops->work_floats != NULL ? c->ops->work_floats(c->state, longest) : 0;
        if (own > width) width = own;
        if (own_work > work) work = own_work;
    }
    const int64_t popular = rg_popular_floats(model);
    r->query = whole_lines(capacity * width > popular ? capacity * width : popular);
    r->work = whole_lines(work);
}

regatta_status rg_tiles_create(regatta_ctx *ctx, rg_tile **out,
                               const regatta_model *model, const regatta_query *query,
                               const int *on, int gated, int threads)
{
    regatta_status status = REGATTA_OK;
    const int64_t longest = rg_history_longest(model, query, 0, query->n);
    const int64_t most = rg_tile_queries(model, on);
    const int64_t capacity = query->n < most ? query->n : most;
    room r = {.spare = whole_lines(longest),
              .fresh = whole_lines(model->n_fresh),
              .item = whole_lines(most_items(query))};
    if (rg_model_ordered(model, on)) {
        r.steps = whole_lines(most_steps(model, query));
        r.moments = rg_sequence_longest(model, query, 0, query->n);
    }
    need_of(&r, model, on, capacity, r.moments > longest ? r.moments : longest);
    *out = NULL;
    rg_tile *tiles = NULL;
    RG_NEW(ctx->mem, tiles, threads);
    for (int t = 0; t < threads; t++) {
        rg_tile *tile = &tiles[t];
        int n_on = 0;
        tile->evidence = -1;
        for (int a = 0; a < rg_n_channels; a++) {
            tile->place[a] = on[a] ? n_on++ : -1;
            if (on[a] && rg_channels[a]->evidence && tile->evidence < 0)
                tile->evidence = a;
        }
        tile->capacity = capacity;
        tile->ld = rg_panel_count(model->n_items) * RG_PANEL;
        r.pushed = pushes_away(model) ? tile->ld : 0;
        tile->split = 1;
        RG_TRY(take_room(ctx, tile, n_on, gated, &r));
    }
    *out = tiles;
    tiles = NULL;
done:
    rg_tiles_free(ctx, tiles, threads);
    return status;
}

void rg_tiles_free(regatta_ctx *ctx, rg_tile *tiles, int threads)
{
    int64_t flops = 0; /* whole numbers: the same sum at any number of tiles */
    if (tiles == NULL) return;
    for (int t = 0; t < threads; t++) {
        flops += tiles[t].flops;
        rg_free(ctx->mem, tiles[t].rows);
        rg_free(ctx->mem, tiles[t].best);
        rg_free(ctx->mem, tiles[t].support);
        rg_free(ctx->mem, tiles[t].query);
        rg_free(ctx->mem, tiles[t].spare);
        rg_free(ctx->mem, tiles[t].fresh);
        rg_free(ctx->mem, tiles[t].item);
        rg_free(ctx->mem, tiles[t].work);
        rg_free(ctx->mem, tiles[t].pushed);
        rg_order_room_free(ctx, &tiles[t].order);
    }
    rg_count_flops(ctx, (double)flops);
    rg_free(ctx->mem, tiles);
}

float *rg_tile_row(const rg_tile *tile, int channel, int64_t r)
{
    return tile->rows + (tile->place[channel] * tile->capacity + r) * tile->ld;
}

float rg_tile_best(const rg_tile *tile, int64_t r, uint32_t item)
{
    if (tile->best == NULL || tile->evidence < 0) return 0.0f;
    const double width = tile->scaling[r][tile->evidence].width;
    if (!(width > 0.0)) return 0.0f;
    return (float)((double)tile->best[r * tile->ld + item] / width);
}

float rg_tile_support(const rg_tile *tile, int64_t r, uint32_t item)
{
    return tile->support != NULL ? tile->support[r * tile->ld + item] : 0.0f;
}

/* Fills the rows of a channel that multiplies prepared queries with a table. Threads
 * share the panels, which changes no bit. */
static void fill_products(rg_tile *tile, int a, const rg_table *table, int64_t m,
                          int64_t width)
{
    const int64_t n_panels = tile->ld / RG_PANEL;
    const int team = rg_threads_for(m * tile->ld * width, tile->split);
    float *out = rg_tile_row(tile, a, 0);
    if (team == 1) {
        rg_table_scores(out, tile->ld, table, tile->query, m, 0, n_panels);
        return;
    }
#pragma omp parallel for num_threads(team) schedule(static, 1)
    for (int p = 0; p < team; p++) {
        const int64_t first = n_panels * p / team, last = n_panels * (p + 1) / team;
        rg_table_scores(out + first * RG_PANEL, tile->ld, table, tile->query, m, first,
                        last);
    }
}

/* Takes item attention from the user's dislikes out of their row of the channel. */
static void push_away(rg_tile *tile, const regatta_model *model, int a, int64_t r)
{
    const rg_item_weights *s = model->item_weights;
    const rg_history *h = &tile->history[r];
    float *const row = rg_tile_row(tile, a, r), push = *model->dislike_push;
    if (h->n_disliked == 0) return;
    memset(tile->pushed, 0, (size_t)model->n_items * sizeof *tile->pushed);
    for (int64_t e = 0; e < h->n_disliked; e++)
        rg_row_sum_add(tile->pushed, &s->rows, h->disliked[e], push);
    for (int64_t j = 0; j < model->n_items; j++) row[j] -= s->scale[j] * tile->pushed[j];
}

double rg_pushed(const regatta_model *model, const rg_history *h, int a, uint32_t item)
{
    const rg_item_weights *s = model->item_weights;
    double sum = 0.0;
    if (!pushes_away(model) || model->channel[a].state != (const void *)s) return 0.0;
    for (int64_t e = 0; e < h->n_disliked; e++)
        sum += (double)rg_weights_at(&s->rows, h->disliked[e], item);
    return -sum * (double)*model->dislike_push * (double)s->scale[item];
}

/* Fills the rows of channel a for m queries. */
static void fill_channel(rg_tile *tile, const regatta_model *model, int a, int64_t m)
{
    const rg_channel *c = &model->channel[a];
    if (c->ops->table != NULL) {
        const int64_t width = c->ops->query_floats(c->state);
        for (int64_t r = 0; r < m; r++)
            c->ops->query(tile->query + r * width, c->state, &tile->history[r],
                          tile->work);
        fill_products(tile, a, c->ops->table(c->state), m, width);
        tile->flops += 2 * m * width * model->n_items;
        for (int64_t r = 0; r < m && c->ops->add != NULL; r++)
            tile->flops += c->ops->add(rg_tile_row(tile, a, r), model, c->state,
                                       &tile->history[r], tile->work);
        return;
    }
    const int evidence = a == tile->evidence && tile->best != NULL;
    for (int64_t r = 0; r < m; r++)
        tile->flops += c->ops->row(rg_tile_row(tile, a, r),
                                   evidence ? tile->best + r * tile->ld : NULL,
                                   evidence ? tile->support + r * tile->ld : NULL, model,
                                   c->state, &tile->history[r], tile->work);
}

void rg_tile_fill(rg_tile *tile, const regatta_model *model, const regatta_query *query,
                  int64_t first, int64_t m)
{
    uint32_t *items = tile->item;
    rg_order_room order = tile->order;
    for (int64_t r = 0; r < m; r++) {
        rg_history_resolve(&tile->history[r], model, query, first + r, items);
        if (order.step != NULL) {
            rg_history_order(&tile->history[r], model, query, first + r, &order);
            rg_order_room_pass(&order, &tile->history[r]);
        }
        if (query->offset != NULL)
            items += query->offset[first + r + 1] - query->offset[first + r];
    }
    for (int a = 0; a < rg_n_channels; a++) {
        if (tile->place[a] < 0) continue;
        fill_channel(tile, model, a, m);
        if (!pushes_away(model) || model->channel[a].state != model->item_weights)
            continue;
        for (int64_t r = 0; r < m; r++) push_away(tile, model, a, r);
    }
}

void rg_tile_scale(rg_tile *tile, const regatta_model *model, int64_t r)
{
    const rg_history *h = &tile->history[r];
    const int64_t n = model->own.items, n_seen = rg_history_own(h, n);
    for (int a = 0; a < rg_n_channels; a++)
        if (tile->place[a] >= 0) {
            tile->scaling[r][a] =
                rg_blend_scale(rg_tile_row(tile, a, r), n, h->item, n_seen, tile->spare);
            tile->flops += 3 * n;
        }
}

/* Returns 1 if all scores are equal; usually ends at the second item. */
static int is_flat(const float *row, int64_t n)
{
    for (int64_t j = 1; j < n; j++)
        if (row[j] != row[0]) return 0;
    return n > 1;
}

/* Stores the scaling of the row; returns 1 if its scores are not all equal. */
static int measure(rg_tile *tile, int64_t n_items, int channel, int64_t r)
{
    const rg_history *h = &tile->history[r];
    rg_scaling *scaling = &tile->scaling[r][channel];
    tile->flops += n_items;
    *scaling = rg_blend_measure(rg_tile_row(tile, channel, r), n_items, h->item,
                                rg_history_own(h, n_items), tile->spare);
    return scaling->width > 0.0;
}

/* Returns the model's channel that replaces popularity; NULL: it has none. */
static const rg_channel *popular_of(const regatta_model *model)
{
    for (int a = 0; a < rg_n_channels; a++)
        if (model->channel[a].ops != NULL && model->channel[a].ops->popular)
            return &model->channel[a];
    return NULL;
}

int64_t rg_popular_floats(const regatta_model *model)
{
    const rg_channel *c = popular_of(model);
    return c != NULL ? c->ops->query_floats(c->state) : 0;
}

void rg_popular_row(float *row, const regatta_model *model, const rg_history *history,
                    float *query)
{
    const rg_channel *c = popular_of(model);
    const int64_t n_panels = rg_panel_count(model->n_items);
    if (c == NULL) {
        memcpy(row, model->log_degree, (size_t)model->n_items * sizeof *row);
        return;
    }
    c->ops->query(query, c->state, history, NULL);
    rg_table_scores(row, n_panels * RG_PANEL, c->ops->table(c->state), query, 1, 0,
                    n_panels);
}

/* Blends the rows of query r; out is one of them. */
static void blend_rows(float *out, rg_tile *tile, const regatta_model *model, int64_t r,
                       float *const *rows)
{
    const rg_blend *blend = model->blend;
    const rg_scaling *scaling = tile->scaling[r];
    const float log_history = logf(1.0f + (float)tile->history[r].n);
    rg_blend_fresh(tile->fresh, blend, rows, scaling, model->fresh, model->n_fresh);
    rg_blend_raw(out, blend, rows, scaling, model->log_degree,
                 tile->best != NULL ? tile->best + r * tile->ld : NULL,
                 tile->best != NULL ? tile->support + r * tile->ld : NULL, log_history,
                 model->own.items);
    for (int64_t k = 0; k < model->n_fresh; k++) out[model->fresh[k]] += tile->fresh[k];
    tile->flops += model->own.items * rg_blend_flops(blend, log_history);
}

static double lost_by(const regatta_model *model, int count)
{
    return (double)*model->shown_strength * log1p((double)count);
}

/* Lowers the scores of items that the user was shown and did not take. */
static void expose(float *row, const regatta_model *model, const rg_history *h)
{
    if (h->n_shown == 0 || !(*model->shown_strength > 0.0f)) return;
    for (int64_t e = 0; e < h->n_shown; e++)
        row[h->shown[e]] -= (float)lost_by(model, rg_history_exposed(h, e));
}

double rg_exposure(const regatta_model *model, const rg_tile *tile, int64_t r,
                   uint32_t item)
{
    const rg_history *h = &tile->history[r];
    if (h->n_shown == 0 || tile->popular[r]) return 0.0;
    return lost_by(model, rg_history_exposure(h, item));
}

float *rg_tile_score(rg_tile *tile, const regatta_model *model, int64_t r)
{
    const int64_t n_items = model->own.items;
    float *rows[RG_MAX_CHANNELS] = {NULL}, *only = NULL;
    int known = 0;
    for (int a = 0; a < rg_n_channels; a++) {
        if (tile->place[a] < 0) continue;
        only = rows[a] = rg_tile_row(tile, a, r);
        known |=
            model->blend != NULL ? measure(tile, n_items, a, r) : !is_flat(only, n_items);
    }
    if (tile->history[r].n == 0 && popular_of(model) != NULL) known = 0;
    tile->popular[r] = !known;
    if (!known)
        rg_popular_row(only, model, &tile->history[r], tile->query);
    else if (model->blend != NULL)
        blend_rows(only, tile, model, r, rows);
    if (known) expose(only, model, &tile->history[r]);
    for (int64_t j = n_items; j < model->n_items; j++) only[j] = -INFINITY;
    return only;
}
