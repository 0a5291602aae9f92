/* The state of a running update, and the stages that updates and forgetting share. */
#ifndef RG_FIT_UPDATE_UPDATE_RUN_H
#define RG_FIT_UPDATE_UPDATE_RUN_H
#include "fit/fit_run.h"
#include "fit/update/update.h"
#include "fit/update/update_record.h"

typedef struct rg_update_run {
    regatta_ctx *ctx;
    const rg_update_job *job;
    regatta_graph *graph;    /* the interactions of the model to be */
    rg_idmap *users, *items; /* all names of the model to be: those of the graph, then
                                those of nodes that only side tables have */
    rg_update_nodes fitted;  /* the nodes of the model that were fitted */
    regatta_model *core;     /* the model of these alone; NULL: it has no others */
    rg_fit_options options;
    rg_fit_run run;
    rg_domains domains;
    rg_denoise denoise; /* the weights of a training with them, found again */
    uint8_t *changed_user;
    regatta_model *states; /* the states of channels that stay, with the nodes of graph */
    int64_t n_solved, n_targets;
} rg_update_run;

/* Checks the model and the rows, and restores the settings. *dedup is how repeats are
 * merged. Free *u also after a failure. */
regatta_status rg_update_open(rg_update_run *u, regatta_dedup *dedup);
/* Names the nodes of the model to be, when the graph is complete. */
regatta_status rg_update_name(rg_update_run *u);
/* Begins the fit of u->graph with the choices of the model. */
regatta_status rg_update_begin(rg_update_run *u);
/* Returns 1 if rows or nodes are new, or users are forgotten. */
int rg_update_changes(const rg_update_run *u);
/* Solves the states that stay again (rg_channel_fit_ops.renew). */
regatta_status rg_update_renew(rg_update_run *u);
/* Fits all channels from the beginning, but for states that stay and those that are
 * solved again from them. */
regatta_status rg_update_fit_anew(rg_update_run *u);
/* Adjusts the parts of channels, when all are fitted. */
regatta_status rg_update_adjust(rg_update_run *u);
/* Creates the model in memory of its own, with the type and the index of the one before:
 * the fitted parts, and the other states; then it grows by the nodes that only side
 * tables have, as a training does (fit/fit.c). */
regatta_status rg_update_assemble(rg_update_run *u, regatta_model **out);
void rg_update_close(rg_update_run *u);

/* Returns 1 if all channels are fitted from the beginning: the graph has hubs, and the
 * job is not frozen, or the model has interactions of other domains. */
int rg_update_refits(const rg_update_run *u);
/* Fits them and creates the model, after rg_update_begin. */
regatta_status rg_refit(rg_update_run *u, regatta_model **out);

/* As rg_update, for job->rows.forget. */
regatta_status rg_forget(rg_update_run *u, regatta_model **out);
#endif
