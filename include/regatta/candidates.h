/* regatta/candidates.h: several hundred candidate items per query, at a fraction of the
 * cost of ranking all items. */
#ifndef REGATTA_CANDIDATES_H
#define REGATTA_CANDIDATES_H
#include <regatta/query.h>
REGATTA_BEGIN_C

/* Sources of candidates; combined with |. */
enum {
    REGATTA_SOURCE_GRAPH = 1,   /* items to which the items of the history attend: two
                                   hops */
    REGATTA_SOURCE_VECTORS = 2, /* the largest scale * cosine + bias, the vector part
                                   of the score */
    REGATTA_SOURCE_BOTH = 3
};
#define REGATTA_N_SOURCES 2

/* Start from REGATTA_CANDIDATES_OPTIONS_INIT. */
typedef struct regatta_candidates_options {
    uint32_t struct_size;
    uint32_t n;           /* candidates per query, 1..2^31-1; default 500 */
    uint32_t sources;     /* REGATTA_SOURCE_*; 0 = all that the model has */
    uint32_t keep_seen;   /* 1: candidates may be items of the history */
    const uint32_t *only; /* [n_only] the only items allowed; NULL = all items */
    int64_t n_only;
    const uint32_t *exclude; /* [n_exclude] items not allowed */
    int64_t n_exclude;
    uint32_t exact;    /* 1: search all items even if the model has an index */
    uint32_t effort;   /* beam of the search in an index: a larger one raises recall and
                          time; values below n mean n; 0 = 96 */
    float communities; /* above 0, at most 1: of the walk over the graph only this share
                          of the entries is read, communities first; 0: all */
    int64_t *reads; /* [n queries][REGATTA_N_READS] (may be NULL) receives what the walk
                       over the graph read; 0 for a query of vectors */
} regatta_candidates_options;

/* Of a walk. */
enum {
    REGATTA_READ_ENTRIES = 0, /* entries of item attention that were read */
    REGATTA_READ_BLOCKS = 1,  /* with communities: the sums over a row and a community */
    REGATTA_READ_WHOLE = 2    /* entries of the walk without communities */
};
#define REGATTA_N_READS 3

#define REGATTA_CANDIDATES_OPTIONS_INIT                                                  \
    {                                                                                    \
        sizeof(regatta_candidates_options), 500, 0, 0, NULL, 0, NULL, 0, 0, 0, 0, NULL   \
    }

/* Finds opts.n candidates for each query from the chosen sources, at less cost than
 * regatta_recommend (docs/model.md). Writes items[n * opts.n], best first. scores[n *
 * opts.n] (may be NULL) receives the source's score; with both sources, the sum of 1 /
 * (60 + rank) over the sources that propose the item, each of which proposes its best
 * opts.n (Cormack, Clarke and Buettcher, SIGIR 2009). by_source[n *
 * opts.n][REGATTA_N_SOURCES] (may be NULL) receives the scores by the graph and by the
 * vectors: NaN where a source did not propose the item. Filters apply before the cut.
 * Ties go to the lower item number. Rows with fewer candidates are padded with
 * REGATTA_NONE, -INFINITY and NaN. The graph proposes only items with a score above 0. If
 * no source proposes an item (an empty history), the candidates are the most popular
 * items, scored log(1 + users of the item), with NaN from both sources. The first call on
 * a model builds the search tables; concurrent calls wait for them. Time: O(n * history)
 * for the graph, independent of the degrees of its items; for the vectors O(n * items *
 * dim) on bytes, or with an index in the model in proportion to the nodes its beam
 * visits.
 * With `communities` c the walk reads the share c of its entries: first it sums, from
 * the rows of the history, the weight above 0 that each community of items receives
 * (regatta_convert_options.communities); then it reads of each community a share of the
 * entries in proportion to that sum, the largest first, of the best ones all
 * (docs/model.md). A c of 1 gives the bytes of the whole walk.
 *   REGATTA_EINVAL  n = 0, a number out of range, a source that the model lacks, the
 *                   graph with a query of vectors, `communities` without the source
 *                   graph or of a model that has none
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_candidates(regatta_ctx *ctx,
                                              const regatta_model *model,
                                              const regatta_query *query,
                                              const regatta_candidates_options *opts,
                                              uint32_t *items, float *scores,
                                              float *by_source);
REGATTA_END_C
#endif
