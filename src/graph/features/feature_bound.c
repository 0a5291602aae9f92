#include "graph/features/feature_bound.h"
#include "base/hash.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKET_BYTES = 64 };

typedef struct frequent {
    int64_t count;
    const char *name;
    uint32_t column;
} frequent;

/* The most frequent first, ties by name. */
static int by_count(const void *a, const void *b)
{
    const frequent *x = a, *y = b;
    if (x->count != y->count) return x->count < y->count ? 1 : -1;
    return strcmp(x->name, y->name);
}

/* Sets keep[column] of the `most` most frequent features. */
static regatta_status keep_frequent(regatta_ctx *ctx, uint8_t *keep,
                                    const rg_feature_pairs *pairs, int64_t most)
{
    const int64_t n = pairs->feature->n;
    frequent *all = rg_alloc(ctx->mem, n, sizeof *all);
    if (all == NULL) return REGATTA_ENOMEM;
    for (uint32_t c = 0; c < n; c++)
        all[c] = (frequent){0, rg_idmap_name(pairs->feature, c), c};
    for (int64_t k = 0; k < pairs->n; k++) all[pairs->column[k]].count++;
    qsort(all, (size_t)n, sizeof *all, by_count);
    for (int64_t k = 0; k < most && k < n; k++) keep[all[k].column] = 1;
    rg_free(ctx->mem, all);
    return REGATTA_OK;
}

/* Returns the number of buckets of an earlier table, 0 if it has none. */
static int64_t buckets_of(const rg_idmap *known)
{
    for (uint32_t c = 0; c < known->n; c++) {
        int64_t place = 0, n = 0;
        if (sscanf(rg_idmap_name(known, c), "(hashed %" SCNd64 " of %" SCNd64 ")", &place,
                   &n) == 2 &&
            place >= 0 && place < n)
            return n;
    }
    return 0;
}

/* Stores the new column of each feature: its own, or that of its bucket. */
static regatta_status give_columns(regatta_ctx *ctx, uint32_t *column, rg_idmap *to,
                                   const rg_idmap *from, const uint8_t *keep,
                                   int64_t n_buckets)
{
    regatta_status status = REGATTA_OK;
    for (uint32_t c = 0; c < from->n; c++) {
        const char *name = rg_idmap_name(from, c);
        if (keep[c])
            RG_TRY(rg_idmap_add(ctx, to, name, (int64_t)strlen(name), &column[c]));
    }
    for (uint32_t c = 0; c < from->n; c++) {
        char bucket[BUCKET_BYTES];
        const char *name = rg_idmap_name(from, c);
        if (keep[c]) continue;
        const int64_t place =
            (int64_t)(rg_hash(name, strlen(name), 0) % (uint64_t)n_buckets);
        const int n = snprintf(bucket, sizeof bucket,
                               "(hashed %" PRId64 " of %" PRId64 ")", place, n_buckets);
        RG_TRY(rg_idmap_add(ctx, to, bucket, n, &column[c]));
    }
done:
    return status;
}

/* Gives all features that are not kept to buckets. */
static regatta_status hash(regatta_ctx *ctx, rg_feature_pairs *pairs, const uint8_t *keep,
                           int64_t n_buckets)
{
    regatta_status status = REGATTA_OK;
    uint32_t *column = NULL;
    rg_idmap *names = NULL;
    RG_NEW(ctx->mem, column, pairs->feature->n);
    RG_TRY(rg_idmap_create(ctx, &names));
    RG_TRY(give_columns(ctx, column, names, pairs->feature, keep, n_buckets));
    for (int64_t k = 0; k < pairs->n; k++) pairs->column[k] = column[pairs->column[k]];
    rg_idmap_free(pairs->feature);
    pairs->feature = names;
    names = NULL;
done:
    rg_idmap_free(names);
    rg_free(ctx->mem, column);
    return status;
}

regatta_status rg_feature_bound_apply(regatta_ctx *ctx, rg_feature_bound *out,
                                      rg_feature_pairs *pairs, int64_t most,
                                      const rg_idmap *known)
{
    *out = (rg_feature_bound){0, 0};
    const int64_t n = pairs->feature->n;
    int64_t n_buckets = most / RG_FEATURES_PER_BUCKET;
    if (n_buckets == 0) n_buckets = 1;
    if (known != NULL) n_buckets = buckets_of(known);
    if (n_buckets == 0 || (known == NULL && n <= most)) return REGATTA_OK;
    regatta_status status = REGATTA_OK;
    uint8_t *keep = NULL;
    RG_NEW(ctx->mem, keep, n);
    if (known == NULL) RG_TRY(keep_frequent(ctx, keep, pairs, most));
    for (uint32_t c = 0; known != NULL && c < n; c++)
        keep[c] = rg_idmap_find_name(known, pairs->feature, c) != REGATTA_NONE;
    for (int64_t c = 0; c < n; c++) out->n_hashed += !keep[c];
    out->n_buckets = out->n_hashed > 0 ? n_buckets : 0;
    if (out->n_hashed > 0) RG_TRY(hash(ctx, pairs, keep, n_buckets));
done:
    rg_free(ctx->mem, keep);
    return status;
}
