#include "channel/users_fit.h"
#include "channel/channel_users.h"
#include "model/model.h"
#include "ridge/item_attention.h"

enum { NEIGHBOURS = 100, MOST_USERS = 200000 /* above, it costs more than it brings */ };

/* Operations a second of co-occurrence. */
#define SPEED 2.5e8

static void resolve(void *setting, rg_fit_options *options, const regatta_graph *graph)
{
    rg_item_attention_options *s = setting;
    (void)graph;
    *s = rg_item_attention_defaults();
    s->seed = options->seed;
    s->user_power = 0.25;
    s->neighbours = NEIGHBOURS;
}

static int offered(const regatta_graph *graph)
{
    return graph->by_user->n_rows <= MOST_USERS;
}

static regatta_status fit(rg_fit_env *env, rg_fitted *fitted, const rg_fit_choice *choice,
                          const rg_fit_task *task)
{
    regatta_status status = REGATTA_OK;
    const int self = rg_channel_of(&rg_users_fit);
    rg_item_attention *users = NULL;
    rg_csr *by_item = NULL;
    (void)task;
    RG_TRY(rg_csr_transpose(env->ctx, &by_item, NULL, &fitted->rows));
    RG_TRY(rg_item_attention_build(env->ctx, &users, by_item, choice->setting[self]));
    rg_fitted_drop(env->ctx, fitted, self);
    fitted->part[self] = users;
    rg_channel_did(env, &rg_users_fit, 0, 1.0);
done:
    rg_csr_free(by_item);
    return status;
}

static regatta_status serve(regatta_ctx *ctx, regatta_model *model, void *state,
                            const rg_fitted *fitted)
{
    const rg_item_attention *users = fitted->part[rg_channel_of(&rg_users_fit)];
    rg_user_weights *to = state;
    (void)ctx;
    return rg_model_set_weights(model, &to->rows, users->by_target);
}

static void free_part(regatta_ctx *ctx, void *part)
{
    (void)ctx;
    rg_item_attention_free(part);
}

static void units(double *unit, const rg_fit_env *env)
{
    unit[0] = rg_plan_pairs(env->graph->by_item, 500.0) / SPEED +
              8e-5 * (double)env->graph->by_user->n_rows;
}

static void count(double *left, const rg_outlook *o)
{
    left[0] += (double)o->n_folds + 1.0 + (o->progress < RG_CHOICE_DONE ? 1.0 : 0.0);
}

const rg_channel_fit_ops rg_users_fit = {.order = 2,
                                         .stage = "last channels",
                                         .setting_size =
                                             sizeof(rg_item_attention_options),
                                         .resolve = resolve,
                                         .offered = offered,
                                         .fit = fit,
                                         .serve = serve,
                                         .free = free_part,
                                         .n_works = 1,
                                         .units = units,
                                         .count = count};
