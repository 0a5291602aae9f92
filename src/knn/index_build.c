/* The build: codes, then batches of rows that search the graph so far and are linked
 * to it. */
#include "base/parallel.h"
#include "base/rng.h"
#include "knn/index_prune.h"
#include <math.h>
#include <omp.h>
#include <string.h>

enum {
    SMALLEST_BATCH = 256,
    LARGEST_BATCH = 1 << 23,
    BATCHES = 50,
    CHUNK = 256,
    NO_LINK = -1
};

/* Incoming edges of this batch: for each row of the graph that has some, a list
 * through `next`. Link l is edge l % degree of the batch's row l / degree. */
typedef struct link_lists {
    int32_t *head;   /* [n] */
    int32_t *next;   /* [batch * degree] */
    uint32_t *owner; /* [batch * degree] rows with a list, n_owners of them */
    int64_t n_owners;
} link_lists;

typedef struct builder {
    regatta_ctx *ctx;
    rg_index *index;
    uint8_t *code;
    uint32_t *edge;
    uint32_t *order; /* [n] the order of insertion */
    float *lift;     /* [n][2] */
    float square;    /* M^2 */
    int64_t beam, batch;
    link_lists links;
    rg_index_walk *walk; /* [threads] */
    int8_t *level;       /* [threads][stride] */
    float *floats;       /* [threads][CHUNK][dim] */
    float *largest;      /* [threads] max |x| of the rows it saw */
} builder;

/* The largest batch, independent of the number of threads: rows of a batch do not see
 * each other. */
static int64_t batch_rows(int64_t n)
{
    const int64_t part = n / BATCHES;
    if (part > LARGEST_BATCH) return LARGEST_BATCH; /* links have 32-bit numbers */
    return part > SMALLEST_BATCH ? part : SMALLEST_BATCH;
}

static int64_t entry_count(int64_t n)
{
    int64_t m = 16;
    while (m < RG_INDEX_MAX_ENTRIES && m * m < n) m *= 2;
    return m < n ? m : n;
}

/* Rows [first, last) as floats, into room for CHUNK of them where they are none. */
static const float *floats_of(const rg_rows *rows, float *room, int64_t first,
                              int64_t last)
{
    if (rows->type == RG_F32) return (const float *)rows->data + first * rows->dim;
    rg_rows_decode(room, rows, first, last);
    return room;
}

/* Stores |x, b|^2 of each row in the lift, and the largest |x| of the thread. */
static void measure_rows(builder *b, const rg_index_rows *rows, const float *x,
                         int64_t first, int64_t last, int thread)
{
    const int64_t dim = b->index->dim;
    const float largest = rg_code_largest(x, (last - first) * dim);
    if (largest > b->largest[thread]) b->largest[thread] = largest;
    for (int64_t i = first; i < last; i++, x += dim) {
        const double t =
            rows->bias != NULL ? (double)rows->bias[i] / (double)rows->scale : 0.0;
        double sum = t * t;
        for (int64_t k = 0; k < dim; k++) sum += (double)x[k] * (double)x[k];
        b->lift[2 * i] = (float)sum;
    }
}

/* One pass over the rows as floats: 0 measures them, 1 writes their codes. */
static void pass_rows(builder *b, const rg_index_rows *rows, int pass)
{
    rg_index *index = b->index;
    const int64_t n = index->n, dim = index->dim;
    const int threads = b->ctx->threads;
    const int team = rg_threads_for(2 * n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t first = 0; first < n; first += CHUNK) {
        const int thread = omp_get_thread_num();
        const int64_t last = first + CHUNK < n ? first + CHUNK : n;
        const float *x =
            floats_of(&rows->rows, b->floats + thread * CHUNK * dim, first, last);
        if (pass == 0) {
            measure_rows(b, rows, x, first, last, thread);
        } else {
            for (int64_t i = first; i < last; i++, x += dim)
                rg_code_pack(b->code + i * index->stride, x, dim, index->step);
        }
    }
}

static void fill_codes(builder *b, const rg_index_rows *rows)
{
    float largest = 0.0f;
    pass_rows(b, rows, 0);
    for (int t = 0; t < b->ctx->threads; t++)
        if (b->largest[t] > largest) largest = b->largest[t];
    b->index->step = rg_code_step(largest);
    pass_rows(b, rows, 1);
}

/* Computes the two additional numbers of each row, and M^2. */
static void fill_lift(builder *b, const rg_index_rows *rows)
{
    double most = 0.0;
    for (int64_t i = 0; i < b->index->n; i++)
        most = (double)b->lift[2 * i] > most ? (double)b->lift[2 * i] : most;
    for (int64_t i = 0; i < b->index->n; i++) {
        b->lift[2 * i + 1] = (float)sqrt(most - (double)b->lift[2 * i]);
        b->lift[2 * i] = rows->bias != NULL ? rows->bias[i] / rows->scale : 0.0f;
    }
    b->square = (float)most;
}

/* The products of row p with the others. */
static void walk_of(rg_index_walk *walk, const builder *b, uint32_t p)
{
    const rg_index *index = b->index;
    walk->lift = b->lift;
    walk->of_lift[0] = b->lift[2 * (int64_t)p];
    walk->of_lift[1] = b->lift[2 * (int64_t)p + 1];
    rg_code_query_row(&walk->query, index->code + (int64_t)p * index->stride,
                      index->stride, index->step);
}

static rg_prune prune_of(const builder *b, int thread)
{
    return (rg_prune){.index = b->index,
                      .dot = b->walk[thread].dot,
                      .lift = b->lift,
                      .square = b->square,
                      .level = b->level + thread * b->index->stride};
}

/* Finds the edges of the rows order[first, last) among the first `there` rows of the
 * graph. Entries are the first rows of the order, so the first batch compares all of
 * them. */
static void choose_edges(builder *b, int64_t first, int64_t last, int64_t there)
{
    const int64_t n_entries = b->index->n_entries;
    const int threads = b->ctx->threads;
    const int team = rg_threads_for((last - first) * b->beam * b->index->stride, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t i = first; i < last; i++) {
        const int thread = omp_get_thread_num();
        rg_index_walk *walk = &b->walk[thread];
        const rg_prune prune = prune_of(b, thread);
        const uint32_t p = b->order[i];
        walk_of(walk, b, p);
        if (there == 0) {
            rg_index_walk_begin(walk, b->beam, n_entries);
        } else {
            rg_index_walk_begin(walk, RG_WALK_SEEDS, n_entries);
            rg_index_walk_run(walk, b->beam);
        }
        rg_prune_choose(&prune, b->edge + (int64_t)p * b->index->degree, p, &walk->beam);
    }
}

/* Lists, for each row with incoming edges, the rows that point to it, in the order of
 * the batch. */
static void collect_links(builder *b, int64_t first, int64_t last)
{
    const int64_t degree = b->index->degree;
    link_lists *links = &b->links;
    links->n_owners = 0;
    for (int64_t l = (last - first) * degree - 1; l >= 0; l--) {
        const uint32_t p = b->order[first + l / degree];
        const uint32_t target = b->edge[(int64_t)p * degree + l % degree];
        if (target == REGATTA_NONE) continue;
        if (links->head[target] == NO_LINK) links->owner[links->n_owners++] = target;
        links->next[l] = links->head[target];
        links->head[target] = (int32_t)l;
    }
}

/* Adds rows[m] to the beam with their products; m <= RG_WALK_CHUNK. */
static void beam_add_rows(rg_index_walk *walk, const uint32_t *rows, int64_t m)
{
    float score[RG_WALK_CHUNK];
    rg_index_walk_scores(walk, score, rows, m);
    for (int64_t e = 0; e < m; e++) rg_beam_add(&walk->beam, score[e], rows[e]);
}

static int holds(const uint32_t *row, int64_t n, uint32_t what)
{
    for (int64_t e = 0; e < n; e++)
        if (row[e] == what) return 1;
    return 0;
}

/* Merges the outgoing and incoming edges of one row, and prunes them if there are too
 * many. */
static void merge_links(builder *b, uint32_t owner, int64_t first, int thread)
{
    const int64_t degree = b->index->degree;
    uint32_t *edge = b->edge + (int64_t)owner * degree;
    rg_index_walk *walk = &b->walk[thread];
    uint32_t chunk[RG_WALK_CHUNK];
    int64_t n = 0, m = 0;
    while (n < degree && edge[n] != REGATTA_NONE) n++;
    int32_t l = b->links.head[owner];
    b->links.head[owner] = NO_LINK;
    for (; l != NO_LINK && n < degree; l = b->links.next[l]) {
        const uint32_t p = b->order[first + l / degree];
        if (!holds(edge, n, p)) edge[n++] = p;
    }
    if (l == NO_LINK) return;

    walk_of(walk, b, owner);
    walk->beam.n = 0;
    walk->beam.size = b->beam;
    beam_add_rows(walk, edge, n);
    for (; l != NO_LINK; l = b->links.next[l]) {
        const uint32_t p = b->order[first + l / degree];
        if (!holds(edge, n, p)) chunk[m++] = p;
        if (m < RG_WALK_CHUNK) continue;
        beam_add_rows(walk, chunk, m);
        m = 0;
    }
    beam_add_rows(walk, chunk, m);
    const rg_prune prune = prune_of(b, thread);
    rg_prune_choose(&prune, edge, owner, &walk->beam);
}

static void add_batch(builder *b, int64_t first, int64_t last)
{
    const int threads = b->ctx->threads;
    choose_edges(b, first, last, first);
    collect_links(b, first, last);
    const int team =
        rg_threads_for(b->links.n_owners * b->index->degree * b->index->stride, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t o = 0; o < b->links.n_owners; o++)
        merge_links(b, b->links.owner[o], first, omp_get_thread_num());
}

static regatta_status allocate(builder *b)
{
    regatta_status status = REGATTA_OK;
    rg_index *index = b->index;
    const rg_mem mem = b->ctx->mem;
    uint32_t *entry = NULL;
    RG_NEW(mem, b->code, index->n * index->stride);
    index->block[0] = b->code;
    RG_NEW(mem, b->edge, index->n * index->degree);
    index->block[1] = b->edge;
    RG_NEW(mem, entry, index->n_entries);
    index->block[2] = entry;
    index->code = b->code;
    index->edge = b->edge;
    index->entry = entry;
    RG_NEW(mem, b->order, index->n);
    RG_NEW(mem, b->lift, 2 * index->n);
    RG_NEW(mem, b->links.head, index->n);
    RG_NEW(mem, b->links.next, b->batch * index->degree);
    RG_NEW(mem, b->links.owner, b->batch * index->degree);
    RG_NEW(mem, b->level, b->ctx->threads * index->stride);
    RG_NEW(mem, b->floats, b->ctx->threads * CHUNK * index->dim);
    RG_NEW(mem, b->largest, b->ctx->threads);
    RG_NEW(mem, b->walk, b->ctx->threads);
    for (int t = 0; t < b->ctx->threads; t++)
        RG_TRY(rg_index_walk_create(&b->walk[t], mem, index, b->beam));
    for (int64_t i = 0; i < index->n; i++) {
        b->order[i] = (uint32_t)i;
        b->links.head[i] = NO_LINK;
    }
    memset(b->edge, 0xff, (size_t)(index->n * index->degree) * sizeof *b->edge);
    rg_shuffle(b->order, index->n, 1, RG_STREAM_ORDER, 0);
    for (int64_t e = 0; e < index->n_entries; e++) entry[e] = b->order[e];
done:
    return status;
}

static void free_builder(builder *b)
{
    const rg_mem mem = b->ctx->mem;
    for (int t = 0; b->walk != NULL && t < b->ctx->threads; t++)
        rg_index_walk_free(&b->walk[t], mem);
    rg_free(mem, b->walk);
    rg_free(mem, b->floats);
    rg_free(mem, b->largest);
    rg_free(mem, b->level);
    rg_free(mem, b->links.owner);
    rg_free(mem, b->links.next);
    rg_free(mem, b->links.head);
    rg_free(mem, b->lift);
    rg_free(mem, b->order);
}

static regatta_status check(regatta_ctx *ctx, int64_t n, int64_t dim, int64_t degree,
                            int64_t build)
{
    if (degree < RG_INDEX_MIN_DEGREE || degree > RG_INDEX_MAX_DEGREE)
        return rg_fail(ctx, REGATTA_EINVAL, "index: the degree is %lld, not in %d..%d",
                       (long long)degree, RG_INDEX_MIN_DEGREE, RG_INDEX_MAX_DEGREE);
    if (build < RG_INDEX_MIN_BUILD || build > RG_INDEX_MAX_BUILD)
        return rg_fail(ctx, REGATTA_EINVAL,
                       "index: the build's beam is %lld, not in "
                       "%d..%d",
                       (long long)build, RG_INDEX_MIN_BUILD, RG_INDEX_MAX_BUILD);
    if (n < 0 || n >= (int64_t)REGATTA_NONE || dim < 1)
        return rg_fail(ctx, REGATTA_EINVAL, "index: no table of %lld x %lld numbers",
                       (long long)n, (long long)dim);
    return REGATTA_OK;
}

regatta_status rg_index_build(regatta_ctx *ctx, rg_index **out, const rg_index_rows *rows,
                              int64_t degree, int64_t build)
{
    *out = NULL;
    const int64_t n = rows->rows.n, dim = rows->rows.dim;
    regatta_status status = REGATTA_OK;
    builder b = {.ctx = ctx};
    if (degree == 0) degree = RG_INDEX_DEGREE;
    if (build == 0) build = RG_INDEX_BUILD;
    RG_TRY(check(ctx, n, dim, degree, build));
    RG_NEW(ctx->mem, b.index, 1);
    *b.index = (rg_index){.mem = ctx->mem,
                          .n = n,
                          .dim = dim,
                          .stride = rg_code_stride(dim),
                          .degree = degree,
                          .n_entries = entry_count(n)};
    /* Pruning needs at least twice the degree of candidates. */
    b.beam = build > 2 * degree ? build : 2 * degree;
    b.batch = batch_rows(n) > b.index->n_entries ? batch_rows(n) : b.index->n_entries;
    RG_TRY(allocate(&b));
    fill_codes(&b, rows);
    fill_lift(&b, rows);
    for (int64_t there = 0; there < n;) {
        int64_t m =
            there > 0 ? there
                      : b.index->n_entries; /* doubles the number of rows in the graph */
        if (m > b.batch) m = b.batch;
        if (m > n - there) m = n - there;
        add_batch(&b, there, there + m);
        there += m;
    }
    *out = b.index;
    b.index = NULL; /* ownership has moved to the caller */
done:
    free_builder(&b);
    rg_index_free(b.index); /* NULL unless we failed */
    return status;
}

int64_t rg_index_bytes(const rg_index *index)
{
    return index->n * index->stride +
           (index->n * index->degree + index->n_entries) * (int64_t)sizeof(uint32_t);
}

void rg_index_free(rg_index *index)
{
    if (index == NULL) return;
    for (int k = 0; k < 3; k++) rg_free(index->mem, index->block[k]);
    rg_free(index->mem, index);
}
