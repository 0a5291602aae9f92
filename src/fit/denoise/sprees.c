#include "fit/denoise/sprees.h"
#include "base/sort.h"

enum { USUAL_PER_CENT = 95, LEAST_USUAL = 5, TIMES_USUAL = 4 };

/* Sorts the interactions of a user by time. */
static int64_t sort_user(rg_moment *m, const regatta_graph *g, int64_t user)
{
    const int64_t first = g->by_user->offset[user], n = rg_csr_degree(g->by_user, user);
    for (int64_t k = 0; k < n; k++) m[k] = (rg_moment){g->time[first + k], (uint32_t)k};
    rg_sort_moments(m, n);
    return n;
}

/* Returns the interactions in the fullest minute of m[n]. */
static uint32_t fullest_minute(const rg_moment *m, int64_t n)
{
    int64_t most = 0;
    for (int64_t begin = 0, end = 0; begin < n; begin++) {
        while (end < n && m[end].time - m[begin].time < RG_SPREE_SECONDS) end++;
        if (end - begin > most) most = end - begin;
    }
    return (uint32_t)most;
}

/* Sets count[place] to `value` for what is in a minute with more than `above`. */
static void mark(uint32_t *count, uint32_t value, const rg_moment *m, int64_t n,
                 uint32_t above)
{
    int64_t marked = 0;
    for (int64_t begin = 0, end = 0; begin < n; begin++) {
        while (end < n && m[end].time - m[begin].time < RG_SPREE_SECONDS) end++;
        if (end - begin <= (int64_t)above) continue;
        for (int64_t k = marked > begin ? marked : begin; k < end; k++)
            count[m[k].place] = value;
        marked = end;
    }
}

static uint32_t usual_of(uint32_t *most, int64_t n)
{
    if (n == 0) return LEAST_USUAL;
    rg_sort_u32(most, n);
    const uint32_t usual = most[(n - 1) * USUAL_PER_CENT / 100];
    return usual > LEAST_USUAL ? usual : LEAST_USUAL;
}

regatta_status rg_sprees_find(regatta_ctx *ctx, uint32_t *count, rg_spree_bounds *bounds,
                              const regatta_graph *graph)
{
    regatta_status status = REGATTA_OK;
    const rg_csr *rows = graph->by_user;
    rg_moment *moment = NULL;
    uint32_t *most = NULL, *sorted = NULL;
    int64_t n = 0;
    *bounds = (rg_spree_bounds){0};
    for (int64_t e = 0; e < rows->n_edges; e++) count[e] = 0;
    if (graph->time == NULL) return REGATTA_OK;
    RG_NEW(ctx->mem, moment, rg_csr_widest(rows));
    RG_NEW(ctx->mem, most, rows->n_rows);
    RG_NEW(ctx->mem, sorted, rows->n_rows);
    for (int64_t u = 0; u < rows->n_rows; u++) {
        most[u] = fullest_minute(moment, sort_user(moment, graph, u));
        if (most[u] > 0) sorted[n++] = most[u];
    }
    bounds->usual = usual_of(sorted, n);
    bounds->above = TIMES_USUAL * bounds->usual;
    for (int64_t u = 0; u < rows->n_rows; u++)
        if (most[u] > bounds->above)
            mark(count + rows->offset[u], most[u], moment, sort_user(moment, graph, u),
                 bounds->above);
done:
    rg_free(ctx->mem, moment);
    rg_free(ctx->mem, most);
    rg_free(ctx->mem, sorted);
    return status;
}
