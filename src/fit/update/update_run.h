/* The state of a running update, and the stages that updates and forgetting share. */
#ifndef RG_FIT_UPDATE_UPDATE_RUN_H
#define RG_FIT_UPDATE_UPDATE_RUN_H
#include "fit/fit_run.h"
#include "fit/update/update.h"

typedef struct rg_update_run {
    regatta_ctx *ctx;
    const rg_update_job *job;
    regatta_graph *graph; /* of the model to be */
    rg_fit_options options;
    rg_fit_run run;
    rg_domains domains;
    uint8_t *changed_user;
    regatta_model *states; /* the states of channels that stay, with the nodes of graph */
    int64_t n_solved, n_targets;
} rg_update_run;

/* Checks the model and the rows, and restores the settings. *dedup is how repeats are
 * merged. Free *u also after a failure. */
regatta_status rg_update_open(rg_update_run *u, regatta_dedup *dedup);
/* Begins the fit of u->graph with the choices of the model. */
regatta_status rg_update_begin(rg_update_run *u);
/* Returns 1 if rows or nodes are new, or users are forgotten. (The hash of the graph does
 * not say so: nodes that only side tables have are in the graph of an update, and not in
 * that of the training.) */
int rg_update_changes(const rg_update_run *u);
/* Adjusts the parts of channels, when all are fitted. */
regatta_status rg_update_adjust(rg_update_run *u);
/* Creates the model in memory of its own, with the type and the index of the one before:
 * the fitted parts, and the other states. */
regatta_status rg_update_assemble(rg_update_run *u, regatta_model **out);
void rg_update_close(rg_update_run *u);

/* As rg_update, for job->rows.forget. */
regatta_status rg_forget(rg_update_run *u, regatta_model **out);
#endif
