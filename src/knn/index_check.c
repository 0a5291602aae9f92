/* What a file says of an index, before it is believed. */
#include "knn/item_index.h"
#include <math.h>

const char *rg_index_check(const rg_index *index)
{
    if (index->degree < RG_INDEX_MIN_DEGREE || index->degree > RG_INDEX_MAX_DEGREE)
        return "the index' degree is out of its range";
    if (index->n_entries < 1 || index->n_entries > index->n)
        return "the index' number of entries is out of its range";
    if (!(index->step > 0.0f) || !isfinite(index->step))
        return "the index' step is no positive number";
    for (int64_t e = 0; e < index->n * index->degree; e++)
        if (index->edge[e] != REGATTA_NONE && (int64_t)index->edge[e] >= index->n)
            return "an edge of the index is out of range";
    for (int64_t e = 0; e < index->n_entries; e++)
        if ((int64_t)index->entry[e] >= index->n)
            return "an entry of the index is out of range";
    return NULL;
}
