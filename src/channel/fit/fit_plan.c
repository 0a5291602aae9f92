#include "channel/fit/fit_plan.h"
#include "base/checkpoint/checkpoint.h"
#include "base/clock.h"
#include <math.h>
#include <string.h>

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

void rg_plan_begin(rg_fit_plan *plan, const regatta_ctx *ctx)
{
    memset(plan, 0, sizeof *plan);
    plan->ctx = ctx;
    plan->mark = rg_clock();
    plan->flops_mark = ctx->flops;
    plan->read_mark = rg_units_read(ctx);
}

void rg_plan_did(rg_fit_plan *plan, int work, double n)
{
    const double now = rg_clock(), flops = plan->ctx->flops;
    rg_work_cost *cost = &plan->cost[plan->part][work];
    const int64_t n_read = rg_units_read(plan->ctx);
    if (n_read == plan->read_mark) cost->units += n;
    cost->seconds += now - plan->mark;
    cost->flops += flops - plan->flops_mark;
    plan->left[work] = fmax(0.0, plan->left[work] - n);
    plan->mark = now;
    plan->flops_mark = flops;
    plan->read_mark = n_read;
}

static rg_work_cost cost_of(const rg_fit_plan *plan, int work)
{
    rg_work_cost sum = {0.0, 0.0, 0.0};
    for (int p = 0; p < RG_N_PARTS; p++) {
        sum.units += plan->cost[p][work].units;
        sum.seconds += plan->cost[p][work].seconds;
    }
    return sum;
}

double rg_plan_seconds_left(const rg_fit_plan *plan, int except, int n_except)
{
    double spent = 0.0, estimated = 0.0, left = 0.0;
    for (int w = 0; w < RG_N_WORKS; w++) {
        if (!(plan->unit[w] > 0.0)) continue;
        const rg_work_cost cost = cost_of(plan, w);
        spent += cost.seconds;
        estimated += cost.units * plan->unit[w];
    }
    const double slower = estimated > 0.0 ? spent / estimated : 1.0;
    for (int w = 0; w < RG_N_WORKS; w++) {
        const rg_work_cost cost = cost_of(plan, w);
        if (except != RG_NO_WORK && w >= except && w < except + n_except) continue;
        left += plan->left[w] *
                (cost.units > 0.0 ? cost.seconds / cost.units : slower * plan->unit[w]);
    }
    return left;
}
