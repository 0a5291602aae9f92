/* regatta/history.h: the interactions of a user in a model or a graph. */
#ifndef REGATTA_HISTORY_H
#define REGATTA_HISTORY_H
#include <regatta/model.h>
REGATTA_BEGIN_C

/* A user's interactions, the latest last. The arrays belong to the caller. Start from
 * REGATTA_HISTORY_INIT and set capacity and the arrays to fill. */
typedef struct regatta_history {
    uint32_t struct_size; /* sizeof this struct in the caller's build */
    uint32_t has_time;    /* filled: 1 if the times are known */
    int64_t capacity;     /* elements of each array */
    int64_t n;      /* filled: interactions of the user, which may exceed capacity */
    uint32_t *item; /* [capacity] items, repeats included; or NULL */
    int64_t *time;  /* [capacity] seconds, non-decreasing; or NULL. Not written if
                       has_time is 0 */
    float *weight;  /* [capacity] weights of the data, 1 if it had none; or NULL */
} regatta_history;

#define REGATTA_HISTORY_INIT                                                             \
    {                                                                                    \
        sizeof(regatta_history), 0, 0, 0, NULL, NULL, NULL                               \
    }

/* Fills *out with the history of a user of the model: the first `capacity` interactions
 * in order of time, or in order of the rows of the data if it had no times. Models from
 * files before version 3 have each item once, in ascending order. With capacity 0 only n
 * and has_time are filled. O(n).
 *   REGATTA_EINVAL  a user number out of range, capacity below 0, a struct_size
 *                   that is not set
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_model_history(regatta_ctx *ctx, regatta_history *out,
                                                 const regatta_model *model,
                                                 uint32_t user);

/* The same for a user of a graph. Splits and filters of a graph keep the order.
 *   REGATTA_EINVAL  a user number out of range, capacity below 0, a struct_size
 *                   that is not set
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_graph_history(regatta_ctx *ctx, regatta_history *out,
                                                 const regatta_graph *graph,
                                                 uint32_t user);
REGATTA_END_C
#endif
