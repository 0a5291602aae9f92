#include "base/leb128.h"
#include "support/suite.h"

static void test_leb128__there_and_back(void)
{
    static const struct {
        uint64_t x;
        int64_t n;
    } table[] = {{0, 1},           {1, 1},          {127, 1},        {128, 2},
                 {16383, 2},       {16384, 3},      {UINT32_MAX, 5}, {INT64_MAX, 9},
                 {UINT64_MAX, 10}, {1ULL << 63, 10}};
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        uint8_t bytes[RG_LEB128_BYTES];
        uint64_t x = 1;
        int64_t at = 0;
        CU_ASSERT_EQUAL(rg_leb128_put(NULL, table[k].x), table[k].n);
        CU_ASSERT_EQUAL(rg_leb128_put(bytes, table[k].x), table[k].n);
        CU_ASSERT(rg_leb128_take(&x, bytes, &at, table[k].n));
        CU_ASSERT_EQUAL(x, table[k].x);
        CU_ASSERT_EQUAL(at, table[k].n);
        at = 0;
        CU_ASSERT(!rg_leb128_take(&x, bytes, &at, table[k].n - 1)); /* ends early */
    }
}

static void test_leb128__one_form_alone(void)
{
    static const uint8_t longer[] = {0x80, 0x00}, zeros[] = {0xff, 0x80, 0x00};
    static const uint8_t beyond[] = {0xff, 0xff, 0xff, 0xff, 0xff,
                                     0xff, 0xff, 0xff, 0xff, 0x02};
    static const uint8_t eleven[] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
                                     0x80, 0x80, 0x80, 0x80, 0x01};
    uint64_t x = 0;
    int64_t at = 0;
    CU_ASSERT(!rg_leb128_take(&x, longer, &at, sizeof longer));
    at = 0;
    CU_ASSERT(!rg_leb128_take(&x, zeros, &at, sizeof zeros));
    at = 0;
    CU_ASSERT(!rg_leb128_take(&x, beyond, &at, sizeof beyond));
    at = 0;
    CU_ASSERT(!rg_leb128_take(&x, eleven, &at, sizeof eleven));
}

int test_leb128(void)
{
    const test_case cases[] = {
        {"there_and_back", test_leb128__there_and_back},
        {"one_form_alone", test_leb128__one_form_alone},
    };
    return TEST_MAIN("leb128", cases);
}
