/* Item attention on the slice: the exponent c that takes popularity out of a candidate's
 * sum, by both futures, and whether the exact ridge beats the local one where it is
 * affordable. The weighting of users (a) and the ridge's shape are the same for all data:
 * they hardly matter, and a random slice would choose what loses on shifted data
 * (docs/quality.md). */
#include "rank/fit_run.h"

enum { N_POWERS = 2, FAST_NEIGHBOURS = 100 };
static const double POWERS[N_POWERS] = {0.0, 0.1};
static const double GAIN = 1.003; /* a further step has to bring this */

/* Quality in both futures of the slice's item attention alone. */
static regatta_status measure_items(rg_fit_run *run, double *ndcg)
{
    regatta_status status = REGATTA_OK;
    const int on[RG_N_CHANNELS] = {[RG_CHANNEL_ITEMS] = 1};
    regatta_model *model = NULL;
    RG_TRY(rg_side_model(run->ctx, &model, &run->slice, on, NULL));
    RG_TRY(rg_futures_measure(run->ctx, ndcg, model, run->futures));
done:
    regatta_model_free(model);
    return status;
}

/* The best exponent for the slice's weights as they are, and its quality. */
static regatta_status choose_power(rg_fit_run *run, double *power, double *best)
{
    regatta_status status = REGATTA_OK;
    *best = 0.0;
    *power = POWERS[0];
    for (int k = 0; k < N_POWERS; k++) {
        double ndcg = 0.0;
        rg_item_attention_set_power(run->slice.items, POWERS[k]);
        RG_TRY(measure_items(run, &ndcg));
        rg_trials_add(&run->powers, POWERS[k], ndcg);
        if (!(ndcg > *best * GAIN)) continue;
        *best = ndcg;
        *power = POWERS[k];
    }
    rg_item_attention_set_power(run->slice.items, *power);
done:
    return status;
}

regatta_status rg_fit_choose_items(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    double local = 0.0, exact = -1.0, power = 0.0;
    rg_fit_choice *c = &run->choice;
    rg_item_attention *kept = NULL;
    RG_TRY(rg_fit_stage(run, "item attention"));
    rg_fit_choice local_choice = *c;
    if (run->options.preset == REGATTA_PRESET_FAST) /* fewer tell the exponent too */
        local_choice.items.neighbours = FAST_NEIGHBOURS;
    RG_TRY(rg_side_items(run->ctx, &run->slice, &local_choice));
    RG_TRY(choose_power(run, &c->items.candidate_power, &local));
    kept = run->slice.items;
    run->slice.items = NULL;
    RG_TRY(rg_side_exact(run->ctx, &run->slice, c));
    if (run->slice.items != NULL) RG_TRY(choose_power(run, &power, &exact));
    c->exact = exact > local;
    if (c->exact) {
        c->items.candidate_power = power;
    } else {
        rg_item_attention_free(run->slice.items);
        run->slice.items = kept;
        run->slice.exact = 0;
        kept = NULL;
    }
done:
    rg_item_attention_free(kept);
    return status;
}
