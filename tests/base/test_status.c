#include "support/suite.h"
#include <regatta/status.h>

static void test_status__names(void)
{
    /* Numbers are fixed for ever: bindings hold them. */
    static const char *const names[] = {"OK",        "EINVAL",   "ENOMEM",   "EIO",
                                        "EFORMAT",   "ENUMERIC", "ESTOPPED", "EINTERNAL",
                                        "ENOTFOUND", "ERANK"};
    for (int k = 0; k < 10; k++)
        CU_ASSERT_STRING_EQUAL(regatta_status_name((regatta_status)-k), names[k]);
    CU_ASSERT_STRING_EQUAL(regatta_status_name((regatta_status)-10), "?");
    CU_ASSERT_STRING_EQUAL(regatta_status_name((regatta_status)1), "?");
}

int test_status(void)
{
    static const test_case cases[] = {{"names", test_status__names}};
    return TEST_MAIN("status", cases);
}
