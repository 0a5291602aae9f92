#include "fit/prune/prune_select.h"
#include <string.h>

enum { DIGITS = 4, DIGIT_BITS = 8, DIGIT = 1 << DIGIT_BITS };

/* Floats from 0 up are ordered as their bits. */
static uint32_t key_of(float effect)
{
    uint32_t key;
    const float x = effect > 0.0f ? effect : 0.0f;
    memcpy(&key, &x, sizeof key);
    return key;
}

/* The limit digit by digit, from the highest: the effects that share the digits so far
 * are counted by the next one. */
rg_prune_limit rg_prune_limit_of(const float *effect, int64_t n, int64_t n_keep)
{
    rg_prune_limit limit = {UINT32_MAX, 0};
    if (n_keep <= 0 || n <= 0) return limit;
    limit = (rg_prune_limit){0, n_keep};
    for (int d = 0; d < DIGITS; d++) {
        const int shift = DIGIT_BITS * (DIGITS - 1 - d);
        int64_t count[DIGIT] = {0};
        for (int64_t e = 0; e < n; e++) {
            const uint32_t key = key_of(effect[e]);
            if ((uint64_t)key >> (shift + DIGIT_BITS) ==
                (uint64_t)limit.key >> (shift + DIGIT_BITS))
                count[key >> shift & (DIGIT - 1)]++;
        }
        uint32_t digit = DIGIT - 1;
        while (digit > 0 && count[digit] < limit.n_equal) limit.n_equal -= count[digit--];
        limit.key |= digit << shift;
    }
    return limit;
}

int rg_prune_keeps(rg_prune_limit *limit, float effect)
{
    const uint32_t key = key_of(effect);
    if (key != limit->key) return key > limit->key;
    return limit->n_equal > 0 && limit->n_equal-- > 0;
}
