/* Exact inner-product search: the k best rows of a table for each query. */
#ifndef RG_KNN_SEARCH_H
#define RG_KNN_SEARCH_H
#include "knn/table.h"

/* score(query, row j) = scale <query, row j> + bias[j] */
typedef struct rg_search {
    const float *query; /* [m][dim] */
    int64_t m, k;
    float scale;
    /* Excluded rows. Filters apply before the cut: k rows are returned if k are
     * allowed. */
    const uint32_t *allow;      /* bit j % 32 of word j / 32 of row j; NULL = every row */
    const int64_t *skip_offset; /* [m + 1] into skip; NULL = none */
    const uint32_t *skip;       /* query q: skip[skip_offset[q] .. skip_offset[q + 1]),
                                 * ascending */
} rg_search;

/* index[m][k] and score[m][k] (score may be NULL): best first, ties to the lower number,
 * padded with REGATTA_NONE and -INFINITY. Rows with the score NaN or -INFINITY are not
 * results.
 *
 * In a float table scores are those of rg_table_scores. In a compact table more than k
 * candidates (rg_search_more) are found with a query rounded like the table, and
 * rg_rows_gather_dot scores them against table->rows with the unrounded query: the scores
 * are exact for these rows, but rounding may exclude a row from the candidates.
 *
 * The same bits for one query as in a batch, and at any number of threads. One pass over
 * the table per block of queries; O(m n dim) time, O(threads block k) memory. ENOMEM. */
regatta_status rg_search_exact(regatta_ctx *ctx, const rg_table *table,
                               const rg_search *search, uint32_t *index, float *score);

/* Returns the number of candidates in a compact table for k results. */
int64_t rg_search_more(rg_element type, int64_t k);
#endif
