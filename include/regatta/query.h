/* regatta/query.h: the users, histories, items or vectors that a call is for. */
#ifndef REGATTA_QUERY_H
#define REGATTA_QUERY_H
#include <regatta/model.h>
REGATTA_BEGIN_C

/* The queries of a call: user numbers of the model, or histories of any users (folded in,
 * docs/model.md), or vectors, which only regatta_candidates accepts. Set exactly one of
 * the three; the arrays belong to the caller. With `side` REGATTA_ITEMS, regatta_fold_in
 * and regatta_similar take items instead: item numbers in `user`, or in `item` the users
 * of each item that the model does not contain. Start from REGATTA_QUERY_INIT. New fields
 * are only ever appended. */
typedef struct regatta_query {
    uint32_t struct_size;
    int64_t n;            /* number of queries */
    const uint32_t *user; /* [n] user numbers, or NULL */
    const int64_t
        *offset; /* [n + 1] into item: history q is item[offset[q]..offset[q+1]) */
    const uint32_t *item; /* item numbers in order, the latest last, repeats included */
    const float *vector;  /* [n][dim] of any length, finite; for regatta_candidates
                             only */
    uint32_t side;        /* regatta_side of the queries; 0 = REGATTA_USERS */
    /* [offset[n]] times in seconds, one for each element of `item`, or NULL if times are
     * not known; for histories only. Each history is sorted by time; items of equal time
     * keep their order. */
    const int64_t *time;
    /* [n] the time in seconds at which each query is asked, or NULL: at its latest
     * interaction. It needs times, of the histories or of the model. Channels that weight
     * interactions by age use it. Interactions later than `at` are left out, so that an
     * answer does not depend on them: a user of the model who has some is answered as a
     * history of the others (folded in), and the later items may be recommended.
     * regatta_similar takes it for histories only. */
    const int64_t *at;
    /* Items that are not answers of query q, in any order:
     * exclude[exclude_offset[q]..exclude_offset[q+1]); NULL = none. They add to the
     * filters of the options, which are the same for all queries. Only regatta_recommend
     * and regatta_candidates take them. */
    const int64_t *exclude_offset; /* [n + 1] */
    const uint32_t *exclude;
} regatta_query;

#define REGATTA_QUERY_INIT                                                               \
    {                                                                                    \
        sizeof(regatta_query), 0, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL      \
    }
REGATTA_END_C
#endif
