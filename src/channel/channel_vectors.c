/* The vector part of a score, and what each item of a history adds to it. */
#include "channel/channel_vectors.h"
#include "base/kernels/vec.h"
#include "gat/fold_in.h"
#include <math.h>
#include <string.h>

/* workspace: y[dim], coef[layers][heads][n], then what rg_fold_in itself needs. */
static int64_t coef_floats(const rg_shape *shape, int64_t n)
{
    return (int64_t)shape->layers * shape->heads * n;
}

int64_t rg_vectors_floats(const regatta_model *model, int64_t n)
{
    const rg_shape *shape = &model->shape;
    return shape->dim + coef_floats(shape, n) + rg_fold_in_floats(shape, n);
}

/* Folds in; the length of y. */
static double fold(float *y, float *coef, const regatta_model *model,
                   const rg_history *history, float *workspace)
{
    rg_fold_tables tables;
    rg_model_fold_tables(&tables, model);
    rg_fold_in(y, coef, &tables, history->user, history->item, history->weight,
               history->n, workspace);
    double squares = 0.0;
    for (int64_t k = 0; k < model->shape.dim; k++) squares += (double)y[k] * (double)y[k];
    return sqrt(squares);
}

void rg_vectors_unit(float *unit, const regatta_model *model, const rg_history *history,
                     float *workspace)
{
    const int64_t dim = model->shape.dim;
    if (history->user != REGATTA_NONE) {
        rg_rows_decode(unit, &model->user_vectors, history->user,
                       (int64_t)history->user + 1);
        return;
    }
    memset(unit, 0, (size_t)dim * sizeof *unit);
    if (history->n == 0) return;
    float *coef = workspace + dim;
    const double length = fold(workspace, coef, model, history,
                               coef + coef_floats(&model->shape, history->n));
    if (!(length > 0.0) || !isfinite(length)) return;
    for (int64_t k = 0; k < dim; k++) unit[k] = (float)((double)workspace[k] / length);
}

void rg_vectors_rows(float *out, int64_t ld, const regatta_model *model,
                     const float *scaled, int64_t m, int64_t first, int64_t last)
{
    rg_table_scores(out, ld, model->item_table, scaled, m, first, last);
}

/* <a, b>; adds the size of each product, times `weight`, to *size. */
static double head_dot(double *size, double weight, const float *a, const float *b,
                       int64_t n)
{
    double sum = 0.0, total = 0.0;
    for (int64_t k = 0; k < n; k++) {
        const double product = (double)a[k] * (double)b[k];
        sum += product;
        total += fabs(product);
    }
    *size += fabs(weight) * total;
    return sum;
}

/* Adds one layer's part; row[dim] is scratch, `c` is the weight of its output in the
 * read-out. */
static void explain_layer(double *contribution, double *size, double *attention,
                          const regatta_model *model, const rg_history *history,
                          const float *v, const float *coef, int layer, double c,
                          float *row)
{
    const int64_t dim = model->shape.dim, heads = model->shape.heads;
    const int64_t n = history->n, head_dim = dim / heads;
    const int64_t first = layer * model->shape.n_items;
    for (int64_t e = 0; e < n; e++) {
        const float *x =
            rg_model_row(row, &model->item_state, first + (int64_t)history->item[e]);
        for (int64_t h = 0; h < heads; h++) {
            const double weight = c * (double)coef[((int64_t)layer * heads + h) * n + e];
            attention[e] += weight;
            contribution[e] += weight * head_dot(size + e, weight, x + h * head_dim,
                                                 v + h * head_dim, head_dim);
        }
    }
}

/* What the cosine has beside the fold-in because a compact model rounds the user's row:
 * <row - y / |y|, v>. 0 where rows are floats, and for somebody who has no row. */
static double rounding_of(const regatta_model *model, uint32_t user, const float *y,
                          double inverse, const float *v, float *row)
{
    double sum = 0.0;
    if (user == REGATTA_NONE || model->user_vectors.type == RG_F32) return 0.0;
    rg_rows_decode(row, &model->user_vectors, user, (int64_t)user + 1);
    for (int64_t k = 0; k < model->shape.dim; k++)
        sum += ((double)row[k] - (double)y[k] * inverse) * (double)v[k];
    return sum;
}

void rg_vectors_explain(double *contribution, double *size, double *attention,
                        const regatta_model *model, const rg_history *history,
                        uint32_t item, float *workspace)
{
    const rg_shape *shape = &model->shape;
    const int64_t n = history->n;
    float *coef = workspace + shape->dim;
    float *rest = coef + coef_floats(shape, n), *row = rest + shape->dim;
    float c[RG_MAX_LAYERS + 1];
    for (int64_t e = 0; e < n; e++) contribution[e] = size[e] = attention[e] = 0.0;
    if (n == 0) return;
    const double length = fold(workspace, coef, model, history, rest);
    const float *v = rg_model_row(rest, &model->item_vectors, item);
    rg_combine_weights(c, shape->combine, shape->layers);
    for (int l = 0; l < shape->layers; l++)
        explain_layer(contribution, size, attention, model, history, v, coef, l,
                      (double)c[l + 1], row);

    if (!isfinite(length)) { /* as rg_vectors_unit: such a history has no direction */
        for (int64_t e = 0; e < n; e++) contribution[e] = size[e] = attention[e] = 0.0;
        return;
    }
    const double inverse = length > 0.0 ? 1.0 / length : 0.0;
    const double rounding = rounding_of(model, history->user, workspace, inverse, v, row);
    double total = 0.0;
    for (int64_t e = 0; e < n; e++) total += attention[e];
    for (int64_t e = 0; e < n; e++) {
        attention[e] = total > 0.0 ? attention[e] / total : 1.0 / (double)n;
        contribution[e] =
            (double)model->scale * (contribution[e] * inverse + attention[e] * rounding);
        size[e] *= (double)model->scale * inverse;
    }
}
