/* regatta/history.h: the interactions of a user that a model or a graph keeps. */
#ifndef REGATTA_HISTORY_H
#define REGATTA_HISTORY_H
#include <regatta/model.h>
REGATTA_BEGIN_C

/* A user's interactions, the latest last; the arrays belong to the caller. Start from
 * REGATTA_HISTORY_INIT and set capacity and the arrays that are wanted. */
typedef struct regatta_history {
    uint32_t struct_size; /* sizeof this struct in the caller's build */
    uint32_t has_time;    /* filled: 1 if the times are known */
    int64_t capacity;     /* elements that each array has room for */
    int64_t n;      /* filled: interactions of the user, also where above capacity */
    uint32_t *item; /* [capacity] items, repeats kept; or NULL */
    int64_t *time;  /* [capacity] seconds, never falling; or NULL. Without times
                       nothing is written */
    float *weight;  /* [capacity] as the data gave them, else 1; or NULL */
} regatta_history;

#define REGATTA_HISTORY_INIT                                                             \
    {                                                                                    \
        sizeof(regatta_history), 0, 0, 0, NULL, NULL, NULL                               \
    }

/* Fills *out with the history of a user of the model: the first `capacity` interactions
 * in the order of time, or of the data's rows where it gave no times. Models of files
 * before version 3 have each item once and ascending. With capacity 0 it fills n alone.
 * O(n).
 *   REGATTA_EINVAL  a user that the model does not have, capacity below 0, a struct_size
 *                   that is not set
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_model_history(regatta_ctx *ctx, regatta_history *out,
                                                 const regatta_model *model,
                                                 uint32_t user);

/* The same of a user of a graph. A split or a filter of a graph keeps the order.
 *   REGATTA_EINVAL  a user that the graph does not have, capacity below 0, a struct_size
 *                   that is not set
 *   REGATTA_ENOMEM */
REGATTA_API regatta_status regatta_graph_history(regatta_ctx *ctx, regatta_history *out,
                                                 const regatta_graph *graph,
                                                 uint32_t user);
REGATTA_END_C
#endif
