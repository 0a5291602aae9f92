/* A bilinear map between the content of a history and that of a candidate, learned from
 * interactions in closed form.
 *
 * With z_i the coordinates of item i and p_u = sum_{i in u} r_ui z_i the map W minimises
 *
 *   sum_u 1/n_u |r_u - (p_u W) Z'|^2 + ridge |W|^2   without an item's own share of p_u:
 *   W = (Z'GZ + lambda I)^-1 Z'(G - D)Z,   G = sum_u r_u r_u' / n_u,  D its diagonal,
 *
 * for coordinates with Z'Z near the identity; the lambda is a share of the mean diagonal
 * of Z'GZ. It is EASE (Steck 2019) in the space of features: it learns which features
 * people follow. */
#ifndef RG_RIDGE_CONTENT_RIDGE_H
#define RG_RIDGE_CONTENT_RIDGE_H
#include "linalg/csr.h"

/* Writes w[rank][rank]: the score of history p for z is p w z'. z[n_items][rank];
 * by_user: interactions, value NULL = all 1. Zeros without interactions. O(edges rank +
 * users rank^2 + rank^3). Same bits at any thread count.
 *   REGATTA_ENOMEM */
regatta_status rg_content_ridge(regatta_ctx *ctx, float *w, const float *z, int64_t rank,
                                const rg_csr *by_user);
#endif
