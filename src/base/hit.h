/* Pairs of a score and a row as whole numbers in the order of answers: what selects and
 * sorts the best of a list of any length. (base/topk.h takes the best of a whole row of
 * scores without a list of them.) */
#ifndef RG_BASE_HIT_H
#define RG_BASE_HIT_H
#include <stdint.h>
#include <string.h>

/* Larger is better: a higher score, or the same (0 and -0 are) and a lower row. */
static inline uint64_t rg_hit_key(float score, uint32_t row)
{
    const float x = score + 0.0f;
    uint32_t bits = 0;
    memcpy(&bits, &x, sizeof bits);
    bits ^= (uint32_t)1 << 31 | ((uint32_t)0 - (bits >> 31)); /* no branch */
    return (uint64_t)bits << 32 | (uint32_t)~row;
}

static inline uint32_t rg_hit_row(uint64_t key)
{
    return ~(uint32_t)key;
}

static inline float rg_hit_score(uint64_t key)
{
    uint32_t bits = (uint32_t)(key >> 32);
    bits ^= bits >> 31 ? (uint32_t)1 << 31 : UINT32_MAX;
    float x = 0.0f;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Puts the k largest of key[n] first, in no order; equal keys are allowed. Expected O(n).
 */
void rg_hits_select(uint64_t *key, int64_t n, int64_t k);
/* The largest first. Expected O(n log n) for distinct keys. */
void rg_hits_sort(uint64_t *key, int64_t n);
#endif
