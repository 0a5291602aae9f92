/* The two methods of the exact ridge, and their common parts. */
#ifndef RG_RIDGE_EXACT_RIDGE_PARTS_H
#define RG_RIDGE_EXACT_RIDGE_PARTS_H
#include "linalg/cholmod_door.h"
#include "ridge/exact_ridge.h"

/* G + Lambda over the items with interactions, scaled to a unit diagonal:
 * (scale_i scale_j) (G + Lambda)_ij. */
typedef struct rg_ridge_system {
    const rg_cooccurrence *g;
    int64_t n;            /* items with interactions */
    const uint32_t *item; /* [n] their numbers, ascending */
    const int32_t *place; /* [n_items] their place, -1 = none */
    const float *scale;   /* [n] */
    int64_t keep;         /* of them, at most n */
} rg_ridge_system;

/* The kept weights of each item, in slots of `keep`; lost and total: sums of |w|. */
typedef struct rg_ridge_rows {
    int64_t room;         /* slots per item: keep */
    int32_t *count;       /* [n] */
    uint32_t *target;     /* [n][room] places, ascending */
    float *value;         /* [n][room] */
    double *lost, *total; /* [n] */
} rg_ridge_rows;

/* Scratch of one thread. */
typedef struct rg_ridge_scratch {
    float *acc;        /* [n_items] */
    uint32_t *touched; /* [n_items + 1] */
    float *row;        /* [n] a row of the inverse */
    uint64_t *key;     /* [n] */
} rg_ridge_scratch;

/* Candidate `place`: B from row[n] of the inverse of the scaled matrix, cut to the
 * strongest. row is overwritten. */
void rg_ridge_keep(rg_ridge_rows *rows, const rg_ridge_system *s, int64_t place,
                   rg_ridge_scratch *w);

/* REGATTA_ENUMERIC: singular. */
regatta_status rg_ridge_dense(regatta_ctx *ctx, rg_ridge_rows *rows,
                              const rg_ridge_system *s, rg_ridge_scratch *w);
/* The scaled matrix without its diagonal: row j's entries of earlier places; count[n] is
 * how many of its later ones there are. */
regatta_status rg_ridge_lower(regatta_ctx *ctx, rg_csr **out, const rg_ridge_system *s,
                              const int64_t *count, rg_ridge_scratch *w);
/* Through the analysis of that. REGATTA_ENUMERIC: singular. */
regatta_status rg_ridge_sparse(regatta_ctx *ctx, rg_ridge_rows *rows,
                               const rg_ridge_system *s, const rg_cholmod *analysis,
                               rg_ridge_scratch *w);
#endif
