/* The histories of a graph's users in order, as channels read them. */
#ifndef RG_CHANNEL_FIT_GRAPH_READER_H
#define RG_CHANNEL_FIT_GRAPH_READER_H
#include "graph/interactions.h"
#include "model/history.h"

/* A reader of one user after another. A zeroed one may be closed. */
typedef struct rg_graph_reader {
    rg_interactions in;
    const rg_csr *rows;
    rg_mem mem;
    uint32_t *latest; /* [widest row] */
} rg_graph_reader;

/* `rows` is graph->by_user with the weights of the histories; both are borrowed. */
regatta_status rg_graph_reader_open(regatta_ctx *ctx, rg_graph_reader *r,
                                    const regatta_graph *graph, const rg_csr *rows);
/* Sets *out to the history of a user, asked at its latest interaction: a view of the rows
 * and of the reader, valid until its next call. */
void rg_graph_reader_read(rg_history *out, rg_graph_reader *r, uint32_t user);
void rg_graph_reader_close(rg_graph_reader *r);
#endif
