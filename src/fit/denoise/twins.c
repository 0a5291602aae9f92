#include "fit/denoise/twins.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "base/rng.h"
#include <stdlib.h>

enum { BANDS = 8, ROWS = 4, HASHES = BANDS * ROWS, COMPARED = 4 };
static const double SIMILAR = 0.8;

/* A user of a band and the hash of its values there. */
typedef struct place {
    uint64_t key;
    uint32_t user;
} place;

static int by_key(const void *left, const void *right)
{
    const place *a = left, *b = right;
    if (a->key != b->key) return a->key < b->key ? -1 : 1;
    return a->user < b->user ? -1 : a->user > b->user;
}

/* The least hash of the items of a user, for each of the hashes of a band: those of an
 * item are a multiply-shift of its random number. */
static uint64_t key_of(const rg_csr *rows, int64_t user, const uint64_t *item,
                       const uint64_t *factor)
{
    uint64_t least[ROWS];
    for (int r = 0; r < ROWS; r++) {
        least[r] = UINT64_MAX;
        for (int64_t e = rows->offset[user]; e < rows->offset[user + 1]; e++) {
            const uint64_t x = item[rows->target[e]];
            const uint64_t h = (x ^ x >> 32) * factor[r];
            if ((h ^ h >> 29) < least[r]) least[r] = h ^ h >> 29;
        }
    }
    return rg_hash(least, sizeof least, 0);
}

static int are_twins(const rg_csr *rows, uint32_t u, uint32_t v)
{
    int64_t a = rows->offset[u], b = rows->offset[v], both = 0;
    const int64_t n = rg_csr_degree(rows, u) + rg_csr_degree(rows, v);
    while (a < rows->offset[u + INT64_C(1)] && b < rows->offset[v + INT64_C(1)]) {
        const uint32_t i = rows->target[a], j = rows->target[b];
        both += i == j;
        a += i <= j;
        b += j <= i;
    }
    return (double)both >= SIMILAR * (double)(n - both);
}

static uint32_t root_of(const uint32_t *root, uint32_t u)
{
    while (root[u] != u) u = root[u];
    return u;
}

/* The first user of two groups is the root of both. */
static void join(uint32_t *root, uint32_t u, uint32_t v)
{
    const uint32_t a = root_of(root, u), b = root_of(root, v);
    if (a < b)
        root[b] = a;
    else
        root[a] = b;
}

/* Joins twins among the places of equal keys; each is compared with the first ones. */
static void join_band(uint32_t *root, const place *p, int64_t n, const rg_csr *rows)
{
    for (int64_t first = 0, k = 0; k < n; k++) {
        if (p[k].key != p[first].key) first = k;
        for (int64_t c = first; c < k && c < first + COMPARED; c++)
            if (root_of(root, p[c].user) != root_of(root, p[k].user) &&
                are_twins(rows, p[c].user, p[k].user))
                join(root, p[c].user, p[k].user);
    }
}

static int64_t list_users(uint32_t *user, const rg_csr *rows)
{
    int64_t n = 0;
    for (int64_t u = 0; u < rows->n_rows; u++)
        if (rg_csr_degree(rows, u) >= RG_TWIN_ITEMS) user[n++] = (uint32_t)u;
    return n;
}

regatta_status rg_twins_find(regatta_ctx *ctx, uint32_t *root, uint32_t *size,
                             const rg_csr *by_user, uint64_t seed)
{
    regatta_status status = REGATTA_OK;
    uint64_t *item = NULL, factor[HASHES];
    uint32_t *user = NULL;
    place *p = NULL;
    const int team = rg_threads_for(by_user->n_edges * ROWS * RG_SCALAR, ctx->threads);
    RG_NEW(ctx->mem, item, by_user->n_cols);
    RG_NEW(ctx->mem, user, by_user->n_rows);
    RG_NEW(ctx->mem, p, by_user->n_rows);
    const int64_t n = list_users(user, by_user);
    for (int64_t i = 0; i < by_user->n_cols; i++)
        item[i] = rg_random_u64(seed, RG_STREAM_DENOISE_HASH, (uint64_t)i);
    for (int h = 0; h < HASHES; h++)
        factor[h] =
            rg_random_u64(seed, RG_STREAM_DENOISE_HASH, UINT64_MAX - (uint64_t)h) | 1;
    for (int64_t u = 0; u < by_user->n_rows; u++) root[u] = (uint32_t)u;
    for (int b = 0; b < BANDS; b++) {
#pragma omp parallel for num_threads(team) schedule(dynamic, 64)
        for (int64_t k = 0; k < n; k++)
            p[k] = (place){key_of(by_user, user[k], item, factor + b * ROWS), user[k]};
        qsort(p, (size_t)n, sizeof *p, by_key);
        join_band(root, p, n, by_user);
    }
    for (int64_t u = 0; u < by_user->n_rows; u++) size[u] = 0;
    for (int64_t u = 0; u < by_user->n_rows; u++) {
        root[u] = root_of(root, (uint32_t)u);
        size[root[u]]++;
    }
    for (int64_t u = 0; u < by_user->n_rows; u++) size[u] = size[root[u]];
done:
    rg_free(ctx->mem, item);
    rg_free(ctx->mem, user);
    rg_free(ctx->mem, p);
    return status;
}
