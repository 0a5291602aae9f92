/* The inputs that all parts of a report share. */
#ifndef RG_REPORT_WORLD_H
#define RG_REPORT_WORLD_H
#include "base/text/json_tree.h"
#include "base/text/text.h"
#include "graph/bipartite.h"
#include "model/model.h"
#include <regatta/report.h>

enum {
    RG_REPORT_GROUPS = 8, /* communities that are shown; the rest is one more group */
    RG_REPORT_BINS = 32   /* powers of two of a degree */
};

typedef struct rg_report_world {
    regatta_ctx *ctx;
    const regatta_model *model;
    const regatta_report_options *opts; /* checked */
    rg_json_tree made_by;               /* regatta_model_json */
    regatta_graph *graph;               /* the interactions of the model */
    regatta_graph_summary summary;
    /* [n_users + n_items] the community of each node, users first, numbered from 0 by
     * their number of nodes, the largest first. */
    uint32_t *community;
} rg_report_world;

/* Free *out also after a failure. */
regatta_status rg_report_world_create(rg_report_world *out, regatta_ctx *ctx,
                                      const regatta_model *model,
                                      const regatta_report_options *opts);
void rg_report_world_free(rg_report_world *world);

/* Writes "item": id, and "title" if the caller has titles. */
void rg_report_item(rg_text *t, const rg_report_world *world, uint32_t item);
/* Returns the group of a node that is shown: its community, or RG_REPORT_GROUPS. */
int rg_report_group(const rg_report_world *world, int64_t node);
/* Returns the bin of a count: 0 for 0, else 1 + floor(log2(count)). */
int rg_report_bin(int64_t count);
/* Writes the first and the last count of a bin, "from" and "to". */
void rg_report_bin_write(rg_text *t, int bin);
#endif
