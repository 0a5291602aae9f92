/* Comparing short texts, without a call. */
#ifndef RG_BASE_SAME_H
#define RG_BASE_SAME_H
#include <stdint.h>
#include <string.h>

static inline int rg_same_word(const char *a, const char *b, size_t n)
{
    uint64_t x = 0, y = 0;
    memcpy(&x, a, n);
    memcpy(&y, b, n);
    return x == y;
}

/* Returns 1 if a[n] and b[n] are the same bytes. The last words of a text overlap the
 * ones before. */
static inline int rg_same_bytes(const char *a, const char *b, int64_t n)
{
    int64_t k = 0;
    if (n < 4) {
        while (k < n && a[k] == b[k]) k++;
        return k == n;
    }
    if (n < 8) return rg_same_word(a, b, 4) && rg_same_word(a + n - 4, b + n - 4, 4);
    while (k + 8 < n && rg_same_word(a + k, b + k, 8)) k += 8;
    return k + 8 >= n && rg_same_word(a + n - 8, b + n - 8, 8);
}
#endif
