#include "gat/sequence/drop_units.h"
#include "base/rng.h"
#include <math.h>
#include <stddef.h>

enum { LANES = 4, LANE_BITS = 16, SITES = 256 };

void rg_drop_units(float *x, const rg_drop *drop, int site, int64_t n, int64_t dim)
{
    if (drop == NULL || !(drop->rate > 0.0f)) return;
    const double all = (double)(1 << LANE_BITS);
    const uint64_t limit = (uint64_t)lround((double)drop->rate * all);
    const float scale = (float)(all / (all - (double)limit));
    const uint64_t base = (drop->step * SITES + (uint64_t)site) << 32;
    const int64_t draws = (dim + LANES - 1) / LANES;
    for (int64_t r = 0; r < n; r++) {
        float *row = x + r * dim;
        for (int64_t g = 0; g < draws; g++) {
            const uint64_t at = base + (uint64_t)((drop->first + r) * draws + g);
            uint64_t bits = rg_random_u64(drop->seed, RG_STREAM_DROPOUT, at);
            for (int64_t k = g * LANES; k < (g + 1) * LANES && k < dim; k++) {
                const int kept = (bits & ((1u << LANE_BITS) - 1)) >= limit;
                row[k] = kept ? row[k] * scale : 0.0f;
                bits >>= LANE_BITS;
            }
        }
    }
}
