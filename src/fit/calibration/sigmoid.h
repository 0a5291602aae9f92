/* A sigmoid of a score, fitted to labelled pairs (Platt 1999). */
#ifndef RG_FIT_SIGMOID_H
#define RG_FIT_SIGMOID_H
#include <regatta/pairs.h>

typedef struct rg_sigmoid {
    double slope, shift; /* logit of the probability = slope * score + shift */
} rg_sigmoid;

/* Returns the sigmoid of least cross-entropy to Platt's targets, (P + 1) / (P + 2) for
 * the P positive pairs and 1 / (N + 2) for the N negative pairs, by Newton's method with
 * a line search (Lin, Lin and Weng, "A note on Platt's probabilistic outputs", 2007). The
 * pairs are those of part[k] == which, all if part is NULL. The slope is at least 1e-6
 * for one standard deviation of the scores, so that the order of scores is kept. */
rg_sigmoid rg_sigmoid_fit(const regatta_pairs *pairs, const uint8_t *part, int which);
#endif
