#include "base/rng.h"
#include "model/file/model_deltas.h"
#include "support/suite.h"
#include <string.h>

static void test_model_deltas__by_hand(void)
{
    /* rows {3, 4, 300}, {}, {0}, {UINT32_MAX}: 3, 0, 295 = 0x27 + 2 * 128, 0, 2^32 - 1 */
    const int64_t offset[] = {0, 3, 3, 4, 5};
    const uint32_t target[] = {3, 4, 300, 0, UINT32_MAX};
    const uint8_t want[] = {3, 0, 0xa7, 2, 0, 0xff, 0xff, 0xff, 0xff, 0x0f};
    uint8_t bytes[sizeof want];
    uint32_t back[5];
    CU_ASSERT_EQUAL_FATAL(rg_deltas_encode(NULL, offset, target, 4), sizeof want);
    CU_ASSERT_EQUAL(rg_deltas_encode(bytes, offset, target, 4), sizeof want);
    CU_ASSERT_EQUAL(memcmp(bytes, want, sizeof want), 0);
    CU_ASSERT(rg_deltas_decode(back, offset, 4, bytes, sizeof bytes));
    CU_ASSERT_EQUAL(memcmp(back, target, sizeof target), 0);
}

static void test_model_deltas__what_is_refused(void)
{
    const int64_t offset[] = {0, 2}, none[] = {0, 0};
    uint32_t back[2];
    CU_ASSERT(rg_deltas_decode(back, offset, 1, (const uint8_t[]){1, 2}, 2));
    CU_ASSERT(!rg_deltas_decode(back, offset, 1, (const uint8_t[]){1}, 1));
    CU_ASSERT(!rg_deltas_decode(back, offset, 1, (const uint8_t[]){1, 0x82}, 2));
    CU_ASSERT(!rg_deltas_decode(back, offset, 1, (const uint8_t[]){1, 2, 3}, 3));
    /* longer than it needs to be; beyond 32 bits at once; and in two steps */
    CU_ASSERT(!rg_deltas_decode(back, offset, 1, (const uint8_t[]){1, 0x82, 0}, 3));
    const uint8_t large[] = {1, 0xff, 0xff, 0xff, 0xff, 0x1f};
    CU_ASSERT(!rg_deltas_decode(back, offset, 1, large, sizeof large));
    const uint8_t endless[] = {1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1};
    CU_ASSERT(!rg_deltas_decode(back, offset, 1, endless, sizeof endless));
    const uint8_t steps[] = {1, 0xff, 0xff, 0xff, 0xff, 0x0f};
    CU_ASSERT(!rg_deltas_decode(back, offset, 1, steps, sizeof steps));
    CU_ASSERT(rg_deltas_decode(back, none, 1, steps, 0));
    CU_ASSERT(!rg_deltas_decode(back, none, 1, steps, 1));
}

static void test_model_deltas__any_rows_come_back(void)
{
    enum { ROWS = 40, MOST = 50 };
    int64_t offset[ROWS + 1] = {0};
    uint32_t target[ROWS * MOST], back[ROWS * MOST];
    uint8_t bytes[5 * ROWS * MOST];
    int64_t n = 0;
    for (int64_t r = 0; r < ROWS; r++) {
        const uint64_t width = (uint64_t)1 << (r % 26);
        uint64_t next = 0;
        for (int64_t e = 0; e < r % MOST; e++) {
            next += rg_random_below(1, RG_STREAM_TEST, (uint64_t)n, width);
            target[n++] = (uint32_t)next++;
        }
        offset[r + 1] = n;
    }
    const int64_t size = rg_deltas_encode(bytes, offset, target, ROWS);
    CU_ASSERT(size >= n && size <= 5 * n);
    CU_ASSERT(rg_deltas_decode(back, offset, ROWS, bytes, size));
    CU_ASSERT_EQUAL(memcmp(back, target, (size_t)n * sizeof *back), 0);
    for (int64_t cut = 0; cut < size; cut += 7)
        CU_ASSERT(!rg_deltas_decode(back, offset, ROWS, bytes, cut));
}

static const test_case cases[] = {
    {"by hand", test_model_deltas__by_hand},
    {"refused", test_model_deltas__what_is_refused},
    {"round trip", test_model_deltas__any_rows_come_back},
};

int test_model_deltas(void)
{
    return TEST_MAIN("model_deltas", cases);
}
