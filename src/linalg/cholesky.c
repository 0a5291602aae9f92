#include "linalg/cholesky.h"
#include <math.h>
#include <string.h>

int64_t rg_cholesky(double *a, int64_t n, double least)
{
    int64_t rank = 0;
    for (int64_t j = 0; j < n; j++) {
        double *lj = a + j * n;
        const double own = lj[j];
        double pivot = own;
        for (int64_t k = 0; k < j; k++) {
            const double *lk = a + k * n;
            double s = lj[k];
            for (int64_t t = 0; t < k; t++) s -= lj[t] * lk[t];
            lj[k] = lk[k] > 0.0 ? s / lk[k] : 0.0;
            pivot -= lj[k] * lj[k];
        }
        if (pivot > least * own) {
            lj[j] = sqrt(pivot);
            rank++;
        } else {
            memset(lj, 0, (size_t)(j + 1) * sizeof *lj);
        }
    }
    return rank;
}

void rg_cholesky_solve(double *x, const double *lower, int64_t n)
{
    for (int64_t a = 0; a < n; a++) {
        for (int64_t k = 0; k < a; k++) x[a] -= lower[a * n + k] * x[k];
        x[a] /= lower[a * n + a];
    }
    for (int64_t a = n - 1; a >= 0; a--) {
        for (int64_t k = a + 1; k < n; k++) x[a] -= lower[k * n + a] * x[k];
        x[a] /= lower[a * n + a];
    }
}
