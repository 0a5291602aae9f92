/* Re-ranking of the items with the best scores: less popular, more diverse
 * (docs/model.md).
 *
 *   penalty p:  s'_j = s_j - p sigma_s (l_j - mean_l) / sigma_l,  l_j = log(1 + d_j)
 *   mmr lambda: of the N best by s', repeatedly select the one with the largest
 *               lambda r_j - (1 - lambda) max over the selected i of cos(j, i),
 *               r_j = (s'_j - min s') / (max s' - min s') within the N
 *
 * (Carbonell and Goldstein, "The use of MMR", SIGIR 1998). sigma_s is the deviation of
 * the query's scores over the allowed items; mean_l and sigma_l are over all items. The
 * cosine is that of the items' vectors, without vectors that of attention or history
 * (similarity.h). */
#ifndef RG_RANK_RERANK_H
#define RG_RANK_RERANK_H
#include "rank/similar/similarity.h"

/* mmr 1 and popularity_penalty 0: order of score. */
typedef struct rg_rerank_options {
    float mmr, popularity_penalty;
    int64_t k, pool; /* pool 0: 5 k, at least 100 */
} rg_rerank_options;

/* Data shared by the rows of one call, and the scratch of each thread. */
typedef struct rg_rerank {
    rg_mem mem;
    const regatta_model *model;
    float mmr, penalty;
    int64_t cut, pool; /* min(k, items); candidates that mmr selects from */
    double mean, deviation;
    rg_similarity *similarity; /* NULL: by vectors, or no mmr */
    float *row;                /* [threads][n_items] penalised scores */
    uint32_t *item;            /* [threads][pool] */
    float *number;             /* [threads][3][pool] s', then r; largest similarity to
                                  the selected; cosines */
    float *vector;             /* [threads][pool][dim] */
    float *lane;               /* [threads][columns of the similarity] */
} rg_rerank;

int rg_rerank_wanted(const rg_rerank_options *options);
/* REGATTA_EINVAL "NAME: ..." unless mmr is in [0, 1] and the penalty in [-100, 100]. */
regatta_status rg_rerank_check(regatta_ctx *ctx, const rg_rerank_options *options);
/* O(entries) without vectors. */
regatta_status rg_rerank_create(regatta_ctx *ctx, rg_rerank **out,
                                const regatta_model *model,
                                const rg_rerank_options *options);
void rg_rerank_free(rg_rerank *rerank); /* NULL is a no-op */

/* Writes the first `cut` items in the new order, with their scores in row[n_items], to
 * items[cut] and scores[cut], padded as by rg_topk. Items at -INFINITY in row are not
 * allowed. O(items + cut pool (dim, or entries of a row)). Starts no threads. */
void rg_rerank_row(const rg_rerank *rerank, uint32_t *items, float *scores,
                   const float *row, int thread);
#endif
