/* Selection of edges among the rows found. */
#ifndef RG_KNN_INDEX_PRUNE_H
#define RG_KNN_INDEX_PRUNE_H
#include "knn/index_beam.h"

/* The lifted rows among which edges are chosen (item_index.h): all of length M. */
typedef struct rg_prune {
    const rg_index *index;
    rg_code_dot_fn dot;
    const float *lift; /* [n][2]: b, t */
    float square;      /* M^2 */
    int8_t *level;     /* [stride] scratch of a thread */
} rg_prune;

/* Chooses edge[degree] among `found` without p (best first; score = <x^, p^>), with
 * REGATTA_NONE after the last edge. */
void rg_prune_choose(const rg_prune *prune, uint32_t *edge, uint32_t p,
                     const rg_beam *found);
#endif
