/* The workspace of a training run, sized once, and its optimizer steps.
 *
 *   Y = network(X_0);  u = Y_u / |Y_u|, v = Y_i / |Y_i|;  loss(u, v, bias)
 *   du, dv -> dY (zero for users outside the block) -> network backward -> Adam
 *
 * Users come in a random order per pass; a pass is cut into blocks of nearly equal size.
 * The layers below the last cover the full graph; the block chooses whose loss is
 * counted, and the last layer leaves the other users out, forward and backward. */
#include "gat/trainer.h"
#include "base/parallel.h"
#include "base/ranks/ranks.h"
#include "base/rng.h"
#include "gat/start/trainer_start.h"
#include "gat/unit_pick.h"
#include "linalg/row_share.h"
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

static regatta_status create_loss(regatta_ctx *ctx, rg_trainer *t)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_items = t->job->shape.n_items, dim = t->job->shape.dim;
    if (t->job->options.loss == REGATTA_LOSS_BPR) {
        RG_NEW(ctx->mem, t->negative, t->max_edges);
        RG_TRY(rg_bpr_create(ctx, &t->bpr, t->max_edges, n_items));
        return REGATTA_OK;
    }
    const int64_t size =
        rg_sampled_items(t->job->options.loss, t->job->options.softmax_items, n_items);
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
    const int64_t n_items = t->shape.n_items, dim = t->shape.dim;
    t->dy = t->net->y; /* read before its gradient is written */
    RG_NEW(ctx->mem, t->needed, t->adj->n_nodes);
    memset(t->needed + t->shape.n_users, 1, (size_t)n_items);
    RG_NEW(ctx->mem, t->v, n_items * dim);
    RG_NEW(ctx->mem, t->v_norm, n_items);
    RG_NEW(ctx->mem, t->u, t->max_users * dim);
    RG_NEW(ctx->mem, t->du, t->max_users * dim);
    RG_NEW(ctx->mem, t->u_norm, t->max_users);
    if (!t->divided) goto done;
    RG_NEW(ctx->mem, t->place, t->max_users);
    RG_NEW(ctx->mem, t->row, t->max_users);
    RG_NEW(ctx->mem, t->own_u, t->max_users * dim);
    RG_NEW(ctx->mem, t->own_norm, t->max_users);
done:
    return status;
}

/* Edge weights are the same in both directions, no step drops any, and the start needs no
 * rows of all users. */
static int is_symmetric(const rg_train_job *job)
{
    return job->known == NULL && !rg_shape_attends(&job->shape) &&
           !(job->options.edge_dropout > 0.0f) && job->features == NULL;
}

/* Decides which users are here. */
static void divide(regatta_ctx *ctx, rg_trainer *t)
{
    const rg_train_job *job = t->job;
    t->shape = job->shape;
    t->divided = rg_train_divides(ctx, job);
    if (!t->divided) return;
    rg_row_share(&t->share, ctx, job->graph->by_user);
    t->shape.n_users = t->share.end - t->share.begin;
    t->in_panels = ctx->item_panels;
    ctx->traffic.item_tables =
        t->in_panels ? REGATTA_ITEM_TABLES_PANELS : REGATTA_ITEM_TABLES_WHOLE;
    rg_shares_even(&t->panel, ctx, t->shape.n_items);
}

/* Creates parameters with the rows of this rank's panel of items. */
static regatta_status create_like_grad(regatta_ctx *ctx, rg_params **out,
                                       const rg_trainer *t)
{
    if (!t->in_panels) return rg_params_create(ctx, out, &t->shape);
    return rg_params_create_panel(ctx, out, &t->shape, t->panel.begin,
                                  t->panel.end - t->panel.begin);
}

/* Creates what Adam needs. */
static regatta_status create_moments(regatta_ctx *ctx, rg_trainer *t)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(create_like_grad(ctx, &t->grad, t));
    RG_TRY(rg_adam_create(ctx, &t->adam, t->grad->n_floats));
    if (t->in_panels) RG_TRY(rg_network_take_panel(ctx, t->net, &t->panel));
done:
    return status;
}

int rg_train_divides(const regatta_ctx *ctx, const rg_train_job *job)
{
    return rg_ranked(ctx) && is_symmetric(job);
}

static regatta_status build_adjacency(regatta_ctx *ctx, rg_trainer *t)
{
    regatta_status status = REGATTA_OK;
    const rg_train_job *job = t->job;
    if (is_symmetric(job))
        return rg_adjacency_build_symmetric(ctx, &t->adj, job->graph, job->weight,
                                            job->item_graph,
                                            t->divided ? &t->share : NULL);
    RG_TRY(rg_adjacency_build(ctx, &t->adj, job->graph, job->weight, job->item_graph));
    if (job->shape.dynamic > 0)
        RG_TRY(
            rg_adjacency_fill_dynamic(ctx, t->adj, job->graph, job->shape.dynamic > 1));
done:
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
    t->ctx = ctx;
    t->threads = ctx->threads;
    t->job = job;
    t->scale = 1.0f / job->options.temperature;
    divide(ctx, t);
    RG_TRY(find_active(ctx, t));
    RG_TRY(build_adjacency(ctx, t));
    RG_TRY(rg_params_create(ctx, &t->params, &t->shape));
    RG_TRY(rg_trainer_start(ctx, t));
    RG_TRY(rg_network_create(ctx, &t->net, &t->shape, t->adj, job->group,
                             job->options.max_steps > 0));
    if (job->features != NULL)
        RG_TRY(rg_network_take_features(ctx, t->net, job->features));
    if (job->options.max_steps > 0) {
        RG_TRY(create_moments(ctx, t));
        RG_TRY(create_loss(ctx, t));
        RG_TRY(create_tables(ctx, t));
    }
    *out = t;
    t = NULL;
done:
    rg_trainer_free(t);
    return status;
}

static void drop_floats(rg_trainer *t, float **table)
{
    rg_free(t->mem, *table);
    *table = NULL;
}

void rg_trainer_end_steps(rg_trainer *t)
{
    rg_adam_free(t->adam);
    rg_softmax_free(t->softmax);
    rg_bpr_free(t->bpr);
    rg_item_sample_free(t->sample);
    rg_params_free(t->grad);
    rg_network_end_steps(t->net);
    t->adam = NULL;
    t->softmax = NULL;
    t->bpr = NULL;
    t->sample = NULL;
    t->grad = NULL;
    t->dy = NULL;
    float **const tables[] = {&t->v,         &t->v_norm,   &t->u,         &t->du,
                              &t->u_norm,    &t->v_sample, &t->dv_sample, &t->b_sample,
                              &t->db_sample, &t->own_u,    &t->own_norm};
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) drop_floats(t, tables[k]);
}

void rg_trainer_free(rg_trainer *t)
{
    if (t == NULL) return;
    rg_trainer_end_steps(t);
    rg_network_free(t->net);
    rg_params_free(t->params);
    rg_adjacency_free(t->adj);
    rg_free(t->mem, t->needed);
    rg_free(t->mem, t->order);
    rg_free(t->mem, t->offset);
    rg_free(t->mem, t->item);
    rg_free(t->mem, t->negative);
    rg_free(t->mem, t->place);
    rg_free(t->mem, t->row);
    rg_free(t->mem, t);
}

/* Learning rate of attention parameters. They are few and each acts on every edge: at
 * 0.02 dot attention of one head diverged, at 0.005 it was still worse than none
 * (docs/experiments.md). Factors of a hierarchy are single numbers, as the bias: from
 * 0.001 to 0.2 the quality is the same, and at 0.05 they reach their sign in the usual
 * number of steps. */
static const float ATTENTION_RATE = 0.001f, FACTOR_RATE = 0.05f, BIAS_RATE = 0.05f;

/* Of the learning rate, for the rows of features: a node has several, which move alike.
 */
static const float FEATURE_SHARE = 0.25f;

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

static int owner_of(const rg_trainer *t, uint32_t user)
{
    int r = 0;
    while ((int64_t)user >= t->share.first[r + 1]) r++;
    return r;
}

/* Sorts the places of the block by the rank that has the user. */
static void find_owners(rg_trainer *t, const block *b)
{
    const int n_ranks = rg_n_ranks(t->ctx), rank = rg_rank(t->ctx);
    int64_t next[REGATTA_MAX_RANKS], *first = t->owner.first;
    memset(first, 0, (size_t)(n_ranks + 1) * sizeof *first);
    for (int64_t r = 0; r < b->n; r++) first[owner_of(t, b->user[r]) + 1]++;
    for (int r = 0; r < n_ranks; r++) {
        first[r + 1] += first[r];
        next[r] = first[r];
    }
    t->owner.begin = first[rank];
    t->owner.end = first[rank + 1];
    for (int64_t r = 0; r < b->n; r++)
        t->place[next[owner_of(t, b->user[r])]++] = (uint32_t)r;
    for (int64_t k = t->owner.begin; k < t->owner.end; k++)
        t->row[k - t->owner.begin] =
            (uint32_t)((int64_t)b->user[t->place[k]] - t->adj->first_user);
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
    memset(t->needed, 0, (size_t)t->shape.n_users);
    for (int64_t r = 0; r < k.n; r++) {
        const int64_t node = (int64_t)k.user[r] - t->adj->first_user;
        if (node >= 0 && node < t->shape.n_users) t->needed[node] = 1;
    }
    if (t->divided) find_owners(t, &k);
    return k;
}

/* Returns the edges that the last layer reads for the block: those of items and of the
 * block's users. */
static int64_t last_edges(const rg_trainer *t, block b)
{
    return t->adj->n_edges - t->adj->offset[t->adj->n_users] + b.n_edges;
}

/* Returns 1 if steps have fewer edges than the graph. */
static int drops_edges(const rg_trainer *t)
{
    return t->job->options.edge_dropout > 0.0f || t->job->features != NULL;
}

static void forward(rg_trainer *t, block b, int64_t step)
{
    const rg_train_options *o = &t->job->options;
    if (t->job->features != NULL)
        rg_network_cool(t->net, o->cold_share, o->seed, (uint64_t)step, t->threads);
    if (drops_edges(t)) {
        rg_network_thin(t->net, o->edge_dropout, o->seed, (uint64_t)step, t->threads);
        t->forward_is_fresh = 0;
    }
    if (!t->forward_is_fresh) {
        rg_network_forward_rows(t->net, t->params, t->needed, t->threads);
        rg_count_flops(t->ctx,
                       rg_network_forward_flops(t->net, t->params, last_edges(t, b)));
    }
    t->forward_is_fresh = 0; /* the step is about to change the parameters */
}

/* Draws of a user for the gradients of the softmax, with items from which on they pay:
 * docs/experiments.md. */
enum { DRAWS = 1024, DRAWS_LEAST_ITEMS = 8 * DRAWS };

static int64_t draws_of(int64_t n_items)
{
    return n_items >= DRAWS_LEAST_ITEMS ? DRAWS : 0;
}

static void set_draws(const rg_trainer *t, int64_t n_items, int64_t step)
{
    rg_softmax_set_draws(t->softmax, draws_of(n_items), t->job->options.seed,
                         (uint64_t)step);
}

static double sampled_softmax(rg_trainer *t, block b, float *dv, int64_t step)
{
    rg_item_sample *s = t->sample;
    rg_item_sample_draw(s, t->item, b.n_edges, t->job->options.seed, (uint64_t)step);
    for (int64_t e = 0; e < b.n_edges; e++) t->item[e] = s->place[t->item[e]];
    rg_item_sample_gather(s, t->v_sample, t->b_sample, t->v, t->params->bias,
                          t->shape.dim, t->threads);
    rg_softmax_set_items(t->softmax, s->n);
    set_draws(t, s->n, step);
    const double loss = rg_softmax_block(t->softmax, t->du, t->dv_sample, t->db_sample,
                                         t->u, b.n, t->v_sample, t->b_sample, s->shift,
                                         t->scale, t->offset, t->item, t->threads);
    rg_item_sample_spread(s, dv, t->grad->bias, t->dv_sample, t->db_sample, t->shape.dim,
                          t->threads);
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
    set_draws(t, t->shape.n_items, step);
    return rg_softmax_block(t->softmax, t->du, dv, t->grad->bias, t->u, b.n, t->v,
                            t->params->bias, NULL, t->scale, t->offset, t->item,
                            t->threads);
}

/* Attention gradients accumulate over layers, so they start at zero. */
static void zero_attention(rg_params *grad)
{
    for (int k = 0; k < grad->n_entries; k++) {
        const rg_param_entry *e = &grad->entry[k];
        if (e->group >= RG_PARAM_ATTENTION)
            memset(grad->arena + e->first, 0,
                   (size_t)(e->rows * e->cols) * sizeof(float));
    }
}

/* Returns the FLOPs of a step without those of forward. */
static double step_flops(const rg_trainer *t, block b)
{
    const double dim = (double)t->job->shape.dim, items = (double)t->job->shape.n_items;
    const double users = (double)b.n;
    double params = 0.0; /* without the padding of the arena */
    for (int k = 0; k < t->grad->n_entries; k++)
        params += (double)(t->grad->entry[k].rows * t->grad->entry[k].cols);
    const double width = t->sample != NULL ? (double)t->sample->n : items;
    const int64_t draws = draws_of((int64_t)width);
    const double terms = draws > 0 ? width + 2.0 * (double)draws : 3.0 * width;
    const double loss = t->bpr != NULL ? 12.0 * (double)b.n_edges : 2.0 * users * terms;
    return rg_network_backward_flops(t->net, t->params, last_edges(t, b)) +
           (loss + 8.0 * (users + items)) * dim + 15.0 * params;
}

/* Unit rows of the block's users, on every rank. */
static void pick_users(rg_trainer *t, block b)
{
    const int64_t dim = t->shape.dim, n = t->owner.end - t->owner.begin;
    if (!t->divided) {
        rg_unit_pick_forward(t->u, t->u_norm, t->net->y, b.user, b.n, dim, t->threads);
        return;
    }
    float *own = t->own_u + t->owner.begin * dim;
    rg_unit_pick_forward(own, t->own_norm, t->net->y, t->row, n, dim, t->threads);
    (void)rg_gather(t->ctx, t->own_u, &t->owner, dim * (int64_t)sizeof *t->own_u);
    for (int64_t k = 0; k < b.n; k++)
        memcpy(t->u + (int64_t)t->place[k] * dim, t->own_u + k * dim,
               (size_t)dim * sizeof *t->u);
}

/* The gradients of the block's users that are here, in dy. */
static void unpick_users(rg_trainer *t, block b)
{
    const int64_t dim = t->shape.dim, n = t->owner.end - t->owner.begin;
    if (!t->divided) {
        rg_unit_pick_backward(t->dy, t->du, t->u, t->u_norm, b.user, b.n, dim,
                              t->threads);
        return;
    }
    const float *u = t->own_u + t->owner.begin * dim;
    for (int64_t k = 0; k < n; k++) {
        const int64_t place = t->place[t->owner.begin + k];
        rg_unit_pick_backward(t->dy, t->du + place * dim, u + k * dim, t->own_norm + k,
                              t->row + k, 1, dim, 1);
    }
}

/* Receives the vectors of the other ranks' items. A failure of a rank is ctx->lost. */
static regatta_status gather_items(const rg_trainer *t, float *item)
{
    if (!t->in_panels) return REGATTA_OK;
    return rg_gather(t->ctx, item, &t->panel, t->shape.dim * (int64_t)sizeof *item);
}

double rg_trainer_step(rg_trainer *t, int64_t step)
{
    const rg_shape *shape = &t->shape;
    const int64_t dim = shape->dim, users = shape->n_users * dim;
    float *dv = t->dy + users;
    const block b = take_block(t, step);
    forward(t, b, step);
    rg_unit_pick_forward(t->v, t->v_norm, t->net->y + users, NULL, shape->n_items, dim,
                         t->threads);
    pick_users(t, b);
    const double loss = block_loss(t, b, dv, step);
    unpick_users(t, b);
    rg_unit_pick_backward(dv, dv, t->v, t->v_norm, NULL, shape->n_items, dim, t->threads);
    zero_attention(t->grad);
    rg_network_backward(t->net, t->grad, t->params, t->dy, t->needed, t->threads);
    const rg_adam_rates rates = {.vectors = t->job->options.learning_rate,
                                 .bias = BIAS_RATE,
                                 .features =
                                     FEATURE_SHARE * t->job->options.learning_rate,
                                 .attention = ATTENTION_RATE,
                                 .factors = FACTOR_RATE,
                                 .l2 = t->job->options.l2};
    rg_adam_step(t->adam, t->params, t->grad, &rates, t->threads);
    (void)gather_items(t, t->params->x0 + users);
    rg_count_flops(t->ctx, step_flops(t, b));
    return loss;
}

void rg_trainer_read_out(rg_trainer *t)
{
    if (t->forward_is_fresh) return;
    if (t->job->features != NULL) rg_network_cool(t->net, 0.0f, 0, 0, t->threads);
    if (drops_edges(t))
        rg_network_thin(t->net, 0.0f, t->job->options.seed, 0, t->threads);
    rg_network_forward(t->net, t->params, t->threads);
    rg_count_flops(t->ctx, rg_network_forward_flops(t->net, t->params, t->adj->n_edges));
    t->forward_is_fresh = 1;
}

float *rg_trainer_take_read_out(rg_trainer *t)
{
    float *y = t->net->y;
    t->net->y = NULL;
    rg_network_free(t->net);
    rg_adjacency_free(t->adj);
    t->net = NULL;
    t->adj = NULL;
    t->dy = NULL;
    return y;
}

static regatta_status visit_floats(rg_archive *archive, float *x, int64_t n, int finite)
{
    if (finite) return rg_archive_floats(archive, x, n);
    return rg_archive_bytes(archive, x, n * (int64_t)sizeof *x);
}

regatta_status rg_trainer_gather_users(const rg_trainer *t, float *all)
{
    if (!t->divided) return REGATTA_OK;
    return rg_gather(t->ctx, all, &t->share, t->shape.dim * (int64_t)sizeof *all);
}

regatta_status rg_trainer_copy(regatta_ctx *ctx, rg_params **out, const rg_trainer *t)
{
    const regatta_status status = create_like_grad(ctx, out, t);
    if (status == REGATTA_OK) rg_params_take_part(*out, t->params, 0);
    return status;
}

regatta_status rg_trainer_restore(rg_trainer *t, const rg_params *copy)
{
    rg_params_put_part(t->params, copy, 0);
    t->forward_is_fresh = 0;
    return gather_items(t, t->params->x0 + t->shape.n_users * t->shape.dim);
}

/* Receives the rows of the nodes of other ranks in a table of all nodes, where those of
 * this rank are in their places: all items if `like` is the parameters. */
static regatta_status gather_nodes(const rg_trainer *t, const rg_params *like, float *all)
{
    const regatta_status status = rg_trainer_gather_users(t, all);
    if (status != REGATTA_OK || like == t->params) return status;
    return gather_items(t, all + t->job->shape.n_users * t->shape.dim);
}

regatta_status rg_trainer_arena(rg_archive *archive, rg_trainer *t, const rg_params *like,
                                float *arena, int finite)
{
    regatta_status status = REGATTA_OK;
    const int64_t first = t->adj->first_user;
    rg_params *all = NULL, part = *like;
    if (!t->divided) return visit_floats(archive, arena, part.n_floats, finite);
    part.arena = arena;
    part.x0 = arena + part.entry[0].first;
    RG_TRY(rg_params_create(t->ctx, &all, &t->job->shape));
    if (!archive->reads) {
        rg_params_put_part(all, &part, first);
        RG_TRY(gather_nodes(t, like, all->x0));
    }
    RG_TRY(visit_floats(archive, all->arena, all->n_floats, finite));
    if (archive->reads) rg_params_take_part(&part, all, first);
done:
    rg_params_free(all);
    return status;
}

regatta_status rg_trainer_archive(rg_archive *archive, rg_trainer *t, int64_t steps)
{
    regatta_status status = REGATTA_OK;
    rg_adam *adam = t->adam;
    RG_TRY(rg_trainer_arena(archive, t, t->params, t->params->arena, 1));
    RG_TRY(rg_archive_int(archive, &adam->n_steps, 0, INT64_MAX / 2));
    /* A moment may be infinite: its parameter then stays. */
    RG_TRY(rg_trainer_arena(archive, t, t->grad, adam->first, 0));
    RG_TRY(rg_trainer_arena(archive, t, t->grad, adam->second, 0));
    if (t->sample != NULL) RG_TRY(rg_item_sample_archive(archive, t->sample));
    if (!archive->reads) return REGATTA_OK;
    t->forward_is_fresh = 0;
    if (steps % t->n_blocks != 0) reorder(t, steps / t->n_blocks); /* within a pass */
done:
    return status;
}
