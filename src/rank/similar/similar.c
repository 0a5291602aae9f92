/* The most similar nodes of a side, for a block of queries at a time: threads own nodes
 * while cosines are computed, then queries while the best are selected. */
#include "rank/similar/similar.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "base/topk.h"
#include "rank/allow.h"
#include "rank/similar/fold_items.h"
#include "rank/similar/similar_items.h"
#include "rank/similar/similarity.h"
#include <math.h>
#include <string.h>

enum { BLOCK = RG_SIMILARITY_LANES, ROWS = 64 }; /* queries, and rows, at once */

typedef struct search {
    const regatta_model *model;
    const regatta_query *query;
    const regatta_similar_options *opts;
    int64_t n;                 /* nodes of the side */
    int64_t n_own;             /* of the target domain: only these are answers */
    int64_t first, m;          /* the block's queries */
    uint32_t *allow;           /* rg_allow_create */
    float *row;                /* [BLOCK][n] cosines */
    float *vector;             /* [BLOCK][dim] of users; NULL: by similarity */
    rg_similarity *similarity; /* NULL: by vectors */
    float *lanes;              /* [columns][m] */
    uint32_t *list;            /* [BLOCK][longest] lists of the block, without repeats */
    int64_t longest, list_n[BLOCK];
    double length[BLOCK];
    float *spare; /* [BLOCK][cut] if the caller wants no cosines */
    int64_t cut;
} search;

int rg_similarity_by(const regatta_model *model, const regatta_query *query, uint32_t by)
{
    if (by != REGATTA_SIMILARITY_AUTO) return (int)by;
    const int items = query->side == REGATTA_ITEMS;
    const int folds = !items || query->user != NULL || rg_can_fold_items(model);
    if (rg_model_dim(model) > 0 && folds) return REGATTA_SIMILARITY_VECTORS;
    return items && model->item_weights != NULL && query->user != NULL
               ? REGATTA_SIMILARITY_ATTENTION
               : REGATTA_SIMILARITY_HISTORY;
}

/* Returns the query of only queries first .. first + m - 1. */
static regatta_query part_of(const regatta_query *query, int64_t first, int64_t m)
{
    regatta_query part = *query;
    part.n = m;
    if (part.user != NULL) part.user += first;
    if (part.offset != NULL) part.offset += first;
    return part;
}

static void vector_cosines(search *s, int threads)
{
    const int64_t dim = rg_model_dim(s->model);
    const rg_rows *table = &s->model->vectors->user_vectors;
    const int team = rg_threads_for(s->m * s->n * dim, threads);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int64_t v = 0; v < s->n; v += ROWS) {
        const int64_t m = s->n - v < ROWS ? s->n - v : ROWS;
        uint32_t index[ROWS];
        for (int64_t r = 0; r < m; r++) index[r] = (uint32_t)(v + r);
        for (int64_t q = 0; q < s->m; q++) {
            float *row = s->row + q * s->n + v;
            rg_rows_gather_dot(row, s->vector + q * dim, table, index, m);
            for (int64_t r = 0; r < m; r++) row[r] = rg_cosine(row[r]);
        }
    }
}

/* Copies the list of query first + q to its place, ascending and without repeats. */
static void take_list(search *s, int64_t q)
{
    const int64_t from = s->query->offset[s->first + q];
    const int64_t n = s->query->offset[s->first + q + 1] - from;
    uint32_t *list = s->list + q * s->longest;
    if (n > 0) memcpy(list, s->query->item + from, (size_t)n * sizeof *list);
    rg_sort_u32(list, n);
    s->list_n[q] = rg_unique_u32(list, n);
}

static void row_cosines(search *s, int threads)
{
    const rg_similarity *l = s->similarity;
    const uint32_t *node = s->query->user != NULL ? s->query->user + s->first : NULL;
    for (int64_t q = 0; q < s->m; q++) {
        if (node == NULL) take_list(s, q);
        s->length[q] =
            node != NULL ? rg_similarity_lay(s->lanes, s->m, q, l, node[q])
                         : rg_similarity_lay_list(s->lanes, s->m, q, l,
                                                  s->list + q * s->longest, s->list_n[q]);
    }
    const int team = rg_threads_for(s->m * l->offset[l->n], threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
    for (int64_t v = 0; v < s->n; v++) {
        float cosine[BLOCK];
        rg_similarity_cosines(cosine, s->lanes, s->length, s->m, l, (uint32_t)v);
        /* Nodes without a common entry are not results. */
        for (int64_t q = 0; q < s->m; q++)
            s->row[q * s->n + v] = cosine[q] > 0.0f ? cosine[q] : -INFINITY;
    }
    for (int64_t q = 0; q < s->m; q++) {
        if (node != NULL)
            rg_similarity_lift(s->lanes, s->m, q, l, node[q]);
        else
            rg_similarity_lift_list(s->lanes, s->m, q, s->list + q * s->longest,
                                    s->list_n[q]);
    }
}

static void mask(const search *s, int64_t q)
{
    float *row = s->row + q * s->n;
    rg_allow_mask(row, s->allow, s->n);
    if (s->query->user != NULL) row[s->query->user[s->first + q]] = -INFINITY;
}

static void pick(const search *s, int64_t q, uint32_t *nodes, float *cosines)
{
    const int64_t k = s->opts->k, at = (s->first + q) * k;
    float *score = cosines != NULL ? cosines + at : s->spare + q * s->cut;
    mask(s, q);
    rg_topk(nodes + at, score, s->cut, s->row + q * s->n, s->n);
    for (int64_t r = s->cut; r < k; r++) {
        nodes[at + r] = REGATTA_NONE;
        if (cosines != NULL) cosines[at + r] = -INFINITY;
    }
}

static regatta_status prepare(regatta_ctx *ctx, search *s)
{
    regatta_status status = REGATTA_OK;
    const regatta_similar_options *o = s->opts;
    const int64_t block = s->query->n < BLOCK ? s->query->n : BLOCK;
    RG_NEW(ctx->mem, s->row, block * s->n);
    RG_NEW(ctx->mem, s->spare, block * s->cut);
    RG_TRY(rg_allow_create(ctx, &s->allow, s->n, s->n_own, o->only, o->n_only, o->exclude,
                           o->n_exclude));
    if (o->by == REGATTA_SIMILARITY_VECTORS) {
        RG_NEW(ctx->mem, s->vector, block * rg_model_dim(s->model));
        return REGATTA_OK;
    }
    RG_TRY(rg_similarity_create(ctx, &s->similarity, s->model,
                                (regatta_side)s->query->side, (int)o->by));
    RG_NEW(ctx->mem, s->lanes, s->similarity->n_columns * block);
    if (s->query->offset == NULL) return REGATTA_OK;
    for (int64_t q = 0; q < s->query->n; q++) {
        const int64_t n = s->query->offset[q + 1] - s->query->offset[q];
        if (n > s->longest) s->longest = n;
    }
    RG_NEW(ctx->mem, s->list, block * s->longest);
done:
    return status;
}

regatta_status rg_similar(regatta_ctx *ctx, const regatta_model *model,
                          const regatta_query *query, const regatta_similar_options *opts,
                          uint32_t *nodes, float *cosines)
{
    regatta_status status = REGATTA_OK;
    const int threads = ctx->threads;
    const int users = query->side == REGATTA_USERS;
    search s = {.model = model,
                .query = query,
                .opts = opts,
                .n = users ? model->n_users : model->n_items,
                .n_own = users ? model->n_users : model->own.items};
    s.cut = (int64_t)opts->k < s.n ? (int64_t)opts->k : s.n;
    if (query->n == 0) return REGATTA_OK;
    if (!users && opts->by == REGATTA_SIMILARITY_VECTORS)
        return rg_similar_items(ctx, model, query, opts, nodes, cosines);
    RG_TRY(prepare(ctx, &s));
    for (s.first = 0; s.first < query->n; s.first += BLOCK) {
        s.m = query->n - s.first < BLOCK ? query->n - s.first : BLOCK;
        if (s.vector != NULL) {
            const regatta_query part = part_of(query, s.first, s.m);
            RG_TRY(rg_vectors_of_nodes(ctx, model, &part, s.vector));
            vector_cosines(&s, threads);
        } else {
            row_cosines(&s, threads);
        }
        const int team = rg_threads_for(RG_SCALAR * s.m * s.n, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
        for (int64_t q = 0; q < s.m; q++) pick(&s, q, nodes, cosines);
    }
done:
    rg_similarity_free(s.similarity);
    rg_free(ctx->mem, s.row);
    rg_free(ctx->mem, s.spare);
    rg_free(ctx->mem, s.allow);
    rg_free(ctx->mem, s.vector);
    rg_free(ctx->mem, s.lanes);
    rg_free(ctx->mem, s.list);
    return status;
}
