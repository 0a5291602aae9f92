#include "channel/channel_users.h"
#include "base/bf16.h"
#include "channel/fit/channel_fit.h"
#include "channel/fit/memory/ridge_memory.h"
#include "model/model.h"
#include "ridge/item_attention.h"
#include <string.h>

static const rg_bound WEIGHTS = {0x1p40f, 0, 0};

static regatta_status visit(rg_visitor *v, regatta_model *model, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_user_weights *s = state;
    const int64_t n = model->n_users;
    RG_TRY(rg_visit_weights(v, "user_attention", &s->rows, n, n, &WEIGHTS));
    RG_TRY(rg_visit_sum(v, "user_attention.weights", v->largest,
                        rg_model_largest_weight(model) * (double)n));
done:
    return status;
}

static int element(const void *state, rg_element *out)
{
    *out = RG_I8;
    return ((const rg_user_weights *)state)->rows.coded;
}

static int64_t row(float *out, float *best, float *support, const regatta_model *model,
                   const void *state, const rg_history *history, float *work)
{
    const rg_weights *w = &((const rg_user_weights *)state)->rows;
    const int64_t u = history->user;
    int64_t flops = 0;
    (void)best, (void)support, (void)work;
    memset(out, 0, (size_t)model->n_items * sizeof *out);
    if (history->user == REGATTA_NONE) return 0;
    for (int64_t e = w->offset[u]; e < w->offset[u + 1]; e++) {
        const int64_t v = w->target[e];
        const float weight = rg_from_bf16(w->value[e]);
        flops += 2 * (model->history_offset[v + 1] - model->history_offset[v]);
        for (int64_t h = model->history_offset[v]; h < model->history_offset[v + 1];
             h++) {
            const float r =
                model->history_weight != NULL ? model->history_weight[h] : 1.0f;
            out[model->history_item[h]] += weight * r;
        }
    }
    return flops;
}

/* All of x comes from the histories of other users; no part of it belongs to an item of
 * the user's history. */
static void explain(rg_channel_parts *parts, const regatta_model *model,
                    const void *state, const rg_history *history, uint32_t item, double x,
                    float *work)
{
    (void)model, (void)state, (void)history, (void)item, (void)work;
    parts->direct = x;
}

/* Fitting. */
static const rg_channel_fit_ops FIT;

enum { NEIGHBOURS = 100, MOST_USERS = 200000 /* above, the cost exceeds the gain */ };

/* Operations per second of co-occurrence. */
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

static int in_preset(const rg_fit_options *options, const regatta_graph *graph)
{
    (void)options;
    return graph->by_user->n_rows <= MOST_USERS;
}

static regatta_status fit(rg_fit_env *env, rg_fitted *fitted, const rg_fit_choice *choice,
                          const rg_fit_task *task)
{
    regatta_status status = REGATTA_OK;
    const int self = rg_channel_of(&FIT);
    rg_item_attention *users = NULL;
    rg_csr *by_item = NULL;
    (void)task;
    RG_TRY(rg_csr_transpose(env->ctx, &by_item, &fitted->rows));
    RG_TRY(rg_item_attention_build(env->ctx, &users, by_item, choice->setting[self]));
    rg_fitted_drop(env->ctx, fitted, self);
    fitted->part[self] = users;
    rg_channel_did(env, &FIT, 0, 1.0);
done:
    rg_csr_free(by_item);
    return status;
}

static regatta_status serve(regatta_ctx *ctx, regatta_model *model, void *state,
                            const rg_fitted *fitted)
{
    const rg_item_attention *users = fitted->part[rg_channel_of(&FIT)];
    rg_user_weights *to = state;
    (void)ctx;
    return rg_model_set_weights(model, &to->rows, users->by_target, NULL);
}

static regatta_status ridge(regatta_ctx *ctx, rg_channel_ridge *out, void *state,
                            const rg_fitted *fitted, const rg_fit_choice *choice)
{
    out->weights = &((rg_user_weights *)state)->rows;
    out->by_target = 1;
    if (fitted == NULL) return REGATTA_OK;
    const rg_item_attention_options *setting = choice->setting[rg_channel_of(&FIT)];
    out->options = *setting;
    const regatta_status status = rg_csr_transpose(ctx, &out->made, &fitted->rows);
    out->rows = out->made;
    return status;
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

static void memory(rg_channel_memory *out, const rg_memory_sizes *sizes)
{
    rg_ridge_memory(out, sizes->graph->by_user, sizes->graph->by_item,
                    sizes->choice->setting[rg_channel_of(&FIT)], sizes);
    out->choose = 0; /* nothing is chosen */
}

static void count(double *left, const rg_outlook *o)
{
    left[0] += (double)o->n_folds + 1.0 + (o->progress < RG_CHOICE_DONE ? 1.0 : 0.0);
}

static const char *const WORKS[] = {"user attention"};

static const rg_channel_fit_ops FIT = {.order = 2,
                                       .stage = "last channels",
                                       .setting_size = sizeof(rg_item_attention_options),
                                       .resolve = resolve,
                                       .in_preset = in_preset,
                                       .fit = fit,
                                       .serve = serve,
                                       .ridge = ridge,
                                       .free = free_part,
                                       .n_works = 1,
                                       .works = WORKS,
                                       .units = units,
                                       .count = count,
                                       .memory = memory};

const rg_channel_ops rg_channel_users = {
    .fit = &FIT,
    .name = "users",
    .state_size = sizeof(rg_user_weights),
    .start_weight = 0.3f,
    .seen_only = 1,
    .visit = visit,
    .element = element,
    .row = row,
    .explain = explain,
};
