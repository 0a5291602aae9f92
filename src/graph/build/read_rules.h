/* The rules by which the rows of a file counted: kinds of events, dislikes, a least
 * weight. A graph that was read keeps them, so that later files can be read alike. */
#ifndef RG_GRAPH_READ_RULES_H
#define RG_GRAPH_READ_RULES_H
#include "base/ctx.h"
#include <regatta/graph.h>

typedef struct rg_read_rules {
    rg_mem mem;
    char *event_weights;   /* owned; NULL: kinds of events do not count */
    uint32_t event_column; /* 0: by name */
    uint32_t use_dislike_below, use_min_weight;
    double dislike_below, min_weight;
} rg_read_rules;

/* Keeps the rules of the options; *out is NULL if there are none. REGATTA_ENOMEM */
regatta_status rg_read_rules_take(regatta_ctx *ctx, rg_read_rules **out,
                                  const regatta_read_options *options);
/* Copies rules; NULL gives NULL. REGATTA_ENOMEM */
regatta_status rg_read_rules_copy(regatta_ctx *ctx, rg_read_rules **out,
                                  const rg_read_rules *from);
void rg_read_rules_free(rg_read_rules *rules); /* NULL is a no-op */
#endif
