/* The k largest of a row, k small, in two vectorised passes and one sort.
 *
 *   1  The row is cut into groups (every G-th element), and the maximum of each group is
 *      taken. A number that at least k maxima exceed is a limit: at least k elements are
 *      above it. The largest such limit is found by bisection.
 *   2  Elements above the limit become candidates. In random order a row has few more
 *      than k: 680 for k = 500 of 41,000, 22 for k = 20.
 *   3  The candidates are sorted (radix sort, stable) and the first k are the result.
 *
 * If the list is full during step 2, it is sorted and cut to k, and the k-th score is the
 * new limit; an element equal to it comes later in the row and so ranks behind. Correct
 * for any limit of step 1, which may be -INFINITY. O(n + k), O(n log n) at worst. */
#include "base/topk_filter.h"
#include "base/kernels/kernels.h"
#include <math.h>
#include <string.h>

enum {
    STRIP = 512, /* elements that one call of the kernel filters */
    ROOM = 2048, /* candidates: at least k + STRIP */
    LEAST_GROUPS = 256,
    RADIX = 256,
    DIGITS = 4,
};

typedef struct entry {
    uint32_t key; /* ascending in decreasing score */
    uint32_t index;
} entry;

typedef struct candidates {
    entry list[ROOM];
    union { /* not needed at the same time */
        entry sorted[ROOM];
        float peak[2 * RG_TOPK_FEW];
    } spare;
    uint32_t strip[STRIP];
    int64_t n;
} candidates;

/* Maps scores to integers of the reverse order; +0 and -0 to the same. */
static uint32_t key_of(float score)
{
    const float x = score + 0.0f;
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 31 ? bits : ~bits & 0x7fffffffu;
}

static float score_of(uint32_t key)
{
    const uint32_t bits = key >> 31 ? key : ~key & 0x7fffffffu;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Returns a number that at least k elements of the row exceed, -INFINITY if the maxima
 * show none. */
static float start_limit(const rg_kernels *kernels, float *peak, int64_t k,
                         const float *row, int64_t n)
{
    int64_t groups = LEAST_GROUPS;
    while (groups < 2 * k) groups *= 2;
    if (n < 2 * groups) return -INFINITY;
    kernels->peaks(peak, groups, row, n);
    const uint32_t none = key_of(-INFINITY);
    uint32_t limit = none, over = key_of(INFINITY); /* none exceeds INFINITY */
    if (kernels->n_above(peak, groups, -INFINITY) < k) return -INFINITY;
    while (limit - over > 1) {
        const uint32_t middle = over + (limit - over) / 2;
        const int64_t count = kernels->n_above(peak, groups, score_of(middle));
        if (count < k) {
            over = middle;
        } else {
            limit = middle;
            if (count <= k + k / 8) break;
        }
    }
    return score_of(limit);
}

/* Sorts the list by key, stable: candidates of equal score stay in order of index. A
 * digit in which all agree needs no pass. */
static void sort(candidates *c)
{
    uint32_t count[DIGITS][RADIX] = {{0}};
    entry *from = c->list, *to = c->spare.sorted;
    for (int64_t e = 0; e < c->n; e++)
        for (int d = 0; d < DIGITS; d++) count[d][from[e].key >> 8 * d & (RADIX - 1)]++;
    for (int d = 0; d < DIGITS && c->n > 0; d++) {
        uint32_t *at = count[d], sum = 0;
        if (at[from[0].key >> 8 * d & (RADIX - 1)] == c->n) continue;
        for (int b = 0; b < RADIX; b++) {
            const uint32_t here = at[b];
            at[b] = sum;
            sum += here;
        }
        for (int64_t e = 0; e < c->n; e++)
            to[at[from[e].key >> 8 * d & (RADIX - 1)]++] = from[e];
        entry *const swap = from;
        from = to;
        to = swap;
    }
    if (from != c->list) memcpy(c->list, from, (size_t)c->n * sizeof *from);
}

/* Keeps the k best, sorted. */
static void cut(candidates *c, int64_t k)
{
    sort(c);
    if (c->n > k) c->n = k;
}

int64_t rg_topk_filter(uint32_t *index, float *score, int64_t k, const float *row,
                       int64_t n)
{
    const rg_kernels *kernels = rg_kernels_best();
    candidates c;
    c.n = 0;
    float limit = start_limit(kernels, c.spare.peak, k, row, n);
    for (int64_t at = 0; at < n; at += STRIP) {
        const int64_t end = at + STRIP < n ? at + STRIP : n;
        const int64_t found = kernels->pick_above(c.strip, row, at, end, limit);
        for (int64_t e = 0; e < found; e++)
            c.list[c.n++] = (entry){key_of(row[c.strip[e]]), c.strip[e]};
        if (c.n <= ROOM - STRIP) continue;
        cut(&c, k);
        if (c.n == k) limit = row[c.list[k - 1].index];
    }
    cut(&c, k);
    for (int64_t r = 0; r < c.n; r++) {
        index[r] = c.list[r].index;
        score[r] = row[index[r]];
    }
    return c.n;
}
