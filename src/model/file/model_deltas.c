#include "model/file/model_deltas.h"
#include <stddef.h>

enum { MORE = 0x80 };

int64_t rg_deltas_encode(uint8_t *out, const int64_t *offset, const uint32_t *target,
                         int64_t n_rows)
{
    int64_t n = 0;
    for (int64_t r = 0; r < n_rows; r++) {
        uint32_t next = 0; /* the least that may follow */
        for (int64_t e = offset[r]; e < offset[r + 1]; e++) {
            uint32_t rest = target[e] - next;
            next = target[e] + 1;
            for (; rest >= MORE; rest >>= 7, n++)
                if (out != NULL) out[n] = (uint8_t)(rest | MORE);
            if (out != NULL) out[n] = (uint8_t)rest;
            n++;
        }
    }
    return n;
}

/* One number from from[*at ..n); 0 when there is none. */
static int take(uint64_t *out, const uint8_t *from, int64_t *at, int64_t n)
{
    uint64_t x = 0;
    for (int shift = 0; shift < 35 && *at < n; shift += 7) {
        const uint8_t byte = from[(*at)++];
        x |= (uint64_t)(byte & (MORE - 1)) << shift;
        if (byte & MORE) continue;
        *out = x;
        return byte != 0 || shift == 0;
    }
    return 0;
}

int rg_deltas_decode(uint32_t *target, const int64_t *offset, int64_t n_rows,
                     const uint8_t *from, int64_t n_bytes)
{
    int64_t at = 0;
    for (int64_t r = 0; r < n_rows; r++) {
        uint64_t next = 0, distance = 0;
        for (int64_t e = offset[r]; e < offset[r + 1]; e++) {
            if (!take(&distance, from, &at, n_bytes)) return 0;
            if (next + distance > UINT32_MAX) return 0;
            target[e] = (uint32_t)(next + distance);
            next += distance + 1;
        }
    }
    return at == n_bytes;
}
