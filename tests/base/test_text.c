#include "base/text/text.h"
#include "support/fault.h"
#include "support/suite.h"
#include <math.h>
#include <string.h>

static void write_all(rg_text *t, rg_mem mem)
{
    rg_text_begin(t, mem);
    rg_text_append(t, "{");
    rg_text_string(t, "a", "x");
    rg_text_open(t, "list", '[');
    rg_text_open(t, NULL, '{');
    rg_text_int(t, "n", -3);
    rg_text_float(t, "f", 0.1f);
    rg_text_close(t, '}');
    rg_text_open(t, NULL, '{');
    rg_text_close(t, '}');
    rg_text_close(t, ']');
    rg_text_real(t, "r", 0.25);
    rg_text_real(t, "none", (double)NAN);
    rg_text_bool(t, "yes", 1);
    rg_text_append(t, "}");
}

static void test_text__nested(void)
{
    rg_text t;
    write_all(&t, rg_mem_default());
    CU_ASSERT_EQUAL_FATAL(t.status, REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(t.bytes, "{\"a\": \"x\", \"list\": [{\"n\": -3, \"f\": 0.1}, "
                                    "{}], \"r\": 0.25, \"none\": null, \"yes\": true}");
    CU_ASSERT_EQUAL((size_t)t.n, strlen(t.bytes));
    rg_free(rg_mem_default(), t.bytes);
}

static void test_text__quoted(void)
{
    rg_text t;
    rg_text_begin(&t, rg_mem_default());
    rg_text_quoted(&t, "a\"b\\c/\b\f\n\r\t\x01\x1f\x7f\xc3\xa9");
    CU_ASSERT_EQUAL_FATAL(t.status, REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(t.bytes,
                           "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001F\x7f\xc3\xa9\"");
    rg_free(rg_mem_default(), t.bytes);
}

static void test_text__grows(void)
{
    rg_text t;
    rg_text_begin(&t, rg_mem_default());
    for (int k = 0; k < 3000; k++) rg_text_append(&t, "0123456789");
    CU_ASSERT_EQUAL(t.n, 30000);
    CU_ASSERT_EQUAL(strlen(t.bytes), 30000);
    CU_ASSERT_EQUAL(t.bytes[29999], '9');
    rg_free(rg_mem_default(), t.bytes);
}

/* The members of one text among those of another. */
static void test_text__members(void)
{
    rg_text t, none, some;
    rg_text_begin(&t, rg_mem_default());
    rg_text_begin(&none, rg_mem_default());
    rg_text_begin(&some, rg_mem_default());
    rg_text_int(&some, "b", 2);
    rg_text_open(&some, "c", '[');
    rg_text_int(&some, NULL, 3);
    rg_text_close(&some, ']');
    rg_text_open(&t, NULL, '{');
    rg_text_members(&t, &none);
    rg_text_int(&t, "a", 1);
    rg_text_members(&t, &some);
    rg_text_members(&t, &none);
    rg_text_int(&t, "d", 4);
    rg_text_close(&t, '}');
    CU_ASSERT_STRING_EQUAL(t.bytes, "{\"a\": 1, \"b\": 2, \"c\": [3], \"d\": 4}");
    some.status = REGATTA_ENOMEM; /* what is not whole is not passed on */
    rg_text_members(&t, &some);
    CU_ASSERT_EQUAL(t.status, REGATTA_ENOMEM);
    rg_free(rg_mem_default(), t.bytes);
    rg_free(rg_mem_default(), some.bytes);
}

static regatta_status attempt(regatta_ctx *ctx, void *arg)
{
    rg_text t;
    (void)arg;
    write_all(&t, ctx->mem);
    for (int k = 0; k < 300; k++) rg_text_append(&t, "0123456789");
    rg_free(ctx->mem, t.bytes);
    return rg_end(ctx, t.status);
}

static void test_text__memory(void)
{
    fault_sweep_memory(attempt, NULL);
}

static const test_case cases[] = {
    {"nested", test_text__nested}, {"quoted", test_text__quoted},
    {"grows", test_text__grows},   {"members", test_text__members},
    {"memory", test_text__memory},
};

int test_text(void)
{
    return TEST_MAIN("text", cases);
}
