/* Hierarchical attention of users' rows, per head.
 *
 *   a_e        weights of attention over the items, C = sum_e a_e = sum_e q_e
 *   groups     M_k = sum_{e in k} a_e,  p_k = mean of x_i over the items i of group k
 *              s_k = gamma cos(x_v, p_k) + delta log(M_k / C)
 *              r_k = C exp(s_k) / sum_l M_l exp(s_l)
 *   fusion     out_e = z_0 a_e + z_1 r_k a_e + z_2 q_e,   z = softmax(level)
 *   backward   T_k = sum_{e in k} dout_e a_e,  S = sum_k T_k r_k
 *              ds_k = z_1 r_k (T_k - M_k S / C)
 *              da_e = (z_0 + z_1 r_k) dout_e - z_1 r_k S / C + delta ds_k / M_k
 *              dz = (sum_e dout_e a_e, S, sum_e dout_e q_e)
 *
 * Yang et al., "Hierarchical Attention Networks", NAACL 2016, eq. 5-10: attention within
 * and between parts; fused as the semantic level of Wang et al., "Heterogeneous Graph
 * Attention Network", WWW 2019, eq. 7-9. A group keeps its mass as its weight, so gamma =
 * delta = 0 gives r = 1 and the plain sum for any z. O(edges heads + pairs dim) time. A
 * thread owns the row of a user, or the prototype of a group. */
#include "gat/attention/levels.h"
#include "base/find.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "gat/unit_rows.h"
#include <assert.h>
#include <math.h>
#include <string.h>

void rg_level_shares(float share[RG_N_LEVELS], const float *level, int h, int heads)
{
    double e[RG_N_LEVELS], sum = 0.0;
    float max = -INFINITY;
    for (int z = 0; z < RG_N_LEVELS; z++) max = fmaxf(max, level[z * heads + h]);
    for (int z = 0; z < RG_N_LEVELS; z++) {
        e[z] = exp((double)level[z * heads + h] - (double)max);
        sum += e[z];
    }
    for (int z = 0; z < RG_N_LEVELS; z++) share[z] = (float)(e[z] / sum);
}

double rg_level_keep(const float *edge_weight, int64_t n)
{
    double keep = 0.0;
    for (int64_t e = 0; e < n; e++) keep += (double)edge_weight[e];
    return keep;
}

static float score_of(const rg_level_row *r, int64_t k, double keep)
{
    return r->gamma * r->cosine[k] +
           r->delta * (float)log((double)r->mass[k] / keep); /* of a mass above 0 */
}

/* Fills mass and factor. */
static void fill_factors(const rg_level_row *r)
{
    const double keep = r->keep;
    double sum = 0.0;
    float max = -INFINITY;
    memset(r->mass, 0, (size_t)r->n_pairs * sizeof *r->mass);
    memset(r->factor, 0, (size_t)r->n_pairs * sizeof *r->factor);
    for (int64_t e = 0; e < r->n; e++) r->mass[r->pair[e]] += r->att[e];
    for (int64_t k = 0; k < r->n_pairs; k++) {
        if (!(r->mass[k] > 0.0f)) continue; /* all of its edges are dropped */
        r->factor[k] = score_of(r, k, keep);
        max = fmaxf(max, r->factor[k]);
    }
    for (int64_t k = 0; k < r->n_pairs; k++) {
        if (!(r->mass[k] > 0.0f)) continue;
        r->factor[k] = expf(r->factor[k] - max);
        sum += (double)r->mass[k] * (double)r->factor[k];
    }
    const double scale = sum > 0.0 ? keep / sum : 0.0;
    for (int64_t k = 0; k < r->n_pairs; k++)
        r->factor[k] = (float)((double)r->factor[k] * scale);
}

void rg_level_row_weights(float *out, const rg_level_row *r)
{
    fill_factors(r);
    for (int64_t e = 0; e < r->n; e++) {
        const float own =
            r->level[RG_LEVEL_ITEMS] + r->level[RG_LEVEL_GROUPS] * r->factor[r->pair[e]];
        out[e] = own * r->att[e] + r->level[RG_LEVEL_WHOLE] * r->edge_weight[e];
    }
}

/* The pairs of each user, and their places in its row. */
static regatta_status find_pairs(regatta_ctx *ctx, rg_levels *w)
{
    regatta_status status = REGATTA_OK;
    const rg_adjacency *adj = w->adj;
    const int64_t n_users = adj->n_users, n_edges = adj->offset[n_users];
    uint32_t *sorted = NULL;
    int64_t n = 0;
    RG_NEW(ctx->mem, sorted, n_edges);
    RG_NEW(ctx->mem, w->first, n_users + 1);
    RG_NEW(ctx->mem, w->edge_pair, n_edges);
    for (int64_t v = 0; v < n_users; v++) {
        const int64_t begin = adj->offset[v], degree = adj->offset[v + 1] - begin;
        uint32_t *row = sorted + n;
        for (int64_t e = 0; e < degree; e++)
            row[e] = w->group[(int64_t)adj->target[begin + e] - n_users];
        rg_sort_u32(row, degree);
        const int64_t distinct = rg_unique_u32(row, degree);
        for (int64_t e = begin; e < begin + degree; e++)
            w->edge_pair[e] = (uint32_t)rg_lower_bound_u32(
                row, distinct, w->group[(int64_t)adj->target[e] - n_users]);
        w->first[v] = n;
        n += distinct;
    }
    w->first[n_users] = w->n_pairs = n;
    RG_NEW(ctx->mem, w->pair_group, n);
    memcpy(w->pair_group, sorted, (size_t)n * sizeof *sorted);
done:
    rg_free(ctx->mem, sorted);
    return status;
}

/* The pairs of each group. */
static regatta_status turn_pairs(regatta_ctx *ctx, rg_levels *w)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_groups = w->shape.n_groups;
    int64_t *next = NULL;
    RG_NEW(ctx->mem, next, n_groups);
    RG_NEW(ctx->mem, w->group_first, n_groups + 1);
    RG_NEW(ctx->mem, w->group_pair, w->n_pairs);
    RG_NEW(ctx->mem, w->pair_user, w->n_pairs);
    for (int64_t k = 0; k < w->n_pairs; k++) w->group_first[w->pair_group[k] + 1]++;
    for (int64_t g = 0; g < n_groups; g++) {
        w->group_first[g + 1] += w->group_first[g];
        next[g] = w->group_first[g];
    }
    for (int64_t v = 0; v < w->adj->n_users; v++)
        for (int64_t k = w->first[v]; k < w->first[v + 1]; k++) {
            w->pair_user[k] = (uint32_t)v;
            w->group_pair[next[w->pair_group[k]]++] = k;
        }
done:
    rg_free(ctx->mem, next);
    return status;
}

static regatta_status create_gradients(regatta_ctx *ctx, rg_levels *w)
{
    regatta_status status = REGATTA_OK;
    const rg_shape *s = &w->shape;
    RG_TRY(turn_pairs(ctx, w));
    RG_NEW(ctx->mem, w->dcosine, s->heads * w->n_pairs);
    RG_NEW(ctx->mem, w->dunit, s->n_users * s->dim);
    RG_NEW(ctx->mem, w->dmean, 2 * s->n_groups * s->dim);
    RG_NEW(ctx->mem, w->part, s->n_users * s->heads * RG_LEVEL_SUMS);
done:
    return status;
}

regatta_status rg_levels_create(regatta_ctx *ctx, rg_levels **out, const rg_shape *shape,
                                const rg_adjacency *adj, const uint32_t *group,
                                int for_training)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_levels *w = NULL;
    assert(shape->n_groups > 0 && group != NULL);
    RG_NEW(ctx->mem, w, 1);
    w->mem = ctx->mem;
    w->shape = *shape;
    w->adj = adj;
    w->group = group;
    RG_TRY(find_pairs(ctx, w));
    RG_NEW(ctx->mem, w->size, shape->n_groups);
    for (int64_t i = 0; i < shape->n_items; i++) w->size[group[i]]++;
    RG_NEW(ctx->mem, w->prototype, shape->layers * shape->n_groups * shape->dim);
    RG_NEW(ctx->mem, w->mean_norm, shape->n_groups * shape->heads);
    RG_NEW(ctx->mem, w->unit, shape->n_users * shape->dim);
    RG_NEW(ctx->mem, w->norm, shape->n_users * shape->heads);
    RG_NEW(ctx->mem, w->mass, shape->heads * w->n_pairs);
    RG_NEW(ctx->mem, w->cosine, shape->heads * w->n_pairs);
    RG_NEW(ctx->mem, w->factor, shape->heads * w->n_pairs);
    RG_NEW(ctx->mem, w->share, shape->heads * RG_N_LEVELS);
    if (for_training) RG_TRY(create_gradients(ctx, w));
    *out = w;
    w = NULL;
done:
    rg_levels_free(w);
    return status;
}

static float *prototypes(rg_levels *w, int layer)
{
    return w->prototype + layer * w->shape.n_groups * w->shape.dim;
}

/* The prototypes of the layer, in the order of the items. */
static void fill_prototypes(rg_levels *w, const float *x, int layer, int threads)
{
    const rg_shape *s = &w->shape;
    const int64_t dim = s->dim;
    float *mean = prototypes(w, layer);
    memset(mean, 0, (size_t)(s->n_groups * dim) * sizeof *mean);
    for (int64_t i = 0; i < s->n_items; i++) {
        const int64_t g = w->group[i];
        rg_vec_axpy(mean + g * dim, 1.0f / (float)w->size[g], x + (s->n_users + i) * dim,
                    dim);
    }
    rg_unit_rows_forward(mean, w->mean_norm, mean, 1.0f, s->n_groups, dim, s->heads,
                         threads);
}

/* unit, norm, prototypes and cosines of states x. */
static void fill_cosines(rg_levels *w, const float *x, int layer, int threads)
{
    const rg_shape *s = &w->shape;
    const int64_t dim = s->dim, width = dim / s->heads;
    const float *prototype = prototypes(w, layer);
    fill_prototypes(w, x, layer, threads);
    rg_unit_rows_forward(w->unit, w->norm, x, 1.0f, s->n_users, dim, s->heads, threads);
    const int team = rg_threads_for(2 * w->n_pairs * dim, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < s->n_users; v++)
        for (int64_t k = w->first[v]; k < w->first[v + 1]; k++)
            for (int h = 0; h < s->heads; h++)
                w->cosine[h * w->n_pairs + k] =
                    rg_vec_dot(w->unit + v * dim + h * width,
                               prototype + w->pair_group[k] * dim + h * width, width);
}

/* What all rows of a layer share. */
typedef struct layer_rows {
    const rg_levels *levels;
    const float *att, *edge_weight;
    const float *group_score; /* [2][heads] */
} layer_rows;

/* Fills the shares of the layer. */
static layer_rows rows_of(rg_levels *w, const float *att, const rg_params *p, int layer,
                          const float *edge_weight)
{
    for (int h = 0; h < w->shape.heads; h++)
        rg_level_shares(w->share + h * RG_N_LEVELS, p->level[layer], h, w->shape.heads);
    return (layer_rows){w, att, edge_weight, p->group_score[layer]};
}

/* The row of user v in head h; keep is that of the user. */
static rg_level_row row_of(const layer_rows *rows, int64_t v, int h, double keep)
{
    const rg_levels *w = rows->levels;
    const int64_t begin = w->adj->offset[v], first = h * w->n_pairs + w->first[v];
    rg_level_row r = {.att = rows->att + h * w->adj->n_edges + begin,
                      .edge_weight = rows->edge_weight + begin,
                      .keep = keep,
                      .pair = w->edge_pair + begin,
                      .n = w->adj->offset[v + 1] - begin,
                      .n_pairs = w->first[v + 1] - w->first[v],
                      .cosine = w->cosine + first,
                      .gamma = rows->group_score[h],
                      .delta = rows->group_score[w->shape.heads + h],
                      .mass = w->mass + first,
                      .factor = w->factor + first};
    memcpy(r.level, w->share + h * RG_N_LEVELS, sizeof r.level);
    return r;
}

/* The sum of the weights of user v. */
static double keep_of(const layer_rows *rows, int64_t v)
{
    const int64_t *offset = rows->levels->adj->offset;
    return rg_level_keep(rows->edge_weight + offset[v], offset[v + 1] - offset[v]);
}

void rg_levels_forward(rg_levels *w, float *out, const float *att, const float *x,
                       const rg_params *p, int layer, const float *edge_weight,
                       int threads)
{
    const rg_adjacency *adj = w->adj;
    const int64_t users = adj->offset[adj->n_users];
    fill_cosines(w, x, layer, threads);
    const layer_rows rows = rows_of(w, att, p, layer, edge_weight);
    const int team = rg_threads_for(RG_SCALAR * users * w->shape.heads, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < adj->n_users; v++) {
        const double keep = keep_of(&rows, v);
        for (int h = 0; h < w->shape.heads; h++) {
            const rg_level_row row = row_of(&rows, v, h, keep);
            rg_level_row_weights(out + h * adj->n_edges + adj->offset[v], &row);
        }
    }
    for (int h = 0; h < w->shape.heads; h++)
        memcpy(out + h * adj->n_edges + users, att + h * adj->n_edges + users,
               (size_t)(adj->n_edges - users) * sizeof *out);
}

/* datt [n] of a row in place; T_k, then dcosine; sums as in `part`. */
static void row_backward(float *datt, float *dcosine, double *sum, const rg_level_row *r)
{
    const double keep = r->keep, groups = (double)r->level[RG_LEVEL_GROUPS];
    double items = 0.0, all = 0.0, whole = 0.0, gamma = 0.0, delta = 0.0;
    memset(dcosine, 0, (size_t)r->n_pairs * sizeof *dcosine);
    memset(sum, 0, RG_LEVEL_SUMS * sizeof *sum);
    for (int64_t e = 0; e < r->n; e++) {
        dcosine[r->pair[e]] += datt[e] * r->att[e];
        items += (double)datt[e] * (double)r->att[e];
        whole += (double)datt[e] * (double)r->edge_weight[e];
        all += (double)datt[e] * (double)r->att[e] * (double)r->factor[r->pair[e]];
    }
    if (!(keep > 0.0)) return;
    for (int64_t k = 0; k < r->n_pairs; k++) {
        const double mass = (double)r->mass[k], t = (double)dcosine[k];
        if (!(mass > 0.0)) continue;
        const double ds = groups * (double)r->factor[k] * (t - mass * all / keep);
        gamma += ds * (double)r->cosine[k];
        delta += ds * log(mass / keep);
        dcosine[k] = (float)ds; /* times gamma below: the edges read ds */
    }
    for (int64_t e = 0; e < r->n; e++) {
        const int64_t k = r->pair[e];
        const double factor = groups * (double)r->factor[k];
        if (!(r->mass[k] > 0.0f)) continue;
        datt[e] = (float)(((double)r->level[RG_LEVEL_ITEMS] + factor) * (double)datt[e] -
                          factor * all / keep +
                          (double)r->delta * (double)dcosine[k] / (double)r->mass[k]);
    }
    for (int64_t k = 0; k < r->n_pairs; k++) dcosine[k] *= r->gamma;
    sum[RG_LEVEL_ITEMS] = items;
    sum[RG_LEVEL_GROUPS] = all;
    sum[RG_LEVEL_WHOLE] = whole;
    sum[RG_N_LEVELS] = gamma;
    sum[RG_N_LEVELS + 1] = delta;
}

/* Adds the gradients of the parameters, in the order of the users. */
static void add_parameters(const rg_levels *w, rg_params *grad, int layer)
{
    const int heads = w->shape.heads;
    for (int h = 0; h < heads; h++) {
        double sum[RG_LEVEL_SUMS] = {0.0}, mean = 0.0;
        const float *share = w->share + h * RG_N_LEVELS;
        for (int64_t v = 0; v < w->shape.n_users; v++)
            for (int k = 0; k < RG_LEVEL_SUMS; k++)
                sum[k] += w->part[(v * heads + h) * RG_LEVEL_SUMS + k];
        for (int z = 0; z < RG_N_LEVELS; z++) mean += (double)share[z] * sum[z];
        for (int z = 0; z < RG_N_LEVELS; z++)
            grad->level[layer][z * heads + h] +=
                (float)((double)share[z] * (sum[z] - mean));
        grad->group_score[layer][h] += (float)sum[RG_N_LEVELS];
        grad->group_score[layer][heads + h] += (float)sum[RG_N_LEVELS + 1];
    }
}

/* The gradients of the users' unit rows and of the prototypes. */
static void cosines_backward(rg_levels *w, int layer, int threads)
{
    const rg_shape *s = &w->shape;
    const int64_t dim = s->dim, width = dim / s->heads;
    const float *prototype = prototypes(w, layer);
    const int team = rg_threads_for(4 * w->n_pairs * dim, threads);
    memset(w->dunit, 0, (size_t)(s->n_users * dim) * sizeof *w->dunit);
    memset(w->dmean, 0, (size_t)(2 * s->n_groups * dim) * sizeof *w->dmean);
#pragma omp parallel num_threads(team)
    {
#pragma omp for schedule(dynamic, 64) nowait
        for (int64_t v = 0; v < s->n_users; v++)
            for (int64_t k = w->first[v]; k < w->first[v + 1]; k++)
                for (int h = 0; h < s->heads; h++)
                    rg_vec_axpy(w->dunit + v * dim + h * width,
                                w->dcosine[h * w->n_pairs + k],
                                prototype + w->pair_group[k] * dim + h * width, width);
#pragma omp for schedule(dynamic, 1)
        for (int64_t g = 0; g < s->n_groups; g++)
            for (int64_t at = w->group_first[g]; at < w->group_first[g + 1]; at++)
                for (int h = 0; h < s->heads; h++) {
                    const int64_t k = w->group_pair[at];
                    rg_vec_axpy(
                        w->dmean + g * dim + h * width, w->dcosine[h * w->n_pairs + k],
                        w->unit + (int64_t)w->pair_user[k] * dim + h * width, width);
                }
    }
}

void rg_levels_backward(rg_levels *w, float *datt, float *dx, rg_params *grad,
                        const float *att, const float *x, const rg_params *p, int layer,
                        const float *edge_weight, int threads)
{
    const rg_shape *s = &w->shape;
    const rg_adjacency *adj = w->adj;
    const int64_t dim = s->dim, users = adj->offset[adj->n_users];
    float *dmean = w->dmean + s->n_groups * dim;
    const layer_rows rows = rows_of(w, att, p, layer, edge_weight);
    fill_cosines(w, x, layer, threads);
    const int team = rg_threads_for(2 * RG_SCALAR * users * s->heads, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < s->n_users; v++) {
        const double keep = keep_of(&rows, v);
        for (int h = 0; h < s->heads; h++) {
            const rg_level_row row = row_of(&rows, v, h, keep);
            fill_factors(&row);
            row_backward(datt + h * adj->n_edges + adj->offset[v],
                         w->dcosine + h * w->n_pairs + w->first[v],
                         w->part + (v * s->heads + h) * RG_LEVEL_SUMS, &row);
        }
    }
    add_parameters(w, grad, layer);
    cosines_backward(w, layer, threads);
    rg_unit_rows_backward(dx, w->dunit, w->unit, w->norm, 1.0f, s->n_users, dim, s->heads,
                          threads);
    rg_unit_rows_backward(dmean, w->dmean, prototypes(w, layer), w->mean_norm, 1.0f,
                          s->n_groups, dim, s->heads, threads);
    for (int64_t i = 0; i < s->n_items; i++) {
        const int64_t g = w->group[i];
        rg_vec_axpy(dx + (s->n_users + i) * dim, 1.0f / (float)w->size[g],
                    dmean + g * dim, dim);
    }
}

void rg_levels_free(rg_levels *w)
{
    if (w == NULL) return;
    rg_free(w->mem, w->prototype);
    rg_free(w->mem, w->unit);
    rg_free(w->mem, w->norm);
    rg_free(w->mem, w->mean_norm);
    rg_free(w->mem, w->size);
    rg_free(w->mem, w->first);
    rg_free(w->mem, w->pair_group);
    rg_free(w->mem, w->edge_pair);
    rg_free(w->mem, w->mass);
    rg_free(w->mem, w->cosine);
    rg_free(w->mem, w->factor);
    rg_free(w->mem, w->share);
    rg_free(w->mem, w->group_first);
    rg_free(w->mem, w->group_pair);
    rg_free(w->mem, w->pair_user);
    rg_free(w->mem, w->dcosine);
    rg_free(w->mem, w->dunit);
    rg_free(w->mem, w->dmean);
    rg_free(w->mem, w->part);
    rg_free(w->mem, w);
}
