/* Counts, for each test item, the candidates above it (ties half). Among the test items
 * themselves each pair is counted once whatever its order, and each item ties with
 * itself: n_test^2 / 2 in all, so what remains are pairs with other candidates. */
#include "rank/auc.h"
#include "base/kernels/kernels.h"

enum { STRIP = 4096 }; /* part of the row that stays in cache for all test items */

double rg_auc(const float *row, int64_t n, const uint32_t *test, int64_t n_test,
              int64_t n_candidates)
{
    const int64_t n_other = n_candidates - n_test;
    if (n_test == 0 || n_other <= 0) return 0.5;
    const rg_kernels *kernels = rg_kernels_best();
    int64_t twice = 0;
    for (int64_t first = 0; first < n; first += STRIP) {
        const int64_t length = n - first < STRIP ? n - first : STRIP;
        for (int64_t t = 0; t < n_test; t++)
            twice += kernels->twice_above(row + first, length, row[test[t]]);
    }
    const double wrong = 0.5 * (double)(twice - n_test * n_test);
    return 1.0 - wrong / ((double)n_test * (double)n_other);
}
