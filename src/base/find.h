/* Binary search in ascending lists. */
#ifndef RG_BASE_FIND_H
#define RG_BASE_FIND_H
#include <stdint.h>

/* The first k with a[k] >= x, n where there is none. O(log n). */
static inline int64_t rg_lower_bound_u32(const uint32_t *a, int64_t n, uint32_t x)
{
    int64_t low = 0, high = n;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (a[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The first k with a[k] == x, -1 where there is none. */
static inline int64_t rg_find_u32(const uint32_t *a, int64_t n, uint32_t x)
{
    const int64_t k = rg_lower_bound_u32(a, n, x);
    return k < n && a[k] == x ? k : -1;
}
#endif
