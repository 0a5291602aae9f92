/* Which items stand in a sampled softmax, and how their logits are corrected. */
#ifndef RG_GAT_ITEM_SAMPLE_H
#define RG_GAT_ITEM_SAMPLE_H
#include "base/checkpoint/archive.h"

/* The sample of one step: the distinct positives of its block (certain) and a uniform
 * sample without replacement of m of the other items. With p positives of n items, the
 * others' logits get the shift log((n - p) / m), minus the logarithm of the chance to be
 * in, so that
 *   sum_P exp z + (n - p)/m sum_R exp z
 * is an unbiased estimate of the sum over all items (its logarithm is biased a little
 * down, by half the relative variance). m = size - p, but at least half of `size`. */
typedef struct rg_item_sample {
    rg_mem mem;
    int64_t n_items, size, capacity;
    int64_t n;       /* items of this step's sample */
    uint32_t *item;  /* [capacity] ascending */
    float *shift;    /* [capacity] */
    uint32_t *place; /* [n_items] where in `item`, REGATTA_NONE when not there */
    uint32_t *deck;  /* [n_items] a permutation that the draws go on shuffling */
} rg_item_sample;

/* For blocks of at most max_positives edges. */
regatta_status rg_item_sample_create(regatta_ctx *ctx, rg_item_sample **out,
                                     int64_t n_items, int64_t size,
                                     int64_t max_positives);
/* Draws the sample of `step` around positive[n_positives], a function of the seed and of
 * the calls before it. O(n_items + n_positives). */
void rg_item_sample_draw(rg_item_sample *s, const uint32_t *positive, int64_t n_positives,
                         uint64_t seed, uint64_t step);
/* Copies the rows and biases of the sample out of those of all items; O(n dim). */
void rg_item_sample_gather(const rg_item_sample *s, float *row, float *bias,
                           const float *rows, const float *biases, int64_t dim,
                           int threads);
/* Writes the gradients of the sample to their items, and zero to the others;
 * O(n_items dim). */
void rg_item_sample_spread(const rg_item_sample *s, float *rows, float *biases,
                           const float *row, const float *bias, int64_t dim, int threads);
/* Visits the deck for a checkpoint: with it the next draws are those of a run that was
 * not interrupted. */
regatta_status rg_item_sample_archive(rg_archive *archive, rg_item_sample *s);
void rg_item_sample_free(rg_item_sample *s); /* NULL is a no-op */
#endif
