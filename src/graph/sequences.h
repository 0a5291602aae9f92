/* The interactions of each user in order, with repeats, for rows that contain each item
 * once and ascending. Packed: about one byte per interaction, and one to three more for
 * its time. A model file contains the same bytes (docs/format.md). */
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
    const uint32_t *count;   /* [n_rows] interactions per row; NULL = as many as items */
    const uint8_t *order;    /* NULL = every row is in the order of its items */
    const uint8_t *time;     /* NULL = no times */
    const float *weight;     /* [n] NULL = no weights */
    int64_t n_order, n_time; /* bytes */
    int64_t clock[RG_N_CLOCK]; /* first moment and unit, in seconds */
    int64_t last;              /* latest time, if there are times */
    /* Derived from these, owned: [n_rows + 1] begins of the interactions and bytes of
     * each row; NULL if not needed. */
    int64_t *offset, *order_at, *time_at;
    uint32_t *own_count; /* owned arrays that are neither in a file nor in a model's
                            block */
    uint8_t *own_order, *own_time;
    float *own_weight;
} rg_sequences;

/* One row in order. */
typedef struct rg_steps {
    int64_t n;
    const uint32_t *position; /* among the row's ascending items */
    const int64_t *time;      /* NULL = none */
    const float *weight;      /* NULL = all 1 */
} rg_steps;

/* Sequences under construction, row after row. A zeroed draft may be discarded. */
typedef struct rg_sequences_draft {
    regatta_ctx *ctx;
    rg_sequences *to;
    int64_t row, order_room, time_room;
    int with_repeats, with_time, out_of_order;
} rg_sequences_draft;

/* For n interactions of n_rows rows; with_repeats: a row may repeat an item. Only the
 * requested parts are stored. */
regatta_status rg_sequences_begin(regatta_ctx *ctx, rg_sequences_draft *draft,
                                  int64_t n_rows, int64_t n, int with_repeats,
                                  const int64_t clock[RG_N_CLOCK], int with_weight);
/* Appends a row with `degree` items. Times are non-decreasing multiples of the clock's
 * unit, and are read only if there is a clock. */
regatta_status rg_sequences_add(rg_sequences_draft *draft, int64_t degree,
                                const rg_steps *steps);
/* Sets *out to NULL if no part is needed: rows in the order of their items without
 * repeats, times and weights. */
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
/* Creates sequences over the arrays of `from`, which must outlive them. NULL for NULL. */
regatta_status rg_sequences_share(regatta_ctx *ctx, rg_sequences **out,
                                  const rg_sequences *from);
void rg_sequences_free(rg_sequences *s); /* NULL is a no-op */

/* Returns the number of interactions of rows before `row`; s may be NULL. */
static inline int64_t rg_sequences_first(const rg_sequences *s,
                                         const int64_t *item_offset, int64_t row)
{
    return s != NULL && s->offset != NULL ? s->offset[row] : item_offset[row];
}
/* Writes position[m] of a row; s may be NULL. */
void rg_sequences_positions(uint32_t *position, const rg_sequences *s,
                            const int64_t *item_offset, int64_t row);
/* Writes time[m] of a row of sequences with times, in seconds. */
void rg_sequences_times(int64_t *time, const rg_sequences *s, const int64_t *item_offset,
                        int64_t row);
#endif
