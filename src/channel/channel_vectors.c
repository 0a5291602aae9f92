#include "channel/channel_vectors.h"
#include "channel/features/feature_growth.h"
#include "channel/fit/vectors/vectors_fit.h"
#include "channel/growth.h"
#include "channel/picking.h"
#include "gat/fold_in.h"
#include "model/model.h"
#include "model/recency.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Lower bound of the scale, 1 / temperature. */
#define SMALLEST_SCALE 0x1p-30
#define LARGEST_SCALE 0x1p60

static const rg_bound UNIT = {2.0f, 0, 0}, BIAS = {0x1p30f, 0, 0};
static const rg_bound STATE = {0x1p40f, 0, 0}, DEGREE = {0x1p100f, 1, 0};
static const rg_bound PARAM = {0x1p20f, 0, 0};

enum { ATTENTION, COMBINE, HEADS, LAYERS, DIM, N_SHAPE };

static regatta_status visit_shape(rg_visitor *v, const regatta_model *model,
                                  rg_node_vectors *s)
{
    regatta_status status = REGATTA_OK;
    int64_t n[N_SHAPE] = {(int64_t)s->shape.attention, (int64_t)s->shape.combine,
                          s->shape.heads, s->shape.layers, s->shape.dim};
    double scale = (double)s->scale;
    RG_TRY(rg_visit_ints(v, "vectors.shape", n, N_SHAPE));
    RG_TRY(rg_visit_reals(v, "vectors.scale", &scale, 1));
    if (!v->checks) return REGATTA_OK;
    if (!rg_within(n[ATTENTION], 0, REGATTA_ATTENTION_GATV2) ||
        !rg_within(n[COMBINE], 0, REGATTA_COMBINE_LAST) ||
        !rg_within(n[HEADS], 1, RG_MAX_HEADS) ||
        !rg_within(n[LAYERS], 1, RG_MAX_LAYERS) || !rg_within(n[DIM], 1, 1024) ||
        n[DIM] % n[HEADS] != 0)
        return rg_visit_wrong(v, "vectors.shape", "a number is out of range");
    if (!(scale >= SMALLEST_SCALE && scale <= LARGEST_SCALE) ||
        (double)(float)scale != scale)
        return rg_visit_wrong(v, "vectors.scale",
                              "1 / temperature is not a float from 2^-30 to 2^60");
    if (!v->reads) return REGATTA_OK; /* other threads may read the model */
    s->shape = (rg_shape){.attention = (regatta_attention)n[ATTENTION],
                          .combine = (regatta_combine)n[COMBINE],
                          .heads = (int)n[HEADS],
                          .layers = (int)n[LAYERS],
                          .dim = n[DIM],
                          .n_users = model->n_users,
                          .n_items = model->n_items};
    s->scale = (float)scale;
done:
    return status;
}

/* Visits what the attention parameters share, and the groups of items, in files of models
 * that have any. */
static regatta_status visit_form(rg_visitor *v, const regatta_model *model,
                                 rg_node_vectors *s)
{
    regatta_status status = REGATTA_OK;
    const void *p = s->form[0] > 0 || s->form[1] > 0 || s->form[2] > 0 ? s->form : NULL;
    int64_t n = v->reads ? -1 : 3;
    RG_TRY(rg_visit_bytes(v, "vectors.form", &p, sizeof *s->form, 0, &n));
    if (!v->reads || p == NULL) return REGATTA_OK;
    if (n != 3) return rg_visit_wrong(v, "vectors.form", "it has not 3 numbers");
    memcpy(s->form, p, sizeof s->form);
    if (s->form[0] > REGATTA_SHARE_ALL || (int64_t)s->form[1] > model->n_items ||
        s->form[2] > 2)
        return rg_visit_wrong(v, "vectors.form", "a number is out of range");
    s->shape.share = (regatta_share)s->form[0];
    s->shape.n_groups = (int64_t)s->form[1];
    s->shape.dynamic = (int)s->form[2];
done:
    return status;
}

static regatta_status visit_groups(rg_visitor *v, const regatta_model *model,
                                   rg_node_vectors *s)
{
    regatta_status status = REGATTA_OK;
    const void *group = s->group;
    int64_t n = v->reads ? model->n_items : s->n_grouped;
    if (s->shape.n_groups == 0) return REGATTA_OK;
    RG_TRY(rg_visit_bytes(v, "items.group", &group, sizeof *s->group, 0, &n));
    if (group == NULL) return rg_visit_wrong(v, "items.group", "it is missing");
    s->group = group;
    s->n_grouped = n;
    for (int64_t i = 0; v->checks && i < n; i++)
        if ((int64_t)s->group[i] >= s->shape.n_groups)
            return rg_visit_wrong(v, "items.group", "a number is out of range");
    RG_TRY(rg_visit_floats(v, "groups.prototypes", &s->prototype,
                           s->shape.layers * s->shape.n_groups * s->shape.dim, &UNIT));
done:
    return status;
}

/* Visits the attention parameters without x0 and bias. */
static regatta_status visit_params(rg_visitor *v, rg_node_vectors *s)
{
    regatta_status status = REGATTA_OK;
    rg_shape without_nodes = s->shape;
    char name[RG_ARRAY_NAME];
    without_nodes.n_users = without_nodes.n_items = 0;
    without_nodes.n_features[0] = without_nodes.n_features[1] = 0;
    if (v->reads && rg_shape_attends(&s->shape))
        RG_TRY(rg_params_create(v->ctx, &s->params, &without_nodes));
    for (int k = 0; s->params != NULL && k < s->params->n_entries; k++) {
        const rg_param_entry *e = &s->params->entry[k];
        if (e->group < RG_PARAM_ATTENTION) continue;
        snprintf(name, sizeof name, "attention.%s", e->name);
        RG_TRY(rg_visit_copied(v, name, s->params->arena + e->first, e->rows, e->cols,
                               &PARAM));
    }
    if (v->reads) RG_TRY(rg_node_vectors_expand(v->ctx, s));
done:
    return status;
}

/* Visits the features of users, in models that have them. */
static regatta_status visit_user_features(rg_visitor *v, const regatta_model *model,
                                          rg_node_vectors *s)
{
    static const rg_bound LENGTH = {2.0f, 0, 0};
    if (s->n_features[2] == 0) return REGATTA_OK;
    return rg_visit_weights(v, "users.features", &s->user_features, model->n_users,
                            (int64_t)s->n_features[0], &LENGTH);
}

/* Visits the rows of features of the input layer, in files of models that have any. */
static regatta_status visit_features(rg_visitor *v, rg_node_vectors *s)
{
    static const char *const name[2] = {"features.users", "features.items"};
    regatta_status status = REGATTA_OK;
    const void *p = s->n_features[0] > 0 || s->n_features[1] > 0 ? s->n_features : NULL;
    int64_t n = v->reads ? -1 : 2 + (int64_t)s->n_features[2];
    RG_TRY(rg_visit_bytes(v, "vectors.features", &p, sizeof *s->n_features, 0, &n));
    if (v->reads && p != NULL) {
        if (n != 2 && n != 3)
            return rg_visit_wrong(v, "vectors.features", "it has not 2 or 3 numbers");
        memcpy(s->n_features, p, (size_t)n * sizeof *s->n_features);
        if (s->n_features[0] > INT32_MAX || s->n_features[1] > INT32_MAX ||
            s->n_features[2] > (s->n_features[0] > 0))
            return rg_visit_wrong(v, "vectors.features", "a number is out of range");
    }
    for (int side = 0; side < 2; side++)
        if (s->n_features[side] > 0)
            RG_TRY(rg_visit_table(v, name[side], &s->feature[side], 0,
                                  s->n_features[side], s->shape.dim, &STATE));
done:
    return status;
}

static regatta_status visit(rg_visitor *v, regatta_model *model, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_node_vectors *s = state;
    const int64_t n_users = model->n_users, n_items = model->n_items;
    rg_bound x0 = STATE;
    RG_TRY(visit_shape(v, model, s));
    RG_TRY(visit_form(v, model, s));
    const int64_t dim = s->shape.dim;
    RG_TRY(rg_visit_table(v, "users.vectors", &s->user_vectors, 0, n_users, dim, &UNIT));
    RG_TRY(rg_visit_table(v, "items.vectors", &s->item_vectors, 0, n_items, dim, &UNIT));
    RG_TRY(rg_visit_floats(v, "items.bias", &s->bias, n_items, &BIAS));
    RG_TRY(rg_visit_table(v, "items.state", &s->item_state, s->shape.layers, n_items, dim,
                          &STATE));
    RG_TRY(rg_visit_floats(v, "items.degree", &s->item_degree, n_items, &DEGREE));
    /* Fold-in of items needs it; files of earlier versions may lack it if no user needs
     * it. */
    x0.optional = !rg_shape_attends(&s->shape) && s->shape.combine != REGATTA_COMBINE_ALL;
    RG_TRY(rg_visit_table(v, "users.x0", &s->user_x0, 0, n_users, dim, &x0));
    RG_TRY(visit_params(v, s));
    RG_TRY(visit_groups(v, model, s));
    RG_TRY(rg_recency_visit(v, "vectors.recency", &s->recency, 1));
    RG_TRY(visit_features(v, s));
    RG_TRY(visit_user_features(v, model, s));
done:
    return status;
}

static void attach(regatta_model *model, void *state)
{
    model->vectors = state;
}

static regatta_status clone(regatta_ctx *ctx, void *state, const void *from)
{
    rg_node_vectors *s = state;
    const rg_params *params = ((const rg_node_vectors *)from)->params;
    s->params = s->full = NULL;
    s->item_table = NULL;
    return params != NULL ? rg_node_vectors_take_params(ctx, s, params) : REGATTA_OK;
}

/* A new item is in the group of the nearest item, or in the first. */
static regatta_status grow_groups(regatta_model *model, rg_node_vectors *s,
                                  const rg_growth *growth)
{
    const int64_t n = model->n_items, had = n - growth->n_items;
    if (s->group == NULL || growth->n_items == 0) return REGATTA_OK;
    uint32_t *group = rg_model_own(model, n, sizeof *group);
    if (group == NULL) return REGATTA_ENOMEM;
    memcpy(group, s->group, (size_t)had * sizeof *group);
    for (int64_t k = 0; k < growth->n_items; k++) {
        const uint32_t near =
            growth->near != NULL ? growth->near[k * RG_NEAR] : REGATTA_NONE;
        group[had + k] = near != REGATTA_NONE ? group[near] : 0;
    }
    s->group = group;
    s->n_grouped = n;
    return REGATTA_OK;
}

/* Users that are new have no history, and rows from their features or of zeros. In a
 * history a new item counts as one of the degree of its nearest items. */
static regatta_status grow(regatta_ctx *ctx, regatta_model *model, void *state,
                           rg_growth *growth)
{
    regatta_status status = REGATTA_OK;
    rg_node_vectors *s = state;
    const int64_t n = model->n_items;
    s->shape.n_users = model->n_users;
    s->shape.n_items = n;
    RG_TRY(rg_growth_rows(ctx, growth, &s->item_vectors, 0, n, 1));
    for (int l = 0; l < s->shape.layers; l++)
        RG_TRY(rg_growth_rows(ctx, growth, &s->item_state, l * n, n, 0));
    rg_growth_floats(growth, s->bias, n);
    rg_growth_floats(growth, s->item_degree, n);
    RG_TRY(grow_groups(model, s, growth));
    RG_TRY(rg_feature_growth(ctx, model, s, growth));
done:
    return status;
}

static regatta_status pick_groups(regatta_model *model, rg_node_vectors *s,
                                  const rg_picking *p)
{
    if (s->group == NULL) return REGATTA_OK;
    uint32_t *group = rg_model_own(model, p->n_items, sizeof *group);
    if (group == NULL) return REGATTA_ENOMEM;
    for (int64_t k = 0; k < p->n_items; k++) group[k] = s->group[p->item[k]];
    s->group = group;
    s->n_grouped = p->n_items;
    return REGATTA_OK;
}

static regatta_status pick(regatta_model *model, void *state, const rg_picking *p)
{
    regatta_status status = REGATTA_OK;
    rg_node_vectors *s = state;
    const uint32_t *item = p->item;
    s->shape.n_users = p->n_users;
    s->shape.n_items = p->n_items;
    RG_TRY(rg_pick_rows(model, &s->user_vectors, 1, p->user, p->n_users));
    RG_TRY(rg_pick_rows(model, &s->user_x0, 1, p->user, p->n_users));
    if (s->n_features[2] > 0)
        RG_TRY(rg_pick_weights(model, &s->user_features, p->user, p->n_users));
    RG_TRY(rg_pick_rows(model, &s->item_vectors, 1, item, p->n_items));
    RG_TRY(rg_pick_rows(model, &s->item_state, s->shape.layers, item, p->n_items));
    RG_TRY(rg_pick_floats(model, &s->bias, item, p->n_items));
    RG_TRY(rg_pick_floats(model, &s->item_degree, item, p->n_items));
    RG_TRY(pick_groups(model, s, p));
done:
    return status;
}

static regatta_status finish(regatta_ctx *ctx, regatta_model *model, void *state)
{
    rg_node_vectors *s = state;
    (void)model;
    return rg_table_create(ctx, &s->item_table, s->item_vectors.type, &s->item_vectors,
                           s->bias);
}

static void release(rg_mem mem, void *state)
{
    rg_node_vectors *s = state;
    (void)mem;
    rg_params_free(s->params);
    rg_params_free(s->full);
    rg_table_free(s->item_table);
}

static int element(const void *state, rg_element *out)
{
    *out = ((const rg_node_vectors *)state)->item_vectors.type;
    return 1;
}

static int ordered(const void *state)
{
    return rg_node_vectors_ordered(state);
}

static const rg_table *table(const void *state)
{
    return ((const rg_node_vectors *)state)->item_table;
}

static int64_t query_floats(const void *state)
{
    return ((const rg_node_vectors *)state)->shape.dim;
}

static int64_t work_floats(const void *state, int64_t n)
{
    return rg_node_vectors_floats(state, n);
}

static void query(float *out, const void *state, const rg_history *history, float *work)
{
    const rg_node_vectors *s = state;
    rg_node_vectors_unit(out, s, history, work);
    for (int64_t k = 0; k < s->shape.dim; k++) out[k] *= s->scale;
}

/* Returns <a, b>; adds the size of each product, times `weight`, to *size. */
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
                          const rg_node_vectors *s, const rg_history *history,
                          const float *v, const float *coef, int layer, double c,
                          float *row)
{
    const int64_t dim = s->shape.dim, heads = s->shape.heads;
    const int64_t n = history->n, head_dim = dim / heads;
    const int64_t first = layer * s->shape.n_items;
    for (int64_t e = 0; e < n; e++) {
        const float *x =
            rg_model_row(row, &s->item_state, first + (int64_t)history->item[e]);
        for (int64_t h = 0; h < heads; h++) {
            const double weight = c * (double)coef[((int64_t)layer * heads + h) * n + e];
            attention[e] += weight;
            contribution[e] += weight * head_dot(size + e, weight, x + h * head_dim,
                                                 v + h * head_dim, head_dim);
        }
    }
}

/* Returns the part of the cosine that comes from the rounding of the user's row in a
 * compact model: <row - y / |y|, v>. 0 for float rows, and for a history without a
 * row. */
static double rounding_of(const rg_node_vectors *s, const rg_history *history,
                          const float *y, double inverse, const float *v, float *row)
{
    const int64_t user = history->user;
    double sum = 0.0;
    if (s->user_vectors.type == RG_F32 || !rg_node_vectors_stored(s, history)) return 0.0;
    rg_rows_decode(row, &s->user_vectors, user, user + 1);
    for (int64_t k = 0; k < s->shape.dim; k++)
        sum += ((double)row[k] - (double)y[k] * inverse) * (double)v[k];
    return sum;
}

/* Returns 1 if the read-out of the layers includes the user's free vector: its part of
 * the user's vector does not come from the history and is a residual. */
static int has_own_vector(const rg_node_vectors *s, const rg_history *history)
{
    return s->shape.combine == REGATTA_COMBINE_ALL && history->user != REGATTA_NONE;
}

static void explain(rg_channel_parts *parts, const regatta_model *model,
                    const void *state, const rg_history *history, uint32_t item, double x,
                    float *work)
{
    const rg_node_vectors *s = state;
    const int64_t n = history->n;
    float *coef = work + s->shape.dim;
    float *rest = coef + rg_node_vectors_coefs(s, n), *row = rest + s->shape.dim;
    float c[RG_MAX_LAYERS + 1];
    (void)model, (void)x;
    parts->bias = (double)s->bias[item];
    parts->partial = has_own_vector(s, history);
    if (n == 0) return;
    const double length = rg_node_vectors_fold(s, history, work);
    const float *v = rg_model_row(rest, &s->item_vectors, item);
    rg_combine_weights(c, s->shape.combine, s->shape.layers);
    for (int l = 0; l < s->shape.layers; l++)
        explain_layer(parts->value, parts->size, parts->weight, s, history, v, coef, l,
                      (double)c[l + 1], row);

    if (!isfinite(
            length)) { /* as in rg_node_vectors_unit: this history has no direction */
        for (int64_t e = 0; e < n; e++)
            parts->value[e] = parts->size[e] = parts->weight[e] = 0.0;
        return;
    }
    const double inverse = length > 0.0 ? 1.0 / length : 0.0;
    const double rounding = rounding_of(s, history, work, inverse, v, row);
    double total = 0.0;
    for (int64_t e = 0; e < n; e++) total += parts->weight[e];
    for (int64_t e = 0; e < n; e++) {
        parts->weight[e] = total > 0.0 ? parts->weight[e] / total : 1.0 / (double)n;
        parts->value[e] =
            (double)s->scale * (parts->value[e] * inverse + parts->weight[e] * rounding);
        parts->size[e] *= (double)s->scale * inverse;
    }
}

const rg_channel_ops rg_channel_vectors = {
    .fit = &rg_vectors_fit,
    .name = "vectors",
    .state_size = sizeof(rg_node_vectors),
    .start_weight = 2.0f,
    .kept = 1,
    .attach = attach,
    .visit = visit,
    .clone = clone,
    .grow = grow,
    .pick = pick,
    .finish = finish,
    .release = release,
    .element = element,
    .ordered = ordered,
    .table = table,
    .query_floats = query_floats,
    .work_floats = work_floats,
    .query = query,
    .explain = explain,
};
