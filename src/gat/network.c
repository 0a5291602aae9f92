/* L layers of propagation and the read-out.
 *
 *   forward   X_{l+1} = A_l X_l,  Y = sum_l c_l X_l
 *   backward  G_L = c_L dY,  G_l = A_l' G_{l+1} + (dA_l/dX_l)' G_{l+1} + c_l dY
 *
 * A_l holds the attention weights of layer l (c_v alpha_vw), the edge weights for
 * kind NONE. The c of a read-out are equal or zero, so dY is scaled once, in place, and
 * G_L is that array. O(layers * edges * dim) time. Memory beyond the parameters, in
 * floats: layers + 1 node tables (states and Y); with attention heads * edges a layer
 * (its weights), and with a hierarchy as many again; for training with these one node
 * table and as much again for the attention's gradient; edges floats for dropout. Shared
 * parameters are expanded before a pass. Threads own rows throughout. */
#include "gat/network.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "gat/attention/aggregate.h"
#include "gat/attention/attention.h"
#include "gat/attention/levels.h"
#include "gat/combine.h"
#include <assert.h>
#include <string.h>

/* The workspace besides the states. */
struct rg_network_scratch {
    const float *edge_weight; /* [n_edges] of this step: the adjacency's or `thinned` */
    rg_attention *attention;  /* NULL for kind NONE */
    rg_levels *levels;        /* NULL without groups */
    float
        *inner[RG_MAX_LAYERS]; /* with levels: the weights of attention, [heads][n_edges]
                                */
    rg_params *full;           /* parameters that are shared, expanded; else NULL */
    /* Only for training. */
    float *thinned; /* [n_edges] */
    int cools;      /* 1: cold nodes with edges were drawn for this step */
    float *grad;    /* with attention or groups: [n_nodes][dim] gradient of a state
                       between two layers */
    float *datt;    /* [heads][n_edges] gradient of weights; not for kind NONE without
                       groups */
    float *flip;    /* [heads][n_edges] scores read through `reverse`; attention alone */
    rg_params *full_grad; /* as full */
    rg_item_panel panel;  /* of the gradient of x0; items NULL: all */
};

static regatta_status create_scratch(regatta_ctx *ctx, rg_network *net,
                                     const uint32_t *group, int for_training)
{
    regatta_status status = REGATTA_OK;
    const rg_adjacency *adj = net->adj;
    const int attends = rg_shape_attends(&net->shape);
    const int shares = attends && net->shape.share != REGATTA_SHARE_NONE;
    const int64_t n_values = adj->n_nodes * net->shape.dim;
    const int64_t n_weights = net->shape.heads * adj->n_edges;
    struct rg_network_scratch *s = NULL;
    RG_NEW(ctx->mem, s, 1);
    net->scratch = s;
    s->edge_weight = adj->edge_weight;
    if (net->shape.attention != REGATTA_ATTENTION_NONE || net->shape.dynamic > 0)
        RG_TRY(rg_attention_create(ctx, &s->attention, &net->shape, adj, for_training));
    if (net->shape.n_groups > 0)
        RG_TRY(rg_levels_create(ctx, &s->levels, &net->shape, adj, group, for_training));
    for (int l = 0; s->levels != NULL && l < net->shape.layers; l++)
        RG_NEW(ctx->mem, s->inner[l], n_weights);
    if (shares) RG_TRY(rg_params_create_expanded(ctx, &s->full, &net->shape));
    if (!for_training) goto done;
    if (shares) RG_TRY(rg_params_create_expanded(ctx, &s->full_grad, &net->shape));
    if (adj->reverse != NULL) RG_NEW(ctx->mem, s->thinned, adj->n_edges);
    if (attends) RG_NEW(ctx->mem, s->grad, n_values);
    if (attends) RG_NEW(ctx->mem, s->datt, n_weights);
    if (s->attention != NULL) RG_NEW(ctx->mem, s->flip, n_weights);
done:
    return status;
}

regatta_status rg_network_create(regatta_ctx *ctx, rg_network **out,
                                 const rg_shape *shape, const rg_adjacency *adj,
                                 const uint32_t *group, int for_training)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_network *net = NULL;
    RG_NEW(ctx->mem, net, 1);
    net->mem = ctx->mem;
    net->shape = *shape;
    /* Without attention all heads are equal: one weight per edge. */
    if (!rg_shape_attends(shape)) net->shape.heads = 1;
    net->adj = adj;
    for (int l = 1; l <= shape->layers; l++)
        RG_NEW(ctx->mem, net->state[l], adj->n_nodes * shape->dim);
    RG_NEW(ctx->mem, net->y, adj->n_nodes * shape->dim);
    RG_TRY(create_scratch(ctx, net, group, for_training));
    for (int l = 0; l < shape->layers; l++) {
        net->edge[l] = adj->edge_weight;
        if (!rg_shape_attends(shape)) continue;
        RG_NEW(ctx->mem, net->edge[l], shape->heads * adj->n_edges);
    }
    *out = net;
    net = NULL;
done:
    rg_network_free(net);
    return status;
}

regatta_status rg_network_take_features(regatta_ctx *ctx, rg_network *net,
                                        const rg_node_features *features)
{
    regatta_status status = REGATTA_OK;
    assert(net->adj->reverse != NULL);
    RG_NEW(ctx->mem, net->input, net->adj->n_nodes * net->shape.dim);
    RG_NEW(ctx->mem, net->cold, net->adj->n_nodes);
    net->features = features;
    rg_network_cool(net, 0.0f, 0, 0, ctx->threads);
done:
    return status;
}

regatta_status rg_network_take_panel(regatta_ctx *ctx, rg_network *net,
                                     const rg_shares *items)
{
    regatta_status status = REGATTA_OK;
    rg_item_panel *panel = &net->scratch->panel;
    assert(net->adj->share != NULL && !rg_shape_attends(&net->shape));
    RG_NEW(ctx->mem, panel->scratch, rg_chain_scratch(ctx, items, net->shape.dim));
    panel->items = items;
done:
    return status;
}

void rg_network_cool(rg_network *net, float share, uint64_t seed, uint64_t step,
                     int threads)
{
    net->scratch->cools = share > 0.0f;
    rg_feature_input_draw(net->cold, net->features, net->adj, share, seed, step, threads);
}

/* Edge dropout of a training step.
 *
 *   q'_vw = 0 with probability p, else q_vw / (1 - p);  E[q'] = q
 *
 * Srivastava et al., JMLR 2014, on edges (Rong et al., "DropEdge", ICLR 2020). Both
 * directions of an edge share one random number, a function of (seed, step, lower edge
 * number), so the thinned edge weights stay symmetric and need no order of drawing. The
 * edges of cold nodes are 0. O(edges) time; a thread owns a range of edges. */
enum { STEP_SHIFT = 40 }; /* edge numbers below 2^40, steps below 2^24 */

/* Returns 1 if an end of the edge is cold. */
static int is_cold(const rg_network *net, int64_t e)
{
    const rg_adjacency *adj = net->adj;
    return net->cold != NULL &&
           (net->cold[adj->target[e]] || net->cold[adj->target[adj->reverse[e]]]);
}

void rg_network_thin(rg_network *net, float share, uint64_t seed, uint64_t step,
                     int threads)
{
    const rg_adjacency *adj = net->adj;
    struct rg_network_scratch *s = net->scratch;
    assert(share >= 0.0f && share < 1.0f);
    const int thins = share > 0.0f || s->cools;
    if (!thins) {
        s->edge_weight = adj->edge_weight;
    } else {
        const double p = (double)share;
        assert(s->thinned != NULL && adj->reverse != NULL &&
               adj->n_edges < INT64_C(1) << STEP_SHIFT);
        const int team = rg_threads_for(4 * RG_SCALAR * adj->n_edges, threads);
#pragma omp parallel for num_threads(team) schedule(static)
        for (int64_t e = 0; e < adj->n_edges; e++) {
            const int64_t id = e < adj->reverse[e] ? e : adj->reverse[e];
            const uint64_t index = (step << STEP_SHIFT) | (uint64_t)id;
            const double unit = rg_random_unit(seed, RG_STREAM_DROPOUT, index);
            s->thinned[e] = unit < p || is_cold(net, e)
                                ? 0.0f
                                : (float)((double)adj->edge_weight[e] / (1.0 - p));
        }
        s->edge_weight = s->thinned;
    }
    if (rg_shape_attends(&net->shape)) return;
    for (int l = 0; l < net->shape.layers; l++)
        net->edge[l] = thins ? s->thinned : adj->edge_weight;
}

/* y = sum_l c_l X_l */
static void read_out(rg_network *net, const uint8_t *needed, int threads)
{
    const int64_t dim = net->shape.dim;
    const int layers = net->shape.layers;
    float c[RG_MAX_LAYERS + 1];
    rg_combine_weights(c, net->shape.combine, layers);
    const int team = rg_threads_for(net->adj->n_nodes * dim * (layers + 1), threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t v = 0; v < net->adj->n_nodes; v++) {
        float *row = net->y + v * dim;
        if (needed != NULL && !needed[v]) continue;
        memset(row, 0, (size_t)dim * sizeof *row);
        if (net->cold != NULL && net->cold[v]) {
            rg_vec_axpy(row, 1.0f, net->input + v * dim, dim);
            continue;
        }
        for (int l = 0; l <= layers; l++)
            if (c[l] != 0.0f) rg_vec_axpy(row, c[l], net->state[l] + v * dim, dim);
    }
}

/* Returns the parameters as the layers read them. */
static const rg_params *expanded(const rg_network *net, const rg_params *p)
{
    rg_params *full = net->scratch->full;
    if (full == NULL) return p;
    rg_params_expand(full, p);
    return full;
}

/* The weights of layer l in net->edge[l]. */
static void weigh_edges(rg_network *net, const rg_params *p, int l, int threads)
{
    const struct rg_network_scratch *s = net->scratch;
    float *att = s->levels != NULL ? s->inner[l] : net->edge[l];
    if (s->attention != NULL)
        rg_attention_forward(s->attention, att, net->state[l], p, l, s->edge_weight,
                             threads);
    if (s->levels == NULL) return;
    for (int h = 0; s->attention == NULL && h < net->shape.heads; h++)
        memcpy(att + h * net->adj->n_edges, s->edge_weight,
               (size_t)net->adj->n_edges * sizeof *att);
    rg_levels_forward(s->levels, net->edge[l], att, net->state[l], p, l, s->edge_weight,
                      threads);
}

void rg_network_forward_rows(rg_network *net, const rg_params *p, const uint8_t *needed,
                             int threads)
{
    const int layers = net->shape.layers;
    const rg_params *full = expanded(net, p);
    net->state[0] = net->features != NULL ? net->input : p->x0;
    if (net->features != NULL)
        rg_feature_input_forward(net->input, p, net->features, net->cold, threads);
    for (int l = 0; l < layers; l++) {
        weigh_edges(net, full, l, threads);
        rg_aggregate_forward(net->state[l + 1], net->edge[l], net->state[l], net->adj,
                             net->shape.dim, net->shape.heads,
                             l == layers - 1 ? needed : NULL, threads);
    }
    read_out(net, needed, threads);
}

void rg_network_forward(rg_network *net, const rg_params *p, int threads)
{
    rg_network_forward_rows(net, p, NULL, threads);
}

static void scale(float *x, float factor, int64_t n, int64_t dim, const uint8_t *needed,
                  int threads)
{
    const int team = rg_threads_for(n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t v = 0; v < n; v++)
        for (int64_t k = 0; k < dim && needed[v]; k++) x[v * dim + k] *= factor;
}

/* dx += the gradient through the weights of layer l. */
static void weights_backward(rg_network *net, float *dx, rg_params *grad,
                             const rg_params *p, int l, const float *g,
                             const uint8_t *active, int threads)
{
    struct rg_network_scratch *s = net->scratch;
    const float *x = net->state[l];
    const float *att = s->levels != NULL ? s->inner[l] : net->edge[l];
    if (s->attention == NULL && s->levels == NULL) return;
    rg_aggregate_backward_weights(s->datt, g, x, net->adj, net->shape.dim,
                                  net->shape.heads, active, threads);
    if (s->levels != NULL)
        rg_levels_backward(s->levels, s->datt, dx, grad, att, x, p, l, s->edge_weight,
                           threads);
    if (s->attention != NULL)
        rg_attention_backward(s->attention, dx, grad, s->datt, s->flip, att, x, p, l,
                              s->edge_weight, threads);
}

/* Adds what the read-out of cold nodes, which is their input, adds to its gradient: dy
 * was scaled by c[layers], and dx has it with c[0]. */
static void add_cold(const rg_network *net, float *dx, const float *dy, const float *c,
                     const uint8_t *needed, int threads)
{
    const float has = c[0] != 0.0f ? 1.0f : 0.0f;
    const float factor = 1.0f / c[net->shape.layers] - has;
    const int64_t n = net->adj->n_nodes, dim = net->shape.dim;
    const int team = rg_threads_for(n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t v = 0; v < n; v++)
        if (net->cold[v] && needed[v])
            rg_vec_axpy(dx + v * dim, factor, dy + v * dim, dim);
}

/* Returns the table for the gradient of state l. Layer 0 ends in that of x0. Without
 * attention and groups no state is read backward, and its own table is free. */
static float *state_gradient(const rg_network *net, rg_params *grad, int l)
{
    if (l > 0 && !rg_shape_attends(&net->shape)) return net->state[l];
    return l % 2 == 0 ? grad->x0 : net->scratch->grad;
}

void rg_network_backward(rg_network *net, rg_params *grad, const rg_params *p, float *dy,
                         const uint8_t *needed, int threads)
{
    struct rg_network_scratch *s = net->scratch;
    const int64_t dim = net->shape.dim;
    const int layers = net->shape.layers, heads = net->shape.heads;
    const rg_params *full = s->full != NULL ? s->full : p; /* of the forward pass */
    rg_params *full_grad = s->full_grad != NULL ? s->full_grad : grad;
    float c[RG_MAX_LAYERS + 1];
    rg_combine_weights(c, net->shape.combine, layers);
    scale(dy, c[layers], net->adj->n_nodes, dim, needed, threads);
    if (s->full_grad != NULL)
        memset(full_grad->arena, 0,
               (size_t)full_grad->n_floats * sizeof *full_grad->arena);
    const float *g = dy;
    const uint8_t *active = needed; /* the gradients below the top fill all rows */
    for (int l = layers - 1; l >= 0; l--) {
        float *dx = state_gradient(net, grad, l);
        rg_aggregate_backward_values(
            dx, c[l] != 0.0f ? dy : NULL, needed, net->edge[l], g, net->adj, dim, heads,
            !rg_shape_attends(&net->shape), active,
            l == 0 && s->panel.items != NULL ? &s->panel : NULL, threads);
        weights_backward(net, dx, full_grad, full, l, g, active, threads);
        g = dx;
        active = NULL;
    }
    if (s->full_grad != NULL) rg_params_add_expanded(grad, s->full_grad);
    if (net->features == NULL) return;
    add_cold(net, grad->x0, dy, c, needed, threads);
    rg_feature_input_backward(grad, grad->x0, net->features, net->cold, threads);
}

const float *rg_network_prototypes(const rg_network *net)
{
    return net->scratch->levels != NULL ? net->scratch->levels->prototype : NULL;
}

void rg_network_end_steps(rg_network *net)
{
    struct rg_network_scratch *s = net != NULL ? net->scratch : NULL;
    if (s == NULL) return;
    rg_free(net->mem, s->grad);
    rg_free(net->mem, s->flip);
    rg_free(net->mem, s->datt);
    rg_params_free(s->full_grad);
    rg_free(net->mem, s->panel.scratch);
    s->grad = s->flip = s->datt = s->panel.scratch = NULL;
    s->panel.items = NULL;
    s->full_grad = NULL;
}

void rg_network_drop_state(rg_network *net, int l)
{
    if (l == 0) return;
    rg_free(net->mem, net->state[l]);
    net->state[l] = NULL;
}

void rg_network_free(rg_network *net)
{
    if (net == NULL) return;
    struct rg_network_scratch *s = net->scratch;
    for (int l = 0; l < RG_MAX_LAYERS; l++)
        if (rg_shape_attends(&net->shape)) rg_free(net->mem, net->edge[l]);
    for (int l = 1; l <= RG_MAX_LAYERS; l++) rg_free(net->mem, net->state[l]);
    rg_free(net->mem, net->y);
    rg_free(net->mem, net->input);
    rg_free(net->mem, net->cold);
    if (s != NULL) {
        rg_attention_free(s->attention);
        rg_levels_free(s->levels);
        rg_params_free(s->full);
        for (int l = 0; l < RG_MAX_LAYERS; l++) rg_free(net->mem, s->inner[l]);
        rg_free(net->mem, s->thinned);
    }
    rg_network_end_steps(net);
    rg_free(net->mem, s);
    rg_free(net->mem, net);
}

double rg_network_forward_flops(const rg_network *net, const rg_params *p,
                                int64_t last_edges)
{
    const rg_adjacency *adj = net->adj;
    const double dim = (double)net->shape.dim, nodes = (double)adj->n_nodes;
    const double layers = (double)net->shape.layers;
    const double edges = (layers - 1.0) * (double)adj->n_edges + (double)last_edges;
    double pass = dim * (2.0 * edges + layers * nodes);
    if (net->features != NULL)
        pass += rg_feature_input_flops(net->features, adj->n_nodes, net->shape.dim);
    double scores = 0.0;
    if (!rg_shape_attends(&net->shape)) return pass;
    if (net->shape.n_groups > 0) scores += 2.0 * dim * layers * nodes;
    if (net->shape.dynamic > 0) scores += 4.0 * (double)net->shape.heads * edges;
    if (net->shape.attention == REGATTA_ATTENTION_NONE) return pass + scores;
    for (int k = 0; k < p->n_entries; k++)
        if (p->entry[k].group >= RG_PARAM_ATTENTION)
            scores += 2.0 * nodes * (double)(p->entry[k].rows * p->entry[k].cols);
    return pass + scores + 2.0 * dim * edges;
}

double rg_network_backward_flops(const rg_network *net, const rg_params *p,
                                 int64_t last_edges)
{
    const double twice = rg_shape_attends(&net->shape) ? 2.0 : 1.0;
    return twice * rg_network_forward_flops(net, p, last_edges);
}
