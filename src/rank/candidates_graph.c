/* The sums are in a hash table with open addressing, so memory and time depend on the
 * walk and not on the number of items. A list of the used slots serves to empty it. Rows
 * are added in the order of the history, with the same bits as the row of channel
 * items. */
#include "rank/candidates_graph.h"
#include "base/bf16.h"
#include "base/sort.h"
#include "knn/hits.h"
#include "model/recency.h"
#include "rank/allow.h"
#include "rank/walk_communities.h"
#include <math.h>
#include <regatta/candidates.h>
#include <string.h>

typedef struct slot {
    uint32_t item; /* plus 1; 0 = empty */
    float sum;
} slot;

struct rg_walk {
    slot *slots;       /* [n_slots] all empty between walks */
    int64_t n_slots;   /* a power of 2, at least twice the number of entries */
    uint32_t *touched; /* [n_slots / 2] used slots in order of insertion */
    int64_t n_touched;
    uint64_t *key;    /* [longest of histories and n_slots / 2] */
    uint32_t *chosen; /* [RG_WALK_ITEMS] places in the history */
    rg_tour *tour;    /* NULL: the walk reads all entries */
};

static int64_t most_reached(int64_t n_items, int64_t longest)
{
    const int64_t items = longest < RG_WALK_ITEMS ? longest : RG_WALK_ITEMS;
    const int64_t most = items * RG_REACH_TARGETS;
    return most < n_items ? most : n_items;
}

regatta_status rg_walks_create(regatta_ctx *ctx, rg_walk **out,
                               const regatta_model *model, const rg_walk_plan *plan,
                               int64_t longest, int threads)
{
    regatta_status status = REGATTA_OK;
    const int64_t most = most_reached(model->n_items, longest);
    int64_t n_slots = 64;
    rg_walk *walks = NULL;
    *out = NULL;
    while (n_slots < 2 * most) n_slots *= 2;
    const int64_t n_keys = longest > n_slots / 2 ? longest : n_slots / 2;
    RG_NEW(ctx->mem, walks, threads);
    for (int t = 0; t < threads; t++) {
        walks[t].n_slots = n_slots;
        RG_NEW(ctx->mem, walks[t].slots, n_slots);
        RG_NEW(ctx->mem, walks[t].touched, n_slots / 2);
        RG_NEW(ctx->mem, walks[t].key, n_keys + RG_HITS_SLACK);
        RG_NEW(ctx->mem, walks[t].chosen, RG_WALK_ITEMS);
        if (plan->blocks != NULL)
            RG_TRY(rg_tour_create(ctx, &walks[t].tour, model,
                                  longest < RG_WALK_ITEMS ? longest : RG_WALK_ITEMS));
    }
    *out = walks;
    walks = NULL;
done:
    rg_walks_free(ctx, walks, threads);
    return status;
}

void rg_walks_free(regatta_ctx *ctx, rg_walk *walks, int threads)
{
    if (walks == NULL) return;
    for (int t = 0; t < threads; t++) {
        rg_free(ctx->mem, walks[t].slots);
        rg_free(ctx->mem, walks[t].touched);
        rg_free(ctx->mem, walks[t].key);
        rg_free(ctx->mem, walks[t].chosen);
        rg_tour_free(ctx, walks[t].tour);
    }
    rg_free(ctx->mem, walks);
}

rg_walk *rg_walk_at(rg_walk *walks, int thread)
{
    return &walks[thread];
}

/* Writes the places in the history of the items to walk from, ascending; returns their
 * number. */
static int64_t choose(rg_walk *walk, const regatta_model *model, const rg_history *h)
{
    if (h->n <= RG_WALK_ITEMS) {
        for (int64_t e = 0; e < h->n; e++) walk->chosen[e] = (uint32_t)e;
        return h->n;
    }
    rg_hits hits = {.key = walk->key, .n = h->n, .k = RG_WALK_ITEMS, .n_rows = h->n};
    for (int64_t e = 0; e < h->n; e++) {
        const float r = rg_recency_weight(model->item_weights->recency, h, e);
        const float users = (float)model->item_count[h->item[e]];
        walk->key[e] = rg_hit_key(r / sqrtf(1.0f + users), (uint32_t)e);
    }
    rg_hits_cut(&hits);
    for (int64_t e = 0; e < hits.n; e++) walk->chosen[e] = rg_hit_row(hits.key[e]);
    rg_sort_u32(walk->chosen, hits.n);
    return hits.n;
}

/* Returns the slot of the item, or the empty slot to insert it. */
static int64_t place_of(const rg_walk *walk, uint32_t item)
{
    const int64_t mask = walk->n_slots - 1;
    int64_t at = (int64_t)((item * UINT32_C(2654435769)) >> 7) & mask;
    while (walk->slots[at].item != 0 && walk->slots[at].item != item + 1)
        at = (at + 1) & mask;
    return at;
}

static void add_entry(rg_walk *walk, const rg_reach_row *row, int64_t e, float r)
{
    const int64_t at = place_of(walk, row->target[e]);
    slot *s = &walk->slots[at];
    if (s->item == 0) {
        s->item = row->target[e] + 1;
        walk->touched[walk->n_touched++] = (uint32_t)at;
    }
    s->sum += r * rg_from_bf16(row->value[e]);
}

/* A walk's rows: those of chosen items of a history. */
typedef struct rows {
    const regatta_model *model;
    const rg_walk_plan *plan;
    const rg_history *history;
    int64_t n;
} rows;

static uint32_t item_of(const rows *r, const rg_walk *walk, int64_t row)
{
    return r->history->item[walk->chosen[row]];
}

static float weight_of(const rows *r, const rg_walk *walk, int64_t row)
{
    return rg_recency_weight(r->model->item_weights->recency, r->history,
                             walk->chosen[row]);
}

/* Adds all entries. */
static void walk_whole(rg_walk *walk, int64_t *reads, const rows *r)
{
    for (int64_t c = 0; c < r->n; c++) {
        const rg_reach_row row =
            rg_reach_of(r->plan->reach, r->model, item_of(r, walk, c));
        const float weight = weight_of(r, walk, c);
        for (int64_t e = 0; e < row.n; e++) add_entry(walk, &row, e, weight);
        reads[REGATTA_READ_ENTRIES] += row.n;
    }
    reads[REGATTA_READ_WHOLE] = reads[REGATTA_READ_ENTRIES];
}

/* Adds a share of the entries. An item is of one community, so its sum has the order of
 * the rows in walk_whole too. */
static void walk_communities(rg_walk *walk, int64_t *reads, const rows *r)
{
    const rg_reach_blocks *blocks = r->plan->blocks;
    rg_tour_begin(walk->tour, blocks);
    for (int64_t c = 0; c < r->n; c++)
        rg_tour_add(walk->tour, item_of(r, walk, c), weight_of(r, walk, c));
    const rg_tour_plan to = rg_tour_end(walk->tour, r->plan->share);
    for (int64_t k = 0; k < to.n; k++) {
        const rg_tour_part *part = &to.part[k];
        const rg_reach_row row = rg_reach_of(r->plan->reach, r->model, part->item);
        for (int64_t e = 0; e < part->n; e++)
            add_entry(walk, &row, blocks->place[part->first + e], part->weight);
    }
    reads[REGATTA_READ_ENTRIES] = to.entries;
    reads[REGATTA_READ_BLOCKS] = to.blocks;
    reads[REGATTA_READ_WHOLE] = to.whole;
}

/* Empties the table into sort keys of the allowed items; returns their number. */
static int64_t empty(rg_walk *walk, const regatta_model *model, const uint32_t *allow)
{
    int64_t n = 0;
    for (int64_t t = 0; t < walk->n_touched; t++) {
        slot *s = &walk->slots[walk->touched[t]];
        const uint32_t item = s->item - 1;
        const float x = s->sum * model->item_weights->scale[item];
        *s = (slot){0, 0.0f};
        if (!(x > 0.0f) || !rg_allows(allow, item)) continue;
        walk->key[n++] = rg_hit_key(x, item);
    }
    walk->n_touched = 0;
    return n;
}

int64_t rg_walk_best(rg_walk *walk, uint32_t *items, float *scores, int64_t *reads,
                     int64_t n, const regatta_model *model, const rg_walk_plan *plan,
                     const rg_history *history, const uint32_t *allow,
                     const uint32_t *skip, int64_t n_skip)
{
    const rows r = {model, plan, history, choose(walk, model, history)};
    memset(reads, 0, REGATTA_N_READS * sizeof *reads);
    if (plan->blocks != NULL)
        walk_communities(walk, reads, &r);
    else
        walk_whole(walk, reads, &r);
    rg_hits hits = {.key = walk->key,
                    .n = empty(walk, model, allow),
                    .k = n,
                    .n_rows = model->n_items,
                    .skip = skip,
                    .n_skip = n_skip};
    rg_hits_cut(&hits);
    rg_hits_sort(hits.key, hits.n);
    for (int64_t k = 0; k < hits.n; k++) {
        items[k] = rg_hit_row(hits.key[k]);
        scores[k] = rg_hit_score(hits.key[k]);
    }
    return hits.n;
}
