/* bfloat16: the upper half of a float, for weights that are stored by the million. */
#ifndef RG_BASE_BF16_H
#define RG_BASE_BF16_H
#include <stdint.h>
#include <string.h>

static inline float rg_from_bf16(uint16_t h)
{
    const uint32_t bits = (uint32_t)h << 16;
    float x = 0.0f;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* To the nearest, ties to even; for finite x whose rounding stays finite. */
static inline uint16_t rg_to_bf16(float x)
{
    uint32_t bits = 0;
    memcpy(&bits, &x, sizeof bits);
    return (uint16_t)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

/* Returns x as it is read back. */
static inline float rg_round_bf16(float x)
{
    return rg_from_bf16(rg_to_bf16(x));
}
#endif
