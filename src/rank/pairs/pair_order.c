#include "rank/pairs/pair_order.h"
#include <string.h>

/* Returns an integer in the order of the number; -0 as 0. */
static int64_t rank_of(double x)
{
    int64_t bits;
    x += 0.0;
    memcpy(&bits, &x, sizeof bits);
    return bits < 0 ? (int64_t)(~(uint64_t)bits ^ UINT64_C(0x8000000000000000)) : bits;
}

/* The same in 32 bits. */
static uint32_t rank_of_float(float x)
{
    uint32_t bits;
    x += 0.0f;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 31 ? ~bits : bits | UINT32_C(0x80000000);
}

void rg_pair_order_score(rg_moment *order, const regatta_pairs *pairs)
{
    for (int64_t k = 0; k < pairs->n; k++)
        order[k] = (rg_moment){rank_of((double)pairs->score[k]), (uint32_t)k};
    rg_sort_moments(order, pairs->n);
}

void rg_pair_order_probability(rg_moment *order, const regatta_pairs *pairs)
{
    for (int64_t k = 0; k < pairs->n; k++)
        order[k] = (rg_moment){rank_of(pairs->probability[k]), (uint32_t)k};
    rg_sort_moments(order, pairs->n);
}

void rg_pair_order_user(rg_moment *order, const regatta_pairs *pairs)
{
    for (int64_t k = 0; k < pairs->n; k++) {
        const uint64_t user = (uint64_t)(pairs->user[k] ^ UINT32_C(0x80000000)) << 32;
        order[k] =
            (rg_moment){(int64_t)(user | rank_of_float(pairs->score[k])), (uint32_t)k};
    }
    rg_sort_moments(order, pairs->n);
}

double rg_pair_weight(const regatta_pairs *pairs, int64_t k)
{
    return pairs->weight != NULL ? pairs->weight[k] : 1.0;
}
