#include "channel/recent_channel.h"
#include "channel/fit/channel_fit.h"
#include "model/model.h"
#include <math.h>

static const rg_bound MOST = {0x1p20f, 1, 0};

typedef struct recent_state {
    rg_rows x; /* [n_items][1] */
} recent_state;

static regatta_status visit(rg_visitor *v, regatta_model *model, void *state)
{
    recent_state *s = state;
    return rg_visit_table(v, "recent.x", &s->x, 0, model->n_items, 1, &MOST);
}

static int element(const void *state, rg_element *out)
{
    *out = ((const recent_state *)state)->x.type;
    return 1;
}

static int64_t row(float *out, float *best, float *support, const regatta_model *model,
                   const void *state, const rg_history *history, float *work)
{
    (void)best, (void)support, (void)history, (void)work;
    rg_rows_decode(out, &((const recent_state *)state)->x, 0, model->n_items);
    return 0;
}

static void explain(rg_channel_parts *parts, const regatta_model *model,
                    const void *state, const rg_history *history, uint32_t item, double x,
                    float *work)
{
    (void)model, (void)state, (void)history, (void)item, (void)work;
    parts->bias = x;
}

static const rg_channel_fit_ops fit_ops;

/* The part is x[n_items]. */
static regatta_status fit(rg_fit_env *env, rg_fitted *fitted, const rg_fit_choice *choice,
                          const rg_fit_task *task)
{
    regatta_status status = REGATTA_OK;
    const int self = rg_channel_of(&fit_ops);
    const rg_csr *rows = &fitted->rows;
    const rg_sequences *order = fitted->graph->sequences;
    uint32_t *position = NULL;
    float *x = NULL;
    (void)choice, (void)task;
    RG_NEW(env->ctx->mem, position,
           rg_sequences_first(order, rows->offset, rows->n_rows));
    RG_NEW(env->ctx->mem, x, rows->n_cols);
    for (int64_t u = 0; u < rows->n_rows; u++) {
        const int64_t n = rg_sequences_first(order, rows->offset, u + 1) -
                          rg_sequences_first(order, rows->offset, u);
        rg_sequences_positions(position, order, rows->offset, u);
        for (int64_t k = n > RECENT_LAST ? n - RECENT_LAST : 0; k < n; k++)
            x[rows->target[rows->offset[u] + position[k]]] += 1.0f;
    }
    for (int64_t j = 0; j < rows->n_cols; j++) x[j] = logf(1.0f + x[j]);
    rg_fitted_drop(env->ctx, fitted, self);
    fitted->part[self] = x;
    x = NULL;
    rg_channel_did(env, &fit_ops, 0, 1.0);
done:
    rg_free(env->ctx->mem, position);
    rg_free(env->ctx->mem, x);
    return status;
}

static regatta_status serve(regatta_ctx *ctx, regatta_model *model, void *state,
                            const rg_fitted *fitted)
{
    const float *x = rg_model_copied(model, fitted->part[rg_channel_of(&fit_ops)],
                                     model->n_items, sizeof *x);
    (void)ctx;
    if (x == NULL) return REGATTA_ENOMEM;
    ((recent_state *)state)->x = rg_rows_f32(x, model->n_items, 1);
    return REGATTA_OK;
}

static void free_part(regatta_ctx *ctx, void *part)
{
    rg_free(ctx->mem, part);
}

static void units(double *unit, const rg_fit_env *env)
{
    unit[0] = 1e-8 * (double)env->graph->by_user->n_edges;
}

static void count(double *left, const rg_outlook *o)
{
    left[0] += (double)o->n_folds + 1.0 + (o->progress < RG_CHOICE_DONE ? 1.0 : 0.0);
}

static const char *const WORKS[] = {"counts"};

static const rg_channel_fit_ops fit_ops = {.order = 4,
                                           .stage = "last channels",
                                           .fit = fit,
                                           .serve = serve,
                                           .free = free_part,
                                           .n_works = 1,
                                           .works = WORKS,
                                           .units = units,
                                           .count = count};

const rg_channel_ops recent_channel = {.name = "recent",
                                       .state_size = sizeof(recent_state),
                                       .start_weight = 0.3f,
                                       .visit = visit,
                                       .element = element,
                                       .row = row,
                                       .explain = explain,
                                       .fit = &fit_ops};
