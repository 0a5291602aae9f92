#include "base/hash.h"
#include <xxhash.h>

uint64_t rg_hash(const void *bytes, size_t n, uint64_t seed)
{
    return XXH3_64bits_withSeed(n > 0 ? bytes : "", n, seed);
}
