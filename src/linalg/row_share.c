#include "linalg/row_share.h"
#include "base/parallel.h"
#include "linalg/orthonormal.h"

/* Blocks of rows. */
typedef struct blocks {
    const rg_csr *rows;
    int64_t size;
} blocks;

static int64_t first_of(const blocks *b, int64_t block)
{
    const int64_t first = block * b->size;
    return first < b->rows->n_rows ? first : b->rows->n_rows;
}

static int64_t entries_of(const void *state, int64_t block)
{
    const blocks *b = state;
    return b->rows->offset[first_of(b, block + 1)] - b->rows->offset[first_of(b, block)];
}

void rg_row_share(rg_shares *out, const regatta_ctx *ctx, const rg_csr *rows)
{
    const blocks b = {rows, rg_tall_block(rows->n_rows)};
    rg_shares s;
    rg_shares_by_cost(&s, ctx, rg_block_count(rows->n_rows, b.size), entries_of, &b);
    for (int r = 0; r <= rg_n_ranks(ctx); r++) out->first[r] = first_of(&b, s.first[r]);
    out->begin = first_of(&b, s.begin);
    out->end = first_of(&b, s.end);
}
