/* The weights of kinds of events: "view=1,buy=5,impression=shown,*=0". */
#ifndef RG_GRAPH_EVENT_WEIGHTS_H
#define RG_GRAPH_EVENT_WEIGHTS_H
#include "base/ctx.h"

typedef struct rg_event_weights rg_event_weights;

/* A kind is any text without a comma, of which the last '=' ends it, without the blanks
 * around it; `*` is every kind that is not named. REGATTA_EINVAL for a text of another
 * form (a weight is a number or `shown`), a kind twice, a weight beyond 1e30, or if all
 * are 0. */
regatta_status rg_event_weights_create(regatta_ctx *ctx, rg_event_weights **out,
                                       const char *text);
/* The same checks alone. */
regatta_status rg_event_weights_check(regatta_ctx *ctx, const char *text);
/* Stores the weight of a kind; 0 if it has none. O(kinds). */
int rg_event_weight(const rg_event_weights *w, const char *name, int64_t length,
                    double *weight);
void rg_event_weights_free(rg_event_weights *w); /* NULL is a no-op */
#endif
