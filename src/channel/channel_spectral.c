#include "channel/channel_spectral.h"
#include "base/kernels/vec.h"
#include "channel/fit/channel_fit.h"
#include "channel/growth.h"
#include "channel/picking.h"
#include "model/model.h"
#include "ridge/graph_filter.h"
#include <math.h>
#include <string.h>

enum { MOST_RANK = 4096 };

static const rg_bound FACTOR = {0x1p60f, 0, 0};

static regatta_status visit(rg_visitor *v, regatta_model *model, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_spectral_state *s = state;
    const int64_t n = model->n_items, any = v->reads ? -1 : s->in.dim;
    RG_TRY(rg_visit_table(v, "spectral.in", &s->in, 0, n, any, &FACTOR));
    const float largest = v->largest;
    const int64_t rank = s->in.dim;
    if (v->checks && (rank < 1 || rank > MOST_RANK))
        return rg_visit_wrong(v, "spectral.in", "its rank is out of range");
    RG_TRY(rg_visit_table(v, "spectral.out", &s->out, 0, n, rank, &FACTOR));
    RG_TRY(rg_visit_sum(v, "spectral.in", largest,
                        rg_model_largest_weight(model) * (double)n * (double)rank *
                            fmax(1.0, (double)v->largest)));
done:
    return status;
}

static regatta_status clone(regatta_ctx *ctx, void *state, const void *from)
{
    (void)ctx, (void)from;
    ((rg_spectral_state *)state)->table = NULL;
    return REGATTA_OK;
}

static regatta_status finish(regatta_ctx *ctx, regatta_model *model, void *state)
{
    rg_spectral_state *s = state;
    (void)model;
    return rg_table_create(ctx, &s->table, s->out.type, &s->out, NULL);
}

static void release(rg_mem mem, void *state)
{
    (void)mem;
    rg_table_free(((rg_spectral_state *)state)->table);
}

static regatta_status grow(regatta_ctx *ctx, regatta_model *model, void *state,
                           rg_growth *growth)
{
    regatta_status status = REGATTA_OK;
    rg_spectral_state *s = state;
    RG_TRY(rg_growth_rows(ctx, growth, &s->in, 0, model->n_items, 0));
    RG_TRY(rg_growth_rows(ctx, growth, &s->out, 0, model->n_items, 0));
done:
    return status;
}

static regatta_status pick(regatta_model *model, void *state, const rg_picking *picking)
{
    regatta_status status = REGATTA_OK;
    rg_spectral_state *s = state;
    RG_TRY(rg_pick_rows(model, &s->in, 1, picking->item, picking->n_items));
    RG_TRY(rg_pick_rows(model, &s->out, 1, picking->item, picking->n_items));
done:
    return status;
}

static int element(const void *state, rg_element *out)
{
    *out = ((const rg_spectral_state *)state)->out.type;
    return 1;
}

static const rg_table *table(const void *state)
{
    return ((const rg_spectral_state *)state)->table;
}

static int64_t query_floats(const void *state)
{
    return ((const rg_spectral_state *)state)->in.dim;
}

/* Returns n^-1/2, 0 for an empty history. */
static double normaliser(const rg_history *history)
{
    double n = 0.0;
    for (int64_t h = 0; h < history->n; h++)
        n += history->weight != NULL ? (double)history->weight[h] : 1.0;
    return n > 0.0 ? 1.0 / sqrt(n) : 0.0;
}

/* Writes the query p; zeros for an empty history. */
static void query(float *p, const void *state, const rg_history *history, float *work)
{
    const rg_spectral_state *s = state;
    const int64_t rank = s->in.dim;
    const float factor = (float)normaliser(history);
    float scratch[MOST_RANK];
    (void)work;
    memset(p, 0, (size_t)rank * sizeof *p);
    for (int64_t h = 0; h < history->n; h++) {
        const float r = history->weight != NULL ? history->weight[h] : 1.0f;
        rg_vec_axpy(p, r, rg_model_row(scratch, &s->in, history->item[h]), rank);
    }
    for (int64_t k = 0; k < rank; k++) p[k] *= factor;
}

static void explain(rg_channel_parts *parts, const regatta_model *model,
                    const void *state, const rg_history *history, uint32_t item, double x,
                    float *work)
{
    const rg_spectral_state *s = state;
    const int64_t rank = s->in.dim;
    float own[MOST_RANK], scratch[MOST_RANK];
    const float *out = rg_model_row(own, &s->out, item);
    const double factor = normaliser(history);
    (void)model, (void)x, (void)work;
    for (int64_t h = 0; h < history->n; h++) {
        const double r = history->weight != NULL ? (double)history->weight[h] : 1.0;
        const float *in = rg_model_row(scratch, &s->in, history->item[h]);
        double sum = 0.0, total = 0.0;
        for (int64_t k = 0; k < rank; k++) {
            const double product = (double)in[k] * (double)out[k];
            sum += product;
            total += fabs(product);
        }
        parts->value[h] = factor * r * sum;
        parts->size[h] = factor * r * total;
    }
}

/* Fitting. */
static const rg_channel_fit_ops FIT;

enum { RANK = 128 };

static regatta_status fit(rg_fit_env *env, rg_fitted *fitted, const rg_fit_choice *choice,
                          const rg_fit_task *task)
{
    regatta_status status = REGATTA_OK;
    const int self = rg_channel_of(&FIT);
    rg_graph_filter *filter = NULL;
    (void)choice;
    (void)task;
    RG_TRY(rg_graph_filter_build(env->ctx, &filter, &fitted->rows, RANK,
                                 env->options->seed));
    rg_fitted_drop(env->ctx, fitted, self);
    if (filter->rank > 0) { /* 0 for a graph without interactions */
        fitted->part[self] = filter;
        filter = NULL;
    }
    rg_channel_did(env, &FIT, 0, 1.0);
done:
    rg_graph_filter_free(filter);
    return status;
}

static regatta_status serve(regatta_ctx *ctx, regatta_model *model, void *state,
                            const rg_fitted *fitted)
{
    const rg_graph_filter *f = fitted->part[rg_channel_of(&FIT)];
    rg_spectral_state *to = state;
    const int64_t n = f->n_items * f->rank;
    const float *in = rg_model_copied(model, f->in, n, sizeof *in);
    const float *out = rg_model_copied(model, f->out, n, sizeof *out);
    (void)ctx;
    if (in == NULL || out == NULL) return REGATTA_ENOMEM;
    to->in = rg_rows_f32(in, f->n_items, f->rank);
    to->out = rg_rows_f32(out, f->n_items, f->rank);
    return REGATTA_OK;
}

/* Items outside the core have zero rows. */
static regatta_status spread(const rg_spread *s, void *part)
{
    regatta_status status = REGATTA_OK;
    rg_graph_filter *f = part;
    RG_TRY(rg_spread_floats(s, &f->in, 1, 0, f->rank, 0.0f));
    RG_TRY(rg_spread_floats(s, &f->out, 1, 0, f->rank, 0.0f));
    f->n_items = s->n_items;
done:
    return status;
}

static void free_part(regatta_ctx *ctx, void *part)
{
    (void)ctx;
    rg_graph_filter_free(part);
}

static void units(double *unit, const rg_fit_env *env)
{
    const rg_csr *rows = env->graph->by_user;
    unit[0] = 3e-5 * (double)(rows->n_rows + rows->n_cols) + 2e-7 * (double)rows->n_edges;
}

/* Two factors and their serving form; the SVD of the normalised rows and their transpose,
 * with two more blocks of columns on each side. */
static void memory(rg_channel_memory *out, const rg_memory_sizes *sizes)
{
    const rg_csr *rows = sizes->graph->by_user;
    out->kept = 4 * rows->n_cols * 4 * RANK;
    out->fit = 16 * rows->n_edges + 12 * (rows->n_rows + rows->n_cols) * RANK;
}

static void count(double *left, const rg_outlook *o)
{
    left[0] += (double)o->n_folds + 1.0 + (o->progress < RG_CHOICE_DONE ? 1.0 : 0.0);
}

static const char *const WORKS[] = {"filter"};

static const rg_channel_fit_ops FIT = {.order = 3,
                                       .stage = "last channels",
                                       .fit = fit,
                                       .serve = serve,
                                       .spread = spread,
                                       .free = free_part,
                                       .n_works = 1,
                                       .works = WORKS,
                                       .units = units,
                                       .count = count,
                                       .memory = memory};

const rg_channel_ops rg_channel_spectral = {
    .fit = &FIT,
    .name = "spectral",
    .state_size = sizeof(rg_spectral_state),
    .start_weight = 0.3f,
    .visit = visit,
    .grow = grow,
    .pick = pick,
    .clone = clone,
    .finish = finish,
    .release = release,
    .element = element,
    .table = table,
    .query_floats = query_floats,
    .query = query,
    .explain = explain,
};
