/* Small blends for tests, and their comparison. */
#ifndef TESTS_SUPPORT_TINY_BLEND_H
#define TESTS_SUPPORT_TINY_BLEND_H
#include "model/blend.h"

/* Start weights of up to RG_MAX_CHANNELS channels: 2, 1, and 0.3 for the others. */
extern const float tiny_start[RG_MAX_CHANNELS];

/* Returns a blend of n channels with only the weights base[n] (NULL: zero); all channels
 * are on, and channel 1 (0 for n = 1) has the evidence. */
rg_blend *tiny_blend(int n, const float *base);
/* The same with normal random numbers, without bounds of the side inputs. */
rg_blend *random_blend(int n, uint64_t seed);
int same_blend(const rg_blend *a, const rg_blend *b);
#endif
