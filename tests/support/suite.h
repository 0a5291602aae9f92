/* The main of a test file: a table of cases, and an exit code that tells failures. */
#ifndef TESTS_SUPPORT_SUITE_H
#define TESTS_SUPPORT_SUITE_H
#include <CUnit/Basic.h>

typedef struct test_case {
    const char *name;
    void (*run)(void);
} test_case;

/* Runs the cases as one suite; 0 when every assertion held, 1 otherwise. */
int test_run(const char *suite, const test_case *cases, int n_cases);

/* int main(void) { return TEST_MAIN("csr", cases); } */
#define TEST_MAIN(suite, cases)                                                          \
    test_run((suite), (cases), (int)(sizeof(cases) / sizeof((cases)[0])))
#endif
