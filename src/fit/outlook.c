#include "fit/outlook.h"
#include <math.h>
#include <string.h>

/* The largest number of scores of one measurement. */
#define MEASURED_CELLS 1e8
#define MEASURED_USERS 1e4

/* The estimates are a fit to processor time on one thread of an AVX2 processor, for 1,900
 * x 4,500 nodes with 42,000 interactions and 6,000 x 3,000 with 796,000. They are used
 * until a kind is measured, and only their ratios matter. */
void rg_fit_estimate(rg_fit_env *env)
{
    const rg_csr *rows = env->graph->by_user;
    const double n_users = (double)rows->n_rows;
    const double cells = fmin(n_users * (double)rows->n_cols, MEASURED_CELLS);
    rg_fit_plan *plan = env->plan;
    rg_plan_begin(plan, env->ctx);
    plan->unit[RG_WORK_SAMPLES] = 3.6e-8 * cells + 7.5e-6 * (double)rows->n_edges;
    plan->unit[RG_WORK_BLEND] = 1.4 + 7.8e-4 * fmin(n_users, MEASURED_USERS);
    for (int c = 0; c < rg_n_channels; c++)
        rg_channels[c]->fit->units(plan->unit + rg_channel_work(c, 0), env);
}

void rg_fit_replan(rg_fit_env *env, const rg_fit_choice *choice, const rg_fitted *slice,
                   rg_ahead ahead, int folds, int n_folds)
{
    const int several = rg_count_on(choice->on) > 1;
    double *left = env->plan->left;
    rg_outlook outlook = {.env = env,
                          .choice = choice,
                          .slice = slice,
                          .n_folds = folds,
                          .adjusts = ahead == RG_AHEAD_CHOICES && several};
    memset(left, 0, sizeof env->plan->left);
    for (int c = 0; c < rg_n_channels; c++) {
        if (!rg_channel_wanted(choice, c)) continue;
        outlook.progress = slice != NULL ? env->progress[c] : RG_CHOICE_DONE;
        rg_channels[c]->fit->count(left + rg_channel_work(c, 0), &outlook);
    }
    left[RG_WORK_SAMPLES] = (double)(folds + outlook.adjusts);
    if (ahead != RG_AHEAD_WHOLE && several) left[RG_WORK_BLEND] = 1.0 + (double)n_folds;
}
