#include "graph/igraph_door.h"
#include <igraph.h>
#include <pthread.h>

enum { SEED = 1, LEIDEN_ROUNDS = 2 };

static pthread_mutex_t door = PTHREAD_MUTEX_INITIALIZER;

/* What the host had set, and our own random numbers meanwhile. */
typedef struct host {
    igraph_error_handler_t *on_error;
    igraph_warning_handler_t *on_warning;
    igraph_rng_t *host_rng;
    igraph_rng_t kept; /* what host_rng pointed to */
    igraph_rng_t rng;
} host;

static igraph_error_t enter(host *h)
{
    pthread_mutex_lock(&door);
    h->on_error = igraph_set_error_handler(igraph_error_handler_ignore);
    h->on_warning = igraph_set_warning_handler(igraph_warning_handler_ignore);
    igraph_error_t code = igraph_rng_init(&h->rng, &igraph_rngtype_mt19937);
    if (code != IGRAPH_SUCCESS) return code;
    /* Before it becomes the default: igraph 0.10.2 copies it, and would seed a copy that
     * does not know it is seeded with the time. */
    code = igraph_rng_seed(&h->rng, SEED);
    h->host_rng = igraph_rng_default();
    h->kept = *h->host_rng;
    igraph_rng_set_default(&h->rng);
    return code;
}

static void leave(host *h)
{
    if (h->host_rng != NULL) {
        /* The same address still: igraph has copied ours over the host's. */
        const int copied = igraph_rng_default() == h->host_rng;
        igraph_rng_set_default(copied ? &h->kept : h->host_rng);
        igraph_rng_destroy(&h->rng);
    }
    igraph_set_warning_handler(h->on_warning);
    igraph_set_error_handler(h->on_error);
    pthread_mutex_unlock(&door);
}

/* Undirected, users first. */
static igraph_error_t make_graph(igraph_t *out, const regatta_graph *g)
{
    const rg_csr *rows = g->by_user;
    const int64_t n_nodes = rows->n_rows + rows->n_cols;
    igraph_vector_int_t ends;
    igraph_error_t code =
        igraph_vector_int_init(&ends, (igraph_integer_t)(2 * rows->n_edges));
    if (code != IGRAPH_SUCCESS) return code;
    for (int64_t u = 0; u < rows->n_rows; u++)
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++) {
            VECTOR(ends)[2 * e] = (igraph_integer_t)u;
            VECTOR(ends)[2 * e + 1] = (igraph_integer_t)(rows->n_rows + rows->target[e]);
        }
    code = igraph_create(out, &ends, (igraph_integer_t)n_nodes, IGRAPH_UNDIRECTED);
    igraph_vector_int_destroy(&ends);
    return code;
}

/* `work` receives a number per node, `sizes` one per component. */
static igraph_error_t components(rg_structure *out, const igraph_t *g,
                                 igraph_vector_int_t *work, igraph_vector_int_t *sizes)
{
    igraph_integer_t n = 0;
    const igraph_error_t code =
        igraph_connected_components(g, work, sizes, &n, IGRAPH_WEAK);
    if (code != IGRAPH_SUCCESS) return code;
    out->n_components = (uint32_t)n;
    out->largest_component = n > 0 ? (uint32_t)igraph_vector_int_max(sizes) : 0;
    return IGRAPH_SUCCESS;
}

static igraph_error_t cores(rg_structure *out, const igraph_t *g,
                            igraph_vector_int_t *work)
{
    const igraph_error_t code = igraph_coreness(g, work, IGRAPH_ALL);
    if (code != IGRAPH_SUCCESS) return code;
    const igraph_integer_t n = igraph_vector_int_size(work);
    const igraph_integer_t deepest = n > 0 ? igraph_vector_int_max(work) : 0;
    out->max_core = (uint32_t)deepest;
    for (igraph_integer_t k = 0; k < n; k++)
        out->max_core_nodes += VECTOR(*work)[k] == deepest;
    return IGRAPH_SUCCESS;
}

/* Leiden with node weights k_i and resolution 1 / 2m, which makes its objective the
 * modularity (Traag, Waltman, van Eck, "From Louvain to Leiden", 2019). */
static igraph_error_t communities(rg_structure *out, uint32_t *community,
                                  const igraph_t *g, igraph_vector_int_t *work)
{
    const double n_edges = (double)igraph_ecount(g);
    igraph_integer_t n = 0;
    igraph_real_t modularity = 0.0;
    igraph_vector_t degree;
    igraph_error_t code = igraph_vector_init(&degree, 0);
    if (code != IGRAPH_SUCCESS) return code;
    code = igraph_strength(g, &degree, igraph_vss_all(), IGRAPH_ALL, IGRAPH_LOOPS, NULL);
    if (code == IGRAPH_SUCCESS)
        code = igraph_community_leiden(g, NULL, &degree, 0.5 / n_edges, 0.01, 0,
                                       LEIDEN_ROUNDS, work, &n, NULL);
    if (code == IGRAPH_SUCCESS)
        code = igraph_modularity(g, work, NULL, 1.0, IGRAPH_UNDIRECTED, &modularity);
    igraph_vector_destroy(&degree);
    if (code != IGRAPH_SUCCESS) return code;
    out->n_communities = (uint32_t)n;
    out->modularity = modularity;
    for (igraph_integer_t k = 0; community != NULL && k < igraph_vector_int_size(work);
         k++)
        community[k] = (uint32_t)VECTOR(*work)[k];
    return IGRAPH_SUCCESS;
}

/* Without edges there is nothing to optimise: each node is a community. */
static void lone_nodes(rg_structure *out, uint32_t *community, int64_t n_nodes)
{
    out->n_communities = (uint32_t)n_nodes;
    for (int64_t k = 0; community != NULL && k < n_nodes; k++) community[k] = (uint32_t)k;
}

static igraph_error_t measure(rg_structure *out, uint32_t *community, const igraph_t *g)
{
    igraph_vector_int_t work, sizes;
    igraph_error_t code = igraph_vector_int_init(&work, 0);
    if (code != IGRAPH_SUCCESS) return code;
    code = igraph_vector_int_init(&sizes, 0);
    if (code != IGRAPH_SUCCESS) {
        igraph_vector_int_destroy(&work);
        return code;
    }
    code = components(out, g, &work, &sizes);
    if (code == IGRAPH_SUCCESS) code = cores(out, g, &work);
    if (code == IGRAPH_SUCCESS && igraph_ecount(g) > 0)
        code = communities(out, community, g, &work);
    else if (code == IGRAPH_SUCCESS)
        lone_nodes(out, community, (int64_t)igraph_vcount(g));
    igraph_vector_int_destroy(&sizes);
    igraph_vector_int_destroy(&work);
    return code;
}

regatta_status rg_igraph_structure(regatta_ctx *ctx, rg_structure *out,
                                   uint32_t *community, const regatta_graph *graph)
{
    const rg_csr *rows = graph->by_user;
    *out = (rg_structure){0};
    if (rows->n_edges > IGRAPH_INTEGER_MAX / 2 ||
        rows->n_rows + rows->n_cols > IGRAPH_INTEGER_MAX)
        return rg_fail(ctx, REGATTA_EINVAL, "the graph is too large for this igraph");
    host h = {0};
    igraph_t g;
    igraph_error_t code = enter(&h);
    if (code == IGRAPH_SUCCESS) code = make_graph(&g, graph);
    if (code == IGRAPH_SUCCESS) {
        code = measure(out, community, &g);
        igraph_destroy(&g);
    }
    leave(&h);
    if (code == IGRAPH_SUCCESS) return REGATTA_OK;
    if (code == IGRAPH_ENOMEM) return REGATTA_ENOMEM;
    return rg_fail(ctx, REGATTA_EINTERNAL, "igraph: %s", igraph_strerror(code));
}
