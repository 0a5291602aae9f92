/* Item attention on the slice: how much a user with many items counts (a), and whether
 * the exact ridge beats the local one where it is affordable. The ridge's shape and the
 * candidate's exponent are not searched: on shifted data a random slice prefers values
 * that lose later (docs/quality.md). */
#include "rank/fit_run.h"
#include "rank/measure.h"

/* Neighbours during the search, which ranks the exponents as more would. */
enum { SEARCH_NEIGHBOURS = 60, N_POWERS = 3 };
static const double POWERS[N_POWERS] = {0.35, 0.25, 0.5};

/* ndcg of the slice's item attention alone. */
static regatta_status measure_items(rg_fit_run *run, double *ndcg, double *recall)
{
    regatta_status status = REGATTA_OK;
    const int on[RG_N_CHANNELS] = {[RG_CHANNEL_ITEMS] = 1};
    const rg_held held = rg_fit_held(run);
    regatta_model *model = NULL;
    RG_TRY(rg_side_model(run->ctx, &model, &run->slice, on, NULL));
    RG_TRY(rg_measure(run->ctx, ndcg, recall, model, &held));
done:
    regatta_model_free(model);
    return status;
}

static regatta_status choose_power(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    rg_fit_choice trial = run->choice;
    double best = -1.0, ndcg = 0.0;
    if (trial.items.neighbours > SEARCH_NEIGHBOURS)
        trial.items.neighbours = SEARCH_NEIGHBOURS;
    for (int k = 0; k < N_POWERS && !run->finished; k++) {
        trial.items.user_power = POWERS[k];
        RG_TRY(rg_fit_stage(run, "item attention"));
        RG_TRY(rg_side_items(run->ctx, &run->slice, &trial));
        RG_TRY(measure_items(run, &ndcg, NULL));
        rg_trials_add(&run->user_powers, POWERS[k], ndcg);
        if (!(ndcg > best)) continue;
        best = ndcg;
        run->choice.items.user_power = POWERS[k];
    }
done:
    return status;
}

regatta_status rg_fit_choose_items(rg_fit_run *run)
{
    regatta_status status = REGATTA_OK;
    double local = 0.0, exact = 0.0, recall = 0.0;
    rg_item_attention *kept = NULL;
    RG_TRY(choose_power(run));
    RG_TRY(rg_side_items(run->ctx, &run->slice, &run->choice));
    RG_TRY(measure_items(run, &local, &run->valid_recall));
    run->valid_ndcg = local;
    kept = run->slice.items;
    run->slice.items = NULL;
    run->choice.exact = 1;
    RG_TRY(rg_side_exact(run->ctx, &run->slice, &run->choice));
    if (run->slice.items != NULL) RG_TRY(measure_items(run, &exact, &recall));
    if (exact > local) {
        run->valid_ndcg = exact;
        run->valid_recall = recall;
    } else {
        run->choice.exact = 0;
        rg_item_attention_free(run->slice.items);
        run->slice.items = kept;
        run->slice.exact = 0;
        kept = NULL;
    }
done:
    rg_item_attention_free(kept);
    return status;
}
