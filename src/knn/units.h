/* The search kernels, one table per vector unit: those of base/kernels/kernels.h, and
 * beyond x86-64-v4 the machines that multiply bytes (VNNI) or bfloat16 pairs four or two
 * at a time. */
#ifndef RG_KNN_UNITS_H
#define RG_KNN_UNITS_H
#include "knn/hits.h"
#include "knn/search.h"

/* Queries made ready, and where their hits go. */
typedef struct rg_filter {
    const rg_table *table;
    const uint32_t *allow; /* as rg_search */
    int64_t m;
    const float *query;  /* [m][dim], times the scale */
    const int32_t *code; /* [m][groups]: two bf16 or four codes each; NULL for float */
    const int16_t *wide; /* RG_I8: [m][groups][4] codes 0, 2, 1, 3 of each group */
    const float *bias_scale; /* RG_I8: [m] 1 over the scale of the codes */
    const int32_t *code_sum; /* RG_I8: [m] -128 times the sum of the codes */
    rg_hits *hits;           /* [m] */
    float *limit;            /* [m] what scores must be above */
} rg_filter;

/* Pushes the rows of panels [first, last) whose scores are above their query's limit. For
 * RG_I8 a score is the whole number sum_k q[k] c[k], the same on every unit, times the
 * row's scale, plus the bias over the query's: in units of the query's scale, for hits
 * are scored again in any case. */
typedef void rg_filter_fn(const rg_filter *f, int64_t first, int64_t last);
typedef void rg_table_scores_fn(float *out, int64_t ld, const rg_table *table,
                                const float *query, int64_t m, int64_t first,
                                int64_t last);
typedef void rg_gather_dot_fn(float *out, const float *query, const rg_rows *rows,
                              const uint32_t *index, int64_t n);

typedef struct rg_search_kernels {
    const char *name;
    rg_filter_fn *filter[3];       /* by rg_element */
    rg_table_scores_fn *scores[3]; /* [RG_F32] NULL: rg_panel_score does it */
    rg_gather_dot_fn *gather[3];   /* [RG_F32] NULL: rg_vec_gather_dot */
} rg_search_kernels;

enum { RG_N_SEARCH_UNITS = 5 };
/* From baseline to the widest; NULL when this machine, or this build, lacks the unit. */
const rg_search_kernels *rg_search_kernels_of(int unit);
/* The widest that REGATTA_SIMD allows (base/kernels/kernels.h). */
const rg_search_kernels *rg_search_kernels_best(void);

/* rg_search_exact with the kernels given. */
regatta_status rg_search_on(const rg_search_kernels *kernels, regatta_ctx *ctx,
                            const rg_table *table, const rg_search *search,
                            uint32_t *index, float *score);
#endif
