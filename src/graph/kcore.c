#include "graph/kcore.h"

/* One side of the graph while nodes are removed. */
typedef struct side {
    const rg_csr *rows;
    uint8_t *keep;
    int64_t *degree;
    uint32_t *queue; /* removed nodes whose neighbours are not updated yet */
    int64_t n_queue;
    int64_t least;
} side;

static void drop(side *s, uint32_t node)
{
    s->keep[node] = 0;
    s->queue[s->n_queue++] = node;
}

static void begin(side *s)
{
    for (int64_t r = 0; r < s->rows->n_rows; r++) {
        s->degree[r] = rg_csr_degree(s->rows, r);
        s->keep[r] = 1;
        if (s->degree[r] < s->least) drop(s, (uint32_t)r);
    }
}

/* Updates the neighbours of all nodes in the queue; they may be removed in turn. */
static void spread(side *from, side *to)
{
    while (from->n_queue > 0) {
        const int64_t row = from->queue[--from->n_queue];
        for (int64_t e = from->rows->offset[row]; e < from->rows->offset[row + 1]; e++) {
            const uint32_t node = from->rows->target[e];
            to->degree[node]--;
            if (to->keep[node] && to->degree[node] < to->least) drop(to, node);
        }
    }
}

regatta_status rg_kcore(regatta_ctx *ctx, uint8_t *keep_user, uint8_t *keep_item,
                        int64_t *n_edges, const regatta_graph *graph, uint32_t min_user,
                        uint32_t min_item)
{
    regatta_status status = REGATTA_OK;
    side users = {.rows = graph->by_user, .keep = keep_user, .least = min_user};
    side items = {.rows = graph->by_item, .keep = keep_item, .least = min_item};
    RG_NEW(ctx->mem, users.degree, users.rows->n_rows);
    RG_NEW(ctx->mem, users.queue, users.rows->n_rows);
    RG_NEW(ctx->mem, items.degree, items.rows->n_rows);
    RG_NEW(ctx->mem, items.queue, items.rows->n_rows);
    begin(&users);
    begin(&items);
    while (users.n_queue > 0 || items.n_queue > 0) {
        spread(&users, &items);
        spread(&items, &users);
    }
    *n_edges = 0;
    for (int64_t u = 0; u < users.rows->n_rows; u++)
        if (users.keep[u]) *n_edges += users.degree[u];
done:
    rg_free(ctx->mem, users.degree);
    rg_free(ctx->mem, users.queue);
    rg_free(ctx->mem, items.degree);
    rg_free(ctx->mem, items.queue);
    return status;
}
