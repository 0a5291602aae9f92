/* regatta/query.h: who a call is about: users, histories, items, or vectors. */
#ifndef REGATTA_QUERY_H
#define REGATTA_QUERY_H
#include <regatta/model.h>
REGATTA_BEGIN_C

/* The users that a call is about: users of the model by number, or histories of any user
 * (folded in, docs/model.md), or vectors, which only regatta_candidates accepts. Exactly
 * one of the three is set; arrays belong to the caller. With `side` REGATTA_ITEMS,
 * regatta_fold_in and regatta_similar take items instead: item numbers in `user`, or in
 * `item` the users who had an item that the model does not know. Start from
 * REGATTA_QUERY_INIT. New fields are only ever appended. */
typedef struct regatta_query {
    uint32_t struct_size;
    int64_t n;            /* how many */
    const uint32_t *user; /* [n] user numbers, or NULL when histories are given */
    const int64_t
        *offset; /* [n + 1] into item: history q is item[offset[q]..offset[q+1]) */
    const uint32_t *item; /* item numbers in order, the latest last; the present channels
                             count a repeat once */
    const float *vector;  /* [n][dim] of any length, finite: regatta_candidates alone */
    uint32_t side;        /* regatta_side of those asked about; 0 = REGATTA_USERS */
    /* [offset[n]] seconds, one for each of `item`, or NULL when times are not known. A
     * history is sorted by them; items of equal time keep their order. The present
     * channels do not read times. Histories alone have them. */
    const int64_t *time;
} regatta_query;

#define REGATTA_QUERY_INIT                                                               \
    {                                                                                    \
        sizeof(regatta_query), 0, NULL, NULL, NULL, NULL, 0, NULL                        \
    }
REGATTA_END_C
#endif
