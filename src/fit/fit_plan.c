/* See fit_plan.h. The estimates are a fit to processor time on one thread of an AVX2
 * processor, for 1,900 x 4,500 nodes with 42,000 interactions and 6,000 x 3,000 with
 * 796,000. They matter until a kind was measured, and only against each other. */
#include "fit/fit_plan.h"
#include "base/clock.h"
#include <math.h>
#include <string.h>

/* Operations a second: of steps, of the dense inverse, of co-occurrence in the local and
 * in the exact ridge. */
#define STEP_SPEED 2.5e10
#define DENSE_SPEED 2.2e10
#define LOCAL_SPEED 2.5e8
#define EXACT_SPEED 7.5e7

/* No more users are measured, and no more cells scored for it. */
#define MEASURED_CELLS 1e8
#define MEASURED_USERS 1e4

/* Sum of squared history lengths: what co-occurrence costs. */
static double squares(const rg_csr *rows, double cap)
{
    double sum = 0.0;
    for (int64_t r = 0; r < rows->n_rows; r++) {
        const double d = (double)rg_csr_degree(rows, r);
        sum += d * fmin(d, cap);
    }
    return sum;
}

double rg_plan_step_units(const regatta_graph *graph,
                          const regatta_train_options *options, int64_t dim)
{
    const rg_csr *rows = graph->by_user;
    double items = (double)rows->n_cols;
    if (options->softmax_items > 0) items = fmin(items, (double)options->softmax_items);
    const double users = fmin((double)options->batch_users, (double)rows->n_rows);
    const double softmax = 6.0 * users * items;
    const double propagate = 8.0 * (double)rows->n_edges * (double)options->layers * 2.0;
    return (softmax + propagate) * (double)(dim + 32) / STEP_SPEED;
}

void rg_plan_begin(rg_fit_plan *plan, const regatta_graph *graph)
{
    const rg_csr *rows = graph->by_user;
    const double n_items = (double)rows->n_cols, n_users = (double)rows->n_rows;
    const double nodes = n_users + n_items, edges = (double)rows->n_edges;
    const double cells = fmin(n_users * n_items, MEASURED_CELLS);
    const double pairs = squares(rows, 500.0);
    memset(plan, 0, sizeof *plan);
    plan->unit[RG_WORK_STEPS] = 1.0;
    plan->unit[RG_WORK_LOCAL] = pairs / LOCAL_SPEED + 1.2e-4 * n_items;
    plan->unit[RG_WORK_EXACT] =
        n_items * n_items * n_items / DENSE_SPEED + pairs / EXACT_SPEED;
    plan->unit[RG_WORK_USERS] =
        squares(graph->by_item, 500.0) / LOCAL_SPEED + 8e-5 * n_users;
    plan->unit[RG_WORK_SPECTRAL] = 3e-5 * nodes + 2e-7 * edges;
    plan->unit[RG_WORK_START] = plan->unit[RG_WORK_SPECTRAL];
    plan->unit[RG_WORK_MEASURE] = 3.6e-9 * cells + 1.7e-6 * edges;
    plan->unit[RG_WORK_REWEIGHT] = 3.1e-5 * edges;
    plan->unit[RG_WORK_SAMPLES] = 3.6e-8 * cells + 7.5e-6 * edges;
    plan->unit[RG_WORK_BLEND] = 1.4 + 7.8e-4 * fmin(n_users, MEASURED_USERS);
    plan->mark = rg_clock();
}

void rg_plan_did(rg_fit_plan *plan, rg_work work, double n)
{
    const double now = rg_clock();
    plan->spent[work] += now - plan->mark;
    plan->done[work] += n;
    plan->left[work] = fmax(0.0, plan->left[work] - n);
    plan->mark = now;
}

double rg_plan_seconds_left(const rg_fit_plan *plan, int with_steps)
{
    double spent = 0.0, estimated = 0.0, left = 0.0;
    for (int w = 0; w < RG_N_WORKS; w++) {
        spent += plan->spent[w];
        estimated += plan->done[w] * plan->unit[w];
    }
    const double slower = estimated > 0.0 ? spent / estimated : 1.0;
    for (int w = 0; w < RG_N_WORKS; w++) {
        if (w == RG_WORK_STEPS && !with_steps) continue;
        const double one =
            plan->done[w] > 0.0 ? plan->spent[w] / plan->done[w] : slower * plan->unit[w];
        left += plan->left[w] * one;
    }
    return left;
}
