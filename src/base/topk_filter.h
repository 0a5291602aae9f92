/* The method of rg_topk for few results. */
#ifndef RG_BASE_TOPK_FILTER_H
#define RG_BASE_TOPK_FILTER_H
#include <stdint.h>

enum { RG_TOPK_FEW = 1024 };

/* As rg_topk, for 0 < k <= RG_TOPK_FEW, without the padding. Uses 36 KB of stack. */
int64_t rg_topk_filter(uint32_t *index, float *score, int64_t k, const float *row,
                       int64_t n);
#endif
