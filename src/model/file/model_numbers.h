/* What the numbers of a model may be: bounds that its arithmetic can take in float
 * without a sum that overflows (docs/format.md has the table and the reasons). */
#ifndef RG_MODEL_MODEL_NUMBERS_H
#define RG_MODEL_MODEL_NUMBERS_H
#include "model/file/model_layout.h"

/* Of the scale, 1 / temperature, which lies in the tensor of numbers. */
#define RG_SMALLEST_SCALE 0x1p-30
#define RG_LARGEST_SCALE 0x1p60

/* Looks at every float, bfloat16 and 8-bit code of the tensors that have data. 1 when all
 * are in their ranges, and so is what each channel can add up to. Else 0, the part that
 * is wrong, and in reason[n] what is wrong with it. O(numbers). */
int rg_layout_numbers_hold(const rg_model_layout *layout, rg_part *part, char *reason,
                           size_t n);
/* The same of a model in memory, with its scale. REGATTA_ENUMERIC "the model's TENSOR:
 * reason". */
regatta_status rg_model_check_numbers(regatta_ctx *ctx, const regatta_model *model);
#endif
