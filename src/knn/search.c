/* Search in passes over the panels: blocks of queries that fit the cache beside a panel,
 * one thread per block; or, for too few queries to occupy the threads, ranges of panels,
 * one thread per range, whose hits are merged. In both cases the result is the first k of
 * all (score, row) pairs in their total order, and a score depends on its query and row
 * only, so the number of threads does not change it. */
#include "knn/search.h"
#include "base/bf16.h"
#include "base/kernels/vec.h"
#include "base/parallel.h"
#include "knn/units.h"
#include <math.h>
#include <omp.h>
#include <regatta/status.h>
#include <string.h>

/* Queries of a block: whole tiles of every unit. Below FEW queries per thread, threads
 * share the panels. */
enum { BLOCK = 192, TILE = 12, FEW = 24, MOST_KEYS = 1 << 19 };
enum { HITS_BYTES = 128, FIRST_CACHE = 32 << 10, SECOND_CACHE = 256 << 10 };
enum { LEAST_STRIDE = 8, MOST_STRIDE = 64 };

/* The scratch of one thread, for up to `capacity` queries. */
typedef struct scratch {
    rg_filter filter;
    float *query, *bias_scale, *limit, *guess, *row_score;
    int32_t *code, *code_sum;
    int16_t *wide;
    rg_hits *hits;
    uint64_t *key;
    int8_t *bytes; /* the codes of one query */
    uint32_t *row; /* of candidates, [most] */
} scratch;

typedef struct run {
    const rg_search_kernels *kernels;
    const rg_table *table;
    const rg_search *search;
    int64_t most;     /* hits that are kept */
    int64_t room;     /* in a buffer of hits */
    int64_t block;    /* queries */
    scratch *scratch; /* [threads] */
    uint32_t *index;
    float *score;
} run;

int64_t rg_search_more(rg_element type, int64_t k)
{
    return type == RG_F32 ? k : k + 8 + k / 4;
}

static int64_t lines(int64_t n) /* rounded up, so that threads do not share one */
{
    return (n + 63) / 64 * 64;
}

static int64_t group_count(const rg_table *t)
{
    return (t->dim + t->group - 1) / t->group;
}

static regatta_status open_scratch(regatta_ctx *ctx, const run *r, scratch *b)
{
    regatta_status status = REGATTA_OK;
    const rg_table *t = r->table;
    const int64_t m = r->block, codes = t->type == RG_I8 ? lines(m) : 0;
    const int64_t room = r->room, groups = group_count(t);
    RG_NEW(ctx->mem, b->query, lines(m * t->dim));
    RG_NEW(ctx->mem, b->limit, lines(m));
    RG_NEW(ctx->mem, b->guess, lines(m));
    RG_NEW(ctx->mem, b->hits, m);
    RG_NEW(ctx->mem, b->key, m * (room + RG_HITS_SLACK));
    RG_NEW(ctx->mem, b->code, t->type != RG_F32 ? lines(m * groups) : 0);
    RG_NEW(ctx->mem, b->wide, codes > 0 ? lines(m * groups * 4) : 0);
    RG_NEW(ctx->mem, b->bias_scale, codes);
    RG_NEW(ctx->mem, b->code_sum, codes);
    RG_NEW(ctx->mem, b->bytes, codes > 0 ? lines(groups * 4) : 0);
    RG_NEW(ctx->mem, b->row, t->type != RG_F32 ? lines(r->most) : 0);
    RG_NEW(ctx->mem, b->row_score, t->type != RG_F32 ? lines(r->most) : 0);
    for (int64_t q = 0; q < m; q++)
        b->hits[q] =
            (rg_hits){.key = b->key + q * (room + RG_HITS_SLACK), .n_rows = t->n};
    b->filter = (rg_filter){.table = t,
                            .allow = r->search->allow,
                            .query = b->query,
                            .code = b->code,
                            .wide = b->wide,
                            .bias_scale = b->bias_scale,
                            .code_sum = b->code_sum,
                            .hits = b->hits,
                            .limit = b->limit};
done:
    return status;
}

static void close_scratch(regatta_ctx *ctx, scratch *b)
{
    void *all[] = {b->query, b->limit,      b->guess,    b->hits,  b->key, b->code,
                   b->wide,  b->bias_scale, b->code_sum, b->bytes, b->row, b->row_score};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) rg_free(ctx->mem, all[i]);
}

/* Query i of the scratch as pairs of bfloat16. */
static void round_query(scratch *b, int64_t i)
{
    const int64_t dim = b->filter.table->dim, groups = (dim + 1) / 2;
    const float *x = b->query + i * dim;
    for (int64_t g = 0; g < groups; g++) {
        const uint32_t low = rg_to_bf16(x[2 * g]);
        const uint32_t high = 2 * g + 1 < dim ? rg_to_bf16(x[2 * g + 1]) : 0;
        const uint32_t both = low | high << 16;
        memcpy(b->code + i * groups + g, &both, sizeof both);
    }
}

/* Query i of the scratch as codes, in the layouts of the kernels. */
static void encode_query(scratch *b, int64_t i)
{
    const int64_t dim = b->filter.table->dim, groups = (dim + 3) / 4;
    int16_t *wide = b->wide + i * groups * 4;
    int32_t sum = 0;
    float scale = 0.0f;
    rg_row_encode(b->bytes, &scale, RG_I8, b->query + i * dim, dim);
    /* A query of zeros: rows in order of their bias. */
    b->bias_scale[i] = scale > 0.0f ? 1.0f / scale : 1.0f;
    memcpy(b->code + i * groups, b->bytes, (size_t)groups * 4); /* zeros past the last */
    for (int64_t g = 0; g < groups; g++) {
        const int8_t *c = b->bytes + 4 * g;
        for (int p = 0; p < 4; p++) sum += c[p];
        wide[4 * g] = (int16_t)c[0];
        wide[4 * g + 1] = (int16_t)c[2];
        wide[4 * g + 2] = (int16_t)c[1];
        wide[4 * g + 3] = (int16_t)c[3];
    }
    b->code_sum[i] = -128 * sum;
}

/* Makes the scratch ready for queries first .. first + m - 1. */
static void prepare(const run *r, scratch *b, int64_t first, int64_t m)
{
    const rg_search *s = r->search;
    const int64_t dim = r->table->dim;
    b->filter.m = m;
    for (int64_t k = 0; k < m * dim; k++)
        b->query[k] = s->scale * s->query[first * dim + k];
    for (int64_t i = 0; i < m; i++) {
        rg_hits *h = &b->hits[i];
        if (r->table->type == RG_BF16) round_query(b, i);
        if (r->table->type == RG_I8) encode_query(b, i);
        if (s->skip_offset != NULL) {
            h->skip = s->skip + s->skip_offset[first + i];
            h->n_skip = s->skip_offset[first + i + 1] - s->skip_offset[first + i];
        }
    }
}

/* Hits of the scratch's queries are the k best from here on, in a buffer of `room`. */
static void empty_hits(scratch *b, int64_t k, int64_t room)
{
    for (int64_t i = 0; i < b->filter.m; i++) {
        b->hits[i].n = 0;
        b->hits[i].k = k;
        b->hits[i].room = room;
        b->limit[i] = -INFINITY;
    }
}

/* Scores one of every `stride` panels first. Their `rank`-th best score is a limit that
 * about rank * stride rows exceed; `most` are needed. With rows in random order fewer
 * than `most` exceed it once in a thousand times (most / stride, Poisson). Then, or in a
 * table with ordered rows, the query is searched again. */
static void guess_limits(const run *r, scratch *b, int64_t first, int64_t last,
                         int64_t stride)
{
    const double expected = (double)r->most / (double)stride;
    const int64_t rank = (int64_t)ceil(expected + 3.3 * sqrt(expected) + 1.5);
    if (rank * 4 > r->room) return;
    empty_hits(b, rank, rank * 4);
    for (int64_t p = first + stride / 2; p < last; p += stride)
        r->kernels->filter[r->table->type](&b->filter, p, p + 1);
    for (int64_t i = 0; i < b->filter.m; i++) b->limit[i] = rg_hits_cut(&b->hits[i]);
}

/* Queries i .. i + m - 1 of a filter. */
static rg_filter part_of(const rg_filter *f, int64_t i, int64_t m)
{
    rg_filter part = *f;
    const int64_t groups = group_count(f->table);
    part.m = m;
    part.query += i * f->table->dim;
    part.hits += i;
    part.limit += i;
    if (f->table->type != RG_F32) part.code += i * groups;
    if (f->table->type == RG_I8) {
        part.wide += i * groups * 4;
        part.bias_scale += i;
        part.code_sum += i;
    }
    return part;
}

/* Loops over panels that fit the second-level cache and queries that fit the first-level
 * cache. */
static void filter_chunks(const run *r, const scratch *b, int64_t first, int64_t last)
{
    const int64_t size = r->table->dim * (int64_t)rg_element_size(r->table->type);
    const int64_t fit = FIRST_CACHE / (size + HITS_BYTES) / TILE * TILE;
    const int64_t some = fit > TILE ? fit : TILE, m = b->filter.m;
    const int64_t chunk = SECOND_CACHE / (size * RG_PANEL) + 1;
    for (int64_t p = first; p < last; p += chunk)
        for (int64_t i = 0; i < m; i += some) {
            const rg_filter part = part_of(&b->filter, i, m - i < some ? m - i : some);
            r->kernels->filter[r->table->type](&part, p,
                                               last - p < chunk ? last : p + chunk);
        }
}

/* The hits of one query again, without a limit. */
static void search_again(const run *r, scratch *b, int64_t first, int64_t last, int64_t i)
{
    const rg_filter one = part_of(&b->filter, i, 1);
    b->hits[i].n = 0;
    b->limit[i] = -INFINITY;
    r->kernels->filter[r->table->type](&one, first, last);
    rg_hits_cut(&b->hits[i]);
}

/* The best `most` hits of the scratch's queries in panels [first, last). */
static void search_panels(const run *r, scratch *b, int64_t first, int64_t last)
{
    const int64_t stride = (int64_t)(sqrt((double)(last - first)) / 2.0);
    const int64_t m = b->filter.m;
    empty_hits(b, r->most, r->room);
    if (stride >= LEAST_STRIDE)
        guess_limits(r, b, first, last, stride < MOST_STRIDE ? stride : MOST_STRIDE);
    for (int64_t i = 0; i < m; i++) b->guess[i] = b->limit[i];
    for (int64_t i = 0; i < m; i++) {
        b->hits[i].n = 0;
        b->hits[i].k = r->most;
        b->hits[i].room = r->room;
    }
    filter_chunks(r, b, first, last);
    for (int64_t i = 0; i < m; i++) {
        rg_hits_cut(&b->hits[i]);
        if (b->hits[i].n < r->most && b->guess[i] > -INFINITY)
            search_again(r, b, first, last, i);
    }
}

/* Scores the candidates of query i again with the unrounded query; `own` is the scratch
 * of the calling thread. */
static void score_anew(scratch *b, int64_t i, const scratch *own)
{
    const rg_table *t = b->filter.table;
    rg_hits *h = &b->hits[i];
    const int64_t n = h->n;
    for (int64_t c = 0; c < n; c++) own->row[c] = rg_hit_row(h->key[c]);
    rg_rows_gather_dot(own->row_score, b->query + i * t->dim, &t->rows, own->row, n);
    h->n = 0;
    for (int64_t c = 0; c < n; c++) {
        const float bias = t->bias != NULL ? t->bias[own->row[c]] : 0.0f;
        const float score = own->row_score[c] + bias;
        if (score > -INFINITY) h->key[h->n++] = rg_hit_key(score, own->row[c]);
    }
}

/* Writes the result of query q from place i of the scratch. */
static void answer(const run *r, scratch *b, int64_t q, int64_t i, const scratch *own)
{
    rg_hits *h = &b->hits[i];
    const int64_t k = r->search->k;
    if (r->table->type != RG_F32) score_anew(b, i, own);
    h->k = k;
    rg_hits_cut(h);
    rg_hits_sort(h->key, h->n);
    const int64_t n = h->n;
    for (int64_t c = 0; c < k; c++) {
        r->index[q * k + c] = c < n ? rg_hit_row(h->key[c]) : REGATTA_NONE;
        if (r->score != NULL)
            r->score[q * k + c] = c < n ? rg_hit_score(h->key[c]) : -INFINITY;
    }
}

/* Each thread searches the whole table for a block of queries. */
static void run_blocks(const run *r, int team)
{
    const int64_t m = r->search->m, n_panels = rg_panel_count(r->table->n);
    const int64_t n_blocks = rg_block_count(m, r->block);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t block = 0; block < n_blocks; block++) {
        scratch *b = &r->scratch[omp_get_thread_num()];
        const int64_t first = block * r->block;
        const int64_t here = m - first < r->block ? m - first : r->block;
        prepare(r, b, first, here);
        search_panels(r, b, 0, n_panels);
        for (int64_t i = 0; i < here; i++) answer(r, b, first + i, i, b);
    }
}

/* Merges the hits of the other ranges into the first scratch. */
static void join(const run *r, int64_t q, int team)
{
    rg_hits *h = &r->scratch[0].hits[q];
    for (int t = 1; t < team; t++) {
        const rg_hits *other = &r->scratch[t].hits[q];
        for (int64_t c = 0; c < other->n; c++) {
            if (h->n >= h->room) rg_hits_cut(h);
            h->key[h->n++] = other->key[c];
        }
    }
    rg_hits_cut(h);
}

/* Each thread searches a range of panels for all queries. */
static void run_ranges(const run *r, int team)
{
    const int64_t m = r->search->m, n_panels = rg_panel_count(r->table->n);
#pragma omp parallel for num_threads(team) schedule(static, 1)
    for (int t = 0; t < team; t++) {
        prepare(r, &r->scratch[t], 0, m);
        search_panels(r, &r->scratch[t], n_panels * t / team, n_panels * (t + 1) / team);
    }
#pragma omp parallel for num_threads(team) schedule(static) if (m >= 2 * team)
    for (int64_t q = 0; q < m; q++) {
        join(r, q, team);
        answer(r, &r->scratch[0], q, q, &r->scratch[omp_get_thread_num()]);
    }
}

/* Returns the queries per block, such that all threads have nearly equal numbers of
 * blocks; fewer for a k that needs large buffers. */
static int64_t block_size(int64_t m, int64_t room, int threads)
{
    const int64_t fit = MOST_KEYS / (room + 1);
    const int64_t most = fit > BLOCK ? BLOCK : fit > TILE ? fit / TILE * TILE : TILE;
    const int64_t rounds = rg_block_count(m, most * threads);
    const int64_t size = rg_block_count(m, rounds * threads);
    return (size + TILE - 1) / TILE * TILE;
}

regatta_status rg_search_on(const rg_search_kernels *kernels, regatta_ctx *ctx,
                            const rg_table *table, const rg_search *search,
                            uint32_t *index, float *score)
{
    regatta_status status = REGATTA_OK;
    const int64_t m = search->m, more = rg_search_more(table->type, search->k);
    const int64_t work = m * table->n * table->dim;
    const int team = rg_threads_for(work, ctx->threads);
    const int by_range = m < (int64_t)FEW * team;
    run r = {.kernels = kernels, .table = table, .search = search};
    if (m == 0 || search->k == 0) return REGATTA_OK;
    r.most = more < table->n ? more : table->n;
    r.room = rg_hits_room(r.most, table->n);
    r.block = by_range && team > 1 ? m : block_size(m, r.room, team);
    r.index = index;
    r.score = score;
    RG_NEW(ctx->mem, r.scratch, team);
    for (int t = 0; t < team; t++) RG_TRY(open_scratch(ctx, &r, &r.scratch[t]));
    if (by_range && team > 1) {
        run_ranges(&r, team);
    } else {
        run_blocks(&r, team);
    }
done:
    for (int t = 0; t < team && r.scratch != NULL; t++) close_scratch(ctx, &r.scratch[t]);
    rg_free(ctx->mem, r.scratch);
    return status;
}

regatta_status rg_search_exact(regatta_ctx *ctx, const rg_table *table,
                               const rg_search *search, uint32_t *index, float *score)
{
    return rg_search_on(rg_search_kernels_best(), ctx, table, search, index, score);
}
