#include "rank/walk_communities.h"
#include "base/bf16.h"
#include "base/hit.h"
#include <math.h>

/* A block of a row of the walk, in the list of its community. */
typedef struct met {
    rg_tour_part part;
    int64_t next; /* NONE: the last of its community */
} met;

enum { NONE = -1 };

/* The blocks of a community in the walk, in the order of the rows. */
typedef struct seen {
    float mass;
    int64_t n;    /* entries; 0: not met */
    int64_t take; /* of them are read */
    int64_t head, tail;
} seen;

struct rg_tour {
    const rg_reach_blocks *blocks;
    seen *community; /* [communities] n is 0 between walks */
    uint64_t *key;   /* [communities] of those that are met */
    int64_t n_keys;
    met *met; /* [most blocks] */
    rg_tour_part *part;
    int64_t n_met, whole;
};

regatta_status rg_tour_create(regatta_ctx *ctx, rg_tour **out, const regatta_model *model,
                              int64_t rows)
{
    regatta_status status = REGATTA_OK;
    const int64_t all = model->n_communities;
    const int64_t most = rows * (all < RG_REACH_TARGETS ? all : RG_REACH_TARGETS);
    rg_tour *t = NULL;
    *out = NULL;
    RG_NEW(ctx->mem, t, 1);
    RG_NEW(ctx->mem, t->community, all);
    RG_NEW(ctx->mem, t->key, all);
    RG_NEW(ctx->mem, t->met, most);
    RG_NEW(ctx->mem, t->part, most);
    *out = t;
    t = NULL;
done:
    rg_tour_free(ctx, t);
    return status;
}

void rg_tour_free(regatta_ctx *ctx, rg_tour *tour)
{
    if (tour == NULL) return;
    rg_free(ctx->mem, tour->community);
    rg_free(ctx->mem, tour->key);
    rg_free(ctx->mem, tour->met);
    rg_free(ctx->mem, tour->part);
    rg_free(ctx->mem, tour);
}

void rg_tour_begin(rg_tour *tour, const rg_reach_blocks *blocks)
{
    tour->blocks = blocks;
    tour->n_keys = tour->n_met = tour->whole = 0;
}

void rg_tour_add(rg_tour *tour, uint32_t item, float weight)
{
    const rg_reach_blocks *b = tour->blocks;
    int64_t first = b->first[item];
    for (int64_t k = b->offset[item]; k < b->offset[item + INT64_C(1)]; k++) {
        const rg_reach_block *block = &b->block[k];
        seen *c = &tour->community[block->community];
        tour->met[tour->n_met] = (met){{first, block->n, item, weight}, NONE};
        if (c->n == 0) {
            *c = (seen){.head = tour->n_met};
            tour->key[tour->n_keys++] = block->community;
        } else {
            tour->met[c->tail].next = tour->n_met;
        }
        c->tail = tour->n_met++;
        c->n += block->n;
        c->mass += weight * rg_from_bf16(block->mass);
        first += block->n;
    }
    tour->whole += first - b->first[item];
}

/* Lists the parts of a community: by rounding the sums, exactly c->take entries. Returns
 * the parts. */
static int64_t list_parts(rg_tour_part *to, const rg_tour *tour, const seen *c)
{
    int64_t n = 0, before = 0, taken = 0;
    for (int64_t k = c->head; k != NONE; k = tour->met[k].next) {
        const rg_tour_part *all = &tour->met[k].part;
        before += all->n;
        const int64_t until = before * c->take / c->n;
        if (until > taken)
            to[n++] = (rg_tour_part){all->first, until - taken, all->item, all->weight};
        taken = until;
    }
    return n;
}

/* Sorts the communities that are met by falling mass, ties to the lower number. */
static void sort_communities(rg_tour *tour)
{
    for (int64_t k = 0; k < tour->n_keys; k++) {
        const uint32_t c = (uint32_t)tour->key[k];
        tour->key[k] = rg_hit_key(tour->community[c].mass, c);
    }
    rg_hits_sort(tour->key, tour->n_keys);
}

static seen *at(const rg_tour *tour, int64_t k)
{
    return &tour->community[rg_hit_row(tour->key[k])];
}

/* Sets how many entries are read of each community, `most` of all. */
static void divide(rg_tour *tour, int64_t most)
{
    double left = (double)most, weight = 0.0;
    int64_t k = 0, taken = 0;
    for (int64_t i = 0; i < tour->n_keys; i++)
        weight += (double)at(tour, i)->n * (double)at(tour, i)->mass;
    for (; k < tour->n_keys && left * (double)at(tour, k)->mass >= weight; k++) {
        seen *c = at(tour, k);
        c->take = c->n < most - taken ? c->n : most - taken; /* read whole */
        taken += c->take;
        left -= (double)c->n;
        weight -= (double)c->n * (double)c->mass;
    }
    const double lambda = weight > 0.0 && left > 0.0 ? left / weight : 0.0;
    for (; k < tour->n_keys; k++) {
        seen *c = at(tour, k);
        const double wanted = lambda * (double)c->mass * (double)c->n;
        c->take = wanted < (double)c->n ? (int64_t)wanted : c->n;
        if (c->take > most - taken) c->take = most - taken;
        taken += c->take;
    }
    for (k = 0; k < tour->n_keys; k++) { /* what rounding has left */
        seen *c = at(tour, k);
        const int64_t more = c->n - c->take, rest = most - taken;
        c->take += more < rest ? more : rest;
        taken += more < rest ? more : rest;
    }
}

rg_tour_plan rg_tour_end(rg_tour *tour, double share)
{
    const int64_t most = (int64_t)ceil(share * (double)tour->whole);
    rg_tour_plan plan = {.part = tour->part, .blocks = tour->n_met, .whole = tour->whole};
    sort_communities(tour);
    divide(tour, most);
    for (int64_t k = 0; k < tour->n_keys; k++) {
        seen *c = at(tour, k);
        if (c->take > 0) plan.n += list_parts(tour->part + plan.n, tour, c);
        plan.entries += c->take;
        c->n = 0;
    }
    return plan;
}
