/* O(found * degree) products a row, the first that decides ends it. */
#include "knn/index_prune.h"

/* On squared distances. Above 1: long edges stay, and walks are short. */
static const float ALPHA = 1.1f;

enum { CHUNK = 16 };

/* Returns 1 if c is closer to one of the chosen rows than, scaled, to p. */
static int shadowed(const rg_prune *prune, uint32_t c, float to_p, const uint32_t *chosen,
                    int64_t n)
{
    const rg_index *index = prune->index;
    rg_code_query query = {.level = prune->level};
    const float *own = prune->lift + 2 * (int64_t)c;
    int32_t product[CHUNK];
    rg_code_query_row(&query, index->code + (int64_t)c * index->stride, index->stride,
                      index->step);
    for (int64_t first = 0; first < n; first += CHUNK) {
        const int64_t m = n - first < CHUNK ? n - first : CHUNK;
        prune->dot(product, query.level, index->code, index->stride, chosen + first, m);
        for (int64_t e = 0; e < m; e++) {
            const float *lift = prune->lift + 2 * (int64_t)chosen[first + e];
            const float inner = query.factor * (float)(product[e] - query.shift) +
                                own[0] * lift[0] + own[1] * lift[1];
            if (ALPHA * (prune->square - inner) <= to_p) return 1;
        }
    }
    return 0;
}

void rg_prune_choose(const rg_prune *prune, uint32_t *edge, uint32_t p,
                     const rg_beam *found)
{
    const int64_t degree = prune->index->degree;
    int64_t n = 0;
    for (int64_t e = 0; e < found->n && n < degree; e++) {
        const rg_found *c = &found->found[e];
        if (c->row == p) continue;
        if (!shadowed(prune, c->row, prune->square - c->score, edge, n))
            edge[n++] = c->row;
    }
    for (int64_t e = n; e < degree; e++) edge[e] = REGATTA_NONE;
}
