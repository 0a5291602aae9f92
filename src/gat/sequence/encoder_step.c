/* A step: forward over the batch, softmax over the items, backward, sums.
 *
 * The windows of a batch, the longest first, are cut into at most CHUNKS chunks of whole
 * windows, by their tokens and not by the number of threads. A thread owns a chunk with
 * its room and its gradient of the parameters; these are added in the order of the
 * chunks. The gradient of an item's row is that of the softmax plus those of its tokens,
 * gathered by items in order of tokens. Memory: rooms of batch_tokens tokens, CHUNKS
 * gradients, three tables of items and the workspace of the softmax. A step allocates
 * nothing. */
#include "gat/sequence/encoder_step.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "gat/adam.h"
#include "gat/item_sample.h"
#include "gat/loss_softmax.h"
#include <string.h>

enum { CHUNKS = 16, CHUNK_TOKENS = 256 };

typedef struct chunk {
    rg_packed tokens;
    int64_t first; /* number of its first token */
    int64_t *offset;
    rg_encoder_room room;
} chunk;

struct rg_stepper {
    rg_mem mem;
    rg_encoder *encoder, *grad;
    const rg_item_rows *rows;
    rg_stepper_options options;
    int64_t most_tokens;
    rg_encoder_params *turned, *part[CHUNKS];
    chunk chunk[CHUNKS];
    int n_chunks;
    float *memory; /* of the rooms */
    rg_moment *length;
    int64_t *offset, *time; /* of the batch; offsets are those within chunks */
    uint32_t *item, *target;
    int64_t *positive;     /* [tokens + 1] 0, 1, 2 ... */
    float *state, *dstate; /* [tokens][dim] */
    int64_t *item_offset;  /* [n_items + 1] tokens by item */
    uint32_t *item_token;  /* [tokens] */
    rg_softmax *softmax;
    rg_item_sample *sample; /* NULL: all items */
    float *row, *drow;      /* [sample][dim] */
    float *row_bias, *drow_bias;
    rg_adam *adam, *adam_item, *adam_bias;
    double flops;
};

regatta_status rg_encoder_create(regatta_ctx *ctx, rg_encoder **out,
                                 const rg_encoder_shape *shape, int64_t n_items)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_encoder *e = NULL;
    RG_NEW(ctx->mem, e, 1);
    e->mem = ctx->mem;
    e->n_items = n_items;
    RG_TRY(rg_encoder_params_create(ctx, &e->params, shape));
    RG_NEW(e->mem, e->item, n_items * shape->dim);
    RG_NEW(e->mem, e->bias, n_items);
    *out = e;
    e = NULL;
done:
    rg_encoder_free(e);
    return status;
}

void rg_encoder_copy(rg_encoder *to, const rg_encoder *from)
{
    const rg_encoder_params *p = from->params;
    const size_t size = sizeof *from->item;
    memcpy(to->params->arena, p->arena, (size_t)p->n_floats * size);
    memcpy(to->item, from->item, (size_t)(from->n_items * p->shape.dim) * size);
    memcpy(to->bias, from->bias, (size_t)from->n_items * size);
}

regatta_status rg_encoder_archive(rg_archive *archive, rg_encoder *e)
{
    regatta_status status = REGATTA_OK;
    const rg_encoder_params *p = e->params;
    RG_TRY(rg_archive_floats(archive, p->arena, p->n_floats));
    RG_TRY(rg_archive_floats(archive, e->item, e->n_items * p->shape.dim));
    RG_TRY(rg_archive_floats(archive, e->bias, e->n_items));
done:
    return status;
}

void rg_encoder_free(rg_encoder *e)
{
    if (e == NULL) return;
    rg_encoder_params_free(e->params);
    rg_free(e->mem, e->item);
    rg_free(e->mem, e->bias);
    rg_free(e->mem, e);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Allocates what depends on the tokens of a batch. */
static regatta_status create_batch(regatta_ctx *ctx, rg_stepper *s)
{
    regatta_status status = REGATTA_OK;
    const rg_encoder_shape *shape = &s->encoder->params->shape;
    const int64_t n = s->most_tokens, dim = shape->dim;
    RG_NEW(ctx->mem, s->memory, rg_encoder_most_floats(shape, n, CHUNKS));
    RG_NEW(ctx->mem, s->length, s->options.batch_windows);
    RG_NEW(ctx->mem, s->offset, s->options.batch_windows + CHUNKS);
    RG_NEW(ctx->mem, s->time, n);
    RG_NEW(ctx->mem, s->item, n);
    RG_NEW(ctx->mem, s->target, n);
    RG_NEW(ctx->mem, s->positive, n + 1);
    RG_NEW(ctx->mem, s->state, n * dim);
    RG_NEW(ctx->mem, s->dstate, n * dim);
    RG_NEW(ctx->mem, s->item_token, n);
    for (int64_t t = 0; t <= n; t++) s->positive[t] = t;
done:
    return status;
}

static regatta_status create_items(regatta_ctx *ctx, rg_stepper *s)
{
    regatta_status status = REGATTA_OK;
    const int64_t n_items = s->encoder->n_items, dim = s->encoder->params->shape.dim;
    int64_t rows = n_items;
    RG_NEW(ctx->mem, s->item_offset, n_items + 1);
    if (s->options.negatives > 0 && s->options.negatives < n_items) {
        RG_TRY(rg_item_sample_create(ctx, &s->sample, n_items, s->options.negatives,
                                     s->most_tokens));
        rows = s->sample->capacity;
        RG_NEW(ctx->mem, s->row, rows * dim);
        RG_NEW(ctx->mem, s->drow, rows * dim);
        RG_NEW(ctx->mem, s->row_bias, rows);
        RG_NEW(ctx->mem, s->drow_bias, rows);
    }
    RG_TRY(rg_softmax_create(ctx, &s->softmax, s->most_tokens, rows, dim));
done:
    return status;
}

regatta_status rg_stepper_create(regatta_ctx *ctx, rg_stepper **out, rg_encoder *encoder,
                                 const rg_item_rows *rows,
                                 const rg_stepper_options *options)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    const rg_encoder_params *p = encoder->params;
    rg_stepper *s = NULL;
    RG_NEW(ctx->mem, s, 1);
    s->mem = ctx->mem;
    s->encoder = encoder;
    s->rows = rows;
    s->options = *options;
    s->most_tokens =
        options->batch_tokens > p->shape.window ? options->batch_tokens : p->shape.window;
    s->most_tokens = least(s->most_tokens, options->batch_windows * p->shape.window);
    RG_TRY(rg_encoder_create(ctx, &s->grad, &p->shape, encoder->n_items));
    RG_TRY(rg_encoder_params_create(ctx, &s->turned, &p->shape));
    for (int c = 0; c < CHUNKS; c++)
        RG_TRY(rg_encoder_params_create(ctx, &s->part[c], &p->shape));
    RG_TRY(create_batch(ctx, s));
    RG_TRY(create_items(ctx, s));
    RG_TRY(rg_adam_create(ctx, &s->adam, p->n_floats));
    RG_TRY(rg_adam_create(ctx, &s->adam_item, encoder->n_items * p->shape.dim));
    RG_TRY(rg_adam_create(ctx, &s->adam_bias, encoder->n_items));
    *out = s;
    s = NULL;
done:
    rg_stepper_free(s);
    return status;
}

void rg_stepper_free(rg_stepper *s)
{
    if (s == NULL) return;
    rg_encoder_free(s->grad);
    rg_encoder_params_free(s->turned);
    for (int c = 0; c < CHUNKS; c++) rg_encoder_params_free(s->part[c]);
    void *const own[] = {s->memory, s->length,      s->offset,     s->time,
                         s->item,   s->target,      s->positive,   s->state,
                         s->dstate, s->item_offset, s->item_token, s->row,
                         s->drow,   s->row_bias,    s->drow_bias};
    for (size_t k = 0; k < sizeof own / sizeof own[0]; k++) rg_free(s->mem, own[k]);
    rg_softmax_free(s->softmax);
    rg_item_sample_free(s->sample);
    rg_adam_free(s->adam);
    rg_adam_free(s->adam_item);
    rg_adam_free(s->adam_bias);
    rg_free(s->mem, s);
}

/* Copies a window behind `at` tokens. */
static void copy_window(rg_stepper *s, const rg_window *w, int64_t at)
{
    const rg_item_rows *rows = s->rows;
    const size_t n = (size_t)w->length;
    memcpy(s->item + at, rows->item + w->first, n * sizeof *s->item);
    memcpy(s->target + at, rows->item + w->first + 1, n * sizeof *s->target);
    if (rows->time != NULL)
        memcpy(s->time + at, rows->time + w->first, n * sizeof *s->time);
}

/* Copies the windows, the longest first, and cuts them into chunks. Returns the number of
 * tokens. */
static int64_t fill_batch(rg_stepper *s, const rg_windows *w, int64_t begin, int64_t end)
{
    const int64_t n = end - begin;
    int64_t total = 0, at = 0, *offset = s->offset;
    for (int64_t k = 0; k < n; k++) {
        const uint32_t window = w->order[begin + k];
        s->length[k] = (rg_moment){-w->window[window].length, window};
        total += w->window[window].length;
    }
    rg_sort_moments(s->length, n);
    const int64_t share = rg_block_count(total, CHUNKS);
    const int64_t size = share > CHUNK_TOKENS ? share : CHUNK_TOKENS;
    s->n_chunks = 0;
    for (int64_t k = 0; k < n;) {
        chunk *c = &s->chunk[s->n_chunks++];
        *c = (chunk){.first = at, .offset = offset};
        *offset++ = 0;
        const int last = s->n_chunks == CHUNKS;
        for (; k < n && (last || at - c->first < size); k++) {
            copy_window(s, &w->window[s->length[k].place], at);
            at += w->window[s->length[k].place].length;
            *offset++ = at - c->first;
            c->tokens.n++;
        }
        c->tokens.offset = c->offset;
        c->tokens.time = s->rows->time != NULL ? s->time + c->first : NULL;
    }
    return total;
}

/* Divides the memory between the chunks. */
static void place_rooms(rg_stepper *s)
{
    const rg_encoder_shape *shape = &s->encoder->params->shape;
    float *memory = s->memory;
    for (int c = 0; c < s->n_chunks; c++) {
        rg_encoder_place(&s->chunk[c].room, memory, shape, &s->chunk[c].tokens);
        memory += rg_encoder_floats(shape, &s->chunk[c].tokens);
    }
}

static rg_drop drop_of(const rg_stepper *s, const chunk *c, int64_t step)
{
    return (rg_drop){.rate = s->options.dropout,
                     .seed = s->options.seed,
                     .step = (uint64_t)step,
                     .first = c->first};
}

static int64_t batch_work(const rg_stepper *s, int64_t n)
{
    const rg_encoder_shape *shape = &s->encoder->params->shape;
    return n * shape->blocks * shape->dim * (4 * shape->dim + shape->hidden);
}

static void forward(rg_stepper *s, int64_t n, int64_t step, int threads)
{
    const rg_encoder *e = s->encoder;
    const int64_t dim = e->params->shape.dim;
    const size_t row = (size_t)dim * sizeof *e->item;
    const int team = rg_threads_for(batch_work(s, n), threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int i = 0; i < s->n_chunks; i++) {
        chunk *c = &s->chunk[i];
        const int64_t m = rg_packed_tokens(&c->tokens);
        const rg_drop drop = drop_of(s, c, step);
        for (int64_t t = 0; t < m; t++)
            memcpy(c->room.x + t * dim, e->item + (int64_t)s->item[c->first + t] * dim,
                   row);
        rg_encoder_forward(&c->room, e->params, &c->tokens, &drop);
        memcpy(s->state + c->first * dim, c->room.out, (size_t)m * row);
    }
}

/* dstate holds the gradients of the states and receives those of the items' rows. */
static void backward(rg_stepper *s, int64_t n, int64_t step, int threads)
{
    const rg_encoder_params *p = s->encoder->params;
    const int64_t dim = p->shape.dim;
    const int team = rg_threads_for(batch_work(s, n), threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int i = 0; i < s->n_chunks; i++) {
        chunk *c = &s->chunk[i];
        const rg_drop drop = drop_of(s, c, step);
        float *d = s->dstate + c->first * dim;
        const size_t size = (size_t)(rg_packed_tokens(&c->tokens) * dim) * sizeof *d;
        memset(s->part[i]->arena, 0, (size_t)p->n_floats * sizeof *p->arena);
        memcpy(c->room.x, d, size);
        rg_encoder_backward(s->part[i], &c->room, p, s->turned, &c->tokens, &drop);
        memcpy(d, c->room.x, size);
    }
}

static void add_parts(rg_stepper *s, int threads)
{
    const int64_t n = s->grad->params->n_floats, n_blocks = rg_block_count(n, RG_BLOCK);
    const int team = rg_threads_for(n * s->n_chunks, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t b = 0; b < n_blocks; b++) {
        const int64_t at = b * RG_BLOCK, m = least(RG_BLOCK, n - at);
        float *sum = s->grad->params->arena + at;
        memset(sum, 0, (size_t)m * sizeof *sum);
        for (int c = 0; c < s->n_chunks; c++)
            rg_vec_axpy(sum, 1.0f, s->part[c]->arena + at, m);
    }
}

/* The softmax over a sample of the items. */
static double sampled_softmax(rg_stepper *s, int64_t n, int64_t step, int threads)
{
    const rg_encoder *e = s->encoder;
    rg_encoder *d = s->grad;
    rg_item_sample *p = s->sample;
    const int64_t dim = e->params->shape.dim;
    const size_t row = (size_t)dim * sizeof *e->item;
    rg_item_sample_draw(p, s->target, n, s->options.seed, (uint64_t)step);
    for (int64_t k = 0; k < p->n; k++) {
        memcpy(s->row + k * dim, e->item + (int64_t)p->item[k] * dim, row);
        s->row_bias[k] = e->bias[p->item[k]];
    }
    for (int64_t t = 0; t < n; t++) s->target[t] = p->place[s->target[t]];
    rg_softmax_set_items(s->softmax, p->n);
    const double loss = rg_softmax_block(s->softmax, s->dstate, s->drow, s->drow_bias,
                                         s->state, n, s->row, s->row_bias, p->shift, 1.0f,
                                         s->positive, s->target, threads);
    memset(d->item, 0, (size_t)e->n_items * row);
    memset(d->bias, 0, (size_t)e->n_items * sizeof *d->bias);
    for (int64_t k = 0; k < p->n; k++) {
        memcpy(d->item + (int64_t)p->item[k] * dim, s->drow + k * dim, row);
        d->bias[p->item[k]] = s->drow_bias[k];
    }
    return loss;
}

static double softmax(rg_stepper *s, int64_t n, int64_t step, int threads)
{
    const rg_encoder *e = s->encoder;
    if (s->sample != NULL) return sampled_softmax(s, n, step, threads);
    return rg_softmax_block(s->softmax, s->dstate, s->grad->item, s->grad->bias, s->state,
                            n, e->item, e->bias, NULL, 1.0f, s->positive, s->target,
                            threads);
}

/* Sorts the tokens by their items. */
static void sort_tokens(rg_stepper *s, int64_t n)
{
    const int64_t n_items = s->encoder->n_items;
    int64_t *offset = s->item_offset;
    memset(offset, 0, (size_t)(n_items + 1) * sizeof *offset);
    for (int64_t t = 0; t < n; t++) offset[(int64_t)s->item[t] + 1]++;
    for (int64_t j = 0; j < n_items; j++) offset[j + 1] += offset[j];
    for (int64_t t = n - 1; t >= 0; t--)
        s->item_token[--offset[(int64_t)s->item[t] + 1]] = (uint32_t)t;
}

/* Adds the gradients of the tokens to those of the items' rows. After sort_tokens the
 * tokens of item j begin at item_offset[j + 1] and end where those of the next begin. */
static void add_tokens(rg_stepper *s, int64_t n, int threads)
{
    const int64_t n_items = s->encoder->n_items, dim = s->encoder->params->shape.dim;
    sort_tokens(s, n);
    const int team = rg_threads_for(n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t j = 0; j < n_items; j++) {
        const int64_t end = j + 1 < n_items ? s->item_offset[j + 2] : n;
        for (int64_t e = s->item_offset[j + 1]; e < end; e++)
            rg_vec_axpy(s->grad->item + j * dim, 1.0f,
                        s->dstate + (int64_t)s->item_token[e] * dim, dim);
    }
}

static double step_flops(const rg_stepper *s, int64_t n)
{
    const rg_encoder_shape *shape = &s->encoder->params->shape;
    const int64_t items = s->sample != NULL ? s->sample->n : s->encoder->n_items;
    double flops = 6.0 * (double)n * (double)items * (double)shape->dim;
    for (int c = 0; c < s->n_chunks; c++)
        for (int64_t q = 0; q < s->chunk[c].tokens.n; q++)
            flops +=
                3.0 * rg_encoder_flops(shape, rg_packed_length(&s->chunk[c].tokens, q));
    return flops;
}

double rg_stepper_gradient(rg_stepper *s, const rg_windows *w, int64_t begin, int64_t end,
                           int64_t step, int threads)
{
    const int64_t n = fill_batch(s, w, begin, end);
    place_rooms(s);
    rg_encoder_params_turn(s->turned, s->encoder->params);
    forward(s, n, step, threads);
    const double loss = softmax(s, n, step, threads);
    backward(s, n, step, threads);
    add_parts(s, threads);
    add_tokens(s, n, threads);
    s->flops += step_flops(s, n);
    return loss;
}

void rg_stepper_update(rg_stepper *s, float rate, int threads)
{
    rg_encoder *e = s->encoder, *d = s->grad;
    rg_adam_array(s->adam, e->params->arena, d->params->arena, rate, threads);
    rg_adam_array(s->adam_item, e->item, d->item, rate, threads);
    rg_adam_array(s->adam_bias, e->bias, d->bias, rate, threads);
}

const rg_encoder *rg_stepper_grad(const rg_stepper *s)
{
    return s->grad;
}

double rg_stepper_flops(const rg_stepper *s)
{
    return s->flops;
}

regatta_status rg_stepper_archive(rg_archive *archive, rg_stepper *s)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(rg_adam_archive(archive, s->adam));
    RG_TRY(rg_adam_archive(archive, s->adam_item));
    RG_TRY(rg_adam_archive(archive, s->adam_bias));
    RG_TRY(rg_archive_real(archive, &s->flops));
    if (s->sample != NULL) RG_TRY(rg_item_sample_archive(archive, s->sample));
done:
    return status;
}
