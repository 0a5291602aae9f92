#include "fit/fit_channels.h"

/* Leaves a channel out of the choice if no features tell nodes apart: it has no part. */
static regatta_status leave_out(regatta_ctx *ctx, const rg_fitted *fitted,
                                rg_fit_choice *choice, int channel)
{
    const rg_channel_ops *ops = rg_channels[channel];
    if (!ops->has_side || fitted->part[channel] != NULL) return REGATTA_OK;
    choice->on[channel] = 0;
    if (rg_count_on(choice->on) > 0) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL, "no features tell the %s of the data apart",
                   ops->side == REGATTA_ITEMS ? "items" : "users");
}

static regatta_status fit_channel(rg_fit_env *env, rg_fitted *fitted,
                                  rg_fit_choice *choice, const rg_fit_task *task,
                                  int channel)
{
    regatta_status status = REGATTA_OK;
    const rg_channel_fit_ops *ops = rg_channels[channel]->fit;
    const int chooses = task->selection != NULL && ops->choose != NULL;
    if (ops->stage != NULL) /* else its steps report progress */
        RG_TRY(
            env->stage(env, chooses || task->stage == NULL ? ops->stage : task->stage));
    RG_TRY(chooses ? ops->choose(task->selection) : ops->fit(env, fitted, choice, task));
    RG_TRY(leave_out(env->ctx, fitted, choice, channel));
    if (task->selection == NULL) return REGATTA_OK;
    env->progress[channel] = RG_CHOICE_DONE;
    task->selection->replan(task->selection);
done:
    return status;
}

static regatta_status adjust_channel(rg_fit_env *env, rg_fitted *fitted,
                                     const rg_fit_choice *choice, const rg_fit_task *task,
                                     int channel)
{
    const rg_channel_fit_ops *ops = rg_channels[channel]->fit;
    if (!choice->on[channel]) return REGATTA_OK;
    if (task->selection == NULL)
        return ops->adjust != NULL ? ops->adjust(env, fitted, choice) : REGATTA_OK;
    if (ops->choose_adjustment == NULL || rg_count_on(choice->on) < 2) return REGATTA_OK;
    return ops->choose_adjustment(task->selection);
}

regatta_status rg_fit_channels(rg_fit_env *env, rg_fitted *fitted, rg_fit_choice *choice,
                               const rg_fit_task *task)
{
    regatta_status status = REGATTA_OK;
    for (int k = 0; k < rg_n_channels; k++)
        if (rg_channel_wanted(choice, rg_channel_at(k)))
            RG_TRY(fit_channel(env, fitted, choice, task, rg_channel_at(k)));
    for (int k = 0; k < rg_n_channels; k++)
        RG_TRY(adjust_channel(env, fitted, choice, task, rg_channel_at(k)));
    for (int a = 0; a < rg_n_channels && task->selection != NULL; a++)
        if (choice->on[a] && rg_channels[a]->fit->choose_apart != NULL)
            RG_TRY(rg_channels[a]->fit->choose_apart(task->selection));
done:
    return status;
}
