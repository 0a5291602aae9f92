#include "model/history.h"
#include "base/sort.h"
#include "model/model.h"
#include <string.h>

int64_t rg_history_longest(const regatta_model *model, const regatta_query *query,
                           int64_t first, int64_t last)
{
    const int64_t *offset = query->user != NULL ? model->history_offset : query->offset;
    int64_t longest = 0;
    for (int64_t q = first; q < last; q++) {
        const int64_t row = query->user != NULL ? (int64_t)query->user[q] : q;
        const int64_t n = offset[row + 1] - offset[row];
        if (n > longest) longest = n;
    }
    return longest;
}

void rg_history_resolve(rg_history *out, const regatta_model *model,
                        const regatta_query *query, int64_t q, uint32_t *scratch)
{
    if (query->user != NULL) {
        const uint32_t user = query->user[q];
        const int64_t first = model->history_offset[user];
        *out = (rg_history){.user = user,
                            .item = model->history_item + first,
                            .weight = model->history_weight != NULL
                                          ? model->history_weight + first
                                          : NULL,
                            .n = model->history_offset[user + 1] - first};
        return;
    }
    const int64_t n = query->offset[q + 1] - query->offset[q];
    if (n > 0)
        memcpy(scratch, query->item + query->offset[q], (size_t)n * sizeof *scratch);
    rg_sort_u32(scratch, n);
    *out = (rg_history){.user = REGATTA_NONE,
                        .item = scratch,
                        .weight = NULL,
                        .n = rg_unique_u32(scratch, n)};
}
