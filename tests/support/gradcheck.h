/* Gradients against finite differences. */
#ifndef TESTS_SUPPORT_GRADCHECK_H
#define TESTS_SUPPORT_GRADCHECK_H
#include <stdint.h>

/* The loss, a function of the array that is being checked. */
typedef double (*gradcheck_loss_fn)(void *state);

/* max_k |grad[k] - d_k| / max_k |d_k| with d_k = (L(x_k + h) - L(x_k - h)) / 2h. x is
 * restored. Elements are held to the largest of the array, for in float a difference
 * carries the rounding of the whole loss, about 1e-7 |L| / h whatever the element's size;
 * an array whose gradients are all smaller than 1e-4 |L| / h is held to that. With h near
 * 4e-3 the third derivative adds about h^2 / 6: 2e-3 is what to ask for.
 * kinks: the loss has corners (leaky ReLU). Where one lies within the step the central
 * difference mixes two slopes, and the gradient is that of one side: the nearest of the
 * three differences counts. */
double gradcheck(float *x, const float *grad, int64_t n, double h, int kinks,
                 gradcheck_loss_fn loss, void *state);
#endif
