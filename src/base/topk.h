/* The k largest of a row, best first, ties to the lower index; -INFINITY is "not there".
 */
#ifndef RG_BASE_TOPK_H
#define RG_BASE_TOPK_H
#include <stdint.h>

/* index[k], score[k]; padded with REGATTA_NONE and -INFINITY. A threshold filter in front
 * of a small heap: about one comparison an element once the heap is warm. Returns how
 * many are there. */
int64_t rg_topk(uint32_t *index, float *score, int64_t k, const float *row, int64_t n);
#endif
