/* Softmax loss over all items, fused: scores, exponentials and both products run over
 * a sub-block of users and a block of items while they are in the cache.
 *
 *   forward   e_uj = exp(z_uj - m_u),  S_u = sum_j e_uj,  z as in the header
 *             L = (1/W) sum_u (n_u (log S_u + m_u) - sum_{i in N(u)} z_ui)
 *   backward  du_u = (scale n_u / (W S_u)) sum_j e_uj v_j - (scale/W) sum_{N(u)} v_i
 *             dv_j = sum_u (scale n_u / (W S_u)) e_uj u_u - (scale/W) sum_{u: j in N(u)}
 * u_u dbias_j = sum_u (n_u / (W S_u)) e_uj - |{u: j in N(u)}| / W
 *
 * Each exponential is computed once. With unit rows m_u = scale + max_j (bias_j +
 * shift_j) bounds every z; a user whose S_u leaves [SUM_MIN, SUM_MAX] under it (scores
 * far below the bound, or rows that are not unit) is computed again with its own maximum
 * as m_u.
 *
 * With K draws the sums over j and u of the gradients are sparse: e_uj is replaced by a
 * systematic sample with units of S_u / K, whose expectation it is (base/kernels/vec.h);
 * every chunk of items begins at a random number of its own. Loss and dbias stay exact.
 * Two of the three products are sparse then.
 *
 * Parallel scheme: the items are cut into at most MAX_CHUNKS chunks of whole blocks,
 * whatever the number of threads. One thread owns a chunk with its scores, its rows of dv
 * and dbias, and a partial S and du, which are added in the order of the chunks. Ranks
 * own contiguous chunks; they exchange the partial sums of each sub-block, and dv at the
 * end. A failure of a rank is ctx->lost. Memory: n_items * dim (packed) + sub * n_items +
 * chunks * sub * dim floats. */
#include "gat/loss_softmax.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "base/ranks/ranks.h"
#include "base/rng.h"
#include <math.h>
#include <string.h>

enum {
    BLOCK = 256,      /* items per block: with dim 128 all operands fit 512 KB */
    MAX_CHUNKS = 32,  /* more threads would be idle */
    SUB = 192,        /* users per sub-block: whole register blocks of 12 and of 6 */
    SUB_LEAST = 24,   /* with fewer users the products would be memory bound */
    BUDGET = 8 << 20, /* largest number of stored exponentials, floats */
};

/* Terms below exp(-87) count as 0, so 10^9 of them are below 1e-8 of SUM_MIN. */
static const double SUM_MIN = 1e-20, SUM_MAX = 1e30;

struct rg_softmax {
    rg_mem mem;
    regatta_ctx *ctx; /* its ranks */
    int64_t max_users, n_items, dim;
    int64_t sub; /* users of a sub-block */
    int64_t n_blocks, n_chunks, blocks_per_chunk;
    int64_t n_draws; /* K; 0: exact gradients */
    uint64_t seed, step;
    rg_shares chunks; /* of the ranks */
    float *packed;    /* [panels][dim][RG_PANEL] */
    float *bias;      /* bias + shift, whole panels */
    float *scaled;    /* scale * u, [sub][dim] */
    float *weighted;  /* scale * n_u / (W S_u) * u, [sub][dim] */
    float *e;         /* [n_blocks][sub][BLOCK] */
    float *du_part;   /* [n_chunks][sub][dim] */
    double *sum_part; /* [n_chunks][sub] */
    float *max_part;  /* [n_chunks][sub], and first of all one maximum a chunk */
    double *sum;      /* [sub] */
    float *shift;     /* m_u, [sub] */
    float *weight;    /* n_u / (W S_u), [sub] */
    float *unit;      /* S_u / K, [sub] */
    uint32_t *row;    /* 0, 1, 2 ..., [sub] */
    double *loss;     /* [max_users] */
};

/* The arguments of one call, and its current rows [first, first + m). */
typedef struct call {
    rg_softmax *s;
    float *du, *dv, *dbias;
    const float *u, *v;
    const int64_t *offset;
    const uint32_t *item;
    float scale;
    double n_pairs; /* W */
    int64_t first, m;
    int threads;
} call;

/* Returns the operations for the scores of a block, or for a gradient. */
static int64_t softmax_work(const call *c)
{
    return c->m * c->s->n_items * c->s->dim;
}

typedef struct range {
    int64_t begin, end;
} range;

static range chunk_blocks(const rg_softmax *s, int64_t chunk)
{
    const int64_t begin = chunk * s->blocks_per_chunk;
    const int64_t end = begin + s->blocks_per_chunk;
    return (range){begin, end < s->n_blocks ? end : s->n_blocks};
}

static range block_items(const rg_softmax *s, int64_t block)
{
    const int64_t end = (block + 1) * BLOCK;
    return (range){block * BLOCK, end < s->n_items ? end : s->n_items};
}

static range chunk_items(const rg_softmax *s, int64_t chunk)
{
    const range blocks = chunk_blocks(s, chunk);
    return (range){block_items(s, blocks.begin).begin,
                   block_items(s, blocks.end - 1).end};
}

void rg_softmax_set_items(rg_softmax *s, int64_t n_items)
{
    s->n_items = n_items;
    s->n_blocks = rg_block_count(s->n_items, BLOCK);
    s->blocks_per_chunk = rg_block_count(s->n_blocks, MAX_CHUNKS);
    s->n_chunks = s->n_blocks > 0 ? rg_block_count(s->n_blocks, s->blocks_per_chunk) : 0;
    rg_shares_even(&s->chunks, s->ctx, s->n_chunks);
}

void rg_softmax_set_draws(rg_softmax *s, int64_t n_draws, uint64_t seed, uint64_t step)
{
    s->n_draws = n_draws;
    s->seed = seed;
    s->step = step;
}

static void size_up(rg_softmax *s, int64_t n_items)
{
    int64_t sub = SUB;
    while (sub > SUB_LEAST && sub * n_items > BUDGET) sub -= 12;
    s->sub = sub < s->max_users ? sub : s->max_users;
    rg_softmax_set_items(s, n_items);
}

regatta_status rg_softmax_create(regatta_ctx *ctx, rg_softmax **out, int64_t max_users,
                                 int64_t n_items, int64_t dim)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_softmax *s = NULL;
    RG_NEW(ctx->mem, s, 1);
    s->mem = ctx->mem;
    s->ctx = ctx;
    s->max_users = max_users;
    s->dim = dim;
    size_up(s, n_items);
    /* Fewer items may give more chunks: 33 blocks make 17 chunks of two, 32 blocks 32
     * chunks of one. */
    const int64_t most_chunks = s->n_blocks < MAX_CHUNKS ? s->n_blocks : MAX_CHUNKS;
    RG_NEW(s->mem, s->packed, rg_panel_floats(n_items, dim));
    RG_NEW(s->mem, s->bias, rg_panel_count(n_items) * RG_PANEL);
    RG_NEW(s->mem, s->scaled, s->sub * dim);
    RG_NEW(s->mem, s->weighted, s->sub * dim);
    RG_NEW(s->mem, s->e, s->n_blocks * s->sub * BLOCK);
    RG_NEW(s->mem, s->du_part, most_chunks * s->sub * dim);
    RG_NEW(s->mem, s->sum_part, most_chunks * s->sub);
    RG_NEW(s->mem, s->max_part, most_chunks * (s->sub > 0 ? s->sub : 1));
    RG_NEW(s->mem, s->sum, s->sub);
    RG_NEW(s->mem, s->shift, s->sub);
    RG_NEW(s->mem, s->weight, s->sub);
    RG_NEW(s->mem, s->unit, s->sub);
    RG_NEW(s->mem, s->row, s->sub);
    for (int64_t r = 0; r < s->sub; r++) s->row[r] = (uint32_t)r;
    RG_NEW(s->mem, s->loss, max_users);
    *out = s;
    s = NULL;
done:
    rg_softmax_free(s);
    return status;
}

void rg_softmax_free(rg_softmax *s)
{
    if (s == NULL) return;
    rg_free(s->mem, s->packed);
    rg_free(s->mem, s->bias);
    rg_free(s->mem, s->scaled);
    rg_free(s->mem, s->weighted);
    rg_free(s->mem, s->e);
    rg_free(s->mem, s->du_part);
    rg_free(s->mem, s->sum_part);
    rg_free(s->mem, s->max_part);
    rg_free(s->mem, s->sum);
    rg_free(s->mem, s->shift);
    rg_free(s->mem, s->weight);
    rg_free(s->mem, s->unit);
    rg_free(s->mem, s->row);
    rg_free(s->mem, s->loss);
    rg_free(s->mem, s);
}

/* Adds up the items' bias and shift. Returns the largest sum. */
static float prepare_bias(const call *c, const float *bias, const float *shift)
{
    rg_softmax *s = c->s;
    const int team = rg_threads_for(c->s->n_items, c->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t chunk = 0; chunk < s->n_chunks; chunk++) {
        const range j = chunk_items(s, chunk);
        float max = -INFINITY;
        for (int64_t k = j.begin; k < j.end; k++) {
            s->bias[k] =
                (bias != NULL ? bias[k] : 0.0f) + (shift != NULL ? shift[k] : 0.0f);
            max = fmaxf(max, s->bias[k]);
        }
        s->max_part[chunk] = max;
    }
    float max = -INFINITY;
    for (int64_t chunk = 0; chunk < s->n_chunks; chunk++)
        max = fmaxf(max, s->max_part[chunk]);
    return max;
}

/* Computes the scores of one block of items, stored in s->e. */
static float *score_block(const call *c, int64_t block)
{
    rg_softmax *s = c->s;
    const range j = block_items(s, block);
    float *e = s->e + block * s->sub * BLOCK;
    if (c->first == 0) /* packs the block on first use, so it is in the cache */
        rg_panel_pack(s->packed, c->v, s->n_items, s->dim, j.begin / RG_PANEL,
                      rg_panel_count(j.end));
    rg_panel_score(e, BLOCK, s->scaled, c->m, s->dim, s->packed, s->bias,
                   j.begin / RG_PANEL, rg_panel_count(j.end));
    return e;
}

static float *zero_user_part(const call *c, int64_t chunk)
{
    const rg_softmax *s = c->s;
    float *du = s->du_part + chunk * s->sub * s->dim;
    memset(du, 0, (size_t)(c->m * s->dim) * sizeof *du);
    return du;
}

/* Makes the parts of sum_j e_uj v_j known on every rank. */
static void gather_user_parts(const call *c)
{
    const rg_softmax *s = c->s;
    (void)rg_gather(s->ctx, s->du_part, &s->chunks,
                    s->sub * s->dim * (int64_t)sizeof *s->du_part);
}

/* Computes e, and the chunk's part of S and, without draws, of sum_j e_uj v_j. */
static void exponentials(const call *c)
{
    rg_softmax *s = c->s;
    const int is_exact = s->n_draws == 0;
    const int team = rg_threads_for(softmax_work(c), c->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t chunk = s->chunks.begin; chunk < s->chunks.end; chunk++) {
        float *du = is_exact ? zero_user_part(c, chunk) : NULL;
        double *sum = s->sum_part + chunk * s->sub;
        memset(sum, 0, (size_t)c->m * sizeof *sum);
        const range blocks = chunk_blocks(s, chunk);
        for (int64_t block = blocks.begin; block < blocks.end; block++) {
            const range j = block_items(s, block);
            float *e = score_block(c, block);
            for (int64_t r = 0; r < c->m; r++)
                sum[r] += rg_vec_exp_sum(e + r * BLOCK, s->shift[r], j.end - j.begin);
            if (is_exact)
                rg_vec_mul_add(du, e, BLOCK, c->v + j.begin * s->dim, c->m,
                               j.end - j.begin, s->dim);
        }
    }
    if (is_exact) gather_user_parts(c);
    (void)rg_gather(s->ctx, s->sum_part, &s->chunks,
                    s->sub * (int64_t)sizeof *s->sum_part);
}

/* Adds the parts of S; returns the number of users whose S overflows or vanishes. */
static int64_t add_sums(const call *c)
{
    rg_softmax *s = c->s;
    int64_t n_bad = 0;
    for (int64_t r = 0; r < c->m; r++) {
        double sum = 0.0;
        for (int64_t chunk = 0; chunk < s->n_chunks; chunk++)
            sum += s->sum_part[chunk * s->sub + r];
        s->sum[r] = sum;
        n_bad += !(sum >= SUM_MIN && sum <= SUM_MAX);
    }
    return n_bad;
}

/* Recomputes the users whose S overflows or vanishes, shifted by their own largest
 * score. */
static void shift_by_own_maximum(const call *c)
{
    rg_softmax *s = c->s;
    const int team = rg_threads_for(softmax_work(c), c->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t chunk = s->chunks.begin; chunk < s->chunks.end; chunk++) {
        float *max = s->max_part + chunk * s->sub;
        for (int64_t r = 0; r < c->m; r++) max[r] = -INFINITY;
        const range blocks = chunk_blocks(s, chunk);
        for (int64_t block = blocks.begin; block < blocks.end; block++) {
            const range j = block_items(s, block);
            const float *z = score_block(c, block);
            for (int64_t r = 0; r < c->m; r++)
                for (int64_t k = 0; k < j.end - j.begin; k++)
                    max[r] = fmaxf(max[r], z[r * BLOCK + k]);
        }
    }
    (void)rg_gather(s->ctx, s->max_part, &s->chunks,
                    s->sub * (int64_t)sizeof *s->max_part);
    for (int64_t r = 0; r < c->m; r++) {
        if (s->sum[r] >= SUM_MIN && s->sum[r] <= SUM_MAX) continue;
        s->shift[r] = -INFINITY;
        for (int64_t chunk = 0; chunk < s->n_chunks; chunk++)
            s->shift[r] = fmaxf(s->shift[r], s->max_part[chunk * s->sub + r]);
    }
}

/* Returns n_u / (W S_u), 0 for a user without positives. */
static double user_weight(const call *c, int64_t r)
{
    const int64_t user = c->first + r;
    const double n_u = (double)(c->offset[user + 1] - c->offset[user]);
    return n_u > 0.0 ? n_u / (c->n_pairs * c->s->sum[r]) : 0.0;
}

/* Computes the weight of a user's exponentials, the weighted row and the unit of the
 * draws. */
static void weigh_user(const call *c, int64_t r)
{
    rg_softmax *s = c->s;
    const int64_t dim = s->dim;
    s->weight[r] = (float)user_weight(c, r);
    for (int64_t k = 0; k < dim; k++)
        s->weighted[r * dim + k] = s->weight[r] * s->scaled[r * dim + k];
    s->unit[r] = s->n_draws > 0 ? (float)(s->sum[r] / (double)s->n_draws) : 0.0f;
}

/* Computes the loss and du of one user. */
static void finish_user(const call *c, int64_t r)
{
    rg_softmax *s = c->s;
    const int64_t user = c->first + r, dim = s->dim;
    const int64_t begin = c->offset[user], end = c->offset[user + 1];
    const double n_u = (double)(end - begin);
    const float *scaled = s->scaled + r * dim;
    float *du = c->du + user * dim;
    double loss = end > begin ? n_u * (log(s->sum[r]) + (double)s->shift[r]) : 0.0;
    memset(du, 0, (size_t)dim * sizeof *du);
    if (end > begin)
        for (int64_t chunk = 0; chunk < s->n_chunks; chunk++)
            rg_vec_axpy(du, 1.0f, s->du_part + (chunk * s->sub + r) * dim, dim);
    const float factor = (float)(user_weight(c, r) * (double)c->scale);
    for (int64_t k = 0; k < dim; k++) du[k] *= factor;
    const float pull = (float)(-(double)c->scale / c->n_pairs);
    for (int64_t p = begin; p < end; p++) {
        const float *v = c->v + (int64_t)c->item[p] * dim;
        loss -= (double)rg_vec_dot(scaled, v, dim) + (double)s->bias[c->item[p]];
        rg_vec_axpy(du, pull, v, dim);
    }
    s->loss[user] = loss;
}

/* Subtracts the positives of the sub-block from the rows of one chunk. */
static void subtract_positives(const call *c, range items)
{
    rg_softmax *s = c->s;
    const float pull = (float)(-1.0 / c->n_pairs);
    for (int64_t r = 0; r < c->m; r++)
        for (int64_t p = c->offset[c->first + r]; p < c->offset[c->first + r + 1]; p++) {
            const int64_t i = (int64_t)c->item[p];
            if (i < items.begin || i >= items.end) continue;
            rg_vec_axpy(c->dv + i * s->dim, pull, s->scaled + r * s->dim, s->dim);
            c->dbias[i] += pull;
        }
}

static void zero_item_gradients(const call *c, range j)
{
    const int64_t n = j.end - j.begin, dim = c->s->dim;
    memset(c->dv + j.begin * dim, 0, (size_t)(n * dim) * sizeof *c->dv);
    memset(c->dbias + j.begin, 0, (size_t)n * sizeof *c->dbias);
}

/* dbias of one block += the rows of e, weighted. */
static void add_to_bias(const call *c, range j, const float *e)
{
    float sum[BLOCK];
    rg_vec_gather(sum, e, BLOCK, c->s->row, c->s->weight, c->m);
    rg_vec_axpy(c->dbias + j.begin, 1.0f, sum, j.end - j.begin);
}

/* Draws from the exponentials of one block: adds the drawn terms to du and dv. */
static void draw_block(const call *c, range j, const float *e, float *du, float *rest)
{
    const rg_softmax *s = c->s;
    const int64_t dim = s->dim;
    const float *v = c->v + j.begin * dim;
    float *dv = c->dv + j.begin * dim, weight[BLOCK];
    uint32_t item[BLOCK];
    for (int64_t r = 0; r < c->m; r++) {
        if (!(s->weight[r] > 0.0f)) continue;
        const int64_t n = rg_vec_draw(item, weight, e + r * BLOCK, j.end - j.begin,
                                      s->unit[r], rest + r);
        rg_vec_gather_add(du + r * dim, v, dim, item, weight, n);
        for (int64_t k = 0; k < n; k++)
            rg_vec_axpy(dv + item[k] * dim, weight[k], s->weighted + r * dim, dim);
    }
}

/* Where the running sum of a user begins in a chunk: uniform in [0, unit). */
static void start_draws(const call *c, float *rest, int64_t chunk)
{
    const rg_softmax *s = c->s;
    for (int64_t r = 0; r < c->m; r++) {
        const uint64_t row = s->step * (uint64_t)s->max_users + (uint64_t)(c->first + r);
        const double at =
            rg_random_unit(s->seed, RG_STREAM_DRAW, row * MAX_CHUNKS + (uint64_t)chunk);
        rest[r] = (float)(at * (double)s->unit[r]);
    }
}

/* Computes dv and dbias and, with draws, the parts of sum_j e_uj v_j. Runs from the last
 * block backwards: the exponentials written last are still in the cache. */
static void item_gradients(const call *c)
{
    rg_softmax *s = c->s;
    const int draws = s->n_draws > 0;
    const int team = rg_threads_for(softmax_work(c), c->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t back = 1; back <= s->chunks.end - s->chunks.begin; back++) {
        const int64_t chunk = s->chunks.end - back;
        const range blocks = chunk_blocks(s, chunk);
        float rest[SUB], *du = draws ? zero_user_part(c, chunk) : NULL;
        if (draws) start_draws(c, rest, chunk);
        for (int64_t block = blocks.end - 1; block >= blocks.begin; block--) {
            const range j = block_items(s, block);
            const float *e = s->e + block * s->sub * BLOCK;
            if (c->first == 0) zero_item_gradients(c, j);
            if (draws)
                draw_block(c, j, e, du, rest);
            else
                rg_vec_mul_add_t(c->dv + j.begin * s->dim, e, BLOCK, s->weighted, c->m,
                                 j.end - j.begin, s->dim);
            add_to_bias(c, j, e);
        }
        subtract_positives(c, chunk_items(s, chunk));
    }
    if (draws) gather_user_parts(c);
}

/* Receives the gradients of the other ranks' items. */
static void gather_items(const call *c)
{
    const rg_softmax *s = c->s;
    rg_shares items;
    for (int r = 0; r <= rg_n_ranks(s->ctx); r++) {
        const int64_t block = s->chunks.first[r] * s->blocks_per_chunk;
        const int64_t item = block * BLOCK;
        items.first[r] = item < s->n_items ? item : s->n_items;
    }
    (void)rg_gather(s->ctx, c->dv, &items, s->dim * (int64_t)sizeof *c->dv);
    (void)rg_gather(s->ctx, c->dbias, &items, sizeof *c->dbias);
}

static void sub_block(const call *c, float bound)
{
    rg_softmax *s = c->s;
    const float *u = c->u + c->first * s->dim;
    for (int64_t k = 0; k < c->m * s->dim; k++) s->scaled[k] = c->scale * u[k];
    for (int64_t r = 0; r < c->m; r++) s->shift[r] = bound;
    exponentials(c);
    if (add_sums(c) > 0) {
        shift_by_own_maximum(c);
        exponentials(c);
        add_sums(c);
    }
    for (int64_t r = 0; r < c->m; r++) weigh_user(c, r);
    item_gradients(c);
    const int team = rg_threads_for(softmax_work(c) / 8, c->threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 8)
    for (int64_t r = 0; r < c->m; r++) finish_user(c, r);
}

double rg_softmax_block(rg_softmax *s, float *du, float *dv, float *dbias, const float *u,
                        int64_t n, const float *v, const float *bias, const float *shift,
                        float scale, const int64_t *offset, const uint32_t *item,
                        int threads)
{
    call c = {.s = s,
              .du = du,
              .dv = dv,
              .dbias = dbias,
              .u = u,
              .v = v,
              .offset = offset,
              .item = item,
              .scale = scale,
              .n_pairs = (double)(offset[n] - offset[0]),
              .threads = threads};
    const float bound = fabsf(scale) + prepare_bias(&c, bias, shift);
    if (offset[n] == offset[0]) {
        if (n > 0) memset(du, 0, (size_t)(n * s->dim) * sizeof *du);
        zero_item_gradients(&c, (range){0, s->n_items});
        return 0.0;
    }
    for (c.first = 0; c.first < n; c.first += s->sub) {
        c.m = n - c.first < s->sub ? n - c.first : s->sub;
        sub_block(&c, bound);
    }
    gather_items(&c);
    return rg_sum(s->loss, n) / c.n_pairs;
}
