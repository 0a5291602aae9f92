/* CHOLMOD (Chen, Davis, Hager, Rajamanickam, ACM TOMS 35, 2008), version 3: double only,
 * so values are widened at this door. Its own memory comes from malloc: a context's
 * allocator does not reach it. */
#include "linalg/cholmod_door.h"
#include "base/dynlib.h"
#include "base/parallel.h"
#include <cholmod.h>
#include <math.h>
#include <omp.h>
#include <pthread.h>
#include <string.h>

struct rg_cholmod {
    rg_mem mem;
    cholmod_common common;
    int started; /* common is to be finished */
    cholmod_sparse matrix;
    cholmod_factor *analysis;
    SuiteSparse_long *offset, *row; /* upper triangle by columns */
    double *value;
    rg_cholmod_estimate estimate;
};

/* The functions of CHOLMOD, set when it is loaded. */
static struct {
    __typeof__(cholmod_l_start) *cholmod_l_start;
    __typeof__(cholmod_l_finish) *cholmod_l_finish;
    __typeof__(cholmod_l_analyze) *cholmod_l_analyze;
    __typeof__(cholmod_l_factorize) *cholmod_l_factorize;
    __typeof__(cholmod_l_copy_factor) *cholmod_l_copy_factor;
    __typeof__(cholmod_l_free_factor) *cholmod_l_free_factor;
} call;

static const rg_dynlib_symbol symbols[] = {
    RG_DYNLIB_SYMBOL(call, cholmod_l_start),
    RG_DYNLIB_SYMBOL(call, cholmod_l_finish),
    RG_DYNLIB_SYMBOL(call, cholmod_l_analyze),
    RG_DYNLIB_SYMBOL(call, cholmod_l_factorize),
    RG_DYNLIB_SYMBOL(call, cholmod_l_copy_factor),
    RG_DYNLIB_SYMBOL(call, cholmod_l_free_factor),
};

static rg_dynlib library = {.soname = RG_CHOLMOD_SONAME,
                            .megabytes = 52,
                            .has_blas = 1,
                            .symbols = symbols,
                            .n_symbols = sizeof symbols / sizeof *symbols,
                            .mutex = PTHREAD_MUTEX_INITIALIZER};

static pthread_mutex_t metis_mutex = PTHREAD_MUTEX_INITIALIZER;

static regatta_status status_of(regatta_ctx *ctx, const cholmod_common *common)
{
    switch (common->status) {
    case CHOLMOD_OK: return REGATTA_OK;
    case CHOLMOD_OUT_OF_MEMORY:
    case CHOLMOD_TOO_LARGE: return REGATTA_ENOMEM;
    case CHOLMOD_NOT_POSDEF:
    case CHOLMOD_DSMALL:
        return rg_fail(ctx, REGATTA_ENUMERIC, "sparse matrix is not positive definite");
    default:
        return rg_fail(ctx, REGATTA_EINTERNAL, "CHOLMOD failed (status %d)",
                       common->status);
    }
}

static void start(cholmod_common *common)
{
    call.cholmod_l_start(common);
    common->print = 0;
    common->supernodal = CHOLMOD_SIMPLICIAL;
    common->final_ll = 1;
    common->nmethods = 2;
    common->method[0].ordering = CHOLMOD_AMD;
    common->method[1].ordering = CHOLMOD_METIS;
    common->postorder = 1;
    common->final_asis = 0;
    common->final_super = 0;
    common->final_pack = 1;
    common->final_monotonic = 1;
    common->metis_memory = 0.0;
    common->try_catch = 1;
}

static int64_t count_lower(const rg_csr *off)
{
    int64_t n = 0;
    for (int64_t r = 0; r < off->n_rows; r++)
        for (int64_t e = off->offset[r]; e < off->offset[r + 1]; e++)
            n += off->target[e] < (uint32_t)r;
    return n;
}

/* Row r's entries before the diagonal are column r's above it. */
static void fill_matrix(rg_cholmod *c, const rg_csr *off, const double *diagonal)
{
    SuiteSparse_long n = 0;
    for (int64_t r = 0; r < off->n_rows; r++) {
        for (int64_t e = off->offset[r]; e < off->offset[r + 1]; e++) {
            if (off->target[e] >= (uint32_t)r) continue;
            c->row[n] = (SuiteSparse_long)off->target[e];
            c->value[n++] = off->value != NULL ? (double)off->value[e] : 1.0;
        }
        c->row[n] = r;
        c->value[n++] = diagonal[r];
        c->offset[r + 1] = n;
    }
    c->matrix = (cholmod_sparse){.nrow = (size_t)off->n_rows,
                                 .ncol = (size_t)off->n_rows,
                                 .nzmax = (size_t)n,
                                 .p = c->offset,
                                 .i = c->row,
                                 .x = c->value,
                                 .stype = 1,
                                 .itype = CHOLMOD_LONG,
                                 .xtype = CHOLMOD_REAL,
                                 .dtype = CHOLMOD_DOUBLE,
                                 .sorted = 1,
                                 .packed = 1};
}

regatta_status rg_cholmod_analyze(regatta_ctx *ctx, rg_cholmod **out, const rg_csr *off,
                                  const double *diagonal)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_cholmod *c = NULL;
    const int64_t n = off->n_rows, n_entries = count_lower(off) + n;
    RG_TRY(rg_dynlib_load(ctx, &library));
    RG_NEW(ctx->mem, c, 1);
    c->mem = ctx->mem;
    RG_NEW(ctx->mem, c->offset, n + 1);
    RG_NEW(ctx->mem, c->row, n_entries);
    RG_NEW(ctx->mem, c->value, n_entries);
    fill_matrix(c, off, diagonal);
    start(&c->common);
    c->started = 1;
    pthread_mutex_lock(&metis_mutex);
    c->analysis = call.cholmod_l_analyze(&c->matrix, &c->common);
    pthread_mutex_unlock(&metis_mutex);
    if (c->analysis == NULL) {
        RG_TRY(status_of(ctx, &c->common));
        RG_TRY(REGATTA_EINTERNAL);
    }
    c->estimate.entries = (int64_t)c->common.lnz;
    c->estimate.flops = c->common.fl;
    c->estimate.bytes = c->estimate.entries * 28 + n_entries * 16;
    c->estimate.ordering = c->analysis->ordering == CHOLMOD_METIS ? "METIS" : "AMD";
    *out = c;
    c = NULL; /* ownership has moved to the caller */
done:
    rg_cholmod_free(c);
    return status;
}

const rg_cholmod_estimate *rg_cholmod_estimate_of(const rg_cholmod *c)
{
    return &c->estimate;
}

static void copy_factor(rg_sparse_factor *f, const cholmod_factor *l)
{
    const SuiteSparse_long *order = l->Perm, *offset = l->p, *row = l->i, *count = l->nz;
    const double *value = l->x;
    int64_t at = 0;
    for (int64_t k = 0; k < f->n; k++) {
        f->order[k] = (uint32_t)order[k];
        for (SuiteSparse_long e = offset[k]; e < offset[k] + count[k]; e++) {
            f->row[at] = (uint32_t)row[e];
            f->value[at++] = value[e];
        }
        f->offset[k + 1] = at;
    }
}

static int is_sound(const cholmod_factor *l)
{
    const SuiteSparse_long *offset = l->p;
    const double *value = l->x;
    for (size_t k = 0; k < l->n; k++)
        if (!(value[offset[k]] > 0.0) || !isfinite(value[offset[k]])) return 0;
    return 1;
}

regatta_status rg_cholmod_factorize(regatta_ctx *ctx, rg_sparse_factor **out,
                                    const rg_cholmod *c)
{
    *out = NULL;
    regatta_status status = REGATTA_OK;
    rg_sparse_factor *f = NULL;
    cholmod_common common;
    cholmod_sparse matrix = c->matrix; /* CHOLMOD wants it without const */
    start(&common);
    cholmod_factor *l = call.cholmod_l_copy_factor(c->analysis, &common);
    RG_TRY(status_of(ctx, &common));
    call.cholmod_l_factorize(&matrix, l, &common);
    RG_TRY(status_of(ctx, &common));
    if (l->minor < l->n || !l->is_ll || !is_sound(l))
        RG_TRY(rg_fail(ctx, REGATTA_ENUMERIC, "sparse matrix is not positive definite"));
    int64_t n_entries = 0;
    for (size_t k = 0; k < l->n; k++) n_entries += ((const SuiteSparse_long *)l->nz)[k];
    RG_TRY(rg_sparse_factor_create(ctx, &f, (int64_t)l->n, n_entries));
    copy_factor(f, l);
    *out = f;
    f = NULL; /* ownership has moved to the caller */
done:
    call.cholmod_l_free_factor(&l, &common);
    call.cholmod_l_finish(&common);
    rg_sparse_factor_free(f);
    return status;
}

void rg_cholmod_free(rg_cholmod *c)
{
    if (c == NULL) return;
    if (c->started) {
        call.cholmod_l_free_factor(&c->analysis, &c->common);
        call.cholmod_l_finish(&c->common);
    }
    rg_free(c->mem, c->offset);
    rg_free(c->mem, c->row);
    rg_free(c->mem, c->value);
    rg_free(c->mem, c);
}

static void solve_columns(float *x, double *panel, int64_t first, int64_t columns,
                          const rg_sparse_factor *f)
{
    const int64_t n = f->n;
    const int64_t width =
        columns - first < RG_SOLVE_WIDTH ? columns - first : RG_SOLVE_WIDTH;
    memset(panel, 0, (size_t)(n * RG_SOLVE_WIDTH) * sizeof *panel);
    for (int64_t r = 0; r < n; r++)
        for (int64_t c = 0; c < width; c++)
            panel[r * RG_SOLVE_WIDTH + c] = (double)x[r * columns + first + c];
    rg_sparse_factor_solve(panel, panel + n * RG_SOLVE_WIDTH, f);
    for (int64_t r = 0; r < n; r++)
        for (int64_t c = 0; c < width; c++)
            x[r * columns + first + c] = (float)panel[r * RG_SOLVE_WIDTH + c];
}

regatta_status rg_cholmod_solve(regatta_ctx *ctx, float *x, int64_t columns,
                                const rg_csr *off, const double *diagonal)
{
    regatta_status status = REGATTA_OK;
    rg_cholmod *c = NULL;
    rg_sparse_factor *f = NULL;
    double *panel = NULL;
    const int threads = ctx->threads;
    const int64_t size = 2 * off->n_rows * RG_SOLVE_WIDTH;
    RG_TRY(rg_cholmod_analyze(ctx, &c, off, diagonal));
    RG_TRY(rg_cholmod_factorize(ctx, &f, c));
    RG_NEW(ctx->mem, panel, size * threads);
    const int team = rg_threads_for(columns * f->n_entries, threads);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
    for (int64_t first = 0; first < columns; first += RG_SOLVE_WIDTH)
        solve_columns(x, panel + size * omp_get_thread_num(), first, columns, f);
done:
    rg_free(ctx->mem, panel);
    rg_sparse_factor_free(f);
    rg_cholmod_free(c);
    return status;
}
