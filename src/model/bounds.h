/* The bounds of a model's numbers. Within them no sum of the arithmetic in float
 * overflows (docs/format.md has the table and the reasons). */
#ifndef RG_MODEL_BOUNDS_H
#define RG_MODEL_BOUNDS_H
#include "model/visitor.h"
#include <regatta/model.h>

/* Each checks every number of an array, stores the largest absolute value in v->largest,
 * and fails by rg_visit_wrong. NULL (a missing array) is valid. */
regatta_status rg_bound_floats(rg_visitor *v, const char *name, const float *x, int64_t n,
                               const rg_bound *bound);
regatta_status rg_bound_table(rg_visitor *v, const char *name, const rg_rows *rows,
                              const rg_bound *bound);
regatta_status rg_bound_weights(rg_visitor *v, const char *name, const rg_weights *w,
                                int64_t n_rows, const rg_bound *bound);

/* Checks all numbers of a model in memory. REGATTA_ENUMERIC "the model's NAME: reason".
 * O(numbers). */
regatta_status rg_model_check_numbers(regatta_ctx *ctx, const regatta_model *model);
#endif
