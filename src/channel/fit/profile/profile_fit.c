/* Fits the channel "profile"; lambda is the best of a few on the slice. */
#include "channel/fit/profile/profile_fit.h"
#include "channel/channel_profile.h"
#include "channel/fit/content/side_gate.h"
#include "model/model.h"
#include "ridge/content/profile_ridge.h"
#include <math.h>

enum { N_LAMBDA = 4 };
static const double LAMBDAS[N_LAMBDA] = {30.0, 3.0, 300.0, 3000.0};

typedef struct setting {
    int is_asked;
    double lambda, ndcg; /* ndcg: of the channel alone; NaN without validation */
} setting;

typedef struct part {
    rg_content_part *users;
    int64_t n_items;
    float *out, *bias;
} part;

static setting *setting_of(const rg_fit_choice *choice)
{
    return choice->setting[rg_channel_of(&rg_profile_fit)];
}

static part *part_of(const rg_fitted *fitted)
{
    return fitted->part[rg_channel_of(&rg_profile_fit)];
}

const rg_content_part *rg_profile_fitted(const rg_fitted *fitted)
{
    const part *p = part_of(fitted);
    return p != NULL ? p->users : NULL;
}

static void resolve(void *state, rg_fit_options *options, const regatta_graph *graph)
{
    setting *s = state;
    (void)graph;
    s->is_asked =
        options->user_features != NULL && options->user_features->n_modalities > 0;
    s->lambda = LAMBDAS[0];
    s->ndcg = (double)NAN;
}

static int asked(const void *state)
{
    return ((const setting *)state)->is_asked;
}

static void free_part(regatta_ctx *ctx, void *state)
{
    part *p = state;
    if (p == NULL) return;
    rg_content_part_free(p->users);
    rg_free(ctx->mem, p->out);
    rg_free(ctx->mem, p->bias);
    rg_free(ctx->mem, p);
}

/* Replaces the part by one with coordinates of users, those of `same`, a part of a graph
 * with the same users, if that is not NULL. It stays NULL if no user has features. */
static regatta_status begin_part(rg_fit_env *env, rg_fitted *fitted,
                                 const rg_content_part *same)
{
    regatta_status status = REGATTA_OK;
    const int self = rg_channel_of(&rg_profile_fit);
    part *p = NULL;
    rg_fitted_drop(env->ctx, fitted, self);
    if (env->options->user_features == NULL) return REGATTA_OK;
    RG_NEW(env->ctx->mem, p, 1);
    if (same != NULL)
        RG_TRY(rg_content_part_copy(env->ctx, &p->users, same));
    else
        RG_TRY(rg_content_part_create(env->ctx, &p->users, env->options->user_features,
                                      fitted->graph->users, env->options->seed));
    if (p->users->rank == 0) goto done;
    p->n_items = fitted->rows.n_cols;
    RG_NEW(env->ctx->mem, p->out, p->n_items * p->users->rank);
    RG_NEW(env->ctx->mem, p->bias, p->n_items);
    fitted->part[self] = p;
    p = NULL;
done:
    free_part(env->ctx, p);
    return status;
}

static regatta_status regress(rg_fit_env *env, rg_fitted *fitted, double lambda)
{
    part *p = part_of(fitted);
    if (p == NULL) return REGATTA_OK;
    rg_fitted_changed(fitted, rg_channel_of(&rg_profile_fit));
    rg_channel_did(env, &rg_profile_fit, 0, 1.0);
    return rg_profile_ridge(env->ctx, p->out, p->bias, p->users->z, p->users->rank,
                            &fitted->rows, lambda);
}

static regatta_status fit(rg_fit_env *env, rg_fitted *fitted, const rg_fit_choice *choice,
                          const rg_fit_task *task)
{
    regatta_status status = REGATTA_OK;
    const rg_content_part *same =
        task->same_nodes && task->slice != NULL ? rg_profile_fitted(task->slice) : NULL;
    RG_TRY(begin_part(env, fitted, same));
    RG_TRY(regress(env, fitted, setting_of(choice)->lambda));
done:
    return status;
}

/* The best lambda of all, without a bar: none is safer than another. */
static regatta_status choose(rg_selection *s)
{
    regatta_status status = REGATTA_OK;
    setting *chosen = setting_of(s->choice);
    int on[RG_MAX_CHANNELS] = {0}, better = 0;
    double best = -1.0, ndcg = 0.0;
    on[rg_channel_of(&rg_profile_fit)] = 1;
    RG_TRY(begin_part(s->env, s->fitted, NULL));
    if (part_of(s->fitted) == NULL) return REGATTA_OK;
    s->begin(s);
    for (int k = 0; k < N_LAMBDA; k++) {
        RG_TRY(regress(s->env, s->fitted, LAMBDAS[k]));
        RG_TRY(s->measure(s, &ndcg, &better, on, NULL));
        if (!(ndcg > best)) continue;
        best = ndcg;
        chosen->lambda = LAMBDAS[k];
    }
    chosen->ndcg = best;
    RG_TRY(regress(s->env, s->fitted, chosen->lambda));
done:
    return status;
}

static regatta_status choose_apart(rg_selection *s)
{
    return rg_side_gate(s, &rg_profile_fit, "profile_gate");
}

static void restore(void *state, rg_fit_options *options, rg_settings *from)
{
    (void)options;
    rg_settings_real(from, &((setting *)state)->lambda, "profile.lambda", 1e-9, 1e12);
}

static regatta_status renew(rg_fit_env *env, regatta_model *model, void *state,
                            const rg_fitted *fitted, const rg_fit_choice *choice)
{
    regatta_status status = REGATTA_OK;
    regatta_ctx *ctx = env->ctx;
    rg_profile_state *s = state;
    const int64_t rank = s->features.rank, n_items = fitted->rows.n_cols;
    float *out = rg_model_own(model, n_items * rank, sizeof *out), *z = NULL;
    float *bias = rg_model_own(model, n_items, sizeof *bias);
    if (out == NULL || bias == NULL) return REGATTA_ENOMEM;
    RG_NEW(ctx->mem, z, s->z.n * rank);
    rg_rows_decode(z, &s->z, 0, s->z.n);
    RG_TRY(rg_profile_ridge(ctx, out, bias, z, rank, &fitted->rows,
                            setting_of(choice)->lambda));
    s->out = rg_rows_f32(out, n_items, rank);
    s->bias = bias;
    rg_table_free(s->table);
    s->table = NULL;
    RG_TRY(rg_table_create(ctx, &s->table, s->out.type, &s->out, s->bias));
done:
    rg_free(ctx->mem, z);
    return status;
}

static regatta_status serve(regatta_ctx *ctx, regatta_model *model, void *state,
                            const rg_fitted *fitted)
{
    const part *p = part_of(fitted);
    const int64_t rank = p->users->rank, n_users = p->users->n_items;
    rg_profile_state *to = state;
    const float *z = rg_model_copied(model, p->users->z, n_users * rank, sizeof *z);
    const float *out = rg_model_copied(model, p->out, p->n_items * rank, sizeof *out);
    to->bias = rg_model_copied(model, p->bias, p->n_items, sizeof *to->bias);
    if (z == NULL || out == NULL || to->bias == NULL) return REGATTA_ENOMEM;
    to->z = rg_rows_f32(z, n_users, rank);
    to->out = rg_rows_f32(out, p->n_items, rank);
    return rg_feature_blocks_serve(ctx, model, &to->features, p->users);
}

/* Items outside the core have no regression, and the least bias. */
static regatta_status spread(const rg_spread *s, void *state)
{
    regatta_status status = REGATTA_OK;
    part *p = state;
    RG_TRY(rg_spread_floats(s, &p->out, 1, 0, p->users->rank, 0.0f));
    RG_TRY(rg_spread_bias(s, &p->bias));
    p->n_items = s->n_items;
done:
    return status;
}

static void units(double *unit, const rg_fit_env *env)
{
    const rg_csr *rows = env->graph->by_user;
    unit[0] =
        env->options->user_features != NULL
            ? 1e-7 * (double)rows->n_edges + 1e-5 * (double)(rows->n_rows + rows->n_cols)
            : 0.0;
}

static void count(double *left, const rg_outlook *o)
{
    left[0] += (double)o->n_folds + 1.0;
    if (o->progress < RG_CHOICE_DONE) left[0] += N_LAMBDA + 1.0;
}

static void json(rg_text *t, rg_json_place place, const rg_fit_report *r)
{
    const part *p = part_of(r->whole);
    const setting *s = setting_of(r->choice);
    if (place != RG_JSON_SETTINGS || p == NULL) return;
    rg_text_open(t, "profile", '{');
    rg_text_int(t, "modalities", p->users->features->n_modalities);
    rg_text_int(t, "rank", p->users->rank);
    rg_text_real(t, "lambda", s->lambda);
    rg_text_real(t, "ndcg@20", s->ndcg);
    rg_text_bool(t, "in_score", !r->choice->apart[rg_channel_of(&rg_profile_fit)]);
    rg_text_close(t, '}');
}

static const char *const WORKS[] = {"regression on features"};

const rg_channel_fit_ops rg_profile_fit = {.order = -1,
                                           .fast = 1,
                                           .stage = "profile",
                                           .setting_size = sizeof(setting),
                                           .resolve = resolve,
                                           .asked = asked,
                                           .choose = choose,
                                           .choose_apart = choose_apart,
                                           .fit = fit,
                                           .restore = restore,
                                           .stays = 1,
                                           .remains = 1,
                                           .renew = renew,
                                           .serve = serve,
                                           .spread = spread,
                                           .free = free_part,
                                           .n_works = 1,
                                           .works = WORKS,
                                           .units = units,
                                           .count = count,
                                           .json = json};
