/* The histories of a query, one after another. */
#ifndef RG_MODEL_HISTORY_H
#define RG_MODEL_HISTORY_H
#include <regatta/model.h>
#include <regatta/query.h>

/* A query's history, resolved: items ascending and without repeats. */
typedef struct rg_history {
    uint32_t user; /* REGATTA_NONE for a folded-in history */
    const uint32_t *item;
    const float *weight; /* NULL = all 1 */
    int64_t n;
} rg_history;

/* The longest history among queries [first, last), repeats counted. */
int64_t rg_history_longest(const regatta_model *model, const regatta_query *query,
                           int64_t first, int64_t last);
/* Query q's history. That of a user of the model is a view of the model; another is
 * sorted into `scratch`, which has room for it (repeats counted) and lives as long.
 * The query is checked. O(n log n), O(n) for an ascending history. */
void rg_history_resolve(rg_history *out, const regatta_model *model,
                        const regatta_query *query, int64_t q, uint32_t *scratch);
#endif
