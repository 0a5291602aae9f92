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

regatta_status rg_content_part_learn(regatta_ctx *ctx, float *learned,
                                     const rg_content_part *p,
                                     const rg_content_weights *weights,
                                     const rg_csr *by_user)
{
    regatta_status status = REGATTA_OK;
    const int64_t rank = p->rank;
    float *factor = NULL, *white = NULL;
    RG_NEW(ctx->mem, factor, rank);
    RG_NEW(ctx->mem, white, p->n_items * rank);
    whitening(factor, p, weights);
    for (int64_t i = 0; i < p->n_items; i++)
        for (int64_t k = 0; k < rank; k++)
            white[i * rank + k] = factor[k] * p->z[i * rank + k];
    RG_TRY(rg_content_ridge(ctx, learned, white, rank, by_user));
    for (int64_t k = 0; k < rank; k++)
        for (int64_t c = 0; c < rank; c++) learned[k * rank + c] *= factor[k] * factor[c];
done:
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
    rg_free(p->mem, p->z);
    rg_free(p->mem, p->mix);
    rg_free(p->mem, p);
}
