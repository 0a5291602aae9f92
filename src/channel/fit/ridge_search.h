/* The choice of the ridge of an attention between items on the slice: a search over a
 * grid of ridges, their lambda and theta, and the exponent c of the candidates. */
#ifndef RG_CHANNEL_FIT_RIDGE_SEARCH_H
#define RG_CHANNEL_FIT_RIDGE_SEARCH_H
#include "channel/fit/channel_fit.h"
#include "ridge/item_attention.h"

enum { RG_SEARCH_SHAPES = 32, RG_SEARCH_POWERS = 4 }; /* at most */

/* The grid: n_ridges * n_lambda * n_theta * n_power trials. Arrays are borrowed. */
typedef struct rg_ridge_space {
    const char *name, *stage; /* of the list of trials; of the fit, for progress */
    const rg_csr *rows;       /* what a ridge is fitted on */
    const rg_csr *history;    /* users x items: the histories of the slice, weighted as
                                 the channel scores them */
    int n_ridges;
    const rg_item_attention_options *ridge; /* [n_ridges] */
    int n_lambda, n_theta;                  /* the product is at most RG_SEARCH_SHAPES */
    const double *lambda, *theta;
    int n_power; /* at most RG_SEARCH_POWERS */
    const double *power;
    /* Writes the members of a trial that tell the ridges apart. */
    void (*write)(rg_text *t, const rg_item_attention_options *ridge);
} rg_ridge_space;

/* Replaces *ridge, which holds the defaults, a point of the grid, if another point is
 * better by two standard errors; neighbours stay. Appends the trials to s->env->trials.
 * REGATTA_ENOMEM, REGATTA_ESTOPPED. */
regatta_status rg_ridge_search(rg_selection *s, rg_item_attention_options *ridge,
                               const rg_ridge_space *space);
#endif
