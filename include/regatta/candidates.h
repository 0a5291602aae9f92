/* regatta/candidates.h: hundreds of items of each query, at a fraction of the cost. */
#ifndef REGATTA_CANDIDATES_H
#define REGATTA_CANDIDATES_H
#include <regatta/query.h>
REGATTA_BEGIN_C

/* Who proposes candidates; combined by |. */
enum {
    REGATTA_SOURCE_GRAPH = 1,   /* what the items of the history attend to, two hops */
    REGATTA_SOURCE_VECTORS = 2, /* scale * cosine + bias, the vector part of the score */
    REGATTA_SOURCE_BOTH = 3
};
#define REGATTA_N_SOURCES 2

/* Start from REGATTA_CANDIDATES_OPTIONS_INIT. */
typedef struct regatta_candidates_options {
    uint32_t struct_size;
    uint32_t n;           /* candidates per query, 1..2^31-1; default 500 */
    uint32_t sources;     /* REGATTA_SOURCE_*; 0 = those that the model has */
    uint32_t keep_seen;   /* 1: items of the history may come back */
    const uint32_t *only; /* [n_only] nothing but these; NULL = all items */
    int64_t n_only;
    const uint32_t *exclude; /* [n_exclude] never these */
    int64_t n_exclude;
    uint32_t exact;  /* 1: all items are searched, also where the model has an index */
    uint32_t effort; /* beam of the search in an index: more find more and take longer; at
                        least n is taken; 0 = 96 */
} regatta_candidates_options;

#define REGATTA_CANDIDATES_OPTIONS_INIT                                                  \
    {                                                                                    \
        sizeof(regatta_candidates_options), 500, 0, 0, NULL, 0, NULL, 0, 0, 0            \
    }

/* Hundreds of items for each query, cheaper than regatta_recommend and from chosen
 * sources (docs/model.md): items[n * opts.n], best first. scores[n * opts.n] (may be
 * NULL) is the source's own number, of both sources the sum of 1 / (60 + rank) over those
 * that propose the item, each proposing its best opts.n (Cormack, Clarke and Buettcher,
 * SIGIR 2009). by_source[n * opts.n][REGATTA_N_SOURCES] (may be NULL) is what graph and
 * vectors gave: NaN where one did not propose the item.
 * Filters act before the cut, ties go to the lower number, padding is REGATTA_NONE,
 * -INFINITY and NaN. The graph proposes what the history leads to with a weight above 0,
 * nothing else; where no source proposes anything (an empty history) it is what is
 * popular, by log(1 + users of the item) and with NaN from both sources. The tables that
 * are searched are made by a model's first call, while others wait. O(n * history) for
 * the graph, whatever the degrees of its items; for the vectors O(n * items * dim) on
 * bytes, or with an index in the model what its beam looks at.
 *   REGATTA_EINVAL  n = 0, a number out of range, a source that the model lacks, the
 *                   graph for vectors of the caller's
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_candidates(regatta_ctx *ctx,
                                              const regatta_model *model,
                                              const regatta_query *query,
                                              const regatta_candidates_options *opts,
                                              uint32_t *items, float *scores,
                                              float *by_source);
REGATTA_END_C
#endif
