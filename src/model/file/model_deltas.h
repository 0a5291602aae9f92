/* Ascending rows of numbers in about a byte each: how the files of compact models hold
 * the targets of sparse rows.
 *
 * A row's first number as it is, then each one's distance to the one before it less 1;
 * each as LEB128: seven bits a byte, the lowest first, the top bit set in all but the
 * last. Rows follow each other without a gap; their lengths are those of `offset`. */
#ifndef RG_MODEL_MODEL_DELTAS_H
#define RG_MODEL_MODEL_DELTAS_H
#include <stdint.h>

/* Bytes that offset[n_rows + 1] and its targets take; with `out`, writes them. */
int64_t rg_deltas_encode(uint8_t *out, const int64_t *offset, const uint32_t *target,
                         int64_t n_rows);
/* Fills target[offset[n_rows]] from exactly n_bytes bytes; 0 when they end early or late,
 * a number is beyond 32 bits, or is longer than it needs to be. `offset` rises from 0. */
int rg_deltas_decode(uint32_t *target, const int64_t *offset, int64_t n_rows,
                     const uint8_t *from, int64_t n_bytes);
#endif
