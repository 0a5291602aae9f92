/* The histories of a query, one after another: ascending as channels read them, and in
 * the order in which they happened. */
#ifndef RG_MODEL_HISTORY_H
#define RG_MODEL_HISTORY_H
#include "base/ctx.h"
#include "base/sort.h"
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

/* The same history in order, repeats kept. */
typedef struct rg_sequence {
    int64_t n;
    const uint32_t *item; /* the last is the latest */
    const int64_t *time;  /* seconds, never falling; NULL = not known */
    const float *weight;  /* as the data gave them; NULL = all 1 */
} rg_sequence;

/* Where sequences are put that lie nowhere as they are; each has room for the longest. */
typedef struct rg_sequence_room {
    uint32_t *item;
    int64_t *time;
    float *weight;
    rg_moment *moment;
} rg_sequence_room;

/* Interactions of the longest sequence among queries [first, last). */
int64_t rg_sequence_longest(const regatta_model *model, const regatta_query *query,
                            int64_t first, int64_t last);
/* Query q's sequence, in the caller's arrays or in `room`. Where a query has times, it is
 * sorted by them: stably, items of one time stay as they came. Allocates nothing.
 * O(n), O(n log n) for times that are not in order. */
void rg_sequence_resolve(rg_sequence *out, const regatta_model *model,
                         const regatta_query *query, int64_t q,
                         const rg_sequence_room *room);
/* That of a user of the model. */
void rg_sequence_of_user(rg_sequence *out, const regatta_model *model, uint32_t user,
                         const rg_sequence_room *room);
regatta_status rg_sequence_room_create(regatta_ctx *ctx, rg_sequence_room *out,
                                       int64_t longest);
void rg_sequence_room_free(regatta_ctx *ctx, rg_sequence_room *room);
#endif
