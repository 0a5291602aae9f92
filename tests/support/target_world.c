#include "support/target_world.h"
#include "base/rng.h"
#include <math.h>
#include <stdlib.h>

static double normal(uint64_t k)
{
    return rg_random_normal(31, RG_STREAM_TEST, k);
}

static double unit(uint64_t k)
{
    return rg_random_unit(32, RG_STREAM_TEST, k);
}

static void add_pairs(target_world *w, int64_t u, double *score)
{
    for (int64_t h = w->own[u]; h < w->own[u + 1]; h++) {
        const double place = normal(3000000 + (uint64_t)h);
        int64_t at = w->first[h];
        w->own_item[h] =
            (rg_target_item){.q = w->q + ((u + 5 * h) % TARGET_ITEMS) * w->samples.width,
                             .place = (float)place,
                             .age = (float)normal(4000000 + (uint64_t)h)};
        for (uint32_t k = 0; k < TARGET_SAMPLES; k++) {
            const uint64_t number = (uint64_t)(h * TARGET_SAMPLES + k);
            const double part = 0.2 + unit(2 * number);
            if (unit(2 * number + 1) > 2.0 / 3.0) continue;
            w->pair[at++] =
                (rg_target_pair){k, (float)part, (float)(part / (part + 0.5))};
            score[k] += part * exp(-2.0 * place);
        }
        w->first[h + 1] = at;
    }
}

target_world *target_world_make(int64_t n_users, int width, int by_place)
{
    target_world *w = calloc(1, sizeof *w);
    w->samples = (rg_target_samples){.width = width,
                                     .q = w->q,
                                     .n_users = n_users,
                                     .offset = w->offset,
                                     .item = w->item,
                                     .known = w->known,
                                     .rest = w->rest,
                                     .label = w->label,
                                     .own = w->own,
                                     .own_item = w->own_item,
                                     .first = w->first,
                                     .pair = w->pair};
    for (uint64_t k = 0; k < TARGET_ITEMS * RG_TARGET_WIDTH; k++)
        w->q[k] = (float)normal(k);
    for (int64_t u = 0; u < n_users; u++) {
        double score[TARGET_SAMPLES] = {0.0};
        const int64_t first = u * TARGET_SAMPLES;
        int best = 0;
        w->user[u] = w->list[u] = (uint32_t)u;
        w->offset[u + 1] = first + TARGET_SAMPLES;
        w->own[u + 1] = (u + 1) * TARGET_OWN;
        add_pairs(w, u, score);
        for (int k = 0; k < TARGET_SAMPLES; k++) {
            w->item[first + k] = (uint32_t)((3 * u + k) % TARGET_ITEMS);
            w->known[first + k] = (float)normal(1000000 + (uint64_t)(first + k));
            w->rest[first + k] = (float)(0.1 * unit(5000000 + (uint64_t)(first + k)));
            best = score[k] > score[best] ? k : best;
        }
        w->label[first + (by_place ? best : (int)(u % TARGET_SAMPLES))] = 1;
    }
    return w;
}
