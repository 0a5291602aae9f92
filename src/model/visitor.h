/* One description of a model's arrays for all code that visits every array: reading and
 * writing files, copies, conversions, checks of numbers.
 *
 * A visit function calls one of the functions below for each array, in the order of the
 * file. The visitor decides the action: a reader points the array into the file, a writer
 * points the file's tensor at the array, a copy replaces the array. After REGATTA_OK the
 * array is set and valid, and later calls may use it. */
#ifndef RG_MODEL_VISITOR_H
#define RG_MODEL_VISITOR_H
#include "graph/idmap.h"
#include "knn/table.h"
#include "model/weights.h"

enum { RG_ARRAY_NAME = 48 /* bytes of an array's name with its end */ };

/* The bounds of an array's numbers. */
typedef struct rg_bound {
    float most;       /* of the absolute values; a power of two, so that rounding to
                       * bfloat16 leaves a number within */
    int not_negative; /* 1: no number is below 0 */
    int optional;     /* 1: the array may be missing (NULL); of weights: those before they
                         were reweighted may be there */
} rg_bound;

typedef struct rg_visitor rg_visitor;
typedef struct rg_visitor_ops {
    regatta_status (*ints)(rg_visitor *v, const char *name, int64_t *x, int64_t n);
    regatta_status (*reals)(rg_visitor *v, const char *name, double *x, int64_t n);
    regatta_status (*copied)(rg_visitor *v, const char *name, float *x, int64_t rows,
                             int64_t cols, const rg_bound *bound);
    regatta_status (*bytes)(rg_visitor *v, const char *name, const void **x, int64_t size,
                            int64_t rows, int64_t *cols);
    regatta_status (*floats)(rg_visitor *v, const char *name, const float **x, int64_t n,
                             const rg_bound *bound);
    regatta_status (*table)(rg_visitor *v, const char *name, rg_rows *rows,
                            int64_t layers, int64_t n, int64_t dim,
                            const rg_bound *bound);
    regatta_status (*pattern)(rg_visitor *v, const char *name, const char *targets,
                              const int64_t **offset, const uint32_t **target,
                              int64_t n_rows, int64_t n_targets);
    regatta_status (*weights)(rg_visitor *v, const char *name, rg_weights *w,
                              int64_t n_rows, const rg_bound *bound);
    regatta_status (*names)(rg_visitor *v, const char *name, rg_idmap **ids, int64_t n);
} rg_visitor_ops;

struct rg_visitor {
    regatta_ctx *ctx;
    const rg_visitor_ops *ops;
    const char *path; /* of the file, for messages; NULL: the model is in memory */
    float largest;    /* largest absolute value of the last array, if numbers are
                         checked */
    int compact;      /* 1: the file holds targets of sparse rows as distances */
    int checks;       /* 1: check the arrays; 0: they were checked before */
    int reads;        /* 1: the arrays are read from a file */
};

/* Visits integers x[n] that are members of a struct. */
regatta_status rg_visit_ints(rg_visitor *v, const char *name, int64_t *x, int64_t n);
regatta_status rg_visit_reals(rg_visitor *v, const char *name, double *x, int64_t n);
/* Visits floats x[rows][cols], which are copied to and from memory of the struct. */
regatta_status rg_visit_copied(rg_visitor *v, const char *name, float *x, int64_t rows,
                               int64_t cols, const rg_bound *bound);
/* Visits an array [rows][*cols], or [*cols] for rows 0, of bytes (size 1) or uint32_t
 * (size 4), which may be missing (NULL). A reader stores its address; *cols < 0 accepts
 * any number of columns and stores it. */
regatta_status rg_visit_bytes(rg_visitor *v, const char *name, const void **x,
                              int64_t size, int64_t rows, int64_t *cols);
regatta_status rg_visit_floats(rg_visitor *v, const char *name, const float **x,
                               int64_t n, const rg_bound *bound);
/* Visits a table [layers][n][dim] ([n][dim] for layers 0) of any type of rg_rows, with
 * the scales of its rows in NAME.scale for RG_I8. dim < 0 accepts any. */
regatta_status rg_visit_table(rg_visitor *v, const char *name, rg_rows *rows,
                              int64_t layers, int64_t n, int64_t dim,
                              const rg_bound *bound);
/* Visits sparse rows without values: NAME.offsets and NAME.TARGETS (NAME.deltas in a
 * compact model), below n_targets and ascending within a row. */
regatta_status rg_visit_pattern(rg_visitor *v, const char *name, const char *targets,
                                const int64_t **offset, const uint32_t **target,
                                int64_t n_rows, int64_t n_targets);
/* The same with weights: NAME.weights, and NAME.weights.scale for 8-bit codes; with
 * bound->optional perhaps NAME.solved. */
regatta_status rg_visit_weights(rg_visitor *v, const char *name, rg_weights *w,
                                int64_t n_rows, int64_t n_targets, const rg_bound *bound);
/* Visits ids: NAME.offsets and NAME.bytes. */
regatta_status rg_visit_names(rg_visitor *v, const char *name, rg_idmap **ids, int64_t n);

/* Returns 1 if low <= x <= high. */
static inline int rg_within(int64_t x, int64_t low, int64_t high)
{
    return x >= low && x <= high;
}

/* Fails because the array `name` is invalid: REGATTA_EFORMAT "PATH: tensor NAME: reason"
 * of a file, REGATTA_ENUMERIC "the model's NAME: reason" in memory. */
regatta_status rg_visit_wrong(rg_visitor *v, const char *name, const char *reason);
/* Fails unless largest * others is within the bound of a sum of scores in float
 * (2^120). */
regatta_status rg_visit_sum(rg_visitor *v, const char *name, float largest,
                            double others);
#endif
