#include "fit/calibration/pav.h"

/* Returns 1 if the mean of b is not above that of a, without a division. */
static int violates(const rg_pav_cell *a, const rg_pav_cell *b)
{
    return b->value * a->weight <= a->value * b->weight;
}

int64_t rg_pav(rg_pav_cell *cell, int64_t n)
{
    int64_t top = 0;
    for (int64_t k = 0; k < n; k++) {
        cell[top++] = cell[k];
        while (top > 1 && violates(&cell[top - 2], &cell[top - 1])) {
            cell[top - 2].weight += cell[top - 1].weight;
            cell[top - 2].value += cell[top - 1].value;
            cell[top - 2].place += cell[top - 1].place;
            top--;
        }
    }
    return top;
}
