/* The bounds of a model's numbers: its arithmetic can take them in float without a sum
 * that overflows (docs/format.md has the table and the reasons). */
#ifndef RG_MODEL_BOUNDS_H
#define RG_MODEL_BOUNDS_H
#include "model/visitor.h"
#include <regatta/model.h>

/* Each looks at every number of an array, stores the largest absolute value in
 * v->largest, and fails by rg_visit_wrong. NULL is an array that is missing: sound. */
regatta_status rg_bound_floats(rg_visitor *v, const char *name, const float *x, int64_t n,
                               const rg_bound *bound);
regatta_status rg_bound_table(rg_visitor *v, const char *name, const rg_rows *rows,
                              const rg_bound *bound);
regatta_status rg_bound_weights(rg_visitor *v, const char *name, const rg_weights *w,
                                int64_t n_rows, const rg_bound *bound);

/* All numbers of a model in memory. REGATTA_ENUMERIC "the model's NAME: reason".
 * O(numbers). */
regatta_status rg_model_check_numbers(regatta_ctx *ctx, const regatta_model *model);
#endif
