/* A step expands two rows at once. It prefetches the codes of all new neighbours
 * before the first product, and the edges of the rows that it will most likely expand
 * next, so the cache misses of a step overlap. */
#include "knn/index_beam.h"
#include <string.h>

enum { STEP = 2 }; /* STEP * RG_INDEX_MAX_DEGREE <= RG_WALK_CHUNK */

static int better(float score, uint32_t row, const rg_found *than)
{
    return score > than->score || (score == than->score && row < than->row);
}

int64_t rg_beam_add(rg_beam *beam, float score, uint32_t row)
{
    rg_found *f = beam->found;
    int64_t low = 0, high = beam->n;
    if (beam->n == beam->size && !better(score, row, &f[beam->n - 1])) return beam->size;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (better(score, row, &f[middle])) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    if (beam->n < beam->size) beam->n++;
    memmove(f + low + 1, f + low, (size_t)(beam->n - 1 - low) * sizeof *f);
    f[low] = (rg_found){score, row, 0};
    return low;
}

void rg_index_walk_scores(const rg_index_walk *walk, float *score, const uint32_t *row,
                          int64_t m)
{
    int32_t product[RG_WALK_CHUNK];
    const rg_code_query *q = &walk->query;
    walk->dot(product, q->level, walk->index->code, walk->index->stride, row, m);
    for (int64_t e = 0; e < m; e++) score[e] = q->factor * (float)(product[e] - q->shift);
    if (walk->bias != NULL)
        for (int64_t e = 0; e < m; e++) score[e] += walk->bias[row[e]];
    if (walk->lift == NULL) return;
    for (int64_t e = 0; e < m; e++) {
        const float *lift = walk->lift + 2 * (int64_t)row[e];
        score[e] += walk->of_lift[0] * lift[0] + walk->of_lift[1] * lift[1];
    }
}

/* Returns 1 at the first visit of a row. */
static int meet(rg_index_walk *walk, uint32_t row)
{
    uint64_t *word = walk->seen + (row >> 6);
    const uint64_t bit = (uint64_t)1 << (row & 63);
    if (*word & bit) return 0;
    *word |= bit;
    if (walk->n_touched < RG_WALK_TOUCHED) walk->touched[walk->n_touched] = row;
    walk->n_touched++;
    return 1;
}

static void forget(rg_index_walk *walk)
{
    if (walk->n_touched > RG_WALK_TOUCHED) {
        memset(walk->seen, 0, (size_t)(walk->index->n / 64 + 1) * sizeof *walk->seen);
    } else {
        for (int64_t e = 0; e < walk->n_touched; e++)
            walk->seen[walk->touched[e] >> 6] = 0;
    }
    walk->n_touched = 0;
}

void rg_index_walk_begin(rg_index_walk *walk, int64_t seeds, int64_t n_entries)
{
    const uint32_t *entry = walk->index->entry;
    float score[RG_WALK_CHUNK];
    walk->beam.n = 0;
    walk->beam.size = seeds;
    for (int64_t first = 0; first < n_entries; first += RG_WALK_CHUNK) {
        const int64_t left = n_entries - first;
        const int64_t m = left < RG_WALK_CHUNK ? left : RG_WALK_CHUNK;
        rg_index_walk_scores(walk, score, entry + first, m);
        for (int64_t e = 0; e < m; e++)
            rg_beam_add(&walk->beam, score[e], entry[first + e]);
    }
}

static void prefetch_row(const rg_index_walk *walk, uint32_t row)
{
    const uint8_t *code = walk->index->code + (int64_t)row * walk->index->stride;
    for (int64_t k = 0; k < walk->index->stride; k += 64)
        __builtin_prefetch(code + k, 0, 3);
    if (walk->bias != NULL) __builtin_prefetch(walk->bias + row, 0, 3);
    if (walk->lift != NULL) __builtin_prefetch(walk->lift + 2 * (int64_t)row, 0, 3);
}

static int64_t next_place(const rg_beam *beam, int64_t from)
{
    while (from < beam->n && beam->found[from].walked) from++;
    return from;
}

/* Prefetches the edges of the rows that the next step will most likely expand. */
static void prefetch_edges(const rg_index_walk *walk, int64_t at)
{
    const rg_beam *beam = &walk->beam;
    const int64_t degree = walk->index->degree;
    for (int s = 0; s < STEP && at < beam->n; s++, at = next_place(beam, at + 1)) {
        const uint32_t *edge = walk->index->edge + (int64_t)beam->found[at].row * degree;
        for (int64_t k = 0; k < degree; k += 16) __builtin_prefetch(edge + k, 0, 3);
    }
}

/* Stores the unvisited neighbours of `row` in fresh[degree]; returns how many. */
static int64_t neighbours(rg_index_walk *walk, uint32_t *fresh, uint32_t row)
{
    const int64_t degree = walk->index->degree;
    const uint32_t *edge = walk->index->edge + (int64_t)row * degree;
    int64_t m = 0;
    for (int64_t k = 0; k < degree && edge[k] != REGATTA_NONE; k++) {
        if (!meet(walk, edge[k])) continue;
        fresh[m++] = edge[k];
        prefetch_row(walk, edge[k]);
    }
    return m;
}

void rg_index_walk_run(rg_index_walk *walk, int64_t size)
{
    rg_beam *beam = &walk->beam;
    uint32_t fresh[STEP * RG_INDEX_MAX_DEGREE];
    float score[STEP * RG_INDEX_MAX_DEGREE];
    beam->size = size;
    for (int64_t e = 0; e < beam->n; e++) meet(walk, beam->found[e].row);
    int64_t at = 0; /* the best row that is not expanded */
    while (at < beam->n) {
        int64_t m = 0;
        for (int s = 0; s < STEP && at < beam->n; s++, at = next_place(beam, at)) {
            beam->found[at].walked = 1;
            m += neighbours(walk, fresh + m, beam->found[at].row);
        }
        prefetch_edges(walk, at);
        rg_index_walk_scores(walk, score, fresh, m);
        for (int64_t e = 0; e < m; e++) {
            const int64_t place = rg_beam_add(beam, score[e], fresh[e]);
            if (place < at) at = place;
        }
        prefetch_edges(walk, at);
    }
    forget(walk);
}

regatta_status rg_index_walk_create(rg_index_walk *walk, rg_mem mem,
                                    const rg_index *index, int64_t room)
{
    regatta_status status = REGATTA_OK;
    walk->index = index;
    walk->dot = rg_code_dot(0);
    RG_NEW(mem, walk->query.level, index->stride);
    RG_NEW(mem, walk->seen, index->n / 64 + 1);
    RG_NEW(mem, walk->touched, RG_WALK_TOUCHED);
    RG_NEW(mem, walk->beam.found, room + 1);
done:
    return status;
}

void rg_index_walk_free(rg_index_walk *walk, rg_mem mem)
{
    rg_free(mem, walk->query.level);
    rg_free(mem, walk->seen);
    rg_free(mem, walk->touched);
    rg_free(mem, walk->beam.found);
}
