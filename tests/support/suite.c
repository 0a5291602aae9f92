#include "support/suite.h"
#include "base/kernels/kernels.h"
#include <stdio.h>
#include <stdlib.h>

enum { SKIPPED = 77 }; /* tests/CMakeLists.txt */

int test_run(const char *suite, const test_case *cases, int n_cases)
{
    if (getenv("REGATTA_SIMD") != NULL && rg_kernels_problem() != NULL) {
        printf("skipped: %s\n", rg_kernels_problem());
        return SKIPPED;
    }
    if (CU_initialize_registry() != CUE_SUCCESS) return 1;
    CU_pSuite s = CU_add_suite(suite, NULL, NULL);
    int failed = s == NULL;
    for (int k = 0; k < n_cases && !failed; k++)
        if (cases[k].run != NULL)
            failed = CU_add_test(s, cases[k].name, cases[k].run) == NULL;
    if (!failed) {
        CU_basic_set_mode(CU_BRM_VERBOSE);
        /* CU_basic_run_tests returns a framework code, not the number of failures. */
        failed = CU_basic_run_tests() != CUE_SUCCESS || CU_get_number_of_failures() != 0;
    }
    CU_cleanup_registry();
    return failed;
}
