/* regatta/similar.h: the nodes most similar to each query. */
#ifndef REGATTA_SIMILAR_H
#define REGATTA_SIMILAR_H
#include <regatta/query.h>
REGATTA_BEGIN_C

/* What makes two nodes of a side alike: the cosine of one of these. */
typedef enum regatta_near {
    REGATTA_NEAR_AUTO = 0,      /* the first of the three that there is */
    REGATTA_NEAR_VECTORS = 1,   /* the nodes' vectors */
    REGATTA_NEAR_ATTENTION = 2, /* items of the model: a_i = e_i + w_i, with w_i the item
                                   attention from i to every candidate and e_i itself: as
                                   (w_ij + w_ji + sum_k w_ik w_jk) / (|a_i| |a_j|) */
    REGATTA_NEAR_HISTORY =
        3 /* who had what: a user's items, each weighed by d_i^-1/2,
             d_i the number of its users; an item's users by d_u^-1/2 */
} regatta_near;

/* Start from REGATTA_SIMILAR_OPTIONS_INIT. */
typedef struct regatta_similar_options {
    uint32_t struct_size;
    uint32_t k;           /* nodes per query, 1..2^31-1; default 20 */
    uint32_t by;          /* regatta_near */
    const uint32_t *only; /* [n_only] of the side: nothing but these; NULL = all */
    int64_t n_only;
    const uint32_t *exclude; /* [n_exclude] of the side: never these */
    int64_t n_exclude;
} regatta_similar_options;

#define REGATTA_SIMILAR_OPTIONS_INIT                                                     \
    {                                                                                    \
        sizeof(regatta_similar_options), 20, 0, NULL, 0, NULL, 0                         \
    }

/* The k nodes of the query's side nearest to each query (a node, or a list that is folded
 * in), a node itself left out: nodes[n * k] and cosines[n * k] (may be NULL), best first,
 * ties to the lower number, filters before the cut, padding as above. By attention and by
 * history, nodes that have nothing in common with the query are not there: their cosine
 * is not above 0. `opts` NULL means INIT. O(n * nodes * dim), else O(entries of all rows)
 * for each 16 queries.
 *   REGATTA_EINVAL  a number out of range; by vectors that the model does not have; by
 *                   attention for users, for lists, or without item attention
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_similar(regatta_ctx *ctx, const regatta_model *model,
                                           const regatta_query *query,
                                           const regatta_similar_options *opts,
                                           uint32_t *nodes, float *cosines);
REGATTA_END_C
#endif
