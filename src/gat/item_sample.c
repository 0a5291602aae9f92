/* The sample of a sampled softmax: Fisher-Yates over a deck that stays shuffled between
 * steps (any starting order of the deck gives a uniform sample). */
#include "gat/item_sample.h"
#include "base/parallel.h"
#include "base/rng.h"
#include <math.h>
#include <string.h>

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

regatta_status rg_item_sample_create(regatta_ctx *ctx, rg_item_sample **out,
                                     int64_t n_items, int64_t size, int64_t max_positives)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_item_sample *s = NULL;
    RG_NEW(ctx->mem, s, 1);
    s->mem = ctx->mem;
    s->n_items = n_items;
    s->size = least(size, n_items);
    s->capacity = least(n_items, least(max_positives, n_items) + s->size);
    RG_NEW(ctx->mem, s->item, s->capacity);
    RG_NEW(ctx->mem, s->shift, s->capacity);
    RG_NEW(ctx->mem, s->place, n_items);
    RG_NEW(ctx->mem, s->deck, n_items);
    for (int64_t j = 0; j < n_items; j++) s->deck[j] = (uint32_t)j;
    *out = s;
    s = NULL;
done:
    rg_item_sample_free(s);
    return status;
}

enum { POSITIVE = 0, OTHER = 1 }; /* marks in `place` before the places are known */

/* Marks m items that are not marked yet, each set of m equally likely. */
static void mark_others(rg_item_sample *s, int64_t m, uint64_t seed, uint64_t step)
{
    const uint64_t first = step * (uint64_t)s->n_items;
    int64_t marked = 0;
    for (int64_t i = 0; marked < m; i++) {
        const uint64_t left = (uint64_t)(s->n_items - i);
        const int64_t j = i + (int64_t)rg_random_below(seed, RG_STREAM_SAMPLE,
                                                       first + (uint64_t)i, left);
        const uint32_t item = s->deck[j];
        s->deck[j] = s->deck[i];
        s->deck[i] = item;
        if (s->place[item] != REGATTA_NONE) continue;
        s->place[item] = OTHER;
        marked++;
    }
}

void rg_item_sample_draw(rg_item_sample *s, const uint32_t *positive, int64_t n_positives,
                         uint64_t seed, uint64_t step)
{
    memset(s->place, 0xff, (size_t)s->n_items * sizeof *s->place);
    int64_t p = 0;
    for (int64_t e = 0; e < n_positives; e++) {
        p += s->place[positive[e]] == REGATTA_NONE;
        s->place[positive[e]] = POSITIVE;
    }
    const int64_t half = (s->size + 1) / 2;
    const int64_t wanted = s->size - p > half ? s->size - p : half;
    const int64_t m = least(wanted, s->n_items - p);
    mark_others(s, m, seed, step);
    const float shift = m > 0 ? (float)log((double)(s->n_items - p) / (double)m) : 0.0f;
    s->n = 0;
    for (int64_t j = 0; j < s->n_items; j++) {
        if (s->place[j] == REGATTA_NONE) continue;
        s->shift[s->n] = s->place[j] == OTHER ? shift : 0.0f;
        s->item[s->n] = (uint32_t)j;
        s->place[j] = (uint32_t)s->n++;
    }
}

/* Returns 1 if the deck is a permutation; `place` is scratch. */
static int is_permutation(rg_item_sample *s)
{
    memset(s->place, 0, (size_t)s->n_items * sizeof *s->place);
    for (int64_t j = 0; j < s->n_items; j++)
        if (s->deck[j] >= s->n_items || s->place[s->deck[j]]++ > 0) return 0;
    return 1;
}

void rg_item_sample_gather(const rg_item_sample *s, float *row, float *bias,
                           const float *rows, const float *biases, int64_t dim,
                           int threads)
{
    const int team = rg_threads_for(s->n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t k = 0; k < s->n; k++) {
        const int64_t j = s->item[k];
        memcpy(row + k * dim, rows + j * dim, (size_t)dim * sizeof *row);
        bias[k] = biases[j];
    }
}

void rg_item_sample_spread(const rg_item_sample *s, float *rows, float *biases,
                           const float *row, const float *bias, int64_t dim, int threads)
{
    const int team = rg_threads_for(s->n_items * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t j = 0; j < s->n_items; j++) {
        const int64_t k = s->place[j];
        const int is_in = s->place[j] != REGATTA_NONE;
        if (is_in)
            memcpy(rows + j * dim, row + k * dim, (size_t)dim * sizeof *rows);
        else
            memset(rows + j * dim, 0, (size_t)dim * sizeof *rows);
        biases[j] = is_in ? bias[k] : 0.0f;
    }
}

regatta_status rg_item_sample_archive(rg_archive *archive, rg_item_sample *s)
{
    const regatta_status status =
        rg_archive_bytes(archive, s->deck, s->n_items * (int64_t)sizeof *s->deck);
    if (status != REGATTA_OK || !archive->reads || is_permutation(s)) return status;
    return rg_archive_wrong(archive, "a sample's deck is not a permutation");
}

void rg_item_sample_free(rg_item_sample *s)
{
    if (s == NULL) return;
    rg_free(s->mem, s->item);
    rg_free(s->mem, s->shift);
    rg_free(s->mem, s->place);
    rg_free(s->mem, s->deck);
    rg_free(s->mem, s);
}
