/* The workspace of a training run: adjacency, parameters, start, tables. */
#include "base/parallel.h"
#include "gat/svd_start.h"
#include "gat/train_step.h"
#include <string.h>

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static regatta_status find_active(regatta_ctx *ctx, rg_trainer *t)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = t->job->graph->by_user;
    const int64_t batch = (int64_t)t->job->options.batch_users;
    int64_t widest = 0;
    for (int64_t r = 0; r < rows->n_rows; r++) {
        const int64_t degree = rg_csr_degree(rows, r);
        t->n_active += degree > 0;
        if (degree > widest) widest = degree;
    }
    if (t->n_active == 0)
        return rg_fail(ctx, REGATTA_EINVAL, "the graph has no interaction to train on");
    t->n_blocks = rg_block_count(t->n_active, batch);
    t->max_users = rg_block_count(t->n_active, t->n_blocks);
    t->max_edges = least(rows->n_edges, t->max_users * widest);
    RG_NEW(ctx->mem, t->order, t->n_active);
    RG_NEW(ctx->mem, t->offset, t->max_users + 1);
    RG_NEW(ctx->mem, t->item, t->max_edges);
done:
    return status;
}

/* Above this many items the default is a sample. */
enum { EXACT_ITEMS = 250000, DEFAULT_SAMPLE = 65536 };

int64_t rg_sampled_items(const regatta_train_options *options, int64_t n_items)
{
    int64_t size = (int64_t)options->softmax_items;
    if (size == 0) size = n_items <= EXACT_ITEMS ? n_items : DEFAULT_SAMPLE;
    if (options->loss != REGATTA_LOSS_SOFTMAX || size >= n_items) return 0;
    return size;
}

static regatta_status create_loss(regatta_ctx *ctx, rg_trainer *t)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_items = t->job->shape.n_items, dim = t->job->shape.dim;
    if (t->job->options.loss == REGATTA_LOSS_BPR) {
        RG_NEW(ctx->mem, t->negative, t->max_edges);
        RG_TRY(rg_bpr_create(ctx, &t->bpr, t->max_edges, n_items));
        return REGATTA_OK;
    }
    const int64_t size = rg_sampled_items(&t->job->options, n_items);
    int64_t width = n_items;
    if (size > 0) {
        RG_TRY(rg_item_sample_create(ctx, &t->sample, n_items, size, t->max_edges));
        width = t->sample->capacity;
        RG_NEW(ctx->mem, t->v_sample, width * dim);
        RG_NEW(ctx->mem, t->dv_sample, width * dim);
        RG_NEW(ctx->mem, t->b_sample, width);
        RG_NEW(ctx->mem, t->db_sample, width);
    }
    RG_TRY(rg_softmax_create(ctx, &t->softmax, t->max_users, width, dim));
done:
    return status;
}

static regatta_status create_tables(regatta_ctx *ctx, rg_trainer *t)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_items = t->job->shape.n_items, dim = t->job->shape.dim;
    RG_NEW(ctx->mem, t->dy, t->adj->n_nodes * dim);
    RG_NEW(ctx->mem, t->needed, t->adj->n_nodes);
    memset(t->needed + t->job->shape.n_users, 1, (size_t)n_items);
    RG_NEW(ctx->mem, t->v, n_items * dim);
    RG_NEW(ctx->mem, t->v_norm, n_items);
    RG_NEW(ctx->mem, t->u, t->max_users * dim);
    RG_NEW(ctx->mem, t->du, t->max_users * dim);
    RG_NEW(ctx->mem, t->u_norm, t->max_users);
done:
    return status;
}

/* Edge weights are the same in both directions. */
static int is_symmetric(const rg_train_job *job)
{
    return job->shape.attention == REGATTA_ATTENTION_NONE &&
           !(job->options.edge_dropout > 0.0f);
}

static regatta_status start_params(regatta_ctx *ctx, rg_trainer *t)
{
    const regatta_train_options *o = &t->job->options;
    if (t->job->from != NULL) {
        memcpy(t->params->arena, t->job->from->arena,
               (size_t)t->params->n_floats * sizeof *t->params->arena);
        return REGATTA_OK;
    }
    if (o->start != REGATTA_START_SPECTRAL) {
        rg_params_start(t->params, o->seed);
        return REGATTA_OK;
    }
    rg_params_start_attention(t->params, o->seed);
    if (t->job->start == NULL)
        return rg_svd_start(ctx, t->params->x0, t->adj, t->job->shape.dim, o->seed);
    memcpy(t->params->x0, t->job->start,
           (size_t)(t->adj->n_nodes * t->job->shape.dim) * sizeof *t->params->x0);
    return REGATTA_OK;
}

regatta_status rg_train_start(regatta_ctx *ctx, float **out, const rg_train_job *job)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const rg_shape *s = &job->shape;
    rg_adjacency *adj = NULL;
    float *x0 = NULL;
    RG_TRY(rg_adjacency_build_symmetric(ctx, &adj, job->graph, job->weight, NULL));
    RG_NEW(ctx->mem, x0, (s->n_users + s->n_items) * s->dim);
    RG_TRY(rg_svd_start(ctx, x0, adj, s->dim, job->options.seed));
    *out = x0;
    x0 = NULL;
done:
    rg_free(ctx->mem, x0);
    rg_adjacency_free(adj);
    return status;
}

regatta_status rg_trainer_create(regatta_ctx *ctx, rg_trainer **out,
                                 const rg_train_job *job)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_trainer *t = NULL;
    RG_NEW(ctx->mem, t, 1);
    t->mem = ctx->mem;
    t->threads = ctx->threads;
    t->job = job;
    t->scale = 1.0f / job->options.temperature;
    RG_TRY(find_active(ctx, t));
    RG_TRY((is_symmetric(job) ? rg_adjacency_build_symmetric : rg_adjacency_build)(
        ctx, &t->adj, job->graph, job->weight, job->item_graph));
    RG_TRY(rg_params_create(ctx, &t->params, &job->shape));
    RG_TRY(start_params(ctx, t));
    RG_TRY(
        rg_network_create(ctx, &t->net, &job->shape, t->adj, job->options.max_steps > 0));
    if (job->options.max_steps > 0) {
        RG_TRY(rg_params_create(ctx, &t->grad, &job->shape));
        RG_TRY(rg_adam_create(ctx, &t->adam, t->params->n_floats));
        RG_TRY(create_loss(ctx, t));
        RG_TRY(create_tables(ctx, t));
    }
    *out = t;
    t = NULL;
done:
    rg_trainer_free(t);
    return status;
}

void rg_trainer_free(rg_trainer *t)
{
    if (t == NULL) return;
    rg_adam_free(t->adam);
    rg_softmax_free(t->softmax);
    rg_bpr_free(t->bpr);
    rg_item_sample_free(t->sample);
    rg_network_free(t->net);
    rg_params_free(t->grad);
    rg_params_free(t->params);
    rg_adjacency_free(t->adj);
    float *const tables[] = {t->dy,       t->v,        t->v_norm,   t->u,
                             t->du,       t->u_norm,   t->v_sample, t->dv_sample,
                             t->b_sample, t->db_sample};
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++)
        rg_free(t->mem, tables[k]);
    rg_free(t->mem, t->needed);
    rg_free(t->mem, t->order);
    rg_free(t->mem, t->offset);
    rg_free(t->mem, t->item);
    rg_free(t->mem, t->negative);
    rg_free(t->mem, t);
}
