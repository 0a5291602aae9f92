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
    {"nested", test_text__nested},
    {"quoted", test_text__quoted},
    {"grows", test_text__grows},
    {"memory", test_text__memory},
};

int main(void)
{
    return TEST_MAIN("text", cases);
}
