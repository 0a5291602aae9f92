/* Attention weights from states, and their gradients.
 *
 *   forward    u = t x / |x|;  Q = u W_q, K = u W_k (U = u W for gat);  s by the kind;
 *              a = edge softmax of s with the edge weights
 *   backward  da -> ds -> (dQ, dK) -> dW_q += u' dQ, dW_k += u' dK,
 *              du = dQ W_q' + dK W_k' -> dx
 *
 * t = 1 within each head for cosine, sqrt(dim) over the whole row for the others, so that
 * Q starts with elements near 1. The forward pass keeps only the weights: the backward
 * pass recomputes u, Q and K of its layer, which costs 4 n dim^2 FLOPs and saves three
 * node tables per layer. Memory: at most five node tables (two for cosine) and
 * heads * edges floats for all layers together. Parallel schemes: see the parts. */
#include "gat/attention/attention.h"
#include "gat/attention/aggregate.h"
#include "gat/attention/attention_cosine.h"
#include "gat/attention/attention_dot.h"
#include "gat/attention/attention_gat.h"
#include "gat/attention/attention_gatv2.h"
#include "gat/attention/dynamic.h"
#include "gat/attention/edge_softmax.h"
#include "gat/unit_rows.h"
#include "linalg/dense.h"
#include <assert.h>
#include <math.h>
#include <string.h>

float rg_attention_length(const rg_shape *shape)
{
    return shape->attention == REGATTA_ATTENTION_COSINE ? 1.0f : sqrtf((float)shape->dim);
}

int rg_attention_parts(const rg_shape *shape)
{
    return shape->attention == REGATTA_ATTENTION_COSINE ? shape->heads : 1;
}

float rg_attention_factor(const rg_shape *shape)
{
    const int64_t width = shape->dim / shape->heads;
    return shape->attention == REGATTA_ATTENTION_SCALED_DOT ? 1.0f / sqrtf((float)width)
                                                            : 1.0f;
}

regatta_status rg_attention_create(regatta_ctx *ctx, rg_attention **out,
                                   const rg_shape *shape, const rg_adjacency *adj,
                                   int for_training)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const regatta_attention kind = shape->attention;
    const int64_t n = adj->n_nodes, table = n * shape->dim;
    const int64_t halves = 2 * n * shape->heads;
    const int scored = kind != REGATTA_ATTENTION_NONE;
    const int has_query = scored && kind != REGATTA_ATTENTION_COSINE;
    const int has_key = has_query && kind != REGATTA_ATTENTION_GAT;
    rg_attention *w = NULL;
    assert(scored || shape->dynamic > 0);
    RG_NEW(ctx->mem, w, 1);
    w->mem = ctx->mem;
    w->shape = *shape;
    w->adj = adj;
    if (scored) {
        RG_NEW(ctx->mem, w->unit, table);
        RG_NEW(ctx->mem, w->norm, n * rg_attention_parts(shape));
    }
    if (has_query) RG_NEW(ctx->mem, w->query, table);
    if (has_key) RG_NEW(ctx->mem, w->key, table);
    if (kind == REGATTA_ATTENTION_GAT) RG_NEW(ctx->mem, w->half, halves);
    if (for_training && shape->dynamic > 0)
        RG_NEW(ctx->mem, w->dynamic_part, RG_DYNAMIC_PARTS(n));
    if (for_training && scored) {
        RG_NEW(ctx->mem, w->dquery, table);
        if (has_key) RG_NEW(ctx->mem, w->dkey, table);
        if (kind == REGATTA_ATTENTION_GAT) RG_NEW(ctx->mem, w->dhalf, halves);
        RG_NEW(ctx->mem, w->square, shape->dim * shape->dim);
        RG_NEW(ctx->mem, w->part, rg_column_dots_doubles(n, shape->dim));
    }
    *out = w;
    w = NULL;
done:
    rg_attention_free(w);
    return status;
}

/* unit, norm, query and key of states x. */
static void project(rg_attention *w, const float *x, const rg_params *p, int layer,
                    int threads)
{
    const rg_shape *s = &w->shape;
    const int64_t n = w->adj->n_nodes, dim = s->dim;
    if (w->unit == NULL) return;
    rg_unit_rows_forward(w->unit, w->norm, x, rg_attention_length(s), n, dim,
                         rg_attention_parts(s), threads);
    if (w->query != NULL)
        rg_dense_forward(w->query, w->unit, p->wq[layer], n, dim, threads);
    if (w->key != NULL) rg_dense_forward(w->key, w->unit, p->wk[layer], n, dim, threads);
}

static void scores(rg_attention *w, float *score, const rg_params *p, int layer,
                   int threads)
{
    const rg_shape *s = &w->shape;
    const rg_adjacency *adj = w->adj;
    const int64_t dim = s->dim;
    switch (s->attention) {
    case REGATTA_ATTENTION_NONE:
    case REGATTA_ATTENTION_AUTO: /* of options alone */
        memset(score, 0, (size_t)(s->heads * adj->n_edges) * sizeof *score);
        break;
    case REGATTA_ATTENTION_COSINE:
        rg_cosine_forward(score, w->unit, p->beta[layer], adj, dim, s->heads, threads);
        break;
    case REGATTA_ATTENTION_DOT:
    case REGATTA_ATTENTION_SCALED_DOT:
        rg_dot_forward(score, w->query, w->key, rg_attention_factor(s), adj, dim,
                       s->heads, threads);
        break;
    case REGATTA_ATTENTION_GAT:
        rg_gat_forward(score, w->half, w->half + adj->n_nodes * s->heads, w->query,
                       p->a[layer], adj, dim, s->heads, threads);
        break;
    case REGATTA_ATTENTION_GATV2:
        rg_gatv2_forward(score, w->query, w->key, p->a[layer], adj, dim, s->heads,
                         threads);
        break;
    }
}

void rg_attention_scores(rg_attention *w, float *score, const float *x,
                         const rg_params *p, int layer, int threads)
{
    project(w, x, p, layer, threads);
    scores(w, score, p, layer, threads);
}

void rg_attention_forward(rg_attention *w, float *att, const float *x, const rg_params *p,
                          int layer, const float *edge_weight, int threads)
{
    const rg_adjacency *adj = w->adj;
    rg_attention_scores(w, att, x, p, layer, threads);
    if (w->shape.dynamic > 0)
        rg_dynamic_forward(att, p->dynamic[layer], adj, w->shape.heads, threads);
    for (int h = 0; h < w->shape.heads; h++) {
        float *head = att + h * adj->n_edges;
        rg_edge_softmax_forward(head, head, edge_weight, adj->offset, adj->n_nodes,
                                threads);
    }
}

/* From dscore to dquery and dkey (cosine: dquery = dunit). */
static void scores_backward(rg_attention *w, rg_params *grad, const float *dscore,
                            float *flip, const rg_params *p, int layer, int threads)
{
    const rg_shape *s = &w->shape;
    const rg_adjacency *adj = w->adj;
    const int64_t dim = s->dim, second = adj->n_nodes * s->heads;
    switch (s->attention) {
    case REGATTA_ATTENTION_NONE:
    case REGATTA_ATTENTION_AUTO: break; /* of options alone */
    case REGATTA_ATTENTION_COSINE:
        rg_cosine_backward(w->dquery, grad->beta[layer], flip, w->part, dscore, w->unit,
                           p->beta[layer], adj, dim, s->heads, threads);
        break;
    case REGATTA_ATTENTION_DOT:
    case REGATTA_ATTENTION_SCALED_DOT:
        rg_dot_backward(w->dquery, w->dkey, flip, dscore, w->query, w->key,
                        rg_attention_factor(s), adj, dim, s->heads, threads);
        break;
    case REGATTA_ATTENTION_GAT:
        /* the halves of this layer: the forward pass may have left another's */
        rg_gat_halves(w->half, w->half + second, w->query, p->a[layer], adj->n_nodes, dim,
                      s->heads, threads);
        rg_gat_backward(w->dquery, grad->a[layer], w->dhalf, w->dhalf + second, w->part,
                        dscore, w->half, w->half + second, w->query, p->a[layer], adj,
                        dim, s->heads, threads);
        break;
    case REGATTA_ATTENTION_GATV2:
        rg_gatv2_backward(w->dquery, w->dkey, grad->a[layer], w->part, dscore, w->query,
                          w->key, p->a[layer], adj, dim, s->heads, threads);
        break;
    }
}

void rg_attention_backward(rg_attention *w, float *dx, rg_params *grad, float *dscore,
                           float *flip, const float *att, const float *x,
                           const rg_params *p, int layer, const float *edge_weight,
                           int threads)
{
    const rg_shape *s = &w->shape;
    const rg_adjacency *adj = w->adj;
    const int64_t n = adj->n_nodes, dim = s->dim;
    float *dunit = w->dquery;
    project(w, x, p, layer, threads);
    for (int h = 0; h < s->heads; h++) {
        float *head = dscore + h * adj->n_edges;
        rg_edge_softmax_backward(head, head, att + h * adj->n_edges, edge_weight,
                                 adj->offset, n, threads);
    }
    if (s->dynamic > 0) {
        scores(w, flip, p, layer, threads); /* before the factors and terms */
        rg_dynamic_backward(dscore, grad->dynamic[layer], w->dynamic_part, flip,
                            p->dynamic[layer], adj, s->heads, threads);
    }
    if (w->unit == NULL) return;
    scores_backward(w, grad, dscore, flip, p, layer, threads);
    if (w->query != NULL) {
        dunit = w->query; /* the queries are not needed any more */
        rg_dense_backward_weight(grad->wq[layer], w->unit, w->dquery, n, dim, threads);
        rg_dense_backward_input(dunit, w->square, w->dquery, p->wq[layer], 0, n, dim,
                                threads);
    }
    if (w->key != NULL) {
        rg_dense_backward_weight(grad->wk[layer], w->unit, w->dkey, n, dim, threads);
        rg_dense_backward_input(dunit, w->square, w->dkey, p->wk[layer], 1, n, dim,
                                threads);
    }
    rg_unit_rows_backward(dx, dunit, w->unit, w->norm, rg_attention_length(s), n, dim,
                          rg_attention_parts(s), threads);
}

void rg_attention_free(rg_attention *w)
{
    if (w == NULL) return;
    rg_free(w->mem, w->unit);
    rg_free(w->mem, w->norm);
    rg_free(w->mem, w->query);
    rg_free(w->mem, w->key);
    rg_free(w->mem, w->half);
    rg_free(w->mem, w->dquery);
    rg_free(w->mem, w->dkey);
    rg_free(w->mem, w->dhalf);
    rg_free(w->mem, w->square);
    rg_free(w->mem, w->dynamic_part);
    rg_free(w->mem, w->part);
    rg_free(w->mem, w);
}
