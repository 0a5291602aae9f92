/* The best rows so far of one query: (score, row) pairs as whole numbers whose order is
 * the order of the answer, in a buffer that is cut back to the k best when it is full. */
#ifndef RG_KNN_HITS_H
#define RG_KNN_HITS_H
#include <stdint.h>
#include <string.h>

typedef struct rg_hits {
    uint64_t *key; /* [room + RG_HITS_SLACK] */
    int64_t n, k, room;
    int64_t n_rows;       /* number of rows */
    const uint32_t *skip; /* excluded rows, ascending */
    int64_t n_skip;
} rg_hits;

/* The most pairs that may be pushed between two checks for a full buffer. */
enum { RG_HITS_SLACK = 128 };

/* Room that makes cuts rare for the k best of n rows. */
int64_t rg_hits_room(int64_t k, int64_t n);

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

/* Drops rows that do not exist or may not come back, then all but the k best (in no
 * order). Returns the score of the last of k, -INFINITY while there are fewer: what comes
 * later, in ascending order of rows, must be above it. Expected O(n). */
float rg_hits_cut(rg_hits *hits);
/* The best first. Expected O(n log n). */
void rg_hits_sort(uint64_t *key, int64_t n);
#endif
