/* The k largest of a row. Up to RG_TOPK_FEW results come from topk_filter.c. For more, a
 * heap of the best so far, worst on top, lies in the caller's two arrays; the scan for
 * values above its top is vectorised. An element equal to the top cannot enter: it comes
 * later, and ties go to the lower index. O(n + entries log k), where a row in random
 * order has about k log(n / k) entries and an ascending one n. */
#include "base/topk.h"
#include "base/kernels/kernels.h"
#include "base/topk_filter.h"
#include <math.h>
#include <regatta/status.h>

typedef struct heap {
    uint32_t *index;
    float *score;
} heap;

/* a ranks behind b. No two indices are equal, so the order is total. */
static int behind(float a, uint32_t index_a, float b, uint32_t index_b)
{
    return a < b || (a == b && index_a > index_b);
}

/* Puts (score, index) at `at` or deeper in the heap of n, over what is there. */
static void sift_down(heap h, int64_t n, int64_t at, float score, uint32_t index)
{
    for (int64_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && behind(h.score[child + 1], h.index[child + 1],
                                    h.score[child], h.index[child]))
            child++;
        if (!behind(h.score[child], h.index[child], score, index)) break;
        h.score[at] = h.score[child];
        h.index[at] = h.index[child];
    }
    h.score[at] = score;
    h.index[at] = index;
}

/* The first k that are there, in order; returns where in the row the next begins. */
static int64_t fill(heap h, int64_t k, const float *row, int64_t n, int64_t *n_there)
{
    int64_t at = 0, n_found = 0;
    for (; at < n && n_found < k; at++) {
        if (!(row[at] > -INFINITY)) continue; /* NaN too */
        h.score[n_found] = row[at];
        h.index[n_found] = (uint32_t)at;
        n_found++;
    }
    for (int64_t r = n_found / 2 - 1; r >= 0; r--)
        sift_down(h, n_found, r, h.score[r], h.index[r]);
    *n_there = n_found;
    return at;
}

/* Heap sort: the worst goes to the end, again and again. */
static void sort(heap h, int64_t n)
{
    for (int64_t last = n - 1; last > 0; last--) {
        const float score = h.score[last];
        const uint32_t index = h.index[last];
        h.score[last] = h.score[0];
        h.index[last] = h.index[0];
        sift_down(h, last, 0, score, index);
    }
}

static int64_t topk_heap(uint32_t *index, float *score, int64_t k, const float *row,
                         int64_t n)
{
    const rg_kernels *kernels = rg_kernels_best();
    const heap h = {index, score};
    int64_t n_there = 0;
    int64_t at = fill(h, k, row, n, &n_there);
    while ((at = kernels->above(row, at, n, score[0])) < n) {
        sift_down(h, k, 0, row[at], (uint32_t)at);
        at++;
    }
    sort(h, n_there);
    return n_there;
}

int64_t rg_topk(uint32_t *index, float *score, int64_t k, const float *row, int64_t n)
{
    if (k <= 0) return 0;
    const int64_t n_there = k <= RG_TOPK_FEW ? rg_topk_filter(index, score, k, row, n)
                                             : topk_heap(index, score, k, row, n);
    for (int64_t r = n_there; r < k; r++) {
        index[r] = REGATTA_NONE;
        score[r] = -INFINITY;
    }
    return n_there;
}
