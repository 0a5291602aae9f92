#include "rank/similar/similarity.h"
#include "base/bf16.h"
#include "base/parallel.h"
#include <math.h>
#include <regatta/similar.h>

/* Returns the value of edge e at its target, before the factor of the column. */
static float value_of(const rg_similarity *l, int64_t e)
{
    if (l->half != NULL) return rg_from_bf16(l->half[e]);
    return l->value != NULL ? l->value[e] * l->unit : 1.0f;
}

static float column_of(const rg_similarity *l, int64_t k)
{
    return l->column != NULL ? l->column[k] : 1.0f;
}

/* Returns d^-1/2, 0 for d = 0. */
static float damped(int64_t degree)
{
    return degree > 0 ? (float)(1.0 / sqrt((double)degree)) : 0.0f;
}

/* Returns a power of two, so that a row keeps its bits, except for underflow next to
 * values of 2^40 and more. */
static float unit_of(const regatta_model *model)
{
    float most = 0.0f;
    for (int64_t e = 0; model->history_weight != NULL && e < model->n_edges; e++)
        most = fmaxf(most, model->history_weight[e]);
    return most > 0x1p40f ? 0x1p40f / exp2f(ceilf(log2f(most))) : 1.0f;
}

static void take_attention(rg_similarity *l, const regatta_model *model)
{
    l->n = l->n_columns = model->n_items;
    l->offset = model->item_weights->rows.offset;
    l->target = model->item_weights->rows.target;
    l->half = model->item_weights->rows.value;
    l->self = 1;
}

static regatta_status take_users(rg_similarity *l, const regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    float *column = NULL;
    l->n = model->n_users;
    l->n_columns = model->n_items;
    l->offset = model->history_offset;
    l->target = model->history_item;
    l->value = model->history_weight;
    RG_NEW(l->mem, column, l->n_columns);
    l->column = l->owned[0] = column;
    for (int64_t i = 0; i < l->n_columns; i++) column[i] = damped(model->item_count[i]);
done:
    return status;
}

/* Transposes the histories to rows of items. */
static regatta_status take_items(rg_similarity *l, const regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_users = model->n_users, *from = model->history_offset;
    float *column = NULL, *value = NULL;
    int64_t *offset = NULL;
    uint32_t *target = NULL;
    l->n = model->n_items;
    l->n_columns = n_users;
    RG_NEW(l->mem, column, n_users);
    l->column = l->owned[0] = column;
    RG_NEW(l->mem, offset, l->n + 2);
    l->offset = l->owned[1] = offset;
    RG_NEW(l->mem, target, model->n_edges);
    l->target = l->owned[2] = target;
    if (model->history_weight != NULL) RG_NEW(l->mem, value, model->n_edges);
    l->value = l->owned[3] = value;

    /* offset[i + 2] counts, then offset[i + 1] is where item i's next user goes. */
    for (int64_t i = 0; i < l->n; i++)
        offset[i + 2] = offset[i + 1] + (int64_t)model->item_count[i];
    for (int64_t u = 0; u < n_users; u++) {
        column[u] = damped(from[u + 1] - from[u]);
        for (int64_t e = from[u]; e < from[u + 1]; e++) {
            const int64_t at = offset[model->history_item[e] + 1]++;
            target[at] = (uint32_t)u;
            if (value != NULL) value[at] = model->history_weight[e];
        }
    }
done:
    return status;
}

float rg_cosine(float product)
{
    return isnan(product) ? 0.0f : fminf(fmaxf(product, -1.0f), 1.0f);
}

/* Returns the length of a row, including its self entry. */
static double length_of(const rg_similarity *l, int64_t node)
{
    double squares = l->self ? 1.0 : 0.0;
    for (int64_t e = l->offset[node]; e < l->offset[node + 1]; e++) {
        const double x = (double)value_of(l, e) * (double)column_of(l, l->target[e]);
        squares += x * x;
    }
    return sqrt(squares);
}

regatta_status rg_similarity_create(regatta_ctx *ctx, rg_similarity **out,
                                    const regatta_model *model, regatta_side side, int by)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const int threads = ctx->threads;
    rg_similarity *l = NULL;
    RG_NEW(ctx->mem, l, 1);
    l->mem = ctx->mem;
    l->unit = unit_of(model);
    if (by == REGATTA_SIMILARITY_ATTENTION)
        take_attention(l, model);
    else
        RG_TRY(side == REGATTA_USERS ? take_users(l, model) : take_items(l, model));
    RG_NEW(ctx->mem, l->length, l->n);
    const int team = rg_threads_for(RG_SCALAR * l->offset[l->n], threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t i = 0; i < l->n; i++) l->length[i] = length_of(l, i);
    *out = l;
    l = NULL;
done:
    rg_similarity_free(l);
    return status;
}

void rg_similarity_free(rg_similarity *l)
{
    if (l == NULL) return;
    const rg_mem mem = l->mem;
    for (int k = 0; k < 4; k++) rg_free(mem, l->owned[k]);
    rg_free(mem, l->length);
    rg_free(mem, l);
}

/* The factor of a column applies to both rows of a product, so lanes contain its square,
 * and rows are read without it. */
double rg_similarity_lay(float *lanes, int64_t m, int64_t lane, const rg_similarity *l,
                         uint32_t node)
{
    for (int64_t e = l->offset[node]; e < l->offset[node + 1]; e++) {
        const int64_t k = l->target[e];
        const float factor = column_of(l, k);
        lanes[k * m + lane] = value_of(l, e) * factor * factor;
    }
    if (l->self) lanes[(int64_t)node * m + lane] += 1.0f;
    return l->length[node];
}

double rg_similarity_lay_list(float *lanes, int64_t m, int64_t lane,
                              const rg_similarity *l, const uint32_t *target, int64_t n)
{
    double squares = 0.0;
    for (int64_t e = 0; e < n; e++) {
        const float factor = column_of(l, target[e]);
        lanes[(int64_t)target[e] * m + lane] = factor * factor;
        squares += (double)factor * (double)factor;
    }
    return sqrt(squares);
}

void rg_similarity_lift(float *lanes, int64_t m, int64_t lane, const rg_similarity *l,
                        uint32_t node)
{
    rg_similarity_lift_list(lanes, m, lane, l->target + l->offset[node],
                            l->offset[node + 1] - l->offset[node]);
    if (l->self) lanes[(int64_t)node * m + lane] = 0.0f;
}

void rg_similarity_lift_list(float *lanes, int64_t m, int64_t lane,
                             const uint32_t *target, int64_t n)
{
    for (int64_t e = 0; e < n; e++) lanes[(int64_t)target[e] * m + lane] = 0.0f;
}

void rg_similarity_cosines(float *cosine, const float *lanes, const double *length,
                           int64_t m, const rg_similarity *l, uint32_t node)
{
    float sum[RG_SIMILARITY_LANES] = {0.0f};
    for (int64_t e = l->offset[node]; e < l->offset[node + 1]; e++) {
        const float x = value_of(l, e);
        const float *at = lanes + (int64_t)l->target[e] * m;
        for (int64_t q = 0; q < m; q++) sum[q] += x * at[q];
    }
    for (int64_t q = 0; q < m; q++) {
        if (l->self) sum[q] += lanes[(int64_t)node * m + q];
        const double both = length[q] * l->length[node];
        cosine[q] = both > 0.0 ? rg_cosine((float)((double)sum[q] / both)) : 0.0f;
    }
}
