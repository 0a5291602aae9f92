/* Eigenvectors of a small symmetric matrix by cyclic Jacobi rotations.
 *
 *   theta = (a_qq - a_pp) / (2 a_pq),  t = sgn(theta) / (|theta| + sqrt(theta^2 + 1)),
 *   c = 1 / sqrt(t^2 + 1), s = t c;  A = J' A J, V = V J
 *
 * Golub, Van Loan, "Matrix Computations", section 8.5. O(n^3) a sweep; convergence is
 * quadratic, and it is accurate for small eigenvalues too. One thread, fixed order. */
#include "linalg/symmetric_eigen.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { MAX_SWEEPS = 30 };

typedef struct rotation {
    double c, s;
} rotation;

static rotation rotation_of(double app, double aqq, double apq)
{
    const double theta = (aqq - app) / (2.0 * apq);
    const double t =
        (theta >= 0.0 ? 1.0 : -1.0) / (fabs(theta) + sqrt(theta * theta + 1.0));
    const double c = 1.0 / sqrt(t * t + 1.0);
    return (rotation){c, t * c};
}

/* Rows p and q of x[n][n] turned by r. */
static void rotate_rows(double *x, int64_t n, int64_t p, int64_t q, rotation r)
{
    double *xp = x + p * n, *xq = x + q * n;
    for (int64_t k = 0; k < n; k++) {
        const double a = xp[k], b = xq[k];
        xp[k] = r.c * a - r.s * b;
        xq[k] = r.s * a + r.c * b;
    }
}

static void rotate_columns(double *x, int64_t n, int64_t p, int64_t q, rotation r)
{
    for (int64_t k = 0; k < n; k++) {
        const double a = x[k * n + p], b = x[k * n + q];
        x[k * n + p] = r.c * a - r.s * b;
        x[k * n + q] = r.s * a + r.c * b;
    }
}

/* One sweep; `t` holds the eigenvectors as rows. Returns how many rotations it took. */
static int64_t sweep(double *a, double *t, int64_t n)
{
    int64_t turned = 0;
    for (int64_t p = 0; p < n; p++)
        for (int64_t q = p + 1; q < n; q++) {
            const double apq = a[p * n + q];
            const double scale = sqrt(fabs(a[p * n + p]) * fabs(a[q * n + q]));
            if (fabs(apq) <= DBL_EPSILON * scale || fabs(apq) < DBL_MIN) continue;
            const rotation r = rotation_of(a[p * n + p], a[q * n + q], apq);
            rotate_rows(a, n, p, q, r);
            rotate_columns(a, n, p, q, r);
            a[p * n + q] = a[q * n + p] = 0.0;
            rotate_rows(t, n, p, q, r);
            turned++;
        }
    return turned;
}

static void transpose(double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++) {
            const double y = x[i * n + j];
            x[i * n + j] = x[j * n + i];
            x[j * n + i] = y;
        }
}

void rg_symmetric_eigen(double *value, double *vector, double *a, int64_t n)
{
    memset(vector, 0, (size_t)(n * n) * sizeof *vector);
    for (int64_t k = 0; k < n; k++) vector[k * n + k] = 1.0;
    for (int s = 0; s < MAX_SWEEPS && sweep(a, vector, n) > 0; s++) continue;
    for (int64_t k = 0; k < n; k++) value[k] = a[k * n + k];
    for (int64_t k = 0; k < n; k++) { /* selection sort of rows: n is small */
        int64_t best = k;
        for (int64_t j = k + 1; j < n; j++)
            if (value[j] > value[best]) best = j;
        if (best == k) continue;
        const double v = value[k];
        value[k] = value[best];
        value[best] = v;
        for (int64_t c = 0; c < n; c++) {
            const double x = vector[k * n + c];
            vector[k * n + c] = vector[best * n + c];
            vector[best * n + c] = x;
        }
    }
    transpose(vector, n);
}
