#include "graph/igraph_door.h"
#include "base/dynlib.h"
#include <igraph.h>
#include <pthread.h>

enum { SEED = 1, LEIDEN_ROUNDS = 2, LAYOUT_STEPS = 10 };

/* Upper bound of igraph's memory: twice the peak measured on a graph of 22,000 nodes
 * and 133,000 edges (18 MB, including regatta's own memory). */
enum { NODE_BYTES = 400, EDGE_BYTES = 200 };

/* The functions of igraph, set when it is loaded, and its generator of random numbers. */
static struct {
    __typeof__(igraph_set_error_handler) *igraph_set_error_handler;
    __typeof__(igraph_set_warning_handler) *igraph_set_warning_handler;
    __typeof__(igraph_error_handler_ignore) *igraph_error_handler_ignore;
    __typeof__(igraph_warning_handler_ignore) *igraph_warning_handler_ignore;
    __typeof__(igraph_rng_init) *igraph_rng_init;
    __typeof__(igraph_rng_seed) *igraph_rng_seed;
    __typeof__(igraph_rng_default) *igraph_rng_default;
    __typeof__(igraph_rng_set_default) *igraph_rng_set_default;
    __typeof__(igraph_rng_destroy) *igraph_rng_destroy;
    __typeof__(igraph_vector_init) *igraph_vector_init;
    __typeof__(igraph_vector_destroy) *igraph_vector_destroy;
    __typeof__(igraph_vector_int_init) *igraph_vector_int_init;
    __typeof__(igraph_vector_int_destroy) *igraph_vector_int_destroy;
    __typeof__(igraph_vector_int_max) *igraph_vector_int_max;
    __typeof__(igraph_vector_int_size) *igraph_vector_int_size;
    __typeof__(igraph_vss_all) *igraph_vss_all;
    __typeof__(igraph_create) *igraph_create;
    __typeof__(igraph_destroy) *igraph_destroy;
    __typeof__(igraph_ecount) *igraph_ecount;
    __typeof__(igraph_vcount) *igraph_vcount;
    __typeof__(igraph_connected_components) *igraph_connected_components;
    __typeof__(igraph_coreness) *igraph_coreness;
    __typeof__(igraph_strength) *igraph_strength;
    __typeof__(igraph_community_leiden) *igraph_community_leiden;
    __typeof__(igraph_modularity) *igraph_modularity;
    __typeof__(igraph_layout_kamada_kawai) *igraph_layout_kamada_kawai;
    __typeof__(igraph_matrix_init) *igraph_matrix_init;
    __typeof__(igraph_matrix_destroy) *igraph_matrix_destroy;
    __typeof__(igraph_strerror) *igraph_strerror;
    __typeof__(IGRAPH_FINALLY_ENTER) *IGRAPH_FINALLY_ENTER;
    __typeof__(IGRAPH_FINALLY_EXIT) *IGRAPH_FINALLY_EXIT;
    __typeof__(IGRAPH_FINALLY_STACK_SIZE) *IGRAPH_FINALLY_STACK_SIZE;
    __typeof__(IGRAPH_FINALLY_CLEAN) *IGRAPH_FINALLY_CLEAN;
    const igraph_rng_type_t *igraph_rngtype_mt19937;
} call;

static const rg_dynlib_symbol symbols[] = {
    RG_DYNLIB_SYMBOL(call, igraph_set_error_handler),
    RG_DYNLIB_SYMBOL(call, igraph_set_warning_handler),
    RG_DYNLIB_SYMBOL(call, igraph_error_handler_ignore),
    RG_DYNLIB_SYMBOL(call, igraph_warning_handler_ignore),
    RG_DYNLIB_SYMBOL(call, igraph_rng_init),
    RG_DYNLIB_SYMBOL(call, igraph_rng_seed),
    RG_DYNLIB_SYMBOL(call, igraph_rng_default),
    RG_DYNLIB_SYMBOL(call, igraph_rng_set_default),
    RG_DYNLIB_SYMBOL(call, igraph_rng_destroy),
    RG_DYNLIB_SYMBOL(call, igraph_vector_init),
    RG_DYNLIB_SYMBOL(call, igraph_vector_destroy),
    RG_DYNLIB_SYMBOL(call, igraph_vector_int_init),
    RG_DYNLIB_SYMBOL(call, igraph_vector_int_destroy),
    RG_DYNLIB_SYMBOL(call, igraph_vector_int_max),
    RG_DYNLIB_SYMBOL(call, igraph_vector_int_size),
    RG_DYNLIB_SYMBOL(call, igraph_vss_all),
    RG_DYNLIB_SYMBOL(call, igraph_create),
    RG_DYNLIB_SYMBOL(call, igraph_destroy),
    RG_DYNLIB_SYMBOL(call, igraph_ecount),
    RG_DYNLIB_SYMBOL(call, igraph_vcount),
    RG_DYNLIB_SYMBOL(call, igraph_connected_components),
    RG_DYNLIB_SYMBOL(call, igraph_coreness),
    RG_DYNLIB_SYMBOL(call, igraph_strength),
    RG_DYNLIB_SYMBOL(call, igraph_community_leiden),
    RG_DYNLIB_SYMBOL(call, igraph_modularity),
    RG_DYNLIB_SYMBOL(call, igraph_layout_kamada_kawai),
    RG_DYNLIB_SYMBOL(call, igraph_matrix_init),
    RG_DYNLIB_SYMBOL(call, igraph_matrix_destroy),
    RG_DYNLIB_SYMBOL(call, igraph_strerror),
    RG_DYNLIB_SYMBOL(call, IGRAPH_FINALLY_ENTER),
    RG_DYNLIB_SYMBOL(call, IGRAPH_FINALLY_EXIT),
    RG_DYNLIB_SYMBOL(call, IGRAPH_FINALLY_STACK_SIZE),
    RG_DYNLIB_SYMBOL(call, IGRAPH_FINALLY_CLEAN),
    RG_DYNLIB_SYMBOL(call, igraph_rngtype_mt19937),
};

static rg_dynlib library = {.soname = RG_IGRAPH_SONAME,
                            .megabytes = 92,
                            .has_blas = 1,
                            .symbols = symbols,
                            .n_symbols = sizeof symbols / sizeof *symbols,
                            .mutex = PTHREAD_MUTEX_INITIALIZER};

static pthread_mutex_t door = PTHREAD_MUTEX_INITIALIZER;

/* The settings of the host, and the random numbers used meanwhile. */
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
    call.IGRAPH_FINALLY_ENTER(); /* an error does not free what the host has on the stack
                                  */
    h->on_error = call.igraph_set_error_handler(call.igraph_error_handler_ignore);
    h->on_warning = call.igraph_set_warning_handler(call.igraph_warning_handler_ignore);
    igraph_error_t code = call.igraph_rng_init(&h->rng, call.igraph_rngtype_mt19937);
    if (code != IGRAPH_SUCCESS) return code;
    /* Before it becomes the default: igraph 0.10.2 copies it, and would seed an unseeded
     * copy with the time. */
    code = call.igraph_rng_seed(&h->rng, SEED);
    h->host_rng = call.igraph_rng_default();
    h->kept = *h->host_rng;
    call.igraph_rng_set_default(&h->rng);
    return code;
}

static void leave(host *h)
{
    if (h->host_rng != NULL) {
        /* The address is unchanged if igraph has copied ours over the host's. */
        const int copied = call.igraph_rng_default() == h->host_rng;
        call.igraph_rng_set_default(copied ? &h->kept : h->host_rng);
        call.igraph_rng_destroy(&h->rng);
    }
    call.igraph_set_warning_handler(h->on_warning);
    call.igraph_set_error_handler(h->on_error);
    call.IGRAPH_FINALLY_EXIT();
    pthread_mutex_unlock(&door);
}

/* Undirected, users first. */
static igraph_error_t make_graph(igraph_t *out, const regatta_graph *g)
{
    const rg_csr *rows = g->by_user;
    const int64_t n_nodes = rows->n_rows + rows->n_cols;
    igraph_vector_int_t ends;
    igraph_error_t code =
        call.igraph_vector_int_init(&ends, (igraph_integer_t)(2 * rows->n_edges));
    if (code != IGRAPH_SUCCESS) return code;
    for (int64_t u = 0; u < rows->n_rows; u++)
        for (int64_t e = rows->offset[u]; e < rows->offset[u + 1]; e++) {
            VECTOR(ends)[2 * e] = (igraph_integer_t)u;
            VECTOR(ends)[2 * e + 1] = (igraph_integer_t)(rows->n_rows + rows->target[e]);
        }
    code = call.igraph_create(out, &ends, (igraph_integer_t)n_nodes, IGRAPH_UNDIRECTED);
    call.igraph_vector_int_destroy(&ends);
    return code;
}

/* `work` receives a number per node, `sizes` one per component. */
static igraph_error_t components(rg_structure *out, const igraph_t *g,
                                 igraph_vector_int_t *work, igraph_vector_int_t *sizes)
{
    igraph_integer_t n = 0;
    const igraph_error_t code =
        call.igraph_connected_components(g, work, sizes, &n, IGRAPH_WEAK);
    if (code != IGRAPH_SUCCESS) return code;
    out->n_components = (uint32_t)n;
    out->largest_component = n > 0 ? (uint32_t)call.igraph_vector_int_max(sizes) : 0;
    return IGRAPH_SUCCESS;
}

static igraph_error_t cores(rg_structure *out, const igraph_t *g,
                            igraph_vector_int_t *work)
{
    const igraph_error_t code = call.igraph_coreness(g, work, IGRAPH_ALL);
    if (code != IGRAPH_SUCCESS) return code;
    const igraph_integer_t n = call.igraph_vector_int_size(work);
    const igraph_integer_t deepest = n > 0 ? call.igraph_vector_int_max(work) : 0;
    out->max_core = (uint32_t)deepest;
    for (igraph_integer_t k = 0; k < n; k++)
        out->max_core_nodes += VECTOR(*work)[k] == deepest;
    return IGRAPH_SUCCESS;
}

/* An error handler that frees nothing: see leiden(). */
static void abandon(const char *reason, const char *file, int line, igraph_error_t code)
{
    (void)reason, (void)file, (void)line, (void)code;
}

/* igraph_community_leiden. When an allocation fails while it builds an aggregated graph,
 * igraph 0.10 has objects on its stack of destructors that it has destroyed already, and
 * its error handler would destroy them again. Therefore no object is destroyed after an
 * error: the memory of Leiden stays allocated. This happens only if memory runs out after
 * rg_igraph_structure has checked that enough is available. */
static igraph_error_t leiden(const igraph_t *g, const igraph_vector_t *degree,
                             igraph_vector_int_t *community, igraph_integer_t *n)
{
    const double n_edges = (double)call.igraph_ecount(g);
    const int before = call.IGRAPH_FINALLY_STACK_SIZE();
    call.igraph_set_error_handler(abandon);
    const igraph_error_t code = call.igraph_community_leiden(
        g, NULL, degree, 0.5 / n_edges, 0.01, 0, LEIDEN_ROUNDS, community, n, NULL);
    call.igraph_set_error_handler(call.igraph_error_handler_ignore);
    call.IGRAPH_FINALLY_CLEAN(call.IGRAPH_FINALLY_STACK_SIZE() - before);
    return code;
}

/* Leiden with node weights k_i and resolution 1 / 2m, which makes its objective the
 * modularity (Traag, Waltman, van Eck, "From Louvain to Leiden", 2019). */
static igraph_error_t communities(rg_structure *out, uint32_t *community,
                                  const igraph_t *g, igraph_vector_int_t *work)
{
    igraph_integer_t n = 0;
    igraph_real_t modularity = 0.0;
    igraph_vector_t degree;
    igraph_error_t code = call.igraph_vector_init(&degree, 0);
    if (code != IGRAPH_SUCCESS) return code;
    code = call.igraph_strength(g, &degree, call.igraph_vss_all(), IGRAPH_ALL,
                                IGRAPH_LOOPS, NULL);
    if (code == IGRAPH_SUCCESS) code = leiden(g, &degree, work, &n);
    if (code == IGRAPH_SUCCESS)
        code = call.igraph_modularity(g, work, NULL, 1.0, IGRAPH_UNDIRECTED, &modularity);
    call.igraph_vector_destroy(&degree);
    if (code != IGRAPH_SUCCESS) return code;
    out->n_communities = (uint32_t)n;
    out->modularity = modularity;
    for (igraph_integer_t k = 0;
         community != NULL && k < call.igraph_vector_int_size(work); k++)
        community[k] = (uint32_t)VECTOR(*work)[k];
    return IGRAPH_SUCCESS;
}

/* For a graph without edges: each node is a community. */
static void lone_nodes(rg_structure *out, uint32_t *community, int64_t n_nodes)
{
    out->n_communities = (uint32_t)n_nodes;
    for (int64_t k = 0; community != NULL && k < n_nodes; k++) community[k] = (uint32_t)k;
}

static igraph_error_t measure(rg_structure *out, uint32_t *community, const igraph_t *g)
{
    igraph_vector_int_t work, sizes;
    igraph_error_t code = call.igraph_vector_int_init(&work, 0);
    if (code != IGRAPH_SUCCESS) return code;
    code = call.igraph_vector_int_init(&sizes, 0);
    if (code != IGRAPH_SUCCESS) {
        call.igraph_vector_int_destroy(&work);
        return code;
    }
    code = components(out, g, &work, &sizes);
    if (code == IGRAPH_SUCCESS) code = cores(out, g, &work);
    if (code == IGRAPH_SUCCESS && call.igraph_ecount(g) > 0)
        code = communities(out, community, g, &work);
    else if (code == IGRAPH_SUCCESS)
        lone_nodes(out, community, (int64_t)call.igraph_vcount(g));
    call.igraph_vector_int_destroy(&sizes);
    call.igraph_vector_int_destroy(&work);
    return code;
}

static regatta_status status_of(regatta_ctx *ctx, igraph_error_t code)
{
    if (code == IGRAPH_SUCCESS) return REGATTA_OK;
    if (code == IGRAPH_ENOMEM) return REGATTA_ENOMEM;
    return rg_fail(ctx, REGATTA_EINTERNAL, "igraph: %s", call.igraph_strerror(code));
}

regatta_status rg_igraph_structure(regatta_ctx *ctx, rg_structure *out,
                                   uint32_t *community, const regatta_graph *graph)
{
    const rg_csr *rows = graph->by_user;
    *out = (rg_structure){0};
    if (rows->n_rows + rows->n_cols == 0) return REGATTA_OK; /* all is 0 */
    if (rows->n_edges > IGRAPH_INTEGER_MAX / 2 ||
        rows->n_rows + rows->n_cols > IGRAPH_INTEGER_MAX)
        return rg_fail(ctx, REGATTA_EINVAL, "the graph is too large for this igraph");
    const regatta_status loaded = rg_dynlib_load(ctx, &library);
    if (loaded != REGATTA_OK) return loaded;
    if (!rg_can_map((rows->n_rows + rows->n_cols) * NODE_BYTES +
                    rows->n_edges * EDGE_BYTES))
        return REGATTA_ENOMEM;
    host h = {0};
    igraph_t g;
    igraph_error_t code = enter(&h);
    if (code == IGRAPH_SUCCESS) code = make_graph(&g, graph);
    if (code == IGRAPH_SUCCESS) {
        code = measure(out, community, &g);
        call.igraph_destroy(&g);
    }
    leave(&h);
    return status_of(ctx, code);
}

/* Scales one column of the layout to the unit interval. */
static void fit_unit(double *out, const igraph_matrix_t *at, int64_t n, int column)
{
    double low = 0.0, high = 0.0;
    for (int64_t k = 0; k < n; k++) {
        out[k] = MATRIX(*at, k, column);
        if (k == 0 || out[k] < low) low = out[k];
        if (k == 0 || out[k] > high) high = out[k];
    }
    for (int64_t k = 0; k < n; k++)
        out[k] = high > low ? (out[k] - low) / (high - low) : 0.5;
}

static igraph_error_t place(double *x, double *y, int64_t n,
                            const igraph_vector_int_t *ends,
                            const igraph_vector_t *length)
{
    igraph_t g;
    igraph_matrix_t at;
    igraph_error_t code =
        call.igraph_create(&g, ends, (igraph_integer_t)n, IGRAPH_UNDIRECTED);
    if (code != IGRAPH_SUCCESS) return code;
    code = call.igraph_matrix_init(&at, 0, 0);
    if (code == IGRAPH_SUCCESS) {
        code = call.igraph_layout_kamada_kawai(&g, &at, 0,
                                               (igraph_integer_t)(LAYOUT_STEPS * n), 0.0,
                                               (double)n, length, NULL, NULL, NULL, NULL);
        if (code == IGRAPH_SUCCESS) {
            fit_unit(x, &at, n, 0);
            fit_unit(y, &at, n, 1);
        }
        call.igraph_matrix_destroy(&at);
    }
    call.igraph_destroy(&g);
    return code;
}

/* Copies the edges to igraph's vectors and places the nodes. */
static igraph_error_t lay_out(double *x, double *y, int64_t n, const uint32_t *end,
                              const double *length, int64_t n_edges)
{
    igraph_vector_int_t ends;
    igraph_vector_t lengths;
    igraph_error_t code =
        call.igraph_vector_int_init(&ends, (igraph_integer_t)(2 * n_edges));
    if (code != IGRAPH_SUCCESS) return code;
    code = call.igraph_vector_init(&lengths, (igraph_integer_t)n_edges);
    if (code == IGRAPH_SUCCESS) {
        for (int64_t e = 0; e < n_edges; e++) {
            VECTOR(ends)[2 * e] = (igraph_integer_t)end[2 * e];
            VECTOR(ends)[2 * e + 1] = (igraph_integer_t)end[2 * e + 1];
            VECTOR(lengths)[e] = length[e];
        }
        code = place(x, y, n, &ends, &lengths);
        call.igraph_vector_destroy(&lengths);
    }
    call.igraph_vector_int_destroy(&ends);
    return code;
}

regatta_status rg_igraph_layout(regatta_ctx *ctx, double *x, double *y, int64_t n,
                                const uint32_t *end, const double *length,
                                int64_t n_edges)
{
    const regatta_status loaded = rg_dynlib_load(ctx, &library);
    if (loaded != REGATTA_OK) return loaded;
    if (!rg_can_map((n * n + n_edges) * EDGE_BYTES)) return REGATTA_ENOMEM;
    host h = {0};
    igraph_error_t code = enter(&h);
    if (code == IGRAPH_SUCCESS) code = lay_out(x, y, n, end, length, n_edges);
    leave(&h);
    return status_of(ctx, code);
}
