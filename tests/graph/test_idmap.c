#include "graph/idmap.h"
#include "support/fault.h"
#include "support/suite.h"
#include <stdio.h>
#include <string.h>

static regatta_ctx *context(void)
{
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    return ctx;
}

static uint32_t add(regatta_ctx *ctx, rg_idmap *map, const char *name)
{
    uint32_t k = REGATTA_NONE;
    CU_ASSERT_EQUAL(rg_idmap_add(ctx, map, name, (int64_t)strlen(name), &k), REGATTA_OK);
    return k;
}

static uint32_t find(const rg_idmap *map, const char *name)
{
    return rg_idmap_find(map, name, (int64_t)strlen(name));
}

static void test_idmap__numbers_in_order_of_appearance(void)
{
    regatta_ctx *ctx = context();
    rg_idmap *map = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_idmap_create(ctx, &map), REGATTA_OK);
    CU_ASSERT_EQUAL(find(map, "b"), REGATTA_NONE);
    CU_ASSERT_EQUAL(add(ctx, map, "b"), 0);
    CU_ASSERT_EQUAL(add(ctx, map, "a"), 1);
    CU_ASSERT_EQUAL(add(ctx, map, "b"), 0);
    CU_ASSERT_EQUAL(add(ctx, map, ""), 2);
    CU_ASSERT_EQUAL(add(ctx, map, "01"), 3);
    CU_ASSERT_EQUAL(add(ctx, map, "1"), 4);
    CU_ASSERT_EQUAL(map->n, 5);
    CU_ASSERT_STRING_EQUAL(rg_idmap_name(map, 1), "a");
    CU_ASSERT_EQUAL(find(map, ""), 2);
    rg_idmap_free(map);
    regatta_ctx_free(ctx);
}

static void test_idmap__grows_and_finds_all(void)
{
    regatta_ctx *ctx = context();
    rg_idmap *map = NULL;
    const uint32_t n = 5000;
    CU_ASSERT_EQUAL_FATAL(rg_idmap_numbers(ctx, &map, n), REGATTA_OK);
    CU_ASSERT_EQUAL(map->n, n);
    long wrong = 0;
    for (uint32_t k = 0; k < n; k++) {
        char name[16];
        snprintf(name, sizeof name, "%u", k);
        wrong += find(map, name) != k || strcmp(rg_idmap_name(map, k), name) != 0;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(find(map, "5000"), REGATTA_NONE);
    rg_idmap_free(map);
    regatta_ctx_free(ctx);
}

static void test_idmap__view_checks_what_it_is_given(void)
{
    regatta_ctx *ctx = context();
    rg_idmap *map = NULL;
    const int64_t good[] = {0, 2, 4}, falling[] = {0, 5, 4}, far[] = {0, 2, 5};
    CU_ASSERT_EQUAL(rg_idmap_view(ctx, &map, 2, good, "a\0b", 4), REGATTA_OK);
    CU_ASSERT_EQUAL(find(map, "b"), 1);
    rg_idmap_free(map);
    CU_ASSERT_EQUAL(rg_idmap_view(ctx, &map, 2, good, "a\0a", 4), REGATTA_EFORMAT);
    CU_ASSERT_PTR_NULL(map);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), "id 'a' is repeated");
    CU_ASSERT_EQUAL(rg_idmap_view(ctx, &map, 2, falling, "a\0b", 4), REGATTA_EFORMAT);
    CU_ASSERT_EQUAL(rg_idmap_view(ctx, &map, 2, far, "a\0b", 4), REGATTA_EFORMAT);
    CU_ASSERT_EQUAL(rg_idmap_view(ctx, &map, 2, good, "ab\0\0", 4), REGATTA_EFORMAT);
    CU_ASSERT_EQUAL(rg_idmap_view(ctx, &map, 2, good, "\0\0b\0", 4), REGATTA_EFORMAT);
    const int64_t none[] = {0};
    CU_ASSERT_EQUAL(rg_idmap_view(ctx, &map, 0, none, "", 0), REGATTA_OK);
    CU_ASSERT_EQUAL(find(map, "a"), REGATTA_NONE);
    rg_idmap_free(map);
    regatta_ctx_free(ctx);
}

static void test_idmap__pick_keeps_the_order_asked_for(void)
{
    regatta_ctx *ctx = context();
    rg_idmap *map = NULL, *some = NULL;
    const uint32_t picked[] = {70, 3, 12};
    CU_ASSERT_EQUAL_FATAL(rg_idmap_numbers(ctx, &map, 100), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_idmap_pick(ctx, &some, map, picked, 3), REGATTA_OK);
    CU_ASSERT_EQUAL(some->n, 3);
    CU_ASSERT_EQUAL(find(some, "70"), 0);
    CU_ASSERT_EQUAL(find(some, "12"), 2);
    CU_ASSERT_EQUAL(find(some, "4"), REGATTA_NONE);
    rg_idmap_free(some);
    CU_ASSERT_EQUAL(rg_idmap_copy(ctx, &some, map), REGATTA_OK);
    CU_ASSERT_EQUAL(some->n, 100);
    CU_ASSERT_EQUAL(memcmp(some->offset, map->offset, 101 * sizeof *map->offset), 0);
    CU_ASSERT_EQUAL(memcmp(some->bytes, map->bytes, (size_t)map->offset[100]), 0);
    CU_ASSERT_EQUAL(find(some, "99"), 99);
    rg_idmap_free(some);
    rg_idmap_free(map);
    regatta_ctx_free(ctx);
}

static regatta_status make_maps(regatta_ctx *ctx, void *arg)
{
    (void)arg;
    regatta_status status = REGATTA_OK;
    rg_idmap *map = NULL, *some = NULL, *view = NULL, *grown = NULL;
    const uint32_t picked[] = {5, 1};
    RG_TRY(rg_idmap_numbers(ctx, &map, 100));
    RG_TRY(rg_idmap_pick(ctx, &some, map, picked, 2));
    RG_TRY(
        rg_idmap_view(ctx, &view, map->n, map->offset, map->bytes, map->offset[map->n]));
    RG_TRY(rg_idmap_create(ctx, &grown));
    for (uint32_t k = 0, number = 0; k < 100; k++) {
        const char *name = rg_idmap_name(map, k);
        RG_TRY(rg_idmap_add(ctx, grown, name, (int64_t)strlen(name), &number));
    }
done:
    rg_idmap_free(grown);
    rg_idmap_free(view);
    rg_idmap_free(some);
    rg_idmap_free(map);
    return rg_end(ctx, status);
}

static void test_idmap__survives_missing_memory(void)
{
    fault_sweep_memory(make_maps, NULL);
}

/* A wrong byte at each place of a name of each length. */
static void test_idmap__names_that_are_wrong(void)
{
    char name[40];
    CU_ASSERT_STRING_EQUAL(rg_id_wrong("", 0), "is empty");
    for (int n = 1; n < (int)sizeof name; n++)
        for (int at = 0; at < n; at++) {
            memset(name, 'a', sizeof name);
            CU_ASSERT_PTR_NULL(rg_id_wrong(name, n));
            name[at] = '\x1f';
            CU_ASSERT_STRING_EQUAL(rg_id_wrong(name, n), "holds a control character");
            name[at] = '\x7f';
            CU_ASSERT_STRING_EQUAL(rg_id_wrong(name, n), "holds a control character");
            name[at] = '\xe9';
            CU_ASSERT_STRING_EQUAL(rg_id_wrong(name, n), "is not UTF-8");
            if (at + 1 == n) continue;
            name[at] = '\xc3';
            name[at + 1] = '\xa9';
            CU_ASSERT_PTR_NULL(rg_id_wrong(name, n));
        }
}

/* As names added one by one: known ones, new ones, repeats, across growth. */
static void test_idmap__adds_many_at_once(void)
{
    enum { N = 1000 };
    static char text[N][16];
    static const char *name[N];
    static uint32_t length[N], number[N];
    regatta_ctx *ctx = context();
    rg_idmap *map = NULL, *single = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_idmap_create(ctx, &map), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_idmap_create(ctx, &single), REGATTA_OK);
    for (int k = 0; k < N; k++) {
        length[k] = (uint32_t)snprintf(text[k], sizeof text[k], "n%d", k * k % 701);
        name[k] = text[k];
    }
    CU_ASSERT_EQUAL(rg_idmap_add_all(ctx, map, number, name, length, 0), REGATTA_OK);
    for (int pass = 0; pass < 2; pass++) {
        CU_ASSERT_EQUAL(rg_idmap_add_all(ctx, map, number, name, length, N), REGATTA_OK);
        for (int k = 0; k < N; k++) {
            uint32_t one = 0;
            CU_ASSERT_EQUAL(rg_idmap_add(ctx, single, name[k], length[k], &one),
                            REGATTA_OK);
            CU_ASSERT_EQUAL(number[k], one);
        }
    }
    CU_ASSERT_EQUAL(map->n, single->n);
    rg_idmap_cut(map, 50);
    for (uint32_t k = 0; k < single->n; k++)
        CU_ASSERT_EQUAL(rg_idmap_find_name(map, single, k), k < 50 ? k : REGATTA_NONE);
    rg_idmap_free(map);
    rg_idmap_free(single);
    regatta_ctx_free(ctx);
}

int test_idmap(void)
{
    const test_case cases[] = {
        {"names_that_are_wrong", test_idmap__names_that_are_wrong},
        {"adds_many_at_once", test_idmap__adds_many_at_once},
        {"numbers_in_order_of_appearance", test_idmap__numbers_in_order_of_appearance},
        {"grows_and_finds_all", test_idmap__grows_and_finds_all},
        {"view_checks_what_it_is_given", test_idmap__view_checks_what_it_is_given},
        {"pick_keeps_the_order_asked_for", test_idmap__pick_keeps_the_order_asked_for},
        {"survives_missing_memory", test_idmap__survives_missing_memory},
    };
    return TEST_MAIN("idmap", cases);
}
