/* The memory of a training, estimated before it starts. */
#ifndef RG_FIT_FIT_MEMORY_H
#define RG_FIT_FIT_MEMORY_H
#include "channel/fit/channel_fit.h"

/* The stages whose peaks are estimated. */
typedef enum rg_memory_stage {
    RG_MEMORY_RIDGES,  /* shapes and ridges, on the slice */
    RG_MEMORY_VECTORS, /* trainings of vectors and encoders, on the slice */
    RG_MEMORY_BLEND,   /* samples of the slice, target attention, blend */
    RG_MEMORY_FOLDS,   /* the channels of another slice, and its samples */
    RG_MEMORY_WHOLE,   /* the channels on all interactions */
    RG_N_MEMORY
} rg_memory_stage;

/* Estimated bytes besides the graph: `peak` is the largest of stage[]; a stage that the
 * training does not have is 0. */
typedef struct rg_fit_memory {
    int64_t peak, stage[RG_N_MEMORY];
    rg_memory_stage largest;
} rg_fit_memory;

/* Returns the estimate for resolved options: choices are made on `chosen`, a sample of
 * the users of `whole` or the same graph. The sizes follow from the numbers of nodes and
 * interactions, the numbers of neighbours that the interactions allow, options and
 * processes. O(interactions). */
rg_fit_memory rg_fit_memory_of(const regatta_graph *chosen, const regatta_graph *whole,
                               const rg_fit_options *options, const rg_fit_choice *choice,
                               const rg_fit_processes *processes);
/* Chooses between whole item tables and panels (ctx->item_panels), the same on each rank:
 * panels where REGATTA_ITEM_TABLES_AUTO finds that the estimate of a rank is above its
 * limit. Then refuses a training whose estimate exceeds options->memory_limit or what is
 * left of the context's, or without these the memory that is available, with both numbers
 * and what would fit. REGATTA_ENOMEM. */
regatta_status rg_fit_memory_check(regatta_ctx *ctx, const regatta_graph *chosen,
                                   const regatta_graph *whole,
                                   const rg_fit_options *options,
                                   const rg_fit_choice *choice);
/* The same of a stage before these, which needs `need` bytes; `advice` ends the message.
 */
regatta_status rg_fit_memory_check_stage(regatta_ctx *ctx, int64_t need,
                                         const rg_fit_options *options, const char *stage,
                                         const char *advice);
/* Returns the bytes of a graph with the nodes and interactions of `graph`, as a slice. */
int64_t rg_fit_memory_graph(const regatta_graph *graph);
#endif
