/* Reading as a training did: the rules that a model keeps. */
#ifndef RG_API_READ_LIKE_H
#define RG_API_READ_LIKE_H
#include "base/ctx.h"
#include <regatta/graph.h>

/* The event weights of a model, which options may point to. */
typedef struct rg_read_like {
    rg_mem mem;
    char *event_weights; /* owned */
} rg_read_like;

/* Gives the options the rules of options->like that they do not give themselves; a no-op
 * without one. Free *own after the reading, also after a failure. REGATTA_ENOMEM */
regatta_status rg_read_like_take(regatta_ctx *ctx, regatta_read_options *options,
                                 rg_read_like *own);
/* Writes the rules that were taken and applied to report->like. `given` are the options
 * before. */
void rg_read_like_report(regatta_read_report *report, const regatta_read_options *options,
                         const regatta_read_options *given);
void rg_read_like_free(rg_read_like *own);
#endif
