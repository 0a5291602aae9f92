/* Isotonic regression by pooling adjacent violators (Ayer et al., 1955). */
#ifndef RG_FIT_PAV_H
#define RG_FIT_PAV_H
#include <stdint.h>

/* Cells in order: their weight, and sums of weight * value for the regressed value and
 * for the place of the cell. */
typedef struct rg_pav_cell {
    double weight, value, place;
} rg_pav_cell;

/* Merges neighbours of cell[n], each of weight above 0, until value / weight rises
 * strictly, and returns the number of cells left: the levels of the weighted least
 * squares fit by a non-decreasing function. O(n). */
int64_t rg_pav(rg_pav_cell *cell, int64_t n);
#endif
