#include "model/weights.h"
#include "base/bf16.h"

float rg_weights_at(const rg_weights *w, int64_t i, uint32_t j)
{
    int64_t low = w->offset[i], high = w->offset[i + 1];
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (w->target[middle] < j) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < w->offset[i + 1] && w->target[low] == j ? rg_from_bf16(w->value[low])
                                                         : 0.0f;
}
