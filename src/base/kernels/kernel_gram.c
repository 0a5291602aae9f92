/* gram += x' x in double. ROWS rows of the Gram matrix x up to WIDE_D vectors of columns
 * stay in registers while the loop runs over TERMS rows of x, few enough to lie in the
 * first-level cache. Floats are widened as they are read. O(n cols^2 / 2). */
#include "base/kernels/kernel.h"

enum { HALF = W / 2, ROWS = 6, WIDE_D = 3, TERMS = 48 };
typedef double vd __attribute__((vector_size(HALF * sizeof(double))));
typedef float vh __attribute__((vector_size(HALF * sizeof(float))));

RG_INLINE vd widen(const float *p)
{
    vh x;
    memcpy(&x, p, sizeof x);
    return __builtin_convertvector(x, vd);
}

RG_INLINE vd fused_double(vd a, vd b, vd c)
{
#if defined(__AVX512F__)
    return (vd)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__FMA__)
    return (vd)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#else
    return a * b + c;
#endif
}

/* Rows [i, i + rows) x columns [j, j + nv HALF). */
RG_INLINE void gram_block(double *gram, const float *x, int64_t n, int64_t cols,
                          int64_t i, int64_t j, int rows, int nv)
{
    vd s[ROWS][WIDE_D];
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < nv; v++)
            memcpy(&s[r][v], gram + (i + r) * cols + j + v * HALF, sizeof(vd));
    for (int64_t t = 0; t < n; t++, x += cols) {
        vd c[WIDE_D];
        for (int v = 0; v < nv; v++) c[v] = widen(x + j + v * HALF);
        for (int r = 0; r < rows; r++) {
            const vd b = (double)x[i + r] - (vd){0.0};
            for (int v = 0; v < nv; v++) s[r][v] = fused_double(b, c[v], s[r][v]);
        }
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < nv; v++)
            memcpy(gram + (i + r) * cols + j + v * HALF, &s[r][v], sizeof(vd));
}

/* Columns [0, end) of some rows of the Gram matrix. */
RG_INLINE void gram_rows(double *gram, const float *x, int64_t n, int64_t cols, int64_t i,
                         int64_t end, int rows)
{
    int64_t j = 0;
    for (; j + WIDE_D * HALF <= end; j += WIDE_D * HALF)
        gram_block(gram, x, n, cols, i, j, rows, WIDE_D);
    /* A whole vector reaches over the diagonal, but never over the end of the row. */
    for (; j < end && j + HALF <= cols; j += HALF)
        gram_block(gram, x, n, cols, i, j, rows, 1);
    for (; j < end; j++)
        for (int r = 0; r < rows; r++) {
            double s = gram[(i + r) * cols + j];
            for (int64_t t = 0; t < n; t++)
                s += (double)x[t * cols + i + r] * (double)x[t * cols + j];
            gram[(i + r) * cols + j] = s;
        }
}

void RG_K(gram)(double *gram, const float *x, int64_t n, int64_t cols)
{
    for (int64_t t = 0; t < n; t += TERMS) {
        const int64_t terms = n - t < TERMS ? n - t : TERMS;
        int64_t i = 0;
        for (; i + ROWS <= cols; i += ROWS)
            gram_rows(gram, x + t * cols, terms, cols, i, i + ROWS, ROWS);
        for (; i < cols; i++) gram_rows(gram, x + t * cols, terms, cols, i, i + 1, 1);
    }
}
