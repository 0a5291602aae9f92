/* Quickselect and quicksort with a partition that does not branch on the data. */
#include "base/hit.h"

enum { SMALL = 24 };

static uint64_t middle(uint64_t a, uint64_t b, uint64_t c)
{
    const uint64_t low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

static uint64_t pivot_of(const uint64_t *key, int64_t n)
{
    const int64_t s = n / 8;
    return middle(middle(key[0], key[s], key[2 * s]),
                  middle(key[3 * s], key[4 * s], key[5 * s]),
                  middle(key[6 * s], key[7 * s], key[n - 1]));
}

/* Keys above the pivot go first, the pivot next; returns its place. */
static int64_t partition(uint64_t *key, int64_t n, uint64_t pivot)
{
    int64_t at = 0, place = 0;
    for (int64_t i = 0; i < n; i++) {
        const uint64_t x = key[i];
        key[i] = key[at];
        key[at] = x;
        at += x > pivot;
    }
    for (place = at; key[place] != pivot;) place++;
    key[place] = key[at];
    key[at] = pivot;
    return at;
}

static void insertion_sort(uint64_t *key, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        const uint64_t x = key[i];
        int64_t j = i;
        for (; j > 0 && key[j - 1] < x; j--) key[j] = key[j - 1];
        key[j] = x;
    }
}

/* The same for a pivot that no key is above: keys equal to it go first; returns how many
 * they are. */
static int64_t gather_equal(uint64_t *key, int64_t n, uint64_t pivot)
{
    int64_t at = 0;
    for (int64_t i = 0; i < n; i++) {
        const uint64_t x = key[i];
        key[i] = key[at];
        key[at] = x;
        at += x >= pivot;
    }
    return at;
}

void rg_hits_select(uint64_t *key, int64_t n, int64_t k)
{
    int64_t begin = 0, end = n;
    if (k <= 0 || k >= n) return;
    while (end - begin > SMALL) {
        const uint64_t pivot = pivot_of(key + begin, end - begin);
        if (begin > 0 && key[begin - 1] == pivot) { /* the last pivot once more */
            begin += gather_equal(key + begin, end - begin, pivot);
            if (begin >= k) return;
            continue;
        }
        const int64_t at = begin + partition(key + begin, end - begin, pivot);
        if (at == k - 1) return;
        if (at < k - 1) {
            begin = at + 1;
        } else {
            end = at;
        }
    }
    insertion_sort(key + begin, end - begin);
}

void rg_hits_sort(uint64_t *key, int64_t n)
{
    while (n > SMALL) {
        const int64_t at = partition(key, n, pivot_of(key, n));
        /* The shorter side by recursion: depth is at most log2 n. */
        if (at < n - at - 1) {
            rg_hits_sort(key, at);
            key += at + 1;
            n -= at + 1;
        } else {
            rg_hits_sort(key + at + 1, n - at - 1);
            n = at;
        }
    }
    insertion_sort(key, n);
}
