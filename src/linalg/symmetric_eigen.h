/* Eigenvectors of a small symmetric matrix. */
#ifndef RG_LINALG_SYMMETRIC_EIGEN_H
#define RG_LINALG_SYMMETRIC_EIGEN_H
#include <stdint.h>

/* Eigenvalues (falling) and vectors (columns of vector[n][n]) of the symmetric a[n][n],
 * which is destroyed: cyclic Jacobi rotations. O(n^3) a sweep, about 8 sweeps. */
void rg_symmetric_eigen(double *value, double *vector, double *a, int64_t n);
#endif
