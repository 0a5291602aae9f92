#include "fit/update/update_restore.h"
#include "base/text/json_find.h"
#include "fit/settings/option_names.h"
#include <float.h>
#include <stdlib.h>

static regatta_status check(regatta_ctx *ctx, const rg_settings *s)
{
    if (s->wrong == NULL) return REGATTA_OK;
    return rg_fail(ctx, REGATTA_EINVAL,
                   "the settings of the model lack '%s', or it is out of range: it is of "
                   "an earlier version; train again",
                   s->wrong);
}

/* A seed above 2^53 is a string (fit_json.c). */
static void restore_seed(rg_settings *s, uint64_t *out)
{
    rg_json at;
    char digits[24];
    int64_t seed = 0;
    if (rg_json_find(&at, s->model->json, "seed") &&
        rg_json_string(&at, digits, sizeof digits) > 0) {
        *out = strtoull(digits, NULL, 10);
        return;
    }
    rg_settings_int(s, &seed, "seed", 0, INT64_MAX);
    *out = (uint64_t)seed;
}

static void restore_whole(rg_settings *s, uint32_t *out, const char *path)
{
    int64_t x = 0;
    rg_settings_int(s, &x, path, 0, 1000000);
    *out = (uint32_t)x;
}

/* The options of node vectors. */
static void restore_training(rg_settings *s, rg_fit_options *o)
{
    o->loss = (regatta_loss)rg_settings_name(s, "options.loss", rg_loss_name);
    restore_whole(s, &o->max_steps, "options.max_steps");
    restore_whole(s, &o->batch_users, "options.batch_users");
    restore_whole(s, &o->softmax_items, "options.softmax_items");
    rg_settings_float(s, &o->learning_rate, "options.learning_rate", 0.0, 1e6);
    rg_settings_float(s, &o->l2, "options.l2", 0.0, 1e6);
    rg_settings_float(s, &o->edge_dropout, "options.edge_dropout", 0.0, 0.9);
    const rg_shape *shape = &s->model->vectors->shape;
    rg_settings_float(s, &o->temperature, "options.temperature", (double)FLT_MIN, 1e6);
    o->attention = shape->attention;
    o->share = shape->share;
    o->dynamic = shape->dynamic > 0;
    o->combine = shape->combine;
    o->heads = shape->heads;
    o->layers = shape->layers;
    o->dim = shape->dim;
    o->patience = o->eval_every = 1;
}

int rg_restore_is_weighed(const regatta_model *model)
{
    const rg_settings s = {.model = model};
    return model->json != NULL && rg_settings_has(&s, "denoise.weighed");
}

int rg_restore_has_data(const regatta_model *model)
{
    const rg_settings s = {.model = model};
    return rg_settings_has(&s, "denoise.data_weights");
}

void rg_restore_denoise(rg_denoise *out, const regatta_model *model)
{
    rg_settings s = {.model = model};
    *out = (rg_denoise){.asked = rg_restore_is_weighed(model)};
    for (int k = 0; k < RG_N_DENOISE && out->asked; k++)
        out->trial[k].used = rg_settings_bool(&s, rg_denoise_used[k]);
}

regatta_status rg_restore_options(regatta_ctx *ctx, rg_fit_options *out,
                                  regatta_dedup *dedup, const regatta_model *model)
{
    rg_settings s = {.model = model};
    *out = (rg_fit_options){.refit = 1, .heads = 1, .layers = 1, .restored = 1};
    *dedup = REGATTA_DEDUP_SUM;
    if (model->json == NULL)
        return rg_fail(ctx, REGATTA_EINVAL, "the model has no settings: train again");
    restore_seed(&s, &out->seed);
    out->weighting =
        (regatta_weighting)rg_settings_name(&s, "options.weighting", rg_weighting_name);
    if (rg_settings_has(&s, "data.dedup"))
        *dedup = (regatta_dedup)rg_settings_name(&s, "data.dedup", rg_dedup_name);
    if (model->vectors != NULL) restore_training(&s, out);
    for (int c = 0; c < rg_n_channels; c++)
        out->on[c] = rg_model_channel(model, c) != NULL;
    return check(ctx, &s);
}

regatta_status rg_restore_choice(regatta_ctx *ctx, rg_fit_choice *choice,
                                 rg_fit_options *options, const regatta_model *model,
                                 int anew)
{
    rg_settings s = {.model = model, .anew = anew};
    if (anew && model->vectors != NULL)
        restore_whole(&s, &options->max_steps, "training.steps");
    for (int c = 0; c < rg_n_channels; c++)
        choice->on[c] = rg_model_channel(model, c) != NULL;
    for (int needed = 0; needed < 2; needed++) /* restored settings may need others */
        for (int c = 0; c < rg_n_channels; c++) {
            const rg_channel_fit_ops *ops = rg_channels[c]->fit;
            const int now =
                needed ? !choice->on[c] && rg_channel_wanted(choice, c) : choice->on[c];
            if (now && ops->restore != NULL)
                ops->restore(choice->setting[c], options, &s);
        }
    return check(ctx, &s);
}
