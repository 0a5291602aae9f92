/* Ridge regression of interactions on coordinates of users. */
#ifndef RG_RIDGE_PROFILE_RIDGE_H
#define RG_RIDGE_PROFILE_RIDGE_H
#include "linalg/csr.h"

/* With y_uj = r_uj n_u^-1/2 (r the weights of by_user, NULL = 1; n_u their sum, users
 * without interactions 0) writes
 *   bias[j]     the mean of y_uj over all users;
 *   out[j][k]   (Z'Z + lambda I)^-1 Z'(y_j - bias_j).
 * z[n_users][rank]. O(edges rank + (users + items) rank^2).
 * Same bits at any thread count.
 *   REGATTA_ENOMEM */
regatta_status rg_profile_ridge(regatta_ctx *ctx, float *out, float *bias, const float *z,
                                int64_t rank, const rg_csr *by_user, double lambda);
#endif
