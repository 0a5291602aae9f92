/* Deals tensors to shards. */
#include "model/file/safetensors_format.h"
#include "model/file/shards.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
    LEAST_PART = 8, /* a tensor of 1/8 of a shard, or less, is not divided */
    DIGITS = 5,
    SUFFIX = 1 + DIGITS + 4 + DIGITS /* ".00002-of-00003" */
};

/* Returns the first byte of shard k, of all tensors one after another. */
static int64_t begin_of(const rg_shard_plan *p, int k)
{
    return p->bytes / p->n_shards * k + p->bytes % p->n_shards * k / p->n_shards;
}

/* Returns the shard that has the byte `at`. */
static int shard_at(const rg_shard_plan *p, int64_t at)
{
    int k = 0;
    while (k + 1 < p->n_shards && begin_of(p, k + 1) <= at) k++;
    return k;
}

/* The row of t at which shard k begins; t begins at byte `at`. */
static int64_t row_of(const rg_shard_plan *p, const rg_tensor *t, int64_t at, int k)
{
    const int64_t row = rg_tensor_bytes(t) / t->dim[0], before = begin_of(p, k) - at;
    const int64_t r = before <= 0 ? 0 : (before + row / 2) / row;
    return r < t->dim[0] ? r : t->dim[0];
}

static void add(rg_shard_plan *p, const rg_tensor *t, int64_t begin, int64_t end,
                int shard)
{
    const int64_t row = t->dim[0] > 0 ? rg_tensor_bytes(t) / t->dim[0] : 0;
    rg_shard_piece *piece = &p->piece[p->n++];
    *piece = (rg_shard_piece){*t, shard};
    piece->tensor.dim[0] = end - begin;
    if (begin > 0) piece->tensor.data = (const char *)t->data + begin * row;
}

/* Adds the parts of a tensor that begins at byte `at`, at most one a shard. */
static void divide(rg_shard_plan *p, const rg_tensor *t, int64_t at)
{
    const int first = p->n;
    for (int k = 0; k < p->n_shards; k++) {
        const int64_t begin = row_of(p, t, at, k);
        const int64_t end = k + 1 < p->n_shards ? row_of(p, t, at, k + 1) : t->dim[0];
        if (begin < end) add(p, t, begin, end, k);
    }
    for (int k = first, n = p->n - first; k < p->n && n > 1; k++) {
        rg_tensor *const part = &p->piece[k].tensor;
        snprintf(part->name, sizeof part->name, "%.*s.%05u-of-%05u",
                 RG_TENSOR_NAME - 1 - SUFFIX, t->name,
                 (unsigned)(k - first + 1) % 100000u, (unsigned)n % 100000u);
    }
}

regatta_status rg_shard_plan_create(regatta_ctx *ctx, rg_shard_plan **out,
                                    const rg_tensor *tensors, int n, int n_shards)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_shard_plan *p = NULL;
    int64_t at = 0;
    RG_NEW(ctx->mem, p, 1);
    p->mem = ctx->mem;
    p->n_shards = n_shards;
    for (int k = 0; k < n; k++) p->bytes += rg_tensor_bytes(&tensors[k]);
    RG_NEW(ctx->mem, p->piece, (int64_t)n * n_shards);
    for (int k = 0; k < n; k++) {
        const int64_t bytes = rg_tensor_bytes(&tensors[k]);
        if (bytes > p->bytes / n_shards / LEAST_PART)
            divide(p, &tensors[k], at);
        else
            add(p, &tensors[k], 0, tensors[k].dim[0], shard_at(p, at + bytes / 2));
        at += bytes;
    }
    *out = p;
    p = NULL;
done:
    rg_shard_plan_free(p);
    return status;
}

void rg_shard_plan_free(rg_shard_plan *plan)
{
    if (plan == NULL) return;
    rg_free(plan->mem, plan->piece);
    rg_free(plan->mem, plan);
}

/* Reads DIGITS digits; -1 for anything else. */
static int read_digits(const char *text)
{
    int value = 0;
    for (int k = 0; k < DIGITS; k++) {
        if (!isdigit((unsigned char)text[k])) return -1;
        value = 10 * value + (text[k] - '0');
    }
    return value;
}

int rg_shard_part_of(const char *name, int *part, int *n_parts)
{
    const int n = (int)strlen(name), whole = n - SUFFIX;
    if (whole < 1 || name[whole] != '.' || memcmp(name + n - DIGITS - 4, "-of-", 4) != 0)
        return 0;
    *part = read_digits(name + whole + 1);
    *n_parts = read_digits(name + n - DIGITS);
    return *part >= 1 && *n_parts >= *part ? whole : 0;
}
