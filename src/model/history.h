/* The histories of a query in two forms: items ascending, which channels read, and items
 * in the order of the interactions. */
#ifndef RG_MODEL_HISTORY_H
#define RG_MODEL_HISTORY_H
#include "base/ctx.h"
#include "base/sort.h"
#include <regatta/model.h>
#include <regatta/query.h>

/* The history of one query: items ascending, without repeats. */
typedef struct rg_history {
    uint32_t user; /* REGATTA_NONE for a folded-in history */
    const uint32_t *item;
    const float *weight; /* NULL = all 1 */
    int64_t n;
    const uint32_t *disliked; /* [n_disliked] items that the user dislikes, ascending;
                                 none in a folded-in history */
    int64_t n_disliked;
    const uint32_t *shown; /* [n_shown] items that the user was shown, ascending; none
                              in a folded-in history */
    const uint8_t *shown_count; /* [n_shown] how often */
    int64_t n_shown;

    /* The interactions in order, repeats included; filled by rg_history_order. */
    int64_t n_steps;
    const uint32_t *step;   /* [n_steps] the place in item[] of each, the latest last */
    const uint32_t *latest; /* [n] the last step of each item */
    const int64_t *time;    /* [n_steps] seconds, non-decreasing; NULL = not known */
    int64_t at;             /* the time asked for, not before the latest interaction; only
                               with times, or if the query says it */
    int dated;              /* 1: the query says at which time it is asked */
} rg_history;

/* Returns 1 if query q is a user of the model, 0 if it is a history. In a query with both
 * (api/query_as_of.h) the user REGATTA_NONE is a history. */
static inline int rg_query_is_user(const regatta_query *query, int64_t q)
{
    return query->user != NULL && query->user[q] != REGATTA_NONE;
}

/* Returns the length of the longest history of the queries [first, last), repeats
 * included. */
int64_t rg_history_longest(const regatta_model *model, const regatta_query *query,
                           int64_t first, int64_t last);
/* Sets *out to the history of query q. The history of a user of the model is a view of
 * the model; any other history is sorted into `scratch`, which has room for it (repeats
 * included) and must outlive *out. The query is checked. O(n log n), O(n) for an
 * ascending history. */
void rg_history_resolve(rg_history *out, const regatta_model *model,
                        const regatta_query *query, int64_t q, uint32_t *scratch);

/* Sets the scores of items that are not recommended, those of the history and the
 * dislikes, to -INFINITY. */
void rg_history_mask(float *row, const rg_history *history);

/* Returns how often the user was shown an item that is not in their history: for place e
 * of history->shown[]; 0 for an item of the history. */
int rg_history_exposed(const rg_history *history, int64_t e);
/* The same for an item. */
int rg_history_exposure(const rg_history *history, uint32_t item);

/* Returns the number of items of a history among the model's items below `n_own`, which
 * are the first ones. */
int64_t rg_history_own(const rg_history *history, int64_t n_own);

/* Buffers for the order of histories, for as many interactions as theirs together;
 * `moment` for those of the longest. */
typedef struct rg_order_room {
    uint32_t *step, *latest;
    int64_t *time;
    rg_moment *moment;
} rg_order_room;

/* Fills the order of a resolved history, a view of `room`, which must outlive it. A
 * query with times is sorted by time; the sort is stable. Without `at` the query is asked
 * at the time of its latest interaction. O(n log n). Allocates nothing. */
void rg_history_order(rg_history *history, const regatta_model *model,
                      const regatta_query *query, int64_t q, const rg_order_room *room);

/* The same history in order of the interactions, repeats included. */
typedef struct rg_sequence {
    int64_t n;
    const uint32_t *item; /* the latest last */
    const int64_t *time;  /* seconds, non-decreasing; NULL = not known */
    const float *weight;  /* weights of the data; NULL = all 1 */
} rg_sequence;

/* Buffers for sequences that must be decoded; each has room for the longest sequence. */
typedef struct rg_sequence_room {
    uint32_t *item;
    int64_t *time;
    float *weight;
} rg_sequence_room;

/* Returns the number of interactions in the longest sequence of the queries [first,
 * last). */
int64_t rg_sequence_longest(const regatta_model *model, const regatta_query *query,
                            int64_t first, int64_t last);
/* The same of all users of the model. */
int64_t rg_sequence_longest_user(const regatta_model *model);
/* Sets *out to the sequence of a user of the model, a view of the model or of `room`.
 * Allocates nothing. O(n). */
void rg_sequence_of_user(rg_sequence *out, const regatta_model *model, uint32_t user,
                         const rg_sequence_room *room);
regatta_status rg_order_room_create(regatta_ctx *ctx, rg_order_room *out, int64_t n,
                                    int64_t longest);
void rg_order_room_free(regatta_ctx *ctx, rg_order_room *room);
/* One for each thread, each for n interactions of one history. Free *out also after a
 * failure. */
regatta_status rg_order_rooms_create(regatta_ctx *ctx, rg_order_room **out, int64_t n);
void rg_order_rooms_free(regatta_ctx *ctx, rg_order_room *rooms); /* NULL is a no-op */
/* Moves the room behind the order of a history. */
void rg_order_room_pass(rg_order_room *room, const rg_history *history);
regatta_status rg_sequence_room_create(regatta_ctx *ctx, rg_sequence_room *out,
                                       int64_t longest);
void rg_sequence_room_free(regatta_ctx *ctx, rg_sequence_room *room);
#endif
