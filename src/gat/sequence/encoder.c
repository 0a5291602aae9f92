/* Sequence encoders. A token starts as its item's row, scaled; each block adds to it:
 *
 *   x = sqrt(dim) item                                            gru
 *   x = sqrt(dim) item + position, counted from the latest token  transformer
 *   block:  x = GRU(x)                                            gru
 *           x = x + attention(norm x) W_o                         both
 *           x = x + relu(norm x W_1 + b_1) W_2 + b_2              transformer
 *   out = norm x
 *
 * Dropout applies to the input and to each addend. Transformer: Kang, McAuley,
 * "Self-attentive sequential recommendation", ICDM 2018, with the norms before the
 * attention. Gru: Hidasi et al., ICLR 2016, with attention over its states after Li et
 * al., "Neural attentive session-based recommendation", CIKM 2017 (whose weights are
 * those of an additive attention without softmax). The backward recomputes scaled norms
 * and dropout masks and reads everything else from the room. One thread does a call; no
 * call allocates. */
#include "gat/sequence/encoder.h"
#include "base/kernels/vec.h"
#include "gat/sequence/layer_norm.h"
#include "gat/sequence/linear_rows.h"
#include <math.h>
#include <string.h>

/* Sites of dropout. */
enum { SITE_INPUT = 0, SITE_ATTENTION = 1, SITE_WIDE = 2, SITES_OF_BLOCK = 2 };

static int64_t widest(const rg_encoder_shape *s)
{
    return 3 * s->dim > s->hidden ? 3 * s->dim : s->hidden;
}

static rg_causal_shape causal_of(const rg_encoder_shape *s)
{
    return (rg_causal_shape){.dim = s->dim, .window = s->window, .heads = s->heads};
}

/* Floats that grow with the tokens: of a block, and of the rest. */
static int64_t block_floats(const rg_encoder_shape *s)
{
    return s->kind == RG_ENCODER_GRU ? 11 * s->dim + 1 : 6 * s->dim + 2 + s->hidden;
}

static int64_t token_floats(const rg_encoder_shape *s)
{
    return s->blocks * block_floats(s) + 3 * s->dim + 1 + 2 * widest(s);
}

int64_t rg_encoder_floats(const rg_encoder_shape *s, const rg_packed *tokens)
{
    const rg_causal_shape causal = causal_of(s);
    const int64_t n = rg_packed_tokens(tokens);
    const int64_t longest = tokens->n > 0 ? rg_packed_length(tokens, 0) : 0;
    int64_t scratch = rg_causal_scratch_floats(&causal, longest);
    const int64_t gru = rg_gru_scratch_floats(s->dim, n, tokens->n);
    if (s->kind == RG_ENCODER_GRU && gru > scratch) scratch = gru;
    return n * token_floats(s) + s->blocks * rg_causal_weight_floats(&causal, tokens) +
           scratch;
}

int64_t rg_encoder_most_floats(const rg_encoder_shape *s, int64_t tokens, int64_t rooms)
{
    const rg_causal_shape causal = causal_of(s);
    const int64_t longest = tokens < s->window ? tokens : s->window;
    int64_t scratch = rooms * rg_causal_scratch_floats(&causal, longest);
    if (s->kind == RG_ENCODER_GRU)
        scratch += rg_gru_scratch_floats(s->dim, tokens, tokens);
    return tokens * (token_floats(s) + s->blocks * s->heads * rg_causal_ld(longest)) +
           scratch;
}

static float *cut(float **memory, int64_t n)
{
    float *p = *memory;
    *memory += n;
    return p;
}

void rg_encoder_place(rg_encoder_room *room, float *memory, const rg_encoder_shape *s,
                      const rg_packed *tokens)
{
    const rg_causal_shape causal = causal_of(s);
    const int64_t n = rg_packed_tokens(tokens), rows = n * s->dim;
    const int64_t weights = rg_causal_weight_floats(&causal, tokens);
    *room = (rg_encoder_room){.x = cut(&memory, rows)};
    for (int b = 0; b < s->blocks; b++) {
        if (s->kind == RG_ENCODER_GRU)
            room->block[b].gru = (rg_gru_kept){.x = cut(&memory, rows),
                                               .before = cut(&memory, rows),
                                               .gate = cut(&memory, 4 * rows)};
        room->block[b].hat = cut(&memory, rows);
        room->block[b].inverse = cut(&memory, n);
        room->block[b].qkv = cut(&memory, 3 * rows);
        room->block[b].weight = cut(&memory, weights);
        room->block[b].mixed = cut(&memory, rows);
        if (s->kind != RG_ENCODER_TRANSFORMER) continue;
        room->block[b].wide_hat = cut(&memory, rows);
        room->block[b].wide_inverse = cut(&memory, n);
        room->block[b].hidden = cut(&memory, n * s->hidden);
    }
    room->hat = cut(&memory, rows);
    room->inverse = cut(&memory, n);
    room->out = cut(&memory, rows);
    room->first = cut(&memory, n * widest(s));
    room->second = cut(&memory, n * widest(s));
    room->attention = memory;
}

static void add_rows(float *x, const float *y, int64_t n)
{
    rg_vec_axpy(x, 1.0f, y, n);
}

/* x = sqrt(dim) x + position */
static void input_forward(float *x, const rg_encoder_params *p, const rg_packed *tokens)
{
    const int64_t dim = p->shape.dim;
    const float scale = sqrtf((float)dim);
    for (int64_t k = 0; k < rg_packed_tokens(tokens) * dim; k++) x[k] *= scale;
    for (int64_t s = 0; p->position != NULL && s < tokens->n; s++)
        for (int64_t t = tokens->offset[s]; t < tokens->offset[s + 1]; t++)
            add_rows(x + t * dim, p->position + (tokens->offset[s + 1] - 1 - t) * dim,
                     dim);
}

static void input_backward(float *dx, const rg_encoder_params *grad,
                           const rg_packed *tokens)
{
    const int64_t dim = grad->shape.dim;
    const float scale = sqrtf((float)dim);
    for (int64_t s = 0; grad->position != NULL && s < tokens->n; s++)
        for (int64_t t = tokens->offset[s]; t < tokens->offset[s + 1]; t++)
            add_rows(grad->position + (tokens->offset[s + 1] - 1 - t) * dim, dx + t * dim,
                     dim);
    for (int64_t k = 0; k < rg_packed_tokens(tokens) * dim; k++) dx[k] *= scale;
}

static rg_gru_weights gru_of(const rg_encoder_block *k, const rg_encoder_block *turned)
{
    return (rg_gru_weights){.input = k->gru_input,
                            .recurrent = k->gru_recurrent,
                            .bias = k->gru_bias,
                            .turned_input = turned != NULL ? turned->gru_input : NULL,
                            .turned_recurrent =
                                turned != NULL ? turned->gru_recurrent : NULL};
}

static void attention_forward(rg_encoder_room *room, const rg_encoder_params *p, int b,
                              const rg_packed *tokens, const rg_drop *drop)
{
    const rg_encoder_block *k = &p->block[b];
    const int64_t n = rg_packed_tokens(tokens), dim = p->shape.dim;
    const rg_causal_shape causal = causal_of(&p->shape);
    const rg_causal_bias bias = {k->place, k->time};
    rg_layer_norm_forward(room->block[b].hat, room->block[b].inverse, room->x, n, dim);
    rg_layer_norm_scale(room->first, room->block[b].hat, k->gain, k->shift, n, dim);
    rg_linear_forward(room->block[b].qkv, room->first, k->qkv, NULL, n, dim, 3 * dim);
    rg_causal_forward(room->block[b].mixed, room->block[b].weight, room->attention,
                      room->block[b].qkv, &bias, tokens, &causal);
    rg_linear_forward(room->first, room->block[b].mixed, k->out, NULL, n, dim, dim);
    rg_drop_units(room->first, drop, b * SITES_OF_BLOCK + SITE_ATTENTION, n, dim);
    add_rows(room->x, room->first, n * dim);
}

static void attention_backward(const rg_encoder_params *grad, rg_encoder_room *room,
                               const rg_encoder_params *p,
                               const rg_encoder_params *turned, int b,
                               const rg_packed *tokens, const rg_drop *drop)
{
    const rg_encoder_block *k = &p->block[b], *d = &grad->block[b];
    const int64_t n = rg_packed_tokens(tokens), dim = p->shape.dim;
    const rg_causal_shape causal = causal_of(&p->shape);
    const rg_causal_bias dbias = {d->place, d->time};
    float *first = room->first, *second = room->second;
    memcpy(first, room->x, (size_t)(n * dim) * sizeof *first);
    rg_drop_units(first, drop, b * SITES_OF_BLOCK + SITE_ATTENTION, n, dim);
    rg_linear_backward_weight(d->out, NULL, first, room->block[b].mixed, n, dim, dim);
    rg_linear_backward_input(second, first, turned->block[b].out, n, dim, dim);
    rg_causal_backward(first, &dbias, room->attention, second, room->block[b].weight,
                       room->block[b].qkv, tokens, &causal);
    rg_layer_norm_scale(second, room->block[b].hat, k->gain, k->shift, n, dim);
    rg_linear_backward_weight(d->qkv, NULL, first, second, n, dim, 3 * dim);
    rg_linear_backward_input(second, first, turned->block[b].qkv, n, dim, 3 * dim);
    rg_layer_norm_backward(room->x, d->gain, d->shift, second, room->block[b].hat,
                           room->block[b].inverse, k->gain, 1, n, dim);
}

static void wide_forward(rg_encoder_room *room, const rg_encoder_params *p, int b,
                         int64_t n, const rg_drop *drop)
{
    const rg_encoder_block *k = &p->block[b];
    const int64_t dim = p->shape.dim, hidden = p->shape.hidden;
    float *unit = room->block[b].hidden;
    rg_layer_norm_forward(room->block[b].wide_hat, room->block[b].wide_inverse, room->x,
                          n, dim);
    rg_layer_norm_scale(room->first, room->block[b].wide_hat, k->wide_gain, k->wide_shift,
                        n, dim);
    rg_linear_forward(unit, room->first, k->wide, k->wide_bias, n, dim, hidden);
    for (int64_t u = 0; u < n * hidden; u++) unit[u] = unit[u] > 0.0f ? unit[u] : 0.0f;
    rg_linear_forward(room->first, unit, k->narrow, k->narrow_bias, n, hidden, dim);
    rg_drop_units(room->first, drop, b * SITES_OF_BLOCK + SITE_WIDE, n, dim);
    add_rows(room->x, room->first, n * dim);
}

static void wide_backward(const rg_encoder_params *grad, rg_encoder_room *room,
                          const rg_encoder_params *p, const rg_encoder_params *turned,
                          int b, int64_t n, const rg_drop *drop)
{
    const rg_encoder_block *k = &p->block[b], *d = &grad->block[b];
    const int64_t dim = p->shape.dim, hidden = p->shape.hidden;
    const float *unit = room->block[b].hidden;
    float *first = room->first, *second = room->second;
    memcpy(first, room->x, (size_t)(n * dim) * sizeof *first);
    rg_drop_units(first, drop, b * SITES_OF_BLOCK + SITE_WIDE, n, dim);
    rg_linear_backward_weight(d->narrow, d->narrow_bias, first, unit, n, hidden, dim);
    rg_linear_backward_input(second, first, turned->block[b].narrow, n, hidden, dim);
    for (int64_t u = 0; u < n * hidden; u++)
        if (!(unit[u] > 0.0f)) second[u] = 0.0f;
    rg_layer_norm_scale(first, room->block[b].wide_hat, k->wide_gain, k->wide_shift, n,
                        dim);
    rg_linear_backward_weight(d->wide, d->wide_bias, second, first, n, dim, hidden);
    rg_linear_backward_input(first, second, turned->block[b].wide, n, dim, hidden);
    rg_layer_norm_backward(room->x, d->wide_gain, d->wide_shift, first,
                           room->block[b].wide_hat, room->block[b].wide_inverse,
                           k->wide_gain, 1, n, dim);
}

void rg_encoder_forward(rg_encoder_room *room, const rg_encoder_params *p,
                        const rg_packed *tokens, const rg_drop *drop)
{
    const int64_t n = rg_packed_tokens(tokens), dim = p->shape.dim;
    input_forward(room->x, p, tokens);
    rg_drop_units(room->x, drop, SITE_INPUT, n, dim);
    for (int b = 0; b < p->shape.blocks; b++) {
        if (p->shape.kind == RG_ENCODER_GRU) {
            const rg_gru_weights w = gru_of(&p->block[b], NULL);
            rg_gru_forward(room->x, &room->block[b].gru, room->attention, &w, tokens,
                           dim);
        }
        attention_forward(room, p, b, tokens, drop);
        if (p->shape.kind == RG_ENCODER_TRANSFORMER) wide_forward(room, p, b, n, drop);
    }
    rg_layer_norm_forward(room->hat, room->inverse, room->x, n, dim);
    rg_layer_norm_scale(room->out, room->hat, p->gain, p->shift, n, dim);
}

void rg_encoder_backward(const rg_encoder_params *grad, rg_encoder_room *room,
                         const rg_encoder_params *p, const rg_encoder_params *turned,
                         const rg_packed *tokens, const rg_drop *drop)
{
    const int64_t n = rg_packed_tokens(tokens), dim = p->shape.dim;
    rg_layer_norm_backward(room->x, grad->gain, grad->shift, room->x, room->hat,
                           room->inverse, p->gain, 0, n, dim);
    for (int b = p->shape.blocks - 1; b >= 0; b--) {
        if (p->shape.kind == RG_ENCODER_TRANSFORMER)
            wide_backward(grad, room, p, turned, b, n, drop);
        attention_backward(grad, room, p, turned, b, tokens, drop);
        if (p->shape.kind == RG_ENCODER_GRU) {
            const rg_gru_weights w = gru_of(&p->block[b], &turned->block[b]);
            const rg_gru_weights dw = gru_of(&grad->block[b], NULL);
            rg_gru_backward(room->x, &dw, &room->block[b].gru, room->attention, &w,
                            tokens, dim);
        }
    }
    rg_drop_units(room->x, drop, SITE_INPUT, n, dim);
    input_backward(room->x, grad, tokens);
}

double rg_encoder_flops(const rg_encoder_shape *s, int64_t length)
{
    const double n = (double)length, dim = (double)s->dim;
    const double maps =
        s->kind == RG_ENCODER_GRU ? 12.0 * dim * dim : 4.0 * dim * (double)s->hidden;
    return s->blocks * n * (8.0 * dim * dim + maps + 2.0 * n * dim);
}
