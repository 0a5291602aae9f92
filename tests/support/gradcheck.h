/* Gradients against finite differences. */
#ifndef TESTS_SUPPORT_GRADCHECK_H
#define TESTS_SUPPORT_GRADCHECK_H
#include <stdint.h>

/* Returns the loss, a function of the checked array. */
typedef double (*gradcheck_loss_fn)(void *state);

/* max_k |grad[k] - d_k| / max_k |d_k| with d_k = (L(x_k + h) - L(x_k - h)) / 2h. x is
 * restored. Errors are relative to the largest element of the array, because in float a
 * difference has the rounding of the whole loss, about 1e-7 |L| / h for any element; if
 * all gradients are smaller than 1e-4 |L| / h, errors are relative to that. With h near
 * 4e-3 the third derivative adds about h^2 / 6, so 2e-3 is a suitable tolerance. kinks:
 * the loss has corners (leaky ReLU). If a corner is within the step, the central
 * difference mixes two slopes and the gradient is that of one side: the closest of the
 * three differences counts. */
double gradcheck(float *x, const float *grad, int64_t n, double h, int kinks,
                 gradcheck_loss_fn loss, void *state);
#endif
