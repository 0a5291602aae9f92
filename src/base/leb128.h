/* Unsigned whole numbers in as few bytes as they need: LEB128, seven bits a byte, the
 * lowest first, the top bit set in all but the last byte. */
#ifndef RG_BASE_LEB128_H
#define RG_BASE_LEB128_H
#include <stddef.h>
#include <stdint.h>

enum { RG_LEB128_BYTES = 10, RG_LEB128_MORE = 0x80 };

/* Writes x to out[RG_LEB128_BYTES], NULL to count alone; returns its bytes. */
static inline int64_t rg_leb128_put(uint8_t *out, uint64_t x)
{
    int64_t n = 0;
    for (; x >= RG_LEB128_MORE; x >>= 7, n++)
        if (out != NULL) out[n] = (uint8_t)(x | RG_LEB128_MORE);
    if (out != NULL) out[n] = (uint8_t)x;
    return n + 1;
}

/* Takes one number from from[*at ..n) and moves *at behind it. 0 when the bytes end
 * early, the number is beyond 64 bits, or it has more bytes than it needs. */
static inline int rg_leb128_take(uint64_t *out, const uint8_t *from, int64_t *at,
                                 int64_t n)
{
    uint64_t x = 0;
    for (int shift = 0; shift < 64 && *at < n; shift += 7) {
        const uint8_t byte = from[(*at)++];
        const uint64_t bits = byte & (RG_LEB128_MORE - 1);
        if (shift == 63 && bits > 1) return 0;
        x |= bits << shift;
        if (byte & RG_LEB128_MORE) continue;
        *out = x;
        return byte != 0 || shift == 0;
    }
    return 0;
}
#endif
