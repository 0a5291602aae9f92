#include "base/sort.h"

enum { FEW = 48 }; /* that are sorted faster by insertion */

static void sift_down(uint32_t *a, int64_t root, int64_t n)
{
    const uint32_t value = a[root];
    for (int64_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && a[child + 1] > a[child]) child++;
        if (a[child] <= value) break;
        a[root] = a[child];
    }
    a[root] = value;
}

void rg_sort_u32(uint32_t *a, int64_t n)
{
    int64_t k = 1;
    while (k < n && a[k - 1] <= a[k]) k++;
    if (k >= n) return;
    for (int64_t root = n / 2 - 1; root >= 0; root--) sift_down(a, root, n);
    for (int64_t last = n - 1; last > 0; last--) {
        const uint32_t largest = a[0];
        a[0] = a[last];
        a[last] = largest;
        sift_down(a, 0, last);
    }
}

static void insert_u64(uint64_t *a, int64_t n)
{
    for (int64_t k = 1; k < n; k++) {
        const uint64_t value = a[k];
        int64_t at = k;
        for (; at > 0 && a[at - 1] > value; at--) a[at] = a[at - 1];
        a[at] = value;
    }
}

static void sift_u64(uint64_t *a, int64_t root, int64_t n)
{
    const uint64_t value = a[root];
    for (int64_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && a[child + 1] > a[child]) child++;
        if (a[child] <= value) break;
        a[root] = a[child];
    }
    a[root] = value;
}

static void heap_u64(uint64_t *a, int64_t n)
{
    for (int64_t root = n / 2 - 1; root >= 0; root--) sift_u64(a, root, n);
    for (int64_t last = n - 1; last > 0; last--) {
        const uint64_t largest = a[0];
        a[0] = a[last];
        a[last] = largest;
        sift_u64(a, 0, last);
    }
}

static uint64_t median(uint64_t x, uint64_t y, uint64_t z)
{
    const uint64_t low = x < y ? x : y, high = x < y ? y : x;
    return z < low ? low : z > high ? high : z;
}

/* Returns k, 0 < k < n, with a[0..k) <= a[k..n) (Hoare). */
static int64_t split_u64(uint64_t *a, int64_t n)
{
    const uint64_t pivot = median(a[0], a[n / 2], a[n - 1]);
    int64_t low = 0, high = n - 1;
    for (;; low++, high--) {
        while (a[low] < pivot) low++;
        while (a[high] > pivot) high--;
        if (low >= high) break;
        const uint64_t value = a[low];
        a[low] = a[high];
        a[high] = value;
    }
    return low > 0 ? low : 1;
}

void rg_sort_u64(uint64_t *a, int64_t n)
{
    enum { DEEPEST = 64 };
    int64_t begin[DEEPEST], end[DEEPEST], k = 1;
    int top = 0, splits = 0;
    while (k < n && a[k - 1] <= a[k]) k++;
    if (k >= n) return;
    while ((int64_t)1 << (splits / 2) < n) splits++; /* 2 log2(n) */
    begin[0] = 0;
    end[0] = n;
    for (int64_t budget = (int64_t)splits * n; top >= 0;) {
        const int64_t from = begin[top], size = end[top] - from;
        top--;
        if (size <= FEW) {
            insert_u64(a + from, size);
            continue;
        }
        budget -= size;
        if (budget < 0 || top + 2 >= DEEPEST) {
            heap_u64(a + from, size);
            continue;
        }
        const int64_t middle = from + split_u64(a + from, size);
        const int first_larger = middle - from > size / 2; /* the smaller one is next */
        begin[++top] = first_larger ? from : middle;
        end[top] = first_larger ? middle : from + size;
        begin[++top] = first_larger ? middle : from;
        end[top] = first_larger ? from + size : middle;
    }
}

int64_t rg_unique_u32(uint32_t *a, int64_t n)
{
    int64_t kept = 0;
    for (int64_t k = 0; k < n; k++)
        if (kept == 0 || a[k] != a[kept - 1]) a[kept++] = a[k];
    return kept;
}

static int later(rg_moment a, rg_moment b)
{
    return a.time > b.time || (a.time == b.time && a.place > b.place);
}

static void sift_moment(rg_moment *a, int64_t root, int64_t n)
{
    const rg_moment value = a[root];
    for (int64_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && later(a[child + 1], a[child])) child++;
        if (!later(a[child], value)) break;
        a[root] = a[child];
    }
    a[root] = value;
}

static void insert_moments(rg_moment *a, int64_t n)
{
    for (int64_t k = 1; k < n; k++) {
        const rg_moment value = a[k];
        int64_t at = k;
        for (; at > 0 && later(a[at - 1], value); at--) a[at] = a[at - 1];
        a[at] = value;
    }
}

void rg_sort_moments(rg_moment *a, int64_t n)
{
    int64_t k = 1;
    while (k < n && !later(a[k - 1], a[k])) k++;
    if (k >= n) return;
    if (n <= FEW) {
        insert_moments(a, n);
        return;
    }
    for (int64_t root = n / 2 - 1; root >= 0; root--) sift_moment(a, root, n);
    for (int64_t last = n - 1; last > 0; last--) {
        const rg_moment latest = a[0];
        a[0] = a[last];
        a[last] = latest;
        sift_moment(a, 0, last);
    }
}
