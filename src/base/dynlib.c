#include "base/dynlib.h"
#include "base/alloc.h"
#include "base/parallel.h"
#include "base/processors.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* OpenBLAS 0.3.21: each thread beyond the first takes a buffer of 128 MB and a stack of 8
 * MB as it starts. 16 MB are for what malloc maps meanwhile. */
enum { BLAS_THREAD = 136, SPARE = 16, MEGABYTE = 1 << 20 };

/* The number of threads that OpenBLAS will start, by the variables that it reads. */
static int blas_threads(void)
{
    static const char *const names[] = {"OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS",
                                        "OMP_NUM_THREADS"};
    const int processors = rg_processors();
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        const char *value = getenv(names[k]);
        const long n = value != NULL ? strtol(value, NULL, 10) : 0;
        if (n > 0) return n < processors ? (int)n : processors;
    }
    return processors;
}

static int has_limit(int resource)
{
    struct rlimit limit;
    return getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

/* A BLAS that is loaded has had its start. */
static int blas_is_loaded(void)
{
    void *handle = dlopen("libblas.so.3", RTLD_LAZY | RTLD_NOLOAD);
    if (handle == NULL) return 0;
    dlclose(handle);
    return 1;
}

static regatta_status check_room(regatta_ctx *ctx, const rg_dynlib *lib)
{
    const int threads = !lib->has_blas || blas_is_loaded() ? 1 : blas_threads();
    const int megabytes = lib->megabytes + SPARE + (threads - 1) * BLAS_THREAD;
    if (has_limit(RLIMIT_AS) && !rg_can_map((int64_t)megabytes * MEGABYTE))
        return rg_fail(ctx, REGATTA_ENOMEM,
                       "out of memory: %s needs %d MB of address space to load; raise "
                       "the limit (ulimit -v)",
                       lib->soname, megabytes);
    if (rg_team_of(threads) < threads)
        return rg_fail(ctx, REGATTA_ENOMEM,
                       "%s cannot be loaded: the system does not start the %d threads of "
                       "its BLAS; set OPENBLAS_NUM_THREADS=1",
                       lib->soname, threads);
    return REGATTA_OK;
}

static regatta_status load(regatta_ctx *ctx, rg_dynlib *lib)
{
    regatta_status status = REGATTA_OK;
    RG_TRY(check_room(ctx, lib));
    void *handle = dlopen(lib->soname, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        return rg_fail(ctx, REGATTA_EIO, "cannot load %s: %s", lib->soname, dlerror());
    for (int k = 0; k < lib->n_symbols; k++) {
        void *address = dlsym(handle, lib->symbols[k].name);
        if (address == NULL)
            return rg_fail(ctx, REGATTA_EIO, "%s has no %s", lib->soname,
                           lib->symbols[k].name);
        memcpy(lib->symbols[k].pointer, &address, sizeof address);
    }
    lib->loaded = 1;
done:
    return status;
}

regatta_status rg_dynlib_load(regatta_ctx *ctx, rg_dynlib *lib)
{
    pthread_mutex_lock(&lib->mutex);
    const regatta_status status = lib->loaded ? REGATTA_OK : load(ctx, lib);
    pthread_mutex_unlock(&lib->mutex);
    return status;
}
