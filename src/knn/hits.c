/* Cutting and sorting pairs by their key: quickselect and quicksort with a partition that
 * does not branch on the data. Keys are distinct, so the order is total. */
#include "knn/hits.h"
#include <math.h>

enum { SMALL = 24, LEAST_ROOM = 160 };

int64_t rg_hits_room(int64_t k, int64_t n)
{
    const int64_t room = k < LEAST_ROOM / 3 ? LEAST_ROOM : 3 * k;
    return n < room ? n : room;
}

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

/* The k best go first, the worst of them last of the k; 0 < k < n. */
static void select_best(uint64_t *key, int64_t n, int64_t k)
{
    int64_t begin = 0, end = n;
    while (end - begin > SMALL) {
        const int64_t at = begin + partition(key + begin, end - begin,
                                             pivot_of(key + begin, end - begin));
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

static int is_skipped(const rg_hits *hits, uint32_t row)
{
    int64_t low = 0, high = hits->n_skip;
    while (low < high) {
        const int64_t mid = low + (high - low) / 2;
        if (hits->skip[mid] < row) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low < hits->n_skip && hits->skip[low] == row;
}

float rg_hits_cut(rg_hits *hits)
{
    int64_t n = 0;
    for (int64_t i = 0; i < hits->n; i++) {
        const uint32_t row = rg_hit_row(hits->key[i]);
        hits->key[n] = hits->key[i];
        n += (int64_t)row < hits->n_rows && !is_skipped(hits, row);
    }
    hits->n = n;
    if (n < hits->k || hits->k == 0) return hits->k == 0 ? INFINITY : -INFINITY;
    if (n > hits->k) select_best(hits->key, n, hits->k);
    hits->n = hits->k;
    if (n > hits->k) return rg_hit_score(hits->key[hits->k - 1]);
    uint64_t worst = hits->key[0];
    for (int64_t i = 1; i < n; i++) worst = hits->key[i] < worst ? hits->key[i] : worst;
    return rg_hit_score(worst);
}
