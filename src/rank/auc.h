/* Area under the ROC curve of one ranking. */
#ifndef RG_RANK_AUC_H
#define RG_RANK_AUC_H
#include <stdint.h>

/* The share of pairs (test item, other candidate) that row[n] puts in order, ties
 * counting half. Items at -INFINITY are no candidates; test[n_test] are, n_candidates
 * counts all. 0.5 without a pair. O(n * n_test), exact counts. */
double rg_auc(const float *row, int64_t n, const uint32_t *test, int64_t n_test,
              int64_t n_candidates);
#endif
