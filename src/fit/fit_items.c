/* Item attention on the slice: the exponent c that takes popularity out of a candidate's
 * sum, by both scenarios, and whether the exact ridge beats the local one where it is
 * affordable. The weighting of users (a) and the ridge's shape are the same for all data:
 * they hardly matter, and a random slice would choose what loses on shifted data
 * (docs/quality.md). */
#include "fit/fit_run.h"

enum { N_POWERS = 2, FAST_NEIGHBOURS = 100 };
static const double POWERS[N_POWERS] = {0.0, 0.1};

/* Tries the exponents on the slice's weights as they are, in both scenarios of item
 * attention alone; *power changes, and *won is 1, when one beats what holds. */
static regatta_status choose_power(rg_fit_run *run, double *power, int *won)
{
    regatta_status status = REGATTA_OK;
    const int on[RG_N_CHANNELS] = {[RG_CHANNEL_ITEMS] = 1};
    rg_item_attention *items = run->slice.items;
    double ndcg[N_POWERS] = {0.0};
    int better[N_POWERS] = {0};
    regatta_model *model = NULL;
    *won = 0;
    rg_item_attention_set_power(items, POWERS[0]); /* 0: all scales are 1 */
    RG_TRY(rg_fitted_model(run->ctx, &model, &run->slice, on, NULL));
    rg_item_attention_set_power(items, POWERS[1]);
    RG_TRY(rg_scenarios_measure_both(run->ctx, ndcg, better, model, items->scale,
                                     run->scenarios));
    for (int k = 0; k < N_POWERS; k++) {
        rg_trials_add(&run->powers, POWERS[k], ndcg[k]);
        if (!better[k]) continue;
        *won = 1;
        *power = POWERS[k];
    }
    rg_item_attention_set_power(items, *power);
done:
    regatta_model_free(model);
    return status;
}

regatta_status rg_fit_choose_items(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    double *power = &run->choice.items.candidate_power;
    int won = 0;
    rg_fit_choice *c = &run->choice;
    rg_item_attention *kept = NULL;
    RG_TRY(rg_fit_stage(run, "item attention"));
    rg_fit_choice local_choice = *c;
    if (run->options.preset == REGATTA_PRESET_FAST) /* fewer tell the exponent too */
        local_choice.items.neighbours = FAST_NEIGHBOURS;
    RG_TRY(rg_fitted_items(run->ctx, &run->slice, &local_choice));
    rg_plan_did(run->plan, RG_WORK_LOCAL, 1.0);
    rg_scenarios_begin(run->scenarios);
    RG_TRY(rg_fit_stage(run, "item attention"));
    RG_TRY(choose_power(run, power, &won));
    rg_plan_did(run->plan, RG_WORK_MEASURE, 1.0);
    RG_TRY(rg_fit_stage(run, "item attention"));
    kept = run->slice.items;
    run->slice.items = NULL;
    RG_TRY(rg_fitted_exact(run->ctx, &run->slice, c));
    won = 0;
    if (run->slice.items != NULL) {
        rg_plan_did(run->plan, RG_WORK_EXACT, 1.0);
        RG_TRY(rg_fit_stage(run, "item attention"));
        RG_TRY(choose_power(run, power, &won));
    }
    rg_plan_did(run->plan, RG_WORK_MEASURE, 1.0);
    c->exact = won;
    if (!won) {
        rg_item_attention_free(run->slice.items);
        run->slice.items = kept;
        run->slice.exact = 0;
        kept = NULL;
    }
done:
    rg_item_attention_free(kept);
    return status;
}
