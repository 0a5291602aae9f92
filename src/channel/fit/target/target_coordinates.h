/* The coordinates of items in the network of target attention: their vectors in a few
 * columns, in the same frame for each fit of the vectors. */
#ifndef RG_CHANNEL_TARGET_COORDINATES_H
#define RG_CHANNEL_TARGET_COORDINATES_H
#include "base/ctx.h"

/* *out = q[n][width], freed with rg_free(ctx->mem, ...), of the rows u of y[n][dim]
 * scaled to length 1: q = u V.
 *
 * reference NULL: the columns of V are the principal axes of u, each scaled so that the
 * mean square of its coordinates is 1; an axis without variance gives 0.
 * Else V minimises |u V - reference|^2 + epsilon |V|^2 over the first n_reference items:
 * the frame of another fit of these items. Only products of vectors enter a score, so two
 * fits differ by a rotation at least, which V undoes. *explained = 1 - |q - reference|^2
 * / |reference|^2; 1 for reference NULL. O(n (dim + width)^2 + dim^3). REGATTA_ENOMEM. */
regatta_status rg_target_coordinates(regatta_ctx *ctx, float **out, double *explained,
                                     const float *y, int64_t n, int64_t dim,
                                     int64_t width, const float *reference,
                                     int64_t n_reference);
#endif
