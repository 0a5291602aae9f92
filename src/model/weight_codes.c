#include "model/weight_codes.h"
#include "base/bf16.h"
#include <math.h>

enum { MOST = 127 };

void rg_weights_encode(int8_t *code, float *scale, const uint16_t *value,
                       const int64_t *offset, int64_t n_rows)
{
    for (int64_t r = 0; r < n_rows; r++) {
        float largest = 0.0f;
        for (int64_t e = offset[r]; e < offset[r + 1]; e++)
            largest = fmaxf(largest, fabsf(rg_from_bf16(value[e])));
        scale[r] = largest / (float)MOST;
        for (int64_t e = offset[r]; e < offset[r + 1]; e++) {
            const float x = scale[r] > 0.0f ? rg_from_bf16(value[e]) / scale[r] : 0.0f;
            code[e] = (int8_t)fmaxf(-(float)MOST, fminf((float)MOST, rintf(x)));
        }
    }
}

int rg_weights_decode(uint16_t *value, const int8_t *code, const float *scale,
                      const int64_t *offset, int64_t n_rows)
{
    int all = 1;
    for (int64_t r = 0; r < n_rows; r++)
        for (int64_t e = offset[r]; e < offset[r + 1]; e++) {
            value[e] = rg_to_bf16(scale[r] * (float)code[e]);
            all &= isfinite(rg_from_bf16(value[e])) != 0;
        }
    return all;
}
