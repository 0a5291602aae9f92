#include "linalg/csr.h"
#include "base/find.h"
#include "base/parallel.h"

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

/* Returns the first row of part p of `team`, which have about the same number of edges.
 */
static int64_t first_row(const rg_csr *g, int p, int team)
{
    const int64_t edge = g->n_edges / team * p;
    int64_t low = 0, high = g->n_rows;
    if (p == team) return g->n_rows;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (g->offset[middle] < edge)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void count_targets(int64_t *count, const rg_csr *g, int64_t first, int64_t last)
{
    for (int64_t e = g->offset[first]; e < g->offset[last]; e++) count[g->target[e]]++;
}

/* Rows are walked in order, so the targets of each transposed row ascend. */
static void fill_rows(rg_csr *t, int64_t *place, const rg_csr *g, int64_t first,
                      int64_t last)
{
    for (int64_t row = first; row < last; row++)
        for (int64_t e = g->offset[row]; e < g->offset[row + 1]; e++) {
            const int64_t at = place[g->target[e]]++;
            t->target[at] = (uint32_t)row;
            if (g->value != NULL) t->value[at] = g->value[e];
        }
}

/* Parts of the rows are turned by a thread each, if their counts take less memory than
 * the edges. The result does not depend on the number of parts. */
regatta_status rg_csr_transpose(regatta_ctx *ctx, rg_csr **out, const rg_csr *g)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    int64_t *place = NULL;
    rg_csr *t = NULL;
    int team = rg_threads_for(g->n_edges * RG_SCALAR, ctx->threads);
    if (team * g->n_cols > g->n_edges) team = 1;
    RG_TRY(rg_csr_create(ctx, &t, g->n_cols, g->n_rows, g->n_edges, g->value != NULL));
    RG_NEW(ctx->mem, place, team * t->n_rows);
#pragma omp parallel for num_threads(team) schedule(static, 1)
    for (int p = 0; p < team; p++)
        count_targets(place + p * t->n_rows, g, first_row(g, p, team),
                      first_row(g, p + 1, team));
    rg_place_parts(t->offset, place, t->n_rows, team);
#pragma omp parallel for num_threads(team) schedule(static, 1)
    for (int p = 0; p < team; p++)
        fill_rows(t, place + p * t->n_rows, g, first_row(g, p, team),
                  first_row(g, p + 1, team));
    *out = t;
    t = NULL;
done:
    rg_free(ctx->mem, place);
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
