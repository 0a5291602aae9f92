/* regatta/similar.h: the nodes most similar to each query. */
#ifndef REGATTA_SIMILAR_H
#define REGATTA_SIMILAR_H
#include <regatta/query.h>
REGATTA_BEGIN_C

/* The similarity of two users or two items: the cosine of one of these. */
typedef enum regatta_similarity {
    REGATTA_SIMILARITY_AUTO = 0,    /* the first of the three that is available */
    REGATTA_SIMILARITY_VECTORS = 1, /* the nodes' vectors */
    /* For items of the model: a_i = e_i + w_i, with w_i the item attention from i to
     * every candidate and e_i the unit vector of i, so the cosine is (w_ij + w_ji + sum_k
     * w_ik w_jk) / (|a_i| |a_j|). */
    REGATTA_SIMILARITY_ATTENTION = 2,
    /* The interactions: a user's items, each weighted by d_i^-1/2, with d_i the number of
     * its users; an item's users, by d_u^-1/2. */
    REGATTA_SIMILARITY_HISTORY = 3
} regatta_similarity;

/* Start from REGATTA_SIMILAR_OPTIONS_INIT. */
typedef struct regatta_similar_options {
    uint32_t struct_size;
    uint32_t k;           /* nodes per query, 1..2^31-1; default 20 */
    uint32_t by;          /* regatta_similarity */
    const uint32_t *only; /* [n_only] the only nodes of the side allowed; NULL = all */
    int64_t n_only;
    const uint32_t *exclude; /* [n_exclude] nodes of the side not allowed */
    int64_t n_exclude;
} regatta_similar_options;

#define REGATTA_SIMILAR_OPTIONS_INIT                                                     \
    {                                                                                    \
        sizeof(regatta_similar_options), 20, 0, NULL, 0, NULL, 0                         \
    }

/* Writes the k nodes most similar to each query (a node of the query's side, or a list
 * that is folded in) to nodes[n * k] and their cosines to cosines[n * k] (may be NULL),
 * best first, ties to the lower number. A node is not similar to itself. Filters apply
 * before the cut; short rows are padded with REGATTA_NONE and -INFINITY. By attention and
 * by history only nodes with a cosine above 0 are returned. `opts` NULL means INIT. Time:
 * O(n * nodes * dim) by vectors, else O(entries of all rows) per 16 queries.
 *   REGATTA_EINVAL  a number out of range; by vectors with a model without vectors; by
 *                   attention for users, for lists, or with a model without item
 *                   attention
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_similar(regatta_ctx *ctx, const regatta_model *model,
                                           const regatta_query *query,
                                           const regatta_similar_options *opts,
                                           uint32_t *nodes, float *cosines);
REGATTA_END_C
#endif
