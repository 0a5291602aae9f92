#include "base/dynlib.h"
#include "support/suite.h"
#include <string.h>
#include <sys/resource.h>

/* One function that zlib has, one that it lacks. */
static struct {
    const char *(*zlibVersion)(void);
    void *none;
} call;

static const rg_dynlib_symbol version[] = {RG_DYNLIB_SYMBOL(call, zlibVersion)};
static const rg_dynlib_symbol missing[] = {RG_DYNLIB_SYMBOL(call, zlibVersion),
                                           RG_DYNLIB_SYMBOL(call, none)};

static rg_dynlib library(const char *soname, const rg_dynlib_symbol *symbols, int n)
{
    return (rg_dynlib){.soname = soname,
                       .megabytes = 1,
                       .has_blas = 1,
                       .symbols = symbols,
                       .n_symbols = n,
                       .mutex = PTHREAD_MUTEX_INITIALIZER};
}

static void test_dynlib__sets_pointers_once(void)
{
    regatta_ctx *ctx = NULL;
    rg_dynlib lib = library("libz.so.1", version, 1);
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_dynlib_load(ctx, &lib), REGATTA_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(call.zlibVersion);
    CU_ASSERT_EQUAL(call.zlibVersion()[0], '1');
    call.zlibVersion = NULL;
    CU_ASSERT_EQUAL(rg_dynlib_load(ctx, &lib), REGATTA_OK);
    CU_ASSERT_PTR_NULL(call.zlibVersion);
    regatta_ctx_free(ctx);
}

static void test_dynlib__says_what_is_missing(void)
{
    regatta_ctx *ctx = NULL;
    rg_dynlib nowhere = library("libnowhere.so.7", version, 1);
    rg_dynlib lacks = library("libz.so.1", missing, 2);
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    for (int again = 0; again < 2; again++) {
        CU_ASSERT_EQUAL(rg_dynlib_load(ctx, &nowhere), REGATTA_EIO);
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "libnowhere.so.7"));
        CU_ASSERT_EQUAL(rg_dynlib_load(ctx, &lacks), REGATTA_EIO);
        CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "libz.so.1 has no none");
    }
    regatta_ctx_free(ctx);
}

/* A library larger than what is left of the address space is not tried; with the limit
 * gone it loads. */
static void test_dynlib__short_of_address_space(void)
{
    enum { PETABYTE = 1 << 30 }; /* in MB */
    regatta_ctx *ctx = NULL;
    rg_dynlib lib = library("libz.so.1", version, 1);
    struct rlimit old, limited;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_AS, &old), 0);
    limited = old;
    limited.rlim_cur = (rlim_t)1 << 50; /* a petabyte: more than a sanitizer takes */
    if (setrlimit(RLIMIT_AS, &limited) == 0) {
        lib.megabytes = PETABYTE;
        CU_ASSERT_EQUAL(rg_dynlib_load(ctx, &lib), REGATTA_ENOMEM);
        CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), "address space"));
        CU_ASSERT_EQUAL(lib.loaded, 0);
        setrlimit(RLIMIT_AS, &old);
    }
    lib.megabytes = 1;
    CU_ASSERT_EQUAL(rg_dynlib_load(ctx, &lib), REGATTA_OK);
    regatta_ctx_free(ctx);
}

int test_dynlib(void)
{
    static const test_case cases[] = {
        {"sets pointers once", test_dynlib__sets_pointers_once},
        {"says what is missing", test_dynlib__says_what_is_missing},
        {"short of address space", test_dynlib__short_of_address_space}};
    return TEST_MAIN("dynlib", cases);
}
