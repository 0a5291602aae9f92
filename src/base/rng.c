#include "base/rng.h"
#include <Random123/philox.h>
#include <math.h>

__extension__ typedef unsigned __int128 wide;

static philox4x32_ctr_t draw(uint64_t seed, uint32_t stream, uint32_t round,
                             uint64_t index)
{
    const philox4x32_ctr_t counter = {
        {(uint32_t)index, (uint32_t)(index >> 32), stream, round}};
    const philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    return philox4x32(counter, key);
}

static uint64_t low_half(philox4x32_ctr_t r)
{
    return ((uint64_t)r.v[1] << 32) | r.v[0];
}

static double to_unit(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1.0p-53;
}

static uint64_t to_below(uint64_t bits, uint64_t n)
{
    return (uint64_t)(((wide)bits * n) >> 64);
}

uint64_t rg_random_u64(uint64_t seed, rg_stream stream, uint64_t index)
{
    return low_half(draw(seed, (uint32_t)stream, 0, index));
}

double rg_random_unit(uint64_t seed, rg_stream stream, uint64_t index)
{
    return to_unit(rg_random_u64(seed, stream, index));
}

uint64_t rg_random_below(uint64_t seed, rg_stream stream, uint64_t index, uint64_t n)
{
    return to_below(rg_random_u64(seed, stream, index), n);
}

int rg_random_take(uint64_t seed, rg_stream stream, int64_t at, int64_t end,
                   int64_t wanted)
{
    const double left = (double)(end - at);
    return left * rg_random_unit(seed, stream, (uint64_t)at) < (double)wanted;
}

double rg_random_normal(uint64_t seed, rg_stream stream, uint64_t index)
{
    const philox4x32_ctr_t r = draw(seed, (uint32_t)stream, 0, index);
    const double u = 1.0 - to_unit(low_half(r)); /* in (0, 1]: its logarithm is finite */
    const double v = to_unit(((uint64_t)r.v[3] << 32) | r.v[2]);
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}

void rg_shuffle(uint32_t *a, int64_t n, uint64_t seed, rg_stream stream, uint32_t round)
{
    for (int64_t i = n - 1; i > 0; i--) {
        const uint64_t bits =
            low_half(draw(seed, (uint32_t)stream, round + 1, (uint64_t)i));
        const int64_t j = (int64_t)to_below(bits, (uint64_t)i + 1);
        const uint32_t t = a[i];
        a[i] = a[j];
        a[j] = t;
    }
}
