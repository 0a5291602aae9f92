/* The updates of a model in its settings: the array "updates" at the end. */
#ifndef RG_FIT_UPDATE_RECORD_H
#define RG_FIT_UPDATE_RECORD_H
#include "fit/update/update_graph.h"

typedef struct rg_update_record {
    int64_t n_interactions, n_users, n_items; /* new */
    int64_t n_forgotten;                      /* users taken out */
    int64_t n_taken_out;     /* interactions of those that are new since the training */
    int64_t n_trained_users; /* users of the training that are left */
    int refits;              /* 1: all channels were fitted from the beginning */
    uint32_t steps;          /* of vectors */
    int64_t n_fitted_users, n_fitted_items; /* nodes of the graph of the fit */
} rg_update_record;

/* The updates so far. */
typedef struct rg_update_past {
    int64_t n_updates;
    int64_t n_added;         /* interactions, without those of users who are new since the
                                training and were taken out again */
    int64_t n_trained;       /* interactions of the training */
    int64_t n_trained_users; /* its users that are left: the first ones of the model */
    int64_t n_fitted_users, n_fitted_items; /* nodes of the graph of the last fit; 0: not
                                               known */
} rg_update_past;

rg_update_past rg_update_past_of(const regatta_model *model);

/* Returns the nodes of a model that were in the graph of its last fit. The others are
 * from side tables alone, and were added after the fit. All nodes for a model of an
 * earlier version that was updated. O(edges) */
rg_update_nodes rg_update_fitted(const regatta_model *model);
/* Creates the settings of a model with one more update. REGATTA_ENOMEM */
regatta_status rg_update_settings(regatta_ctx *ctx, char **out, const char *settings,
                                  const rg_update_record *record);
#endif
