/* An encoding of ascending rows of numbers in about one byte per number, for the targets
 * of sparse rows in the files of compact models.
 *
 * A row is its first number, then for each further number its distance to the previous
 * one minus 1. Each value is LEB128: seven bits per byte, the lowest first, the top bit
 * set in all bytes but the last. Rows follow each other without gaps; `offset` gives
 * their lengths. */
#ifndef RG_MODEL_MODEL_DELTAS_H
#define RG_MODEL_MODEL_DELTAS_H
#include <stdint.h>

/* Returns the encoded size in bytes of the targets of offset[n_rows + 1]; writes them
 * unless `out` is NULL. */
int64_t rg_deltas_encode(uint8_t *out, const int64_t *offset, const uint32_t *target,
                         int64_t n_rows);
/* Decodes target[offset[n_rows]] from exactly n_bytes bytes. Returns 0 if the bytes end
 * early or late, a number exceeds 32 bits, or an encoding is longer than necessary.
 * `offset` is non-decreasing from 0. */
int rg_deltas_decode(uint32_t *target, const int64_t *offset, int64_t n_rows,
                     const uint8_t *from, int64_t n_bytes);
#endif
