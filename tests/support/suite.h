/* The function of a test file, which its program calls: runs a table of cases; the exit
 * code shows failures. */
#ifndef TESTS_SUPPORT_SUITE_H
#define TESTS_SUPPORT_SUITE_H
#include "support/sanitizer.h"
#include <CUnit/Basic.h>

typedef struct test_case {
    const char *name;
    void (*run)(void); /* NULL: none */
} test_case;

/* A case that measures quality or compares bits, for many seconds, while other cases run
 * the same code: not under AddressSanitizer, which takes five times as long. */
#ifdef RG_HAS_ADDRESS_SANITIZER
#define TEST_PLAIN_ONLY(run) (0 ? (run) : NULL)
#else
#define TEST_PLAIN_ONLY(run) (run)
#endif

/* Runs the cases as one suite; returns 0 if every assertion passed, 1 if not, 77 if
 * REGATTA_SIMD is invalid on this machine. */
int test_run(const char *suite, const test_case *cases, int n_cases);

/* int test_csr(void) { return TEST_MAIN("csr", cases); } */
#define TEST_MAIN(suite, cases)                                                          \
    test_run((suite), (cases), (int)(sizeof(cases) / sizeof((cases)[0])))
#endif
