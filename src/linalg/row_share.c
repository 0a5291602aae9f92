#include "linalg/row_share.h"
#include "base/parallel.h"
#include "linalg/orthonormal.h"

/* Entries that a row counts for. The tables of a row take 2 to 3 KB, an entry 16 bytes,
 * so that even memory would be 150; even time would be about 4. Rows come in the order in
 * which users appear, so that the first have more entries: 1M users by entries alone gave
 * one of two ranks three quarters of the rows. */
enum { ROW = 64 };

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

static int64_t cost_of(const void *state, int64_t block)
{
    const blocks *b = state;
    const int64_t first = first_of(b, block), last = first_of(b, block + 1);
    return b->rows->offset[last] - b->rows->offset[first] + ROW * (last - first);
}

void rg_row_share(rg_shares *out, const regatta_ctx *ctx, const rg_csr *rows)
{
    const blocks b = {rows, rg_tall_block(rows->n_rows)};
    rg_shares s;
    rg_shares_by_cost(&s, ctx, rg_block_count(rows->n_rows, b.size), cost_of, &b);
    for (int r = 0; r <= rg_n_ranks(ctx); r++) out->first[r] = first_of(&b, s.first[r]);
    out->begin = first_of(&b, s.begin);
    out->end = first_of(&b, s.end);
}
