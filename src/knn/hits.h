/* The best rows so far of one query: (score, row) pairs encoded as integers whose order
 * is the order of the results, in a buffer that is cut to the k best when it is full. */
#ifndef RG_KNN_HITS_H
#define RG_KNN_HITS_H
#include "base/hit.h"

typedef struct rg_hits {
    uint64_t *key; /* [room + RG_HITS_SLACK] */
    int64_t n, k, room;
    int64_t n_rows;       /* number of rows */
    const uint32_t *skip; /* excluded rows, ascending */
    int64_t n_skip;
} rg_hits;

/* The most pairs that may be pushed between two checks for a full buffer. */
enum { RG_HITS_SLACK = 128 };

/* Room that makes cuts rare for the k best of n rows. */
int64_t rg_hits_room(int64_t k, int64_t n);

/* Drops rows beyond the table and excluded rows, then all but the k best (unsorted).
 * Returns the k-th best score, -INFINITY if there are fewer: later rows (rows ascend)
 * must score above it. Expected O(n). */
float rg_hits_cut(rg_hits *hits);
#endif
