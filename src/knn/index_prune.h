/* Selection of edges among the rows found. */
#ifndef RG_KNN_INDEX_PRUNE_H
#define RG_KNN_INDEX_PRUNE_H
#include "knn/index_beam.h"

/* The rows as edges are chosen among them (item_index.h): all of length M. */
typedef struct rg_prune {
    const rg_index *index;
    rg_code_dot_fn dot;
    const float *lift; /* [n][2]: b, t */
    float square;      /* M^2 */
    int8_t *level;     /* [stride] scratch of a thread */
} rg_prune;

/* edge[degree]: chosen among found (best first; score = <x^, p^>), p itself left out;
 * REGATTA_NONE after the last. */
void rg_prune_choose(const rg_prune *prune, uint32_t *edge, uint32_t p,
                     const rg_beam *found);
#endif
