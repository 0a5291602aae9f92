/* The ridge over all items at once: B = -P / diag(P) off the diagonal, P = (G +
 * Lambda)^-1, G and Lambda as in the local ridge. With a = theta = 0 this is EASE
 * (Steck, WWW 2019). */
#ifndef RG_RIDGE_EXACT_RIDGE_H
#define RG_RIDGE_EXACT_RIDGE_H
#include "ridge/item_attention.h"

typedef enum rg_ridge_method {
    RG_RIDGE_NONE = 0,  /* over the limits: use the local ridge */
    RG_RIDGE_DENSE = 1, /* blocked inverse in float, all processors */
    RG_RIDGE_SPARSE = 2 /* CHOLMOD, then columns of the inverse in blocks */
} rg_ridge_method;

typedef struct rg_exact_ridge_options {
    double user_power, lambda, theta, candidate_power; /* as in item attention */
    int64_t keep; /* strongest |w| per candidate that are kept; 0 = as many as make 2^24
                     weights of all candidates. Cutting costs: of 3,043 items (ml-1m) 400
                     kept gives validation ndcg .2042, 1,500 .2074, all .2079 */
    int64_t cap;  /* histories above it are sampled inside G */
    int64_t max_bytes;
    double max_seconds; /* by the estimate, which uses no clock */
    uint64_t seed;
} rg_exact_ridge_options;

rg_exact_ridge_options rg_exact_ridge_defaults(void);

/* The estimate before the computation, and the method that it selects. The seconds
 * assume fixed speeds for two processors of 2022, so that the choice depends only on
 * the data. */
typedef struct rg_exact_ridge_plan {
    rg_ridge_method method;
    int64_t n_items;   /* with interactions */
    int64_t n_entries; /* of G, one triangle with the diagonal */
    int64_t n_factor;  /* entries of the sparse factor; -1 = not analysed, hopeless */
    int64_t dense_bytes, sparse_bytes;
    double dense_seconds, sparse_seconds; /* infinite if not analysed */
    double seconds;                       /* the measured time of the build */
    double lost; /* share of the sum of |w| that `keep` cut away */
} rg_exact_ridge_plan;

/* *out is the item attention, or NULL with REGATTA_OK when the plan's method is NONE or
 * the matrix turned out singular (method then becomes NONE): no size and no data make
 * it fail. plan may be NULL. Counts 2 FLOPs for each pair of co-occurrence that is read;
 * dense: n^3 for the inverse; sparse: those of the factor by CHOLMOD's analysis and 4 n
 * for each of its entries; and 4 n^2 for scaling and weights. REGATTA_ENOMEM */
regatta_status rg_exact_ridge_build(regatta_ctx *ctx, rg_item_attention **out,
                                    rg_exact_ridge_plan *plan, const rg_csr *by_user,
                                    const rg_exact_ridge_options *options);
#endif
