#include "channel/channel_content.h"
#include "base/bf16.h"
#include "base/kernels/vec.h"
#include "channel/features/content_growth.h"
#include "channel/fit/content_fit.h"
#include "channel/picking.h"
#include "channel/row_sum.h"
#include "model/model.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* f and z are at most 1 long. */
static const rg_bound UNIT = {0x1p1f, 0, 0}, MIX = {0x1p40f, 0, 0};
static const rg_bound VALUE = {0x1p40f, 1, 1};

/* Returns 1 if modality m has rows of features. */
static int is_sparse(const rg_content_state *s, int64_t m)
{
    return !s->features.block[m].is_dense;
}

const rg_content_state *rg_content_of(const regatta_model *model)
{
    return rg_model_state(model, &rg_channel_content);
}

int rg_content_has(const rg_content_state *s, int64_t item)
{
    for (int64_t m = 0; m < s->features.n; m++)
        if (is_sparse(s, m) && s->rows[m].offset[item + 1] > s->rows[m].offset[item])
            return 1;
    return rg_feature_blocks_known(&s->features, &s->z, item);
}

static regatta_status visit(rg_visitor *v, regatta_model *model, void *state)
{
    regatta_status status = REGATTA_OK;
    rg_content_state *s = state;
    const int64_t n = model->n_items;
    char name[RG_ARRAY_NAME];
    RG_TRY(rg_feature_blocks_visit(v, &s->features, "content"));
    const int64_t rank = s->features.rank;
    for (int m = 0; m < (int)s->features.n; m++) {
        if (!is_sparse(s, m)) continue;
        snprintf(name, sizeof name, "content.%d.rows", m);
        RG_TRY(rg_visit_weights(v, name, &s->rows[m], n, s->features.block[m].n_columns,
                                &UNIT));
    }
    RG_TRY(rg_visit_floats(v, "content.values", &s->value, rank, &VALUE));
    RG_TRY(rg_visit_floats(v, "content.tail", &s->tail, s->features.n, &MIX));
    RG_TRY(rg_visit_floats(v, "content.mix", &s->mix, rank * rank, &MIX));
    const float largest = v->largest;
    RG_TRY(rg_visit_table(v, "content.coordinates", &s->z, 0, n, rank, &UNIT));
    RG_TRY(rg_visit_sum(v, "content.mix", fmaxf(1.0f, largest),
                        rg_model_largest_weight(model) * (double)n * 4.0 *
                            (double)(rank * rank)));
done:
    return status;
}

/* Builds the rows of features of a modality from its rows of items. */
static regatta_status transpose(regatta_ctx *ctx, rg_weights *out, const rg_weights *rows,
                                int64_t n_items, int64_t n_columns)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = rows->offset[n_items];
    int64_t *offset = NULL;
    uint32_t *target = NULL;
    uint16_t *value = NULL;
    RG_NEW(ctx->mem, offset, n_columns + 2);
    out->offset = offset;
    RG_NEW(ctx->mem, target, n);
    out->target = target;
    RG_NEW(ctx->mem, value, n);
    out->value = value;
    for (int64_t e = 0; e < n; e++) offset[rows->target[e] + 2]++;
    for (int64_t c = 0; c < n_columns; c++) offset[c + 2] += offset[c + 1];
    for (int64_t i = 0; i < n_items; i++)
        for (int64_t e = rows->offset[i]; e < rows->offset[i + 1]; e++) {
            const int64_t at = offset[rows->target[e] + 1]++;
            target[at] = (uint32_t)i;
            value[at] = rows->value[e];
        }
done:
    return status;
}

static void release_weights(rg_mem mem, rg_weights *w)
{
    rg_free(mem, (void *)(uintptr_t)w->offset);
    rg_free(mem, (void *)(uintptr_t)w->target);
    rg_free(mem, (void *)(uintptr_t)w->value);
}

regatta_status rg_content_build(regatta_ctx *ctx, rg_content_state *s, int64_t n_items)
{
    regatta_status status = REGATTA_OK;
    s->n_items = n_items;
    s->n_sparse = 0;
    for (int64_t m = 0; m < s->features.n; m++) {
        const int64_t n_columns = s->features.block[m].n_columns;
        if (!is_sparse(s, m)) continue;
        RG_TRY(transpose(ctx, &s->columns[m], &s->rows[m], n_items, n_columns));
        s->n_sparse += n_columns;
    }
    RG_TRY(rg_table_create(ctx, &s->table, s->z.type, &s->z, NULL));
done:
    return status;
}

static regatta_status pick(regatta_model *model, void *state, const rg_picking *picking)
{
    regatta_status status = REGATTA_OK;
    rg_content_state *s = state;
    for (int64_t m = 0; m < s->features.n; m++)
        if (is_sparse(s, m))
            RG_TRY(rg_pick_weights(model, &s->rows[m], picking->item, picking->n_items));
    RG_TRY(rg_pick_rows(model, &s->z, 1, picking->item, picking->n_items));
done:
    return status;
}

/* A grown state is built already. */
static regatta_status finish(regatta_ctx *ctx, regatta_model *model, void *state)
{
    rg_content_state *s = state;
    return s->table != NULL ? REGATTA_OK : rg_content_build(ctx, s, model->n_items);
}

static void release(rg_mem mem, void *state)
{
    rg_content_state *s = state;
    rg_table_free(s->table);
    rg_feature_blocks_release(&s->features);
    for (int m = 0; m < RG_MAX_MODALITIES; m++) release_weights(mem, &s->columns[m]);
}

/* `finish` builds what is derived again. */
static regatta_status clone(regatta_ctx *ctx, void *state, const void *from)
{
    rg_content_state *s = state;
    s->table = NULL;
    memset(s->columns, 0, sizeof s->columns);
    return rg_feature_blocks_clone(ctx, &s->features,
                                   &((const rg_content_state *)from)->features);
}

static int element(const void *state, rg_element *out)
{
    *out = ((const rg_content_state *)state)->z.type;
    return 1;
}

static const rg_table *table(const void *state)
{
    return ((const rg_content_state *)state)->table;
}

static int64_t query_floats(const void *state)
{
    return ((const rg_content_state *)state)->features.rank;
}

int64_t rg_content_work(const rg_content_state *s)
{
    return 3 * s->features.rank + s->n_sparse;
}

static int64_t work_floats(const void *state, int64_t n)
{
    (void)n;
    return rg_content_work(state);
}

static float weight_of(const rg_history *history, int64_t h)
{
    return history->weight != NULL ? history->weight[h] : 1.0f;
}

/* q = M' sum_i r_i z_i. */
static void query(float *q, const void *state, const rg_history *history, float *work)
{
    const rg_content_state *s = state;
    const int64_t rank = s->features.rank;
    float *sum = work, *scratch = work + rank;
    memset(sum, 0, (size_t)rank * sizeof *sum);
    for (int64_t h = 0; h < history->n; h++)
        rg_vec_axpy(sum, weight_of(history, h),
                    rg_model_row(scratch, &s->z, history->item[h]), rank);
    for (int64_t k = 0; k < rank; k++) q[k] = rg_vec_dot(s->mix + k * rank, sum, rank);
}

/* Adds r f_i to the profile of a modality. */
static void add_features(float *profile, const rg_weights *rows, int64_t i, float r)
{
    for (int64_t e = rows->offset[i]; e < rows->offset[i + 1]; e++)
        profile[rows->target[e]] += r * rg_from_bf16(rows->value[e]);
}

/* Adds tail times the rows of the features of a profile to the row; returns the FLOPs. */
static int64_t add_tail(float *row, const rg_content_state *s, int64_t m,
                        const float *profile)
{
    int64_t flops = 0;
    const rg_weights *columns = &s->columns[m];
    for (int64_t c = 0; c < s->features.block[m].n_columns; c++) {
        if (profile[c] == 0.0f) continue;
        rg_row_sum_add(row, columns, c, s->tail[m] * profile[c]);
        flops += 2 * (columns->offset[c + 1] - columns->offset[c]);
    }
    return flops;
}

static int64_t add(float *row, const regatta_model *model, const void *state,
                   const rg_history *history, float *work)
{
    const rg_content_state *s = state;
    int64_t flops = 2 * s->features.rank * s->features.rank;
    (void)model;
    for (int64_t m = 0; m < s->features.n; m++) {
        const size_t n_columns = (size_t)s->features.block[m].n_columns;
        if (!is_sparse(s, m) || s->tail[m] == 0.0f) continue;
        memset(work, 0, n_columns * sizeof *work);
        for (int64_t h = 0; h < history->n; h++)
            add_features(work, &s->rows[m], history->item[h], weight_of(history, h));
        flops += add_tail(row, s, m, work);
    }
    return flops;
}

/* Writes M z_j. */
static void turn(float *out, const rg_content_state *s, const float *z)
{
    memset(out, 0, (size_t)s->features.rank * sizeof *out);
    for (int64_t k = 0; k < s->features.rank; k++)
        if (z[k] != 0.0f)
            rg_vec_axpy(out, z[k], s->mix + k * s->features.rank, s->features.rank);
}

void rg_content_attention(float *row, int64_t ld, const rg_content_state *s,
                          int64_t first, int64_t n, float *work)
{
    const int64_t rank = s->features.rank;
    float *turned = work, *profile = work + n * rank, *scratch = profile;
    for (int64_t k = 0; k < n; k++)
        turn(turned + k * rank, s, rg_model_row(scratch, &s->z, first + k));
    rg_table_scores(row, ld, s->table, turned, n, 0, rg_panel_count(s->n_items));
    for (int64_t m = 0; m < s->features.n; m++) {
        const size_t n_columns = (size_t)s->features.block[m].n_columns;
        if (!is_sparse(s, m) || s->tail[m] == 0.0f) continue;
        for (int64_t k = 0; k < n; k++) {
            memset(profile, 0, n_columns * sizeof *profile);
            add_features(profile, &s->rows[m], first + k, 1.0f);
            add_tail(row + k * ld, s, m, profile);
        }
    }
}

/* Adds the tail of one modality to the part of item h of the history. profile is f_j. */
static void explain_tail(rg_channel_parts *parts, int64_t h, const rg_weights *rows,
                         double tail, const float *profile, int64_t item)
{
    for (int64_t e = rows->offset[item]; e < rows->offset[item + 1]; e++) {
        const double x = tail * (double)rg_from_bf16(rows->value[e]) *
                         (double)profile[rows->target[e]];
        parts->value[h] += x;
        parts->size[h] += fabs(x);
    }
}

static void explain(rg_channel_parts *parts, const regatta_model *model,
                    const void *state, const rg_history *history, uint32_t item, double x,
                    float *work)
{
    const rg_content_state *s = state;
    const int64_t rank = s->features.rank;
    float *turned = work, *scratch = work + rank, *profile = work + 3 * rank;
    (void)model, (void)x;
    turn(turned, s, rg_model_row(scratch, &s->z, item));
    for (int64_t h = 0; h < history->n; h++) {
        const float *z = rg_model_row(scratch, &s->z, history->item[h]);
        for (int64_t k = 0; k < rank; k++) {
            parts->value[h] += (double)z[k] * (double)turned[k];
            parts->size[h] += fabs((double)z[k] * (double)turned[k]);
        }
    }
    for (int64_t m = 0; m < s->features.n; m++) {
        const size_t n_columns = (size_t)s->features.block[m].n_columns;
        if (!is_sparse(s, m) || s->tail[m] == 0.0f) continue;
        memset(profile, 0, n_columns * sizeof *profile);
        add_features(profile, &s->rows[m], item, 1.0f);
        for (int64_t h = 0; h < history->n; h++)
            explain_tail(parts, h, &s->rows[m], (double)s->tail[m], profile,
                         history->item[h]);
    }
    for (int64_t h = 0; h < history->n; h++) {
        const double r = (double)weight_of(history, h);
        parts->value[h] *= r;
        parts->size[h] *= r;
        parts->weight[h] = parts->value[h];
    }
}

/* Splits x over the features of one sparse modality: f_jk (tail P_k + <map_k, q>), with P
 * the features of the history and q = M' sum_i r_i z_i; returns their number. */
static int64_t split_sparse(rg_feature_part *parts, const rg_content_state *s, int64_t m,
                            const rg_history *history, uint32_t item, const float *q,
                            float *profile)
{
    const rg_feature_block *b = &s->features.block[m];
    const rg_weights *w = &s->rows[m];
    int64_t n = 0;
    memset(profile, 0, (size_t)b->n_columns * sizeof *profile);
    for (int64_t h = 0; h < history->n; h++)
        add_features(profile, w, history->item[h], weight_of(history, h));
    for (int64_t e = w->offset[item]; e < w->offset[item + 1LL]; e++) {
        const int64_t c = w->target[e];
        double x = (double)s->tail[m] * (double)profile[c];
        if (c < b->n_mapped)
            x += (double)rg_vec_dot(b->map + c * b->rank, q + b->first, b->rank);
        parts[n++] =
            (rg_feature_part){.modality = rg_idmap_name(s->features.names, (uint32_t)m),
                              .feature = rg_idmap_name(b->feature, (uint32_t)c),
                              .value = (double)rg_from_bf16(w->value[e]) * x};
    }
    return n;
}

static int64_t count_features(const rg_content_state *s, uint32_t item)
{
    int64_t n = 0;
    for (int64_t m = 0; m < s->features.n; m++)
        n +=
            is_sparse(s, m) ? s->rows[m].offset[item + 1LL] - s->rows[m].offset[item] : 1;
    return n;
}

static int64_t features(rg_feature_part *parts, const void *state,
                        const rg_history *history, uint32_t item, float *work)
{
    const rg_content_state *s = state;
    const int64_t rank = s->features.rank;
    float *q = work + 2 * rank, *profile = work + 3 * rank;
    int64_t n = 0;
    if (parts == NULL) return count_features(s, item);
    query(q, s, history, work);
    for (int64_t m = 0; m < s->features.n; m++) {
        const rg_feature_block *b = &s->features.block[m];
        if (is_sparse(s, m)) {
            n += split_sparse(parts + n, s, m, history, item, q, profile);
            continue;
        }
        const float *z = rg_model_row(work, &s->z, item) + b->first;
        parts[n++] =
            (rg_feature_part){.modality = rg_idmap_name(s->features.names, (uint32_t)m),
                              .value = (double)rg_vec_dot(z, q + b->first, b->rank)};
    }
    return n;
}

const rg_channel_ops rg_channel_content = {
    .fit = &rg_content_fit,
    .name = "content",
    .state_size = sizeof(rg_content_state),
    .start_weight = 0.05f,
    .kept = 1,
    .visit = visit,
    .finish = finish,
    .release = release,
    .clone = clone,
    .grow = rg_content_grow,
    .pick = pick,
    .grows_early = 1,
    .has_side = 1,
    .side = REGATTA_ITEMS,
    .element = element,
    .table = table,
    .query_floats = query_floats,
    .work_floats = work_floats,
    .query = query,
    .add = add,
    .explain = explain,
    .features = features,
};
