#include "channel/fit/content/content_part.h"
#include "ridge/content/content_ridge.h"
#include <math.h>
#include <string.h>

/* Coordinates of a modality and of all, and the floats of all items. */
enum { MOST_OWN = 256, MOST_RANK = 1024, MOST_FLOATS = 1 << 26 };

static int64_t rank_for(const rg_features *features, int64_t n_items)
{
    int64_t rank = MOST_RANK / features->n_modalities;
    const int64_t room = MOST_FLOATS / (n_items * features->n_modalities);
    if (rank > MOST_OWN) rank = MOST_OWN;
    if (rank > room) rank = room;
    return rank > 16 ? rank : 16;
}

/* Copies the coordinates of all modalities side by side. */
static regatta_status join(regatta_ctx *ctx, rg_content_part *p)
{
    regatta_status status = REGATTA_OK;
    RG_NEW(ctx->mem, p->z, p->n_items * p->rank);
    for (int m = 0; m < p->features->n_modalities; m++) {
        rg_feature_space *s = p->space[m];
        for (int64_t i = 0; i < p->n_items; i++)
            memcpy(p->z + i * p->rank + p->first[m], s->z + i * s->rank,
                   (size_t)s->rank * sizeof *p->z);
        rg_free(s->mem, s->z);
        s->z = NULL;
    }
done:
    return status;
}

regatta_status rg_content_part_create(regatta_ctx *ctx, rg_content_part **out,
                                      const rg_features *features, const rg_idmap *ids,
                                      uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    rg_content_part *p = NULL;
    uint32_t *node = NULL;
    const int64_t rank = rank_for(features, (int64_t)ids->n);
    *out = NULL;
    RG_NEW(ctx->mem, p, 1);
    p->mem = ctx->mem;
    p->features = features;
    p->n_items = (int64_t)ids->n;
    RG_TRY(rg_features_align(ctx, &node, features, ids));
    for (int m = 0; m < features->n_modalities; m++) {
        RG_TRY(rg_feature_space_fit(ctx, &p->space[m], &features->modality[m], node,
                                    p->n_items, rank, seed));
        p->first[m] = p->rank;
        p->rank += p->space[m]->rank;
    }
    RG_TRY(join(ctx, p));
    *out = p;
    p = NULL;
done:
    rg_free(ctx->mem, node);
    rg_content_part_free(p);
    return status;
}

regatta_status rg_content_part_copy(regatta_ctx *ctx, rg_content_part **out,
                                    const rg_content_part *part)
{
    regatta_status status = REGATTA_OK;
    const int64_t n = part->n_items * part->rank;
    rg_content_part *p = NULL;
    *out = NULL;
    RG_NEW(ctx->mem, p, 1);
    p->mem = ctx->mem;
    p->features = part->features;
    p->n_items = part->n_items;
    p->rank = part->rank;
    memcpy(p->first, part->first, sizeof p->first);
    for (int m = 0; m < part->features->n_modalities; m++)
        p->space[m] = rg_feature_space_share(part->space[m]);
    RG_NEW(ctx->mem, p->z, n);
    memcpy(p->z, part->z, (size_t)n * sizeof *p->z);
    *out = p;
    p = NULL;
done:
    rg_content_part_free(p);
    return status;
}

/* Writes the coordinates of n nodes of the table in one modality, z with stride ld. */
static regatta_status encode(regatta_ctx *ctx, float *z, int64_t ld,
                             const rg_feature_space *s, const rg_modality *m,
                             const uint32_t *node, int64_t n)
{
    regatta_status status = REGATTA_OK;
    const rg_feature_coder coder = rg_feature_space_coder(s);
    uint32_t *place = NULL;
    rg_csr *rows = NULL;
    if (s->rows != NULL) {
        RG_NEW(ctx->mem, place, m->n_columns);
        memset(place, 0xff, (size_t)m->n_columns * sizeof *place);
        for (int64_t c = 0; c < s->n_columns; c++) place[s->column[c]] = (uint32_t)c;
        RG_TRY(rg_feature_encode(ctx, &rows, &coder, m, node, n, place));
    }
    rg_feature_coordinates(z, ld, &coder, m, node, n, rows, ctx->threads);
done:
    rg_csr_free(rows);
    rg_free(ctx->mem, place);
    return status;
}

regatta_status rg_content_part_add_source(regatta_ctx *ctx, rg_content_part *p,
                                          const rg_idmap *items, const rg_csr *by_user)
{
    regatta_status status = REGATTA_OK;
    rg_content_source *source = &p->source[p->n_sources++];
    uint32_t *node = NULL;
    source->by_user = by_user;
    RG_NEW(p->mem, source->z, (int64_t)items->n * p->rank);
    RG_TRY(rg_features_align(ctx, &node, p->features, items));
    for (int m = 0; m < p->features->n_modalities; m++)
        RG_TRY(encode(ctx, source->z + p->first[m], p->rank, p->space[m],
                      &p->features->modality[m], node, items->n));
done:
    rg_free(ctx->mem, node);
    return status;
}

/* Copies rows below those that are there, with their items numbered from `first` and
 * `factor` times their weights. */
static void stack_rows(rg_csr *to, const rg_csr *rows, int64_t first, float factor)
{
    int64_t at = to->n_edges;
    for (int64_t e = 0; e < rows->n_edges; e++, at++) {
        to->target[at] = (uint32_t)(first + rows->target[e]);
        to->value[at] = factor * (rows->value != NULL ? rows->value[e] : 1.0f);
    }
    for (int64_t u = 1; u <= rows->n_rows; u++)
        to->offset[to->n_rows + u] = to->n_edges + rows->offset[u];
    to->n_edges = at;
    to->n_rows += rows->n_rows;
}

/* Creates the coordinates of the items of all domains and the interactions of all users
 * among them; a source counts weight[k]. */
static regatta_status stack(regatta_ctx *ctx, float **z, rg_csr **rows,
                            const rg_content_part *p, const rg_csr *by_user,
                            const float *weight)
{
    regatta_status status = REGATTA_OK;
    int64_t n_users = by_user->n_rows, n_items = by_user->n_cols, n = by_user->n_edges;
    for (int k = 0; k < p->n_sources; k++) {
        n_users += p->source[k].by_user->n_rows;
        n_items += p->source[k].by_user->n_cols;
        n += p->source[k].by_user->n_edges;
    }
    RG_TRY(rg_csr_create(ctx, rows, n_users, n_items, n, 1));
    RG_NEW(ctx->mem, *z, n_items * p->rank);
    (*rows)->n_rows = (*rows)->n_edges = 0;
    memcpy(*z, p->z, (size_t)(p->n_items * p->rank) * sizeof **z);
    stack_rows(*rows, by_user, 0, 1.0f);
    n_items = by_user->n_cols;
    for (int k = 0; k < p->n_sources; k++) {
        const rg_csr *own = p->source[k].by_user;
        memcpy(*z + n_items * p->rank, p->source[k].z,
               (size_t)(own->n_cols * p->rank) * sizeof **z);
        stack_rows(*rows, own, n_items, weight[k]);
        n_items += own->n_cols;
    }
done:
    return status;
}

/* factor[rank]: what makes the coordinates of a modality have variance near 1. */
static void whitening(float *factor, const rg_content_part *p,
                      const rg_content_weights *w)
{
    for (int m = 0; m < p->features->n_modalities; m++)
        for (int64_t k = 0; k < p->space[m]->rank; k++)
            factor[p->first[m] + k] =
                w->alpha[m] != 0.0f ? (float)(1.0 / sqrt((double)p->space[m]->value[k] +
                                                         (double)w->lambda[m]))
                                    : 0.0f;
}

/* Returns 1 if some source is used. */
static int has_sources(const rg_content_part *p, const rg_content_weights *weights)
{
    for (int k = 0; k < p->n_sources; k++)
        if (weights->source[k] > 0.0f) return 1;
    return 0;
}

regatta_status rg_content_part_learn(regatta_ctx *ctx, float *learned,
                                     const rg_content_part *p,
                                     const rg_content_weights *weights,
                                     const rg_csr *by_user)
{
    regatta_status status = REGATTA_OK;
    const int64_t rank = p->rank;
    rg_csr *rows = NULL;
    float *factor = NULL, *white = NULL;
    int64_t n = p->n_items;
    RG_NEW(ctx->mem, factor, rank);
    whitening(factor, p, weights);
    if (has_sources(p, weights)) {
        RG_TRY(stack(ctx, &white, &rows, p, by_user, weights->source));
        by_user = rows;
        n = rows->n_cols;
    } else {
        RG_NEW(ctx->mem, white, n * rank);
        memcpy(white, p->z, (size_t)(n * rank) * sizeof *white);
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < rank; k++) white[i * rank + k] *= factor[k];
    RG_TRY(rg_content_ridge(ctx, learned, white, rank, by_user));
    for (int64_t k = 0; k < rank; k++)
        for (int64_t c = 0; c < rank; c++) learned[k * rank + c] *= factor[k] * factor[c];
done:
    rg_csr_free(rows);
    rg_free(ctx->mem, factor);
    rg_free(ctx->mem, white);
    return status;
}

/* Of a sparse modality the tail has the cosines, and M takes the shrinkage off; a dense
 * one has no tail. */
void rg_content_mix(float *mix, const rg_content_part *p,
                    const rg_content_weights *weights, const float *learned)
{
    const int64_t rank = p->rank;
    for (int64_t k = 0; k < rank; k++)
        for (int64_t c = 0; c < rank; c++)
            mix[k * rank + c] = learned != NULL && weights->learned != 0.0f
                                    ? weights->learned * learned[c * rank + k]
                                    : 0.0f;
    for (int m = 0; m < p->features->n_modalities; m++)
        for (int64_t k = 0; k < p->space[m]->rank; k++) {
            const float value = p->space[m]->value[k], lambda = weights->lambda[m];
            const float kept = lambda / (value + lambda);
            const float own = p->space[m]->rows != NULL ? kept - 1.0f : kept;
            mix[(p->first[m] + k) * (rank + 1)] += weights->alpha[m] * own;
        }
}

regatta_status rg_content_part_mix(regatta_ctx *ctx, rg_content_part *part,
                                   const rg_content_weights *weights,
                                   const rg_csr *by_user)
{
    regatta_status status = REGATTA_OK;
    float *learned = NULL;
    rg_free(part->mem, part->mix);
    part->mix = NULL;
    RG_NEW(part->mem, part->mix, part->rank * part->rank);
    if (weights->learned != 0.0f) {
        RG_NEW(ctx->mem, learned, part->rank * part->rank);
        RG_TRY(rg_content_part_learn(ctx, learned, part, weights, by_user));
    }
    rg_content_mix(part->mix, part, weights, learned);
    for (int m = 0; m < part->features->n_modalities; m++)
        part->tail[m] = part->space[m]->rows != NULL ? weights->alpha[m] : 0.0f;
done:
    rg_free(ctx->mem, learned);
    return status;
}

void rg_content_part_free(rg_content_part *p)
{
    if (p == NULL) return;
    for (int m = 0; m < RG_MAX_MODALITIES; m++) rg_feature_space_free(p->space[m]);
    for (int k = 0; k < p->n_sources; k++) rg_free(p->mem, p->source[k].z);
    rg_free(p->mem, p->z);
    rg_free(p->mem, p->mix);
    rg_free(p->mem, p);
}
