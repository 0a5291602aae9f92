#include "model/communities/reach_blocks.h"
#include "base/bf16.h"
#include "base/hit.h"
#include "base/parallel.h"
#include <math.h>
#include <omp.h>
#include <string.h>

/* What sorts the entries of a row, descending: the communities ascend, in one the sizes
 * fall (to 16 bits of the mantissa), of equal ones the places ascend. */
static uint64_t key_of(uint32_t community, float size, uint32_t place)
{
    uint32_t bits = 0;
    memcpy(&bits, &size, sizeof bits); /* of a number that is not negative */
    return (uint64_t)~community << 32 | (uint64_t)(bits >> 7 << 8) | (~place & 0xff);
}

static uint32_t community_of(uint64_t key)
{
    return ~(uint32_t)(key >> 32);
}

static uint8_t place_of(uint64_t key)
{
    return (uint8_t)~key;
}

static float weight_of(const rg_reach_row *row, const regatta_model *model, int64_t e)
{
    return rg_from_bf16(row->value[e]) * model->item_weights->scale[row->target[e]];
}

/* Counts the entries and blocks of row i; seen[communities] has the last row of each. */
static void count_row(rg_reach_blocks *b, const regatta_model *model,
                      const rg_reach *reach, int64_t i, uint32_t *seen)
{
    const rg_reach_row row = rg_reach_of(reach, model, (uint32_t)i);
    int64_t n = 0;
    for (int64_t e = 0; e < row.n; e++) {
        uint32_t *last = &seen[model->community[row.target[e]]];
        n += *last != (uint32_t)i + 1;
        *last = (uint32_t)i + 1;
    }
    b->offset[i + 1] = n;
    b->first[i + 1] = row.n;
}

static void write_row(rg_reach_blocks *b, const regatta_model *model,
                      const rg_reach *reach, int64_t i)
{
    const rg_reach_row row = rg_reach_of(reach, model, (uint32_t)i);
    rg_reach_block *block = b->block + b->offset[i];
    uint8_t *place = b->place + b->first[i];
    uint64_t key[RG_REACH_TARGETS];
    for (int64_t e = 0; e < row.n; e++)
        key[e] = key_of(model->community[row.target[e]],
                        fmaxf(0.0f, fabsf(weight_of(&row, model, e))), (uint32_t)e);
    rg_hits_sort(key, row.n);
    for (int64_t first = 0, end = 0; first < row.n; first = end, block++) {
        const uint32_t community = community_of(key[first]);
        float mass = 0.0f;
        for (; end < row.n && community_of(key[end]) == community; end++) {
            place[end] = place_of(key[end]);
            mass += fmaxf(0.0f, weight_of(&row, model, place[end]));
        }
        *block = (rg_reach_block){community, (uint16_t)(end - first), rg_to_bf16(mass)};
    }
}

/* Sums the counts of the rows before each. */
static void add_up(int64_t *offset, int64_t n)
{
    for (int64_t i = 0; i < n; i++) offset[i + 1] += offset[i];
}

regatta_status rg_reach_blocks_create(regatta_ctx *ctx, rg_reach_blocks **out,
                                      const regatta_model *model, const rg_reach *reach)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_items = model->n_items;
    const int team = rg_threads_for(
        RG_SCALAR * model->item_weights->rows.offset[n_items] * 8, ctx->threads);
    uint32_t *seen = NULL;
    rg_reach_blocks *b = NULL;
    *out = NULL;
    RG_NEW(ctx->mem, b, 1);
    b->mem = ctx->mem;
    RG_NEW(ctx->mem, b->offset, n_items + 1);
    RG_NEW(ctx->mem, b->first, n_items + 1);
    RG_NEW(ctx->mem, seen, team * model->n_communities);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t i = 0; i < n_items; i++)
        count_row(b, model, reach, i, seen + omp_get_thread_num() * model->n_communities);
    add_up(b->offset, n_items);
    add_up(b->first, n_items);
    RG_NEW(ctx->mem, b->place, b->first[n_items]);
    RG_NEW(ctx->mem, b->block, b->offset[n_items]);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t i = 0; i < n_items; i++) write_row(b, model, reach, i);
    *out = b;
    b = NULL;
done:
    rg_free(ctx->mem, seen);
    rg_reach_blocks_free(b);
    return status;
}

void rg_reach_blocks_free(rg_reach_blocks *blocks)
{
    if (blocks == NULL) return;
    const rg_mem mem = blocks->mem;
    rg_free(mem, blocks->offset);
    rg_free(mem, blocks->block);
    rg_free(mem, blocks->first);
    rg_free(mem, blocks->place);
    rg_free(mem, blocks);
}
