/* Student's t test of paired values (docs/metrics.md). */
#ifndef RG_RANK_PAIRED_H
#define RG_RANK_PAIRED_H
#include <regatta/evaluate.h>

/* As regatta_paired_test, whose arguments are checked. */
void rg_paired_test(regatta_paired *out, const double *a, const double *b, int64_t n);

/* Returns the probability that |T| > |t| for T of Student's distribution with `freedom`
 * degrees of freedom, at least 1. Relative error below 1e-9. */
double rg_student_two_sided(double t, double freedom);
/* Returns the t >= 0 for which that probability is p, 0 < p < 1. */
double rg_student_quantile(double p, double freedom);
#endif
