#include "model/weights.h"
#include "base/bf16.h"
#include "base/find.h"

float rg_weights_at(const rg_weights *w, int64_t i, uint32_t j)
{
    const int64_t first = w->offset[i], n = w->offset[i + 1] - first;
    const int64_t at = rg_find_u32(w->target + first, n, j);
    return at < 0 ? 0.0f : rg_from_bf16(w->value[first + at]);
}
