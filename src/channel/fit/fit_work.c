#include "channel/fit/fit_work.h"
#include "channel/fit/channel_fit.h"

static const char *const PARTS[RG_N_PARTS] = {
    [RG_PART_SLICE] = "slice", [RG_PART_FOLDS] = "folds", [RG_PART_WHOLE] = "whole"};

static const char *const OWN[RG_OWN_WORKS] = {[RG_WORK_DATA] = "data",
                                              [RG_WORK_SAMPLES] = "samples",
                                              [RG_WORK_BLEND] = "blend",
                                              [RG_WORK_MODEL] = "model"};

static void report(const rg_fit_plan *plan, rg_fit_part part, int work,
                   regatta_work_fn fn, void *state)
{
    const rg_work_cost *cost = &plan->cost[part][work];
    const int own = work < RG_OWN_WORKS, of_channel = work - RG_OWN_WORKS;
    const int c = of_channel / RG_CHANNEL_WORKS, kind = of_channel % RG_CHANNEL_WORKS;
    const regatta_work w = {.struct_size = sizeof w,
                            .part = PARTS[part],
                            .channel = own ? NULL : rg_channels[c]->name,
                            .name = own ? OWN[work] : rg_channels[c]->fit->works[kind],
                            .seconds = cost->seconds,
                            .flops = cost->flops};
    if (cost->units > 0.0 || cost->seconds > 0.0 || cost->flops > 0.0) fn(state, &w);
}

void rg_fit_work_report(const rg_fit_plan *plan, regatta_work_fn fn, void *state)
{
    if (fn == NULL) return;
    for (int p = 0; p < RG_N_PARTS; p++) {
        for (int w = 0; w < RG_OWN_WORKS; w++) report(plan, (rg_fit_part)p, w, fn, state);
        for (int c = 0; c < rg_n_channels; c++)
            for (int k = 0; k < rg_channels[c]->fit->n_works; k++)
                report(plan, (rg_fit_part)p, rg_channel_work(c, k), fn, state);
    }
}
