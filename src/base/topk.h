/* The k largest of a row, best first, ties to the lower index; -INFINITY is "not there".
 */
#ifndef RG_BASE_TOPK_H
#define RG_BASE_TOPK_H
#include <stdint.h>

/* Writes index[k] and score[k], padded with REGATTA_NONE and -INFINITY. Returns how many
 * are there. Allocates nothing; uses up to 36 KB of stack. */
int64_t rg_topk(uint32_t *index, float *score, int64_t k, const float *row, int64_t n);
#endif
