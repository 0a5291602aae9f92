/* Shared libraries that are loaded when a function of theirs is first needed. */
#ifndef RG_BASE_DYNLIB_H
#define RG_BASE_DYNLIB_H
#include "base/ctx.h"
#include <pthread.h>

/* A function or object of the library, and the pointer variable that receives its
 * address. */
typedef struct rg_dynlib_symbol {
    const char *name;
    void *pointer;
} rg_dynlib_symbol;

/* The initializer of a row of such a table: table.name is set to library function `f`. */
#define RG_DYNLIB_SYMBOL(table, f)                                                       \
    {                                                                                    \
#f, &(table).f                                                                   \
    }

/* A library in static memory; `loaded` is protected by the mutex. */
typedef struct rg_dynlib {
    const char *soname;
    int megabytes; /* of address space that the library and its dependencies are mapped to
                    */
    int has_blas;  /* 1: its dependencies include a BLAS */
    const rg_dynlib_symbol *symbols;
    int n_symbols;
    pthread_mutex_t mutex;
    int loaded;
} rg_dynlib;

/* Loads the library and sets all pointers, once in the process: later calls return
 * immediately. It is never unloaded. A failed call may be repeated. If the address space
 * left under RLIMIT_AS may be too small, the call fails, because the constructor of
 * OpenBLAS would loop for ever. REGATTA_ENOMEM  too little address space, or too few
 * threads for OpenBLAS REGATTA_EIO     the library is not installed, or lacks one of the
 * symbols */
regatta_status rg_dynlib_load(regatta_ctx *ctx, rg_dynlib *lib);
#endif
