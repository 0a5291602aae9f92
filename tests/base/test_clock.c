#include "base/clock.h"
#include "support/suite.h"

static void test_clock__never_goes_back(void)
{
    double last = rg_clock();
    CU_ASSERT(last > 0.0);
    for (int k = 0; k < 1000; k++) {
        const double now = rg_clock();
        CU_ASSERT(now >= last);
        last = now;
    }
}

int test_clock(void)
{
    static const test_case cases[] = {{"never goes back", test_clock__never_goes_back}};
    return TEST_MAIN("clock", cases);
}
