/* Edge dropout of a training step.
 *
 *   q'_vw = 0 with probability p, else q_vw / (1 - p);  E[q'] = q
 *
 * Srivastava et al., JMLR 2014, on edges (Rong et al., "DropEdge", ICLR 2020). Both
 * directions of an edge share one random number, a function of (seed, step, lower edge
 * number), so the thinned edge weights stay symmetric and need no order of drawing.
 * O(edges) time; a thread owns a range of edges. */
#include "base/parallel.h"
#include "base/rng.h"
#include "gat/network_scratch.h"
#include <assert.h>

enum { STEP_SHIFT = 40 }; /* edge numbers below 2^40, steps below 2^24 */

void rg_network_thin(rg_network *net, float share, uint64_t seed, uint64_t step,
                     int threads)
{
    const rg_adjacency *adj = net->adj;
    struct rg_network_scratch *s = net->scratch;
    assert(share >= 0.0f && share < 1.0f);
    if (share == 0.0f) {
        s->edge_weight = adj->edge_weight;
    } else {
        const double p = (double)share;
        assert(s->thinned != NULL && adj->reverse != NULL &&
               adj->n_edges < INT64_C(1) << STEP_SHIFT);
        const int team = rg_threads_for(4 * RG_SCALAR * adj->n_edges, threads);
#pragma omp parallel for num_threads(team) schedule(static)
        for (int64_t e = 0; e < adj->n_edges; e++) {
            const int64_t id = e < adj->reverse[e] ? e : adj->reverse[e];
            const uint64_t index = (step << STEP_SHIFT) | (uint64_t)id;
            const double unit = rg_random_unit(seed, RG_STREAM_DROPOUT, index);
            s->thinned[e] =
                unit < p ? 0.0f : (float)((double)adj->edge_weight[e] / (1.0 - p));
        }
        s->edge_weight = s->thinned;
    }
    if (net->shape.attention != REGATTA_ATTENTION_NONE) return;
    for (int l = 0; l < net->shape.layers; l++)
        net->edge[l] = share == 0.0f ? adj->edge_weight : s->thinned;
}
