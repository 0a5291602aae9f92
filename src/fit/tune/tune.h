/* The choice of options of a fit by cross-validation: random trials and successive
 * halving (Jamieson and Talwalkar, "Non-stochastic best arm identification and
 * hyperparameter optimization", AISTATS 2016).
 *
 * Trial 0 has the defaults; the others are drawn by the caller. A rung fits the remaining
 * trials, and trial 0 with them, at its places; the best third goes on to the next rung:
 *
 *   sample  5,000 random users, fold 0; for more users than that
 *   1       all users, fold 0
 *   2       fold 1
 *   3       the other folds
 *   4 ..    all folds again with the next seed, one rung for each further seed
 *
 * The resource that grows is the number of folds: each fit is a whole training, with its
 * own early stopping. So no trial is judged by a training that was cut short, and what is
 * compared is the mean difference to trial 0 on the same folds and users.
 *
 * With a budget the first rung may take 40 % of it, the later ones share the rest; what a
 * rung leaves is for the next ones. Trials that a rung does not reach drop out. */
#ifndef RG_FIT_TUNE_H
#define RG_FIT_TUNE_H
#include "fit/tune/tune_fit.h"
#include "fit/tune/tune_table.h"

/* A candidate replaces the defaults if its mean difference over at least so many users
 * and fits is above two standard errors. */
enum { RG_TUNE_LEAST_USERS = 100, RG_TUNE_LEAST_FITS = 2 };

/* What is known of a trial. */
typedef struct rg_tune_result {
    int64_t trial;
    int fold, seed; /* of the last fit, from 0 */
    int n_fits;     /* on all users */
    int is_sampled; /* 1: the numbers are of the sample of users */
    double ndcg, error;
    regatta_paired paired; /* with trial 0 */
    double seconds;        /* of all its fits */
} rg_tune_result;

typedef struct rg_tune_job {
    const regatta_graph *graph;
    rg_tune_division division;
    int n_seeds;      /* of trainings, at least 1 */
    int64_t n_trials; /* with trial 0 */
    double budget;    /* seconds; 0: no limit */
    rg_tune_stop stop;
    void *state; /* of the functions below */
    void (*options)(void *state, int64_t trial, rg_fit_options *out);
    /* Called after each fit; returns REGATTA_GO_ON, or ends as a progress function. */
    int (*measured)(void *state, const rg_tune_result *result, double spent);
} rg_tune_job;

typedef struct rg_tune_outcome {
    rg_tune_table table;
    int64_t winner;  /* 0: the defaults */
    int64_t n_fits;  /* of all trials */
    double seconds;  /* of the job, with the fits that the checkpoint had */
    int is_cut;      /* 1: the budget or the caller ended it before all rungs */
    int *last_place; /* [n_trials] of each trial; -1: no fit */
} rg_tune_outcome;

/* *out is zero before the call; free it also after a failure. Same data, options and
 * trials give the same outcome at any thread count unless it is cut. REGATTA_ESTOPPED:
 * the caller cancelled. */
regatta_status rg_tune(regatta_ctx *ctx, rg_tune_outcome *out, const rg_tune_job *job);
void rg_tune_result_of(rg_tune_result *out, const rg_tune_outcome *outcome,
                       const rg_tune_job *job, int64_t trial);
void rg_tune_outcome_free(regatta_ctx *ctx, rg_tune_outcome *outcome);
#endif
