/* Sparse symmetric positive definite systems: the one way to CHOLMOD. */
#ifndef RG_LINALG_CHOLMOD_DOOR_H
#define RG_LINALG_CHOLMOD_DOOR_H
#include "linalg/csr.h"
#include "linalg/sparse_factor.h"

/* What a factorisation would take, known before it is done. */
typedef struct rg_cholmod_estimate {
    int64_t entries;      /* of L, diagonal included */
    double flops;         /* of the factorisation */
    int64_t bytes;        /* while it is made, and of the result */
    const char *ordering; /* "METIS" or "AMD": the one with fewer entries */
} rg_cholmod_estimate;

typedef struct rg_cholmod rg_cholmod; /* a system and its analysis */

/* The matrix with `diagonal` [n] and the off-diagonal entries of the symmetric rows
 * `off` (n x n with values, or NULL = all 1; entries on its diagonal are left out). Only
 * entries (i, j) with j < i are read, so rows may hold that half alone. Both
 * borrowed until the object is freed. One analysis at a time in the process (METIS keeps
 * global state): others wait.
 *   REGATTA_ENOMEM    also when CHOLMOD found no memory, or a size overflowed
 *   REGATTA_EIO       CHOLMOD cannot be loaded */
regatta_status rg_cholmod_analyze(regatta_ctx *ctx, rg_cholmod **out, const rg_csr *off,
                                  const double *diagonal);
const rg_cholmod_estimate *rg_cholmod_estimate_of(const rg_cholmod *c);
/* The factor, which lives on its own. Simplicial: no BLAS, so the bits are the same
 * whatever BLAS and threads the machine has.
 *   REGATTA_ENUMERIC  the matrix is not positive definite (singular) */
regatta_status rg_cholmod_factorize(regatta_ctx *ctx, rg_sparse_factor **out,
                                    const rg_cholmod *c);
void rg_cholmod_free(rg_cholmod *c); /* NULL is a no-op */

/* All at once: x[n][columns] (row-major), in: right-hand sides, out: solutions of the
 * system above. On failure x is as it was. Columns are solved in parallel. */
regatta_status rg_cholmod_solve(regatta_ctx *ctx, float *x, int64_t columns,
                                const rg_csr *off, const double *diagonal);
#endif
