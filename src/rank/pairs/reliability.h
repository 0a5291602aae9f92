/* How well probabilities fit the labels of pairs (docs/metrics.md). */
#ifndef RG_RANK_RELIABILITY_H
#define RG_RANK_RELIABILITY_H
#include "rank/pairs/pair_order.h"

typedef struct rg_reliability {
    double pairs[REGATTA_BINS], predicted[REGATTA_BINS], observed[REGATTA_BINS];
    double error; /* mean of |predicted - observed|, by pairs */
} rg_reliability;

/* Fills the table from pairs with probabilities in their order
 * (rg_pair_order_probability): each bin has a tenth of the positives, and the negatives
 * between them; pairs of equal probability share a bin. */
void rg_reliability_fill(rg_reliability *out, const regatta_pairs *pairs,
                         const rg_moment *order);

/* Returns -log of the probability of the label, the probability clamped to 1e-15 .. 1 -
 * 1e-15. */
double rg_log_loss(double probability, int label);
/* Returns the mean log loss of n pairs of which n_positives are positive (both by
 * weight), if each has the share of positives as its probability; 0 if a label is
 * missing. */
double rg_constant_loss(double n_positives, double n);
#endif
