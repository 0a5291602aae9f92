#include "model/file/model_deltas.h"
#include "base/leb128.h"

int64_t rg_deltas_encode(uint8_t *out, const int64_t *offset, const uint32_t *target,
                         int64_t n_rows)
{
    int64_t n = 0;
    for (int64_t r = 0; r < n_rows; r++) {
        uint32_t next = 0; /* lower bound of the next target */
        for (int64_t e = offset[r]; e < offset[r + 1]; e++) {
            n += rg_leb128_put(out != NULL ? out + n : NULL, target[e] - next);
            next = target[e] + 1;
        }
    }
    return n;
}

int rg_deltas_decode(uint32_t *target, const int64_t *offset, int64_t n_rows,
                     const uint8_t *from, int64_t n_bytes)
{
    int64_t at = 0;
    for (int64_t r = 0; r < n_rows; r++) {
        uint64_t next = 0, distance = 0;
        for (int64_t e = offset[r]; e < offset[r + 1]; e++) {
            if (!rg_leb128_take(&distance, from, &at, n_bytes)) return 0;
            if (distance > UINT32_MAX || next + distance > UINT32_MAX) return 0;
            target[e] = (uint32_t)(next + distance);
            next += distance + 1;
        }
    }
    return at == n_bytes;
}
