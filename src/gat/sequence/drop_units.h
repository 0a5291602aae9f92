/* Dropout of the units of token rows. */
#ifndef RG_GAT_SEQUENCE_DROP_UNITS_H
#define RG_GAT_SEQUENCE_DROP_UNITS_H
#include <stdint.h>

/* The random numbers of one step of training. */
typedef struct rg_drop {
    float rate; /* the share of units that are set to 0; 0: none */
    uint64_t seed, step;
    int64_t first; /* the number of the first token within the batch */
} rg_drop;

/* Sets units of x[n][dim] to 0 and divides the others by 1 - rate (Srivastava et al.
 * 2014). Which ones is a function of seed, step, the place in the network `site` (below
 * 256), and the number of the token, so the backward calls it with the gradient. drop
 * NULL: no-op. Four units share 64 random bits of Philox. */
void rg_drop_units(float *x, const rg_drop *drop, int site, int64_t n, int64_t dim);
#endif
