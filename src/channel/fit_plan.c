#include "channel/fit_plan.h"
#include "base/clock.h"
#include <math.h>

int rg_channel_work(int channel, int kind)
{
    return RG_OWN_WORKS + channel * RG_CHANNEL_WORKS + kind;
}

double rg_plan_pairs(const rg_csr *rows, double cap)
{
    double sum = 0.0;
    for (int64_t r = 0; r < rows->n_rows; r++) {
        const double d = (double)rg_csr_degree(rows, r);
        sum += d * fmin(d, cap);
    }
    return sum;
}

void rg_plan_did(rg_fit_plan *plan, int work, double n)
{
    const double now = rg_clock();
    plan->spent[work] += now - plan->mark;
    plan->done[work] += n;
    plan->left[work] = fmax(0.0, plan->left[work] - n);
    plan->mark = now;
}

double rg_plan_seconds_left(const rg_fit_plan *plan, int except)
{
    double spent = 0.0, estimated = 0.0, left = 0.0;
    for (int w = 0; w < RG_N_WORKS; w++) {
        spent += plan->spent[w];
        estimated += plan->done[w] * plan->unit[w];
    }
    const double slower = estimated > 0.0 ? spent / estimated : 1.0;
    for (int w = 0; w < RG_N_WORKS; w++) {
        if (w == except) continue;
        const double one =
            plan->done[w] > 0.0 ? plan->spent[w] / plan->done[w] : slower * plan->unit[w];
        left += plan->left[w] * one;
    }
    return left;
}
