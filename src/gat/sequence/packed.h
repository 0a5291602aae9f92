/* Sequences of tokens one behind another, without padding. */
#ifndef RG_GAT_SEQUENCE_PACKED_H
#define RG_GAT_SEQUENCE_PACKED_H
#include <stdint.h>

/* Sequence s has the tokens offset[s] .. offset[s + 1], the latest last; offset[0] is 0.
 * Lengths fall: no sequence is longer than the one before it. */
typedef struct rg_packed {
    int64_t n; /* sequences */
    const int64_t *offset;
    const int64_t *time; /* [tokens] seconds; NULL = not known */
} rg_packed;

static inline int64_t rg_packed_tokens(const rg_packed *p)
{
    return p->offset[p->n];
}

static inline int64_t rg_packed_length(const rg_packed *p, int64_t s)
{
    return p->offset[s + 1] - p->offset[s];
}
#endif
