/* Models whose training drew a sample of the histories of hubs (fit/hubs.h): each new row
 * draws another sample, and the items of the core have numbers of their own. So nothing
 * of the fit before is used: all channels are fitted from the beginning on the core of
 * the new graph, with the settings of the model, and spread to the graph, as the last fit
 * of a training does. */
#include "fit/update/update_run.h"
#include "model/channel.h"

/* A channel whose state has learned from features, or choices of training, cannot be
 * fitted from the settings alone. */
static regatta_status check(const rg_update_run *u)
{
    const regatta_model *m = u->job->model;
    const char *reason = NULL;
    for (int c = 0; c < rg_n_channels && reason == NULL; c++)
        if (rg_channel_wanted(&u->run.choice, c) && rg_channels[c]->fit->remains)
            reason = rg_channels[c]->name;
    if (rg_model_has_side(m, REGATTA_ITEMS) || rg_model_has_side(m, REGATTA_USERS))
        reason = "features";
    if (reason != NULL)
        return rg_fail(u->ctx, REGATTA_EINVAL,
                       "a user has more than %d items, of which training takes a sample, "
                       "and a model with %s is not fitted to another one: train again",
                       RG_HUB_ABOVE, reason);
    if (u->job->steps > 0)
        return rg_fail(u->ctx, REGATTA_EINVAL,
                       "a user has more than %d items, of which training takes a sample: "
                       "all channels are fitted from the beginning, and steps have no "
                       "effect",
                       RG_HUB_ABOVE);
    return REGATTA_OK;
}

regatta_status rg_refit(rg_update_run *u, regatta_model **out)
{
    regatta_status status = REGATTA_OK;
    rg_fit_run *run = &u->run;
    const rg_fit_task task = {.stage = "update"};
    RG_TRY(check(u));
    for (int k = 0; k < rg_n_channels; k++) {
        const int c = rg_channel_at(k);
        const rg_channel_fit_ops *ops = rg_channels[c]->fit;
        if (!rg_channel_wanted(&run->choice, c)) continue;
        RG_TRY(run->env.stage(&run->env, ops->stage != NULL ? ops->stage : "update"));
        RG_TRY(ops->fit(&run->env, &run->whole, &run->choice, &task));
    }
    RG_TRY(rg_update_adjust(u));
    RG_TRY(rg_hubs_spread(u->ctx, &run->hubs, &run->whole, run->full, &run->weighting));
    RG_TRY(rg_update_assemble(u, out));
done:
    return status;
}
