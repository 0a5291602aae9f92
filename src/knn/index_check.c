/* What a file says of an index, before it is believed. */
#include "knn/item_index.h"
#include <math.h>

const char *rg_index_check(const rg_index *index)
{
    if (!(index->step > 0.0f) || !isfinite(index->step))
        return "the step is no positive number";
    for (int64_t e = 0; e < index->n * index->degree; e++)
        if (index->edge[e] != REGATTA_NONE && (int64_t)index->edge[e] >= index->n)
            return "an edge is out of range";
    for (int64_t e = 0; e < index->n_entries; e++)
        if ((int64_t)index->entry[e] >= index->n) return "an entry is out of range";
    return NULL;
}
