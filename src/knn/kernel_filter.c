/* Searching panels, with the instructions common to all machines of a vector unit. */
#include "knn/kernel_names.h"
#include "knn/kernel_tile.h"

void RG_K(filter_f32)(const rg_filter *f, int64_t first, int64_t last)
{
    filter_panels(f, first, last, SUM_FLOAT, FULL_ROWS);
}

void RG_K(filter_bf16)(const rg_filter *f, int64_t first, int64_t last)
{
    filter_panels(f, first, last, SUM_PAIRS, FULL_ROWS);
}

void RG_K(filter_i8)(const rg_filter *f, int64_t first, int64_t last)
{
    filter_panels(f, first, last, SUM_WHOLE, CODE_ROWS);
}
