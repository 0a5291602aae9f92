/* The interactions of each user in the order in which they happened, repeats kept, beside
 * rows that hold each item once and ascending. Packed: about a byte an interaction, and
 * one to three more for its time. A model file holds the same bytes (docs/format.md). */
#ifndef RG_GRAPH_SEQUENCES_H
#define RG_GRAPH_SEQUENCES_H
#include "base/ctx.h"

enum { RG_CLOCK_FIRST, RG_CLOCK_UNIT, RG_N_CLOCK };

/* Row r has d items and m interactions.
 *   order  m positions among the row's d ascending items, of as many bits as d - 1 has
 *          and at least 1, the lowest bit first; no bit where m is 1. Each row begins a
 *          byte, bits behind its last position are 0.
 *   time   m numbers in LEB128: units since the first moment, then units since the
 *          interaction before. */
typedef struct rg_sequences {
    rg_mem mem;
    int64_t n_rows, n;       /* n: interactions */
    const uint32_t *count;   /* [n_rows] interactions of each; NULL = as many as items */
    const uint8_t *order;    /* NULL = every row in the order of its items */
    const uint8_t *time;     /* NULL = no times here */
    const float *weight;     /* [n] NULL = no weights here */
    int64_t n_order, n_time; /* bytes */
    int64_t clock[RG_N_CLOCK]; /* first moment and unit, in seconds */
    int64_t last;              /* latest moment, where there are times */
    /* Made from these, owned: [n_rows + 1] where the interactions and bytes of a row
     * begin; NULL where there are none. */
    int64_t *offset, *order_at, *time_at;
    uint32_t *own_count; /* what is neither in a file nor of a model's block: owned */
    uint8_t *own_order, *own_time;
    float *own_weight;
} rg_sequences;

/* One row in order. */
typedef struct rg_steps {
    int64_t n;
    const uint32_t *position; /* among the row's ascending items */
    const int64_t *time;      /* NULL = none */
    const float *weight;      /* NULL = none */
} rg_steps;

/* Sequences while they are made, row after row. Zeros are one that may be freed. */
typedef struct rg_sequences_draft {
    regatta_ctx *ctx;
    rg_sequences *to;
    int64_t row, order_room, time_room;
    int with_repeats, with_time, out_of_order;
} rg_sequences_draft;

/* For n interactions of n_rows rows; with_repeats: some row has an item twice. What is
 * not asked for is not kept. */
regatta_status rg_sequences_begin(regatta_ctx *ctx, rg_sequences_draft *draft,
                                  int64_t n_rows, int64_t n, int with_repeats,
                                  const int64_t clock[RG_N_CLOCK], int with_weight);
/* The next row, which has `degree` items. Times do not fall, are units of the clock, and
 * are read where it has one. */
regatta_status rg_sequences_add(rg_sequences_draft *draft, int64_t degree,
                                const rg_steps *steps);
/* *out = NULL where nothing was kept: rows in the order of their items, none twice, no
 * times and no weights. */
regatta_status rg_sequences_end(rg_sequences_draft *draft, rg_sequences **out);
void rg_sequences_discard(rg_sequences_draft *draft); /* after a failure; else a no-op */

/* What is wrong with the arrays of sequences; reason NULL: nothing. */
typedef struct rg_sequences_fault {
    const char *part; /* "counts", "order", "times" or "clock" */
    const char *reason;
} rg_sequences_fault;

/* Sequences over the arrays of `parts`, which stay the caller's: count, order, time,
 * sizes and clock are read. item_offset[n_rows + 1] are those of the ascending rows.
 * A fault leaves *out NULL. */
regatta_status rg_sequences_view(regatta_ctx *ctx, rg_sequences **out,
                                 const rg_sequences *parts, const int64_t *item_offset,
                                 rg_sequences_fault *fault);
/* Another one over the arrays of `from`, which has to live as long. NULL for NULL. */
regatta_status rg_sequences_share(regatta_ctx *ctx, rg_sequences **out,
                                  const rg_sequences *from);
void rg_sequences_free(rg_sequences *s); /* NULL is a no-op */

/* The interactions of rows before `row`; s may be NULL. */
static inline int64_t rg_sequences_first(const rg_sequences *s,
                                         const int64_t *item_offset, int64_t row)
{
    return s != NULL && s->offset != NULL ? s->offset[row] : item_offset[row];
}
/* position[m] of a row; s may be NULL. */
void rg_sequences_positions(uint32_t *position, const rg_sequences *s,
                            const int64_t *item_offset, int64_t row);
/* time[m] of a row of sequences with times, in seconds. */
void rg_sequences_times(int64_t *time, const rg_sequences *s, const int64_t *item_offset,
                        int64_t row);
#endif
