/* Fold-in of an item from its users: its row of every layer.
 *
 *   q_u = (D_i D_u)^-1/2,  D_i = users of the list,  D_u = sum of the user's weights
 *   x_{l+1} = sum_u a_u X_l[u],  y = sum_{l > 0} c_l x_l
 *
 * the formula of the layers with users and items exchanged, so rg_fold_in computes it
 * over the rows of the list. X_0[u] is the model's; X_l[u] is the output of l layers for
 * the user's history: rg_fold_in with the read-out `last`. Threads own users. */
#include "rank/similar/fold_items.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "gat/fold_in.h"
#include "rank/recommend.h"
#include <math.h>
#include <omp.h>
#include <string.h>

/* Workspace for the longest list and the longest history of its users. */
typedef struct item_fold {
    const regatta_model *model;
    int64_t longest, longest_history, n_user_work;
    uint32_t *user;   /* [longest] the list, ascending and without repeats */
    uint32_t *place;  /* [longest] 0, 1, 2, ... */
    float *state;     /* [layers][n][dim] of the list's users */
    float *degree;    /* [longest] */
    float *user_work; /* [threads][n_user_work] */
    float *work;      /* y, coef and workspace of the item */
} item_fold;

int rg_can_fold_items(const regatta_model *model)
{
    return model->vectors != NULL && model->vectors->user_x0.data != NULL;
}

static void free_fold(regatta_ctx *ctx, item_fold *f)
{
    rg_free(ctx->mem, f->user);
    rg_free(ctx->mem, f->place);
    rg_free(ctx->mem, f->state);
    rg_free(ctx->mem, f->degree);
    rg_free(ctx->mem, f->user_work);
    rg_free(ctx->mem, f->work);
}

static regatta_status create_fold(regatta_ctx *ctx, item_fold *f,
                                  const regatta_query *query)
{
    regatta_status status = REGATTA_OK;
    const rg_node_vectors *v = f->model->vectors;
    const rg_shape *s = &v->shape;
    const int64_t *history = f->model->history_offset;
    for (int64_t q = 0; q < query->n; q++) {
        const int64_t n = query->offset[q + 1] - query->offset[q];
        if (n > f->longest) f->longest = n;
        for (int64_t e = query->offset[q]; e < query->offset[q + 1]; e++) {
            const int64_t had = history[query->item[e] + 1] - history[query->item[e]];
            if (had > f->longest_history) f->longest_history = had;
        }
    }
    f->n_user_work = rg_node_vectors_coefs(v, f->longest_history) +
                     rg_fold_in_floats(s, f->longest_history);
    RG_NEW(ctx->mem, f->user, f->longest);
    RG_NEW(ctx->mem, f->place, f->longest);
    RG_NEW(ctx->mem, f->state, s->layers * f->longest * s->dim);
    RG_NEW(ctx->mem, f->degree, f->longest);
    RG_NEW(ctx->mem, f->user_work, ctx->threads * f->n_user_work);
    RG_NEW(ctx->mem, f->work, rg_node_vectors_floats(v, f->longest));
    for (int64_t e = 0; e < f->longest; e++) f->place[e] = (uint32_t)e;
done:
    return status;
}

/* Computes X_0 .. X_{L-1} and D of the e-th of the list's n users. */
static void take_user(item_fold *f, int64_t e, int64_t n, float *work)
{
    const regatta_model *m = f->model;
    const rg_node_vectors *v = m->vectors;
    const int64_t dim = v->shape.dim, user = f->user[e];
    const int64_t first = m->history_offset[user];
    const int64_t had = m->history_offset[user + 1] - first;
    const float *weight = m->history_weight != NULL ? m->history_weight + first : NULL;
    double degree = 0.0;
    rg_fold_tables t;
    rg_node_vectors_fold_tables(&t, v);
    for (int64_t k = 0; k < had; k++) degree += weight != NULL ? (double)weight[k] : 1.0;
    f->degree[e] = (float)degree;
    rg_rows_decode(f->state + e * dim, &v->user_x0, user, user + 1);
    t.shape.combine = REGATTA_COMBINE_LAST;
    const rg_fold_history history = {.user = (uint32_t)user,
                                     .item = m->history_item + first,
                                     .weight = weight,
                                     .n = had};
    for (int l = 1; l < v->shape.layers; l++) {
        t.shape.layers = l;
        rg_fold_in(f->state + (l * n + e) * dim, work, &t, &history,
                   work + rg_node_vectors_coefs(v, f->longest_history));
    }
}

/* Writes the unit row of one list; zeros if the sum is zero. */
static void fold_list(float *out, item_fold *f, const uint32_t *list, int64_t n_listed,
                      int threads)
{
    const rg_shape *s = &f->model->vectors->shape;
    memset(out, 0, (size_t)s->dim * sizeof *out);
    if (n_listed == 0) return;
    memcpy(f->user, list, (size_t)n_listed * sizeof *list);
    rg_sort_u32(f->user, n_listed);
    const int64_t n = rg_unique_u32(f->user, n_listed);
    const int team = rg_threads_for(n * f->longest_history * s->dim * s->layers, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 16)
    for (int64_t e = 0; e < n; e++)
        take_user(f, e, n, f->user_work + omp_get_thread_num() * f->n_user_work);

    rg_fold_tables own,
        t = {.shape = *s, .item_state = f->state, .item_degree = f->degree};
    rg_node_vectors_fold_tables(&own, f->model->vectors);
    t.params = own.params; /* a hierarchy is one of users' rows */
    t.side = 1;
    t.shape.n_items = n;
    float *y = f->work, *coef = y + s->dim;
    const rg_fold_history users = {.user = REGATTA_NONE, .item = f->place, .n = n};
    rg_fold_in(y, coef, &t, &users,
               coef + rg_node_vectors_coefs(f->model->vectors, f->longest));
    double squares = 0.0;
    for (int64_t k = 0; k < s->dim; k++) squares += (double)y[k] * (double)y[k];
    const double length = sqrt(squares);
    if (!(length > 0.0) || !isfinite(length)) return;
    for (int64_t k = 0; k < s->dim; k++) out[k] = (float)((double)y[k] / length);
}

static regatta_status fold_lists(regatta_ctx *ctx, const regatta_model *model,
                                 const regatta_query *query, float *vectors)
{
    regatta_status status = REGATTA_OK;
    item_fold f = {.model = model};
    RG_TRY(create_fold(ctx, &f, query));
    for (int64_t q = 0; q < query->n; q++)
        fold_list(vectors + q * rg_model_dim(model), &f, query->item + query->offset[q],
                  query->offset[q + 1] - query->offset[q], ctx->threads);
done:
    free_fold(ctx, &f);
    return status;
}

regatta_status rg_vectors_of_nodes(regatta_ctx *ctx, const regatta_model *model,
                                   const regatta_query *query, float *vectors)
{
    const int64_t dim = rg_model_dim(model);
    if (query->side == REGATTA_USERS) return rg_query_vectors(ctx, model, query, vectors);
    if (query->user == NULL) return fold_lists(ctx, model, query, vectors);
    for (int64_t q = 0; q < query->n; q++)
        rg_rows_decode(vectors + q * dim, &model->vectors->item_vectors, query->user[q],
                       (int64_t)query->user[q] + 1);
    return REGATTA_OK;
}
