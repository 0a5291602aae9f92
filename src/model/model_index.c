#include "model/model_index.h"
#include "base/parallel.h"
#include <math.h>
#include <omp.h>

const rg_index *rg_model_index(const regatta_model *model)
{
    return model->index.code != NULL ? &model->index : NULL;
}

rg_index_rows rg_model_index_rows(const regatta_model *model)
{
    return (rg_index_rows){model->vectors->item_vectors, model->vectors->bias,
                           model->vectors->scale};
}

static void search_one(const regatta_model *model, const rg_search *search, int64_t q,
                       rg_index_query *query, rg_index_work *work, int thread,
                       uint32_t *item, float *score)
{
    const rg_index_rows rows = rg_model_index_rows(model);
    query->vector = search->query + q * rg_model_dim(model);
    if (search->skip_offset != NULL) {
        query->skip = search->skip + search->skip_offset[q];
        query->n_skip = search->skip_offset[q + 1] - search->skip_offset[q];
    }
    rg_index_search(&model->index, &rows, work, thread, query, item, score);
}

regatta_status rg_model_index_search(regatta_ctx *ctx, const regatta_model *model,
                                     const rg_search *search, int64_t effort,
                                     uint32_t *item, float *score)
{
    regatta_status status = REGATTA_OK;
    const int64_t k = search->k;
    const int threads = search->m < ctx->threads ? (int)search->m : ctx->threads;
    float *spare = NULL;
    rg_index_work *work = NULL;
    if (search->m == 0) return REGATTA_OK;
    if (score == NULL) RG_NEW(ctx->mem, spare, threads * k);
    RG_TRY(rg_index_work_create(ctx, &work, &model->index, k, effort, threads));
    const int team =
        rg_threads_for(search->m * effort * 16 * rg_model_dim(model), threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 16)
    for (int64_t q = 0; q < search->m; q++) {
        const int thread = omp_get_thread_num();
        rg_index_query query = {.k = k, .effort = effort, .allow = search->allow};
        search_one(model, search, q, &query, work, thread, item + q * k,
                   score != NULL ? score + q * k : spare + thread * k);
    }
done:
    rg_index_work_free(work);
    rg_free(ctx->mem, spare);
    return status;
}

typedef struct measure {
    int64_t n, k;
    float *query;        /* [n][dim] */
    uint32_t *row;       /* [n][k] */
    float *best, *score; /* [n][k] scores by exact search, and by the index */
} measure;

/* Returns the share of answers whose score is at least the exact k-th score, so that any
 * of several tied rows counts. */
static double share_found(const measure *m)
{
    int64_t hits = 0;
    for (int64_t q = 0; q < m->n; q++) {
        const float least = m->best[q * m->k + m->k - 1];
        const float slack = 1e-5f * fmaxf(1.0f, fabsf(least));
        for (int64_t e = 0; e < m->k; e++)
            hits += m->score[q * m->k + e] >= least - slack;
    }
    return (double)hits / (double)(m->n * m->k);
}

static regatta_status measure_recall(regatta_ctx *ctx, regatta_model *model)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_users = model->n_users, dim = rg_model_dim(model);
    const int64_t n_items = model->n_items;
    measure m = {.n = n_users < RG_INDEX_RECALL_USERS ? n_users : RG_INDEX_RECALL_USERS,
                 .k = n_items < RG_INDEX_RECALL_AT ? n_items : RG_INDEX_RECALL_AT};
    RG_NEW(ctx->mem, m.query, m.n * dim);
    RG_NEW(ctx->mem, m.row, m.n * m.k);
    RG_NEW(ctx->mem, m.best, m.n * m.k);
    RG_NEW(ctx->mem, m.score, m.n * m.k);
    for (int64_t q = 0; q < m.n; q++) { /* evenly over all users */
        const int64_t user = q * n_users / m.n;
        rg_rows_decode(m.query + q * dim, &model->vectors->user_vectors, user, user + 1);
    }
    const rg_search exact = {
        .query = m.query, .m = m.n, .k = m.k, .scale = model->vectors->scale};
    RG_TRY(rg_search_exact(ctx, model->vectors->item_table, &exact, m.row, m.best));
    RG_TRY(rg_model_index_search(ctx, model, &exact, 0, m.row, m.score));
    model->index_recall = share_found(&m);
done:
    rg_free(ctx->mem, m.query);
    rg_free(ctx->mem, m.row);
    rg_free(ctx->mem, m.best);
    rg_free(ctx->mem, m.score);
    return status;
}

regatta_status rg_model_index_build(regatta_ctx *ctx, regatta_model *model,
                                    int64_t degree, int64_t build)
{
    regatta_status status = REGATTA_OK;
    rg_index *index = NULL;
    const rg_index_rows rows = rg_model_index_rows(model);
    if (rg_model_dim(model) == 0)
        return rg_fail(ctx, REGATTA_EINVAL, "the model has no vectors to index");
    RG_TRY(rg_index_build(ctx, &index, &rows, degree, build));
    rg_index_free(model->built);
    model->built = index;
    model->index = *index;
    model->index_build = build > 0 ? build : RG_INDEX_BUILD;
    RG_TRY(measure_recall(ctx, model));
done:
    return status; /* the index is freed with the model */
}
