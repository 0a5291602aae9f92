/* Models whose nodes have other numbers after an update, so that nothing of the fit
 * before is used: all channels are fitted from the beginning, with the settings of the
 * model, as the last fit of a training does.
 *
 *   hubs     training drew a sample of their histories (fit/hubs.h): each new row draws
 *            another, and the items of the core have numbers of their own
 *   sources  new nodes of the target come before those of other domains */
#include "fit/update/update_run.h"
#include "model/channel.h"

/* A channel whose state has learned from features, or choices of training, cannot be
 * fitted from the settings alone. */
static regatta_status check(const rg_update_run *u)
{
    const regatta_model *m = u->job->model;
    const char *reason = NULL;
    const char *why =
        rg_model_is_mixed(m)
            ? "the model has interactions of other domains"
            : "a user has more than 50,000 items, of which training takes a "
              "sample";
    for (int c = 0; c < rg_n_channels && reason == NULL; c++)
        if (rg_channel_wanted(&u->run.choice, c) && rg_channels[c]->fit->remains)
            reason = rg_channels[c]->name;
    if (rg_model_has_side(m, REGATTA_ITEMS) || rg_model_has_side(m, REGATTA_USERS))
        reason = "features";
    if (reason != NULL)
        return rg_fail(
            u->ctx, REGATTA_EINVAL,
            "%s: all channels are fitted from the beginning, and %s cannot be: "
            "train again",
            why, reason);
    if (u->job->steps > 0)
        return rg_fail(u->ctx, REGATTA_EINVAL,
                       "%s: all channels are fitted from the beginning, and steps have "
                       "no effect",
                       why);
    return REGATTA_OK;
}

regatta_status rg_refit(rg_update_run *u, regatta_model **out)
{
    regatta_status status = REGATTA_OK;
    rg_fit_run *run = &u->run;
    RG_TRY(check(u));
    RG_TRY(rg_update_fit_anew(u));
    RG_TRY(rg_update_adjust(u));
    RG_TRY(rg_hubs_spread(u->ctx, &run->hubs, &run->whole, run->full, &run->weighting));
    RG_TRY(rg_update_assemble(u, out));
done:
    return status;
}
