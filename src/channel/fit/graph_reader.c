#include "channel/fit/graph_reader.h"

regatta_status rg_graph_reader_open(regatta_ctx *ctx, rg_graph_reader *r,
                                    const regatta_graph *graph, const rg_csr *rows)
{
    regatta_status status = REGATTA_OK;
    *r = (rg_graph_reader){.rows = rows, .mem = ctx->mem};
    RG_NEW(r->mem, r->latest, rg_csr_widest(rows));
    RG_TRY(rg_interactions_open(ctx, &r->in, graph, 0));
done:
    return status; /* the caller closes the reader */
}

void rg_graph_reader_read(rg_history *out, rg_graph_reader *r, uint32_t user)
{
    const rg_csr *rows = r->rows;
    const int64_t first = rows->offset[user];
    rg_interactions_read(&r->in, user);
    const rg_steps *steps = &r->in.now;
    for (int64_t k = 0; k < steps->n; k++) r->latest[steps->position[k]] = (uint32_t)k;
    *out = (rg_history){.user = user,
                        .item = rows->target + first,
                        .weight = rows->value != NULL ? rows->value + first : NULL,
                        .n = rg_csr_degree(rows, user),
                        .n_steps = steps->n,
                        .step = steps->position,
                        .latest = r->latest,
                        .time = steps->time};
    if (steps->time != NULL && steps->n > 0) out->at = steps->time[steps->n - 1];
}

void rg_graph_reader_close(rg_graph_reader *r)
{
    if (r->latest != NULL) rg_free(r->mem, r->latest);
    rg_interactions_close(&r->in);
    *r = (rg_graph_reader){.rows = NULL};
}
