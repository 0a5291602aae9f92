/* Area under the ROC curve of one ranking. */
#ifndef RG_RANK_AUC_H
#define RG_RANK_AUC_H
#include <stdint.h>

/* Returns the share of pairs (test item, other candidate) that row[n] ranks correctly;
 * ties count half. Items at -INFINITY are not candidates; test[n_test] are; n_candidates
 * is the number of all candidates. 0.5 if there is no pair. O(n * n_test), exact
 * counts. */
double rg_auc(const float *row, int64_t n, const uint32_t *test, int64_t n_test,
              int64_t n_candidates);
#endif
