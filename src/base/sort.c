#include "base/sort.h"

enum { FEW = 48 }; /* moments that are sorted faster by insertion */

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
