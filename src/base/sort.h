/* Small sorts that allocate nothing, so that they may run inside parallel regions. */
#ifndef RG_BASE_SORT_H
#define RG_BASE_SORT_H
#include <stdint.h>

/* Ascending; O(n log n), O(n) when it already is. */
void rg_sort_u32(uint32_t *a, int64_t n);
/* The same; quicksort, with insertion sort for the last few. */
void rg_sort_u64(uint64_t *a, int64_t n);
/* Drops repeats of an ascending list; returns how many are left. */
int64_t rg_unique_u32(uint32_t *a, int64_t n);

/* Where something was in a list, and when it happened. */
typedef struct rg_moment {
    int64_t time;
    uint32_t place;
} rg_moment;
/* The earliest first, those of one time by their places: stable where places ascend.
 * O(n log n), O(n) when it already is. */
void rg_sort_moments(rg_moment *a, int64_t n);
#endif
