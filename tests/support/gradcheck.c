#include "support/gradcheck.h"
#include <math.h>

typedef struct slopes {
    double central, left, right;
} slopes;

static slopes measure(float *x, double h, double middle, gradcheck_loss_fn loss,
                      void *state)
{
    const float at = *x;
    const float above = (float)((double)at + h), below = (float)((double)at - h);
    *x = above;
    const double high = loss(state);
    *x = below;
    const double low = loss(state);
    *x = at;
    /* the steps that were taken, not the ones that were asked for */
    return (slopes){(high - low) / ((double)above - (double)below),
                    (middle - low) / ((double)at - (double)below),
                    (high - middle) / ((double)above - (double)at)};
}

double gradcheck(float *x, const float *grad, int64_t n, double h, int kinks,
                 gradcheck_loss_fn loss, void *state)
{
    const double middle = loss(state);
    double most = 0.0, size = 1e-4 * fmax(fabs(middle), 1.0) / h;
    for (int64_t k = 0; k < n; k++) {
        const slopes d = measure(x + k, h, middle, loss, state);
        const double g = (double)grad[k];
        if (!isfinite(g) || !isfinite(d.central)) return HUGE_VAL;
        double error = fabs(g - d.central);
        if (kinks) error = fmin(error, fmin(fabs(g - d.left), fabs(g - d.right)));
        most = fmax(most, error);
        size = fmax(size, fabs(d.central));
    }
    return most / size;
}
