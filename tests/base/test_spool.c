#include "base/files/spool.h"
#include "support/fault.h"
#include "support/suite.h"
#include <regatta/regatta.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = RG_SPOOL_BYTES / 4 };

/* Writes n numbers in pieces and reads them twice in other pieces; returns the status of
 * the first failure. */
static regatta_status pass_numbers(regatta_ctx *ctx, int64_t n)
{
    regatta_status status = REGATTA_OK;
    rg_spool *s = NULL;
    uint32_t piece[1000];
    RG_TRY(rg_spool_create(ctx, &s));
    for (int64_t k = 0; k < n;) {
        int64_t m = 0;
        for (; m < 700 && k < n; m++, k++) piece[m] = (uint32_t)k * 2654435761u;
        RG_TRY(rg_spool_write(s, piece, m * 4));
    }
    CU_ASSERT_EQUAL(rg_spool_size(s), n * 4);
    for (int turn = 0; turn < 2; turn++) {
        RG_TRY(rg_spool_rewind(s));
        int64_t n_wrong = 0;
        for (int64_t k = 0; k < n;) {
            const int64_t m = n - k < 1000 ? n - k : 1000;
            RG_TRY(rg_spool_read(s, piece, m * 4));
            for (int64_t i = 0; i < m; i++, k++)
                n_wrong += piece[i] != (uint32_t)k * 2654435761u;
        }
        CU_ASSERT_EQUAL(n_wrong, 0);
    }
done:
    rg_spool_free(s);
    return status;
}

static void test_spool__numbers(void)
{
    static const int64_t sizes[] = {0,         1,         999,           WORDS - 1, WORDS,
                                    WORDS + 1, 2 * WORDS, 2 * WORDS + 5, 5 * WORDS};
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        CU_ASSERT_EQUAL(pass_numbers(ctx, sizes[k]), REGATTA_OK);
    regatta_ctx_free(ctx);
}

static regatta_status large(regatta_ctx *ctx, void *arg)
{
    return rg_end(ctx, pass_numbers(ctx, *(const int64_t *)arg));
}

static void test_spool__survives_failures(void)
{
    int64_t n = 2 * WORDS + 5;
    const long before = fault_injected;
    fault_sweep_memory(large, &n);
    fault_sweep_io(large, &n);
    CU_ASSERT(fault_injected - before >= 2 + 1 + 3 + 6); /* memory, open, writes, reads */
}

static void test_spool__folder(void)
{
    regatta_ctx *ctx = NULL;
    const char *had = getenv("TMPDIR");
    char *before = had != NULL ? strdup(had) : NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    setenv("TMPDIR", "/no/such/folder", 1);
    CU_ASSERT_EQUAL(pass_numbers(ctx, WORDS), REGATTA_OK); /* needs no file */
    CU_ASSERT_EQUAL(pass_numbers(ctx, WORDS + 1), REGATTA_EIO);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx),
                           "a temporary file in /no/such/folder (TMPDIR): No such file "
                           "or directory");
    if (before != NULL)
        setenv("TMPDIR", before, 1);
    else
        unsetenv("TMPDIR");
    free(before);
    regatta_ctx_free(ctx);
}

int test_spool(void)
{
    static const test_case cases[] = {
        {"numbers", test_spool__numbers},
        {"survives failures", test_spool__survives_failures},
        {"folder", test_spool__folder}};
    return TEST_MAIN("spool", cases);
}
