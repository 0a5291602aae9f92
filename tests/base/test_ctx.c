#include "base/ctx.h"
#include "base/kernels/kernels.h"
#include "support/fault.h"
#include "support/suite.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* In a process of its own, which has not used the library: 0 if regatta_ctx_create
 * returns `expected` and the message begins with `words`. */
static int child_with_unit(const char *unit, regatta_status expected, const char *words)
{
    int code = -1;
    const pid_t child = fork();
    if (child == 0) {
        regatta_ctx *ctx = NULL;
        setenv("REGATTA_SIMD", unit, 1);
        const regatta_status status = regatta_ctx_create(&ctx, NULL);
        const char *said = regatta_last_error(ctx);
        const int ok = status == expected && (ctx != NULL) == (status == REGATTA_OK) &&
                       strncmp(said, words, strlen(words)) == 0;
        regatta_ctx_free(ctx);
        _exit(!ok);
    }
    if (child < 0 || waitpid(child, &code, 0) != child) return -1;
    return code;
}

/* The first case, because the variable is read once; already read if it is set. */
static void test_ctx__vector_unit(void)
{
    if (getenv("REGATTA_SIMD") != NULL) return;
    CU_ASSERT_EQUAL(child_with_unit("baseline", REGATTA_OK, ""), 0);
    CU_ASSERT_EQUAL(child_with_unit("", REGATTA_OK, ""), 0);
    CU_ASSERT_EQUAL(child_with_unit("mmx", REGATTA_EINVAL,
                                    "REGATTA_SIMD: unknown vector unit: set it"),
                    0);
    const int lacks = rg_kernels_of(RG_ISA_V4) == NULL;
    CU_ASSERT_EQUAL(child_with_unit("x86-64-v4", lacks ? REGATTA_EINVAL : REGATTA_OK,
                                    lacks ? "REGATTA_SIMD: this machine or this" : ""),
                    0);
}

static void test_ctx__defaults(void)
{
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(ctx);
    CU_ASSERT(ctx->threads >= 1);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "");
    CU_ASSERT_PTR_NULL(ctx->io_fault);
    regatta_ctx_free(ctx);
    regatta_ctx_free(NULL);
    CU_ASSERT_STRING_EQUAL(
        regatta_last_error(NULL),
        "there is no context: it is NULL, or regatta_ctx_create failed");
}

static void test_ctx__threads(void)
{
    regatta_ctx_options o = REGATTA_CTX_OPTIONS_INIT;
    regatta_ctx *ctx = NULL;
    o.threads = 3;
    CU_ASSERT_EQUAL(regatta_ctx_create(&ctx, &o), REGATTA_OK);
    CU_ASSERT_EQUAL(ctx->threads, 3);
    regatta_ctx_free(ctx);
    o.threads = 1024;
    CU_ASSERT_EQUAL(regatta_ctx_create(&ctx, &o), REGATTA_OK);
    CU_ASSERT_EQUAL(ctx->threads, 1024);
    regatta_ctx_free(ctx);
    o.threads = 1025;
    CU_ASSERT_EQUAL(regatta_ctx_create(&ctx, &o), REGATTA_EINVAL);
    CU_ASSERT_PTR_NULL(ctx);
}

static void test_ctx__invalid(void)
{
    fault_memory m = {.fail_at = -1};
    regatta_ctx_options o = REGATTA_CTX_OPTIONS_INIT;
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL(regatta_ctx_create(NULL, &o), REGATTA_EINVAL);
    o.allocator.alloc = fault_allocator(&m).alloc; /* half an allocator */
    o.allocator.state = &m;
    CU_ASSERT_EQUAL(regatta_ctx_create(&ctx, &o), REGATTA_EINVAL);
    CU_ASSERT_PTR_NULL(ctx);
    o.allocator = fault_allocator(&m);
    o.allocator.alloc = NULL;
    CU_ASSERT_EQUAL(regatta_ctx_create(&ctx, &o), REGATTA_EINVAL);
    CU_ASSERT_EQUAL(m.calls, 0);
}

static void test_ctx__struct_size(void)
{
    /* A caller built when the struct was shorter: what it lacks has its INIT value. */
    fault_memory m = {.fail_at = -1};
    regatta_ctx_options o = REGATTA_CTX_OPTIONS_INIT;
    regatta_ctx *ctx = NULL;
    o.threads = 5;
    o.allocator = fault_allocator(&m);
    o.struct_size = (uint32_t)offsetof(regatta_ctx_options, allocator);
    CU_ASSERT_EQUAL(regatta_ctx_create(&ctx, &o), REGATTA_OK);
    CU_ASSERT_EQUAL(ctx->threads, 5);
    CU_ASSERT_EQUAL(m.calls, 0);
    regatta_ctx_free(ctx);
    /* One built later: the tail that this library does not know is left alone. */
    struct {
        regatta_ctx_options known;
        char later[64];
    } longer = {o, {1}};
    longer.known.struct_size = sizeof longer;
    CU_ASSERT_EQUAL(regatta_ctx_create(&ctx, &longer.known), REGATTA_OK);
    CU_ASSERT_EQUAL(m.live, 2); /* the context and its lock */
    regatta_ctx_free(ctx);
    CU_ASSERT_EQUAL(m.live, 0);
    const uint32_t wrong[] = {0, 3, 7, 65540};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        o.struct_size = wrong[k];
        CU_ASSERT_EQUAL(regatta_ctx_create(&ctx, &o), REGATTA_EINVAL);
        CU_ASSERT_PTR_NULL(ctx);
    }
}

static void test_ctx__no_memory(void)
{
    for (long at = 0; at < 2; at++) { /* the lock, the context */
        fault_memory m = {.fail_at = at};
        regatta_ctx_options o = REGATTA_CTX_OPTIONS_INIT;
        regatta_ctx *ctx = (regatta_ctx *)&o;
        o.allocator = fault_allocator(&m);
        CU_ASSERT_EQUAL(regatta_ctx_create(&ctx, &o), REGATTA_ENOMEM);
        CU_ASSERT_PTR_NULL(ctx);
        CU_ASSERT_EQUAL(m.live, 0);
        CU_ASSERT_EQUAL(m.calls, at + 1);
    }
}

static void test_ctx__messages(void)
{
    regatta_ctx *ctx = NULL;
    char longest[2 * RG_MESSAGE_BYTES];
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_fail(ctx, REGATTA_EFORMAT, "%s:%d: bad", "file", 3),
                    REGATTA_EFORMAT);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "file:3: bad");
    CU_ASSERT_EQUAL(rg_end(ctx, REGATTA_EFORMAT), REGATTA_EFORMAT);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "file:3: bad"); /* kept */
    rg_begin(ctx);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "");
    for (int status = REGATTA_ENOTFOUND; status < REGATTA_OK; status++) {
        rg_begin(ctx);
        CU_ASSERT_EQUAL(rg_end(ctx, (regatta_status)status), status);
        CU_ASSERT_NOT_EQUAL(strlen(regatta_last_error(ctx)), 0);
    }
    CU_ASSERT_EQUAL(rg_end(ctx, REGATTA_OK), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "");
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    rg_fail(ctx, REGATTA_EIO, "%s", longest);
    CU_ASSERT_EQUAL(strlen(regatta_last_error(ctx)), RG_MESSAGE_BYTES - 1);
    regatta_ctx_free(ctx);
}

int test_ctx(void)
{
    static const test_case cases[] = {
        {"vector unit", test_ctx__vector_unit}, {"defaults", test_ctx__defaults},
        {"threads", test_ctx__threads},         {"invalid", test_ctx__invalid},
        {"struct size", test_ctx__struct_size}, {"no memory", test_ctx__no_memory},
        {"messages", test_ctx__messages},
    };
    return TEST_MAIN("ctx", cases);
}
