/* Checks of the index in a file. */
#include "knn/item_index.h"

/* Returns 1 if a number is repeated: checks bits of a small table first, and only if a
 * bit is set the numbers before. */
static int repeats(const uint32_t *number, int64_t n)
{
    uint64_t seen[16] = {0};
    for (int64_t k = 0; k < n; k++) {
        uint64_t *word = &seen[number[k] >> 6 & 15];
        const uint64_t bit = (uint64_t)1 << (number[k] & 63);
        for (int64_t before = 0; *word & bit && before < k; before++)
            if (number[before] == number[k]) return 1;
        *word |= bit;
    }
    return 0;
}

/* Checks the edges of one row: other rows below n, each once, and none after the end. */
static const char *check_edges(const uint32_t *edge, int64_t degree, int64_t n)
{
    int64_t m = 0;
    for (; m < degree && edge[m] != REGATTA_NONE; m++)
        if ((int64_t)edge[m] >= n) return "an edge of the index is out of range";
    for (int64_t k = m; k < degree; k++)
        if (edge[k] != REGATTA_NONE) return "an edge of the index is after the last";
    return repeats(edge, m) ? "an edge of the index is repeated" : NULL;
}

const char *rg_index_check(const rg_index *index)
{
    if (index->degree < RG_INDEX_MIN_DEGREE || index->degree > RG_INDEX_MAX_DEGREE)
        return "the degree of the index is out of range";
    if (index->n_entries < 1 || index->n_entries > index->n ||
        index->n_entries > RG_INDEX_MAX_ENTRIES)
        return "the number of entries of the index is out of range";
    if (!(index->step > 0.0f && index->step <= RG_INDEX_MAX_STEP))
        return "the step of the index is out of range";
    for (int64_t i = 0; i < index->n; i++) {
        const char *wrong =
            check_edges(index->edge + i * index->degree, index->degree, index->n);
        if (wrong != NULL) return wrong;
    }
    for (int64_t e = 0; e < index->n_entries; e++)
        if ((int64_t)index->entry[e] >= index->n)
            return "an entry of the index is out of range";
    if (repeats(index->entry, index->n_entries))
        return "an entry of the index is repeated";
    return NULL;
}
