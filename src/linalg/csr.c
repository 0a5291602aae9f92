#include "linalg/csr.h"
#include "base/find.h"

regatta_status rg_csr_create(regatta_ctx *ctx, rg_csr **out, int64_t n_rows,
                             int64_t n_cols, int64_t n_edges, int with_value)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_csr *g = NULL;
    RG_NEW(ctx->mem, g, 1);
    g->mem = ctx->mem;
    g->n_rows = n_rows;
    g->n_cols = n_cols;
    g->n_edges = n_edges;
    RG_NEW(ctx->mem, g->offset, n_rows + 1);
    RG_NEW(ctx->mem, g->target, n_edges);
    if (with_value) RG_NEW(ctx->mem, g->value, n_edges);
    *out = g;
    g = NULL;
done:
    rg_csr_free(g);
    return status;
}

/* Rows are walked in order, so the targets of each transposed row ascend. */
static void fill_transpose(rg_csr *t, int64_t *from, int64_t *cursor, const rg_csr *g)
{
    for (int64_t e = 0; e < g->n_edges; e++) t->offset[(int64_t)g->target[e] + 1]++;
    for (int64_t r = 0; r < t->n_rows; r++) t->offset[r + 1] += t->offset[r];
    for (int64_t r = 0; r < t->n_rows; r++) cursor[r] = t->offset[r];
    for (int64_t row = 0; row < g->n_rows; row++)
        for (int64_t e = g->offset[row]; e < g->offset[row + 1]; e++) {
            const int64_t at = cursor[g->target[e]]++;
            t->target[at] = (uint32_t)row;
            if (g->value != NULL) t->value[at] = g->value[e];
            if (from != NULL) from[at] = e;
        }
}

regatta_status rg_csr_transpose(regatta_ctx *ctx, rg_csr **out, int64_t **from,
                                const rg_csr *g)
{
    *out = NULL;
    if (from != NULL) *from = NULL;
    regatta_status status = REGATTA_OK;
    int64_t *cursor = NULL, *order = NULL;
    rg_csr *t = NULL;
    RG_TRY(rg_csr_create(ctx, &t, g->n_cols, g->n_rows, g->n_edges, g->value != NULL));
    RG_NEW(ctx->mem, cursor, t->n_rows);
    if (from != NULL) RG_NEW(ctx->mem, order, g->n_edges);
    fill_transpose(t, order, cursor, g);
    *out = t;
    t = NULL;
    if (from != NULL) *from = order;
done:
    rg_free(ctx->mem, cursor);
    rg_csr_free(t);
    return status;
}

int64_t rg_csr_find(const rg_csr *g, int64_t row, uint32_t target)
{
    const int64_t first = g->offset[row];
    const int64_t at = rg_find_u32(g->target + first, rg_csr_degree(g, row), target);
    return at < 0 ? -1 : first + at;
}

int64_t rg_csr_widest(const rg_csr *g)
{
    int64_t widest = 0;
    for (int64_t r = 0; r < g->n_rows; r++)
        if (rg_csr_degree(g, r) > widest) widest = rg_csr_degree(g, r);
    return widest;
}

void rg_csr_free(rg_csr *g)
{
    if (g == NULL) return;
    rg_free(g->mem, g->offset);
    rg_free(g->mem, g->target);
    rg_free(g->mem, g->value);
    rg_free(g->mem, g);
}
