/* One optimizer step.
 *
 *   Y = network(X_0);  u = Y_u / |Y_u|, v = Y_i / |Y_i|;  loss(u, v, bias)
 *   du, dv -> dY (zero for users outside the block) -> network backward -> Adam
 *
 * Users come in a random order per pass; a pass is cut into blocks of nearly equal size.
 * The layers below the last cover the full graph; the block chooses whose loss is
 * counted, and the last layer leaves the other users out, forward and backward. */
#include "gat/train_step.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "gat/unit_pick.h"
#include <string.h>

/* Learning rate of attention parameters. They are few and each acts on every edge: at
 * 0.02 dot attention of one head diverged, at 0.005 it was still worse than none
 * (docs/quality.md). */
static const float ATTENTION_RATE = 0.001f, BIAS_RATE = 0.05f;

typedef struct block {
    const uint32_t *user;
    int64_t n, n_edges;
} block;

/* A new order at the beginning of each pass, a function of (seed, pass). */
static void reorder(rg_trainer *t, int64_t pass)
{
    const rg_csr *rows = t->job->graph->by_user;
    int64_t n = 0;
    for (int64_t r = 0; r < rows->n_rows; r++)
        if (rg_csr_degree(rows, r) > 0) t->order[n++] = (uint32_t)r;
    rg_shuffle(t->order, n, t->job->options.seed, RG_STREAM_ORDER, (uint32_t)pass);
}

static block take_block(rg_trainer *t, int64_t step)
{
    const rg_csr *rows = t->job->graph->by_user;
    const int64_t b = step % t->n_blocks;
    if (b == 0) reorder(t, step / t->n_blocks);
    const int64_t first = b * t->n_active / t->n_blocks;
    const int64_t last = (b + 1) * t->n_active / t->n_blocks;
    block k = {t->order + first, last - first, 0};
    for (int64_t r = 0; r < k.n; r++) {
        const int64_t degree = rg_csr_degree(rows, k.user[r]);
        t->offset[r] = k.n_edges;
        memcpy(t->item + k.n_edges, rows->target + rows->offset[k.user[r]],
               (size_t)degree * sizeof *t->item);
        k.n_edges += degree;
    }
    t->offset[k.n] = k.n_edges;
    memset(t->needed, 0, (size_t)rows->n_rows);
    for (int64_t r = 0; r < k.n; r++) t->needed[k.user[r]] = 1;
    return k;
}

static void forward(rg_trainer *t, int64_t step)
{
    const regatta_train_options *o = &t->job->options;
    if (o->edge_dropout > 0.0f) {
        rg_network_thin(t->net, o->edge_dropout, o->seed, (uint64_t)step, t->threads);
        t->forward_is_fresh = 0;
    }
    if (!t->forward_is_fresh)
        rg_network_forward_rows(t->net, t->params, t->needed, t->threads);
    t->forward_is_fresh = 0; /* the step is about to change the parameters */
}

/* Rows and biases of the sample side by side. */
static void gather_sample(rg_trainer *t)
{
    const rg_item_sample *s = t->sample;
    const int64_t dim = t->job->shape.dim;
    const int team = rg_threads_for(s->n * dim, t->threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t k = 0; k < s->n; k++) {
        const int64_t j = s->item[k];
        memcpy(t->v_sample + k * dim, t->v + j * dim, (size_t)dim * sizeof *t->v);
        t->b_sample[k] = t->params->bias[j];
    }
}

/* Gradients of the sample back to their items, zero for the others. */
static void spread_sample(rg_trainer *t, float *dv, float *dbias)
{
    const rg_item_sample *s = t->sample;
    const int64_t dim = t->job->shape.dim;
    const int team = rg_threads_for(s->n_items * dim, t->threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t j = 0; j < s->n_items; j++) {
        const uint32_t k = s->place[j];
        const size_t bytes = (size_t)dim * sizeof *dv;
        if (k == REGATTA_NONE) {
            memset(dv + j * dim, 0, bytes);
            dbias[j] = 0.0f;
        } else {
            memcpy(dv + j * dim, t->dv_sample + (int64_t)k * dim, bytes);
            dbias[j] = t->db_sample[k];
        }
    }
}

static double sampled_softmax(rg_trainer *t, block b, float *dv, int64_t step)
{
    rg_item_sample *s = t->sample;
    rg_item_sample_draw(s, t->item, b.n_edges, t->job->options.seed, (uint64_t)step);
    for (int64_t e = 0; e < b.n_edges; e++) t->item[e] = s->place[t->item[e]];
    gather_sample(t);
    rg_softmax_set_items(t->softmax, s->n);
    const double loss = rg_softmax_block(t->softmax, t->du, t->dv_sample, t->db_sample,
                                         t->u, b.n, t->v_sample, t->b_sample, s->shift,
                                         t->scale, t->offset, t->item, t->threads);
    spread_sample(t, dv, t->grad->bias);
    return loss;
}

/* The block's loss; du, dv (items' rows) and the bias gradient from u and v. */
static double block_loss(rg_trainer *t, block b, float *dv, int64_t step)
{
    const uint64_t seed = t->job->options.seed;
    if (t->bpr != NULL) {
        rg_bpr_negatives(t->negative, t->job->graph->by_user, b.user, t->offset, b.n,
                         seed, (uint64_t)step, t->threads);
        return rg_bpr_block(t->bpr, t->du, dv, t->grad->bias, t->u, b.n, t->v,
                            t->params->bias, t->scale, t->job->shape.dim, t->offset,
                            t->item, t->negative, t->threads);
    }
    if (t->sample != NULL) return sampled_softmax(t, b, dv, step);
    return rg_softmax_block(t->softmax, t->du, dv, t->grad->bias, t->u, b.n, t->v,
                            t->params->bias, NULL, t->scale, t->offset, t->item,
                            t->threads);
}

/* Attention gradients accumulate over layers, so they start at zero. */
static void zero_attention(rg_params *grad)
{
    for (int k = 0; k < grad->n_entries; k++) {
        const rg_param_entry *e = &grad->entry[k];
        if (e->group == RG_PARAM_ATTENTION)
            memset(grad->arena + e->first, 0,
                   (size_t)(e->rows * e->cols) * sizeof(float));
    }
}

double rg_trainer_step(rg_trainer *t, int64_t step)
{
    const rg_shape *shape = &t->job->shape;
    const int64_t dim = shape->dim, users = shape->n_users * dim;
    float *dv = t->dy + users;
    const block b = take_block(t, step);
    forward(t, step);
    rg_unit_pick_forward(t->v, t->v_norm, t->net->y + users, NULL, shape->n_items, dim,
                         t->threads);
    rg_unit_pick_forward(t->u, t->u_norm, t->net->y, b.user, b.n, dim, t->threads);
    const double loss = block_loss(t, b, dv, step);
    rg_unit_pick_backward(t->dy, t->du, t->u, t->u_norm, b.user, b.n, dim, t->threads);
    rg_unit_pick_backward(dv, dv, t->v, t->v_norm, NULL, shape->n_items, dim, t->threads);
    zero_attention(t->grad);
    rg_network_backward(t->net, t->grad, t->params, t->dy, t->needed, t->threads);
    const rg_adam_rates rates = {t->job->options.learning_rate, BIAS_RATE, ATTENTION_RATE,
                                 t->job->options.l2};
    rg_adam_step(t->adam, t->params, t->grad, &rates, t->threads);
    return loss;
}

void rg_trainer_read_out(rg_trainer *t)
{
    if (t->forward_is_fresh) return;
    if (t->job->options.edge_dropout > 0.0f)
        rg_network_thin(t->net, 0.0f, t->job->options.seed, 0, t->threads);
    rg_network_forward(t->net, t->params, t->threads);
    t->forward_is_fresh = 1;
}
