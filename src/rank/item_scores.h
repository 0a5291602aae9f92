/* Scores of item attention: what a history says about every item, and why. */
#ifndef RG_RANK_ITEM_SCORES_H
#define RG_RANK_ITEM_SCORES_H
#include "graph/csr.h"

/* row[j] = scale_j sum_k weight_k w(item_k, j) for all items j: overwrites row[n_items].
 * `by_history` has history items as rows and candidates as targets; weight NULL = all 1,
 * scale NULL = all 1. O(n_items + edges of the history's rows). */
void rg_item_scores(float *row, const rg_csr *by_history, const float *scale,
                    const uint32_t *item, const float *weight, int64_t n);

/* The terms of one candidate: part[k] = scale_j weight_k w(item_k, j). Their sum, which
 * is returned, is the score up to rounding. O(n log edges). */
double rg_item_score_parts(float *part, const rg_csr *by_history, const float *scale,
                           uint32_t candidate, const uint32_t *item, const float *weight,
                           int64_t n);
#endif
