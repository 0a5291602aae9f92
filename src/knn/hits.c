/* Cuts of a buffer of hits. */
#include "knn/hits.h"
#include "base/find.h"
#include <math.h>

enum { LEAST_ROOM = 160 };

int64_t rg_hits_room(int64_t k, int64_t n)
{
    const int64_t room = k < LEAST_ROOM / 3 ? LEAST_ROOM : 3 * k;
    return n < room ? n : room;
}

float rg_hits_cut(rg_hits *hits)
{
    int64_t n = 0;
    for (int64_t i = 0; i < hits->n; i++) {
        const uint32_t row = rg_hit_row(hits->key[i]);
        hits->key[n] = hits->key[i];
        n +=
            (int64_t)row < hits->n_rows && rg_find_u32(hits->skip, hits->n_skip, row) < 0;
    }
    hits->n = n;
    if (n < hits->k || hits->k == 0) return hits->k == 0 ? INFINITY : -INFINITY;
    rg_hits_select(hits->key, n, hits->k);
    hits->n = hits->k;
    if (n > hits->k) return rg_hit_score(hits->key[hits->k - 1]);
    uint64_t worst = hits->key[0];
    for (int64_t i = 1; i < n; i++) worst = hits->key[i] < worst ? hits->key[i] : worst;
    return rg_hit_score(worst);
}
