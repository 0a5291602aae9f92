#include "graph/interactions.h"
#include "model/history.h"
#include "model/model.h"
#include "model/model_copy.h"
#include "support/fault.h"
#include "support/order_dump.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include "support/tiny_model.h"
#include <string.h>

static char folder[SCRATCH_PATH], path[SCRATCH_PATH];

/* A tiny model of which only histories and names matter, with those of a text. */
static regatta_model *model_of_text(regatta_ctx *ctx, const char *text,
                                    const float *counted)
{
    regatta_graph *g = NULL;
    regatta_model *m = NULL;
    tiny_spec spec = tiny_default();
    CU_ASSERT_EQUAL_FATAL(text_read(ctx, &g, text, NULL, NULL), REGATTA_OK);
    spec.channels = 1;
    spec.dim = 0;
    spec.n_users = g->users->n;
    spec.n_items = g->items->n;
    spec.degree = 0;
    CU_ASSERT_EQUAL_FATAL(tiny_model(ctx, &m, &spec), REGATTA_OK);
    const rg_csr *rows = g->by_user;
    m->n_edges = rows->n_edges;
    int64_t *offset = rg_model_own(m, rows->n_rows + 1, sizeof *offset);
    uint32_t *item = rg_model_own(m, rows->n_edges, sizeof *item);
    CU_ASSERT_FATAL(offset != NULL && item != NULL);
    memcpy(offset, rows->offset, (size_t)(rows->n_rows + 1) * sizeof *offset);
    memcpy(item, rows->target, (size_t)rows->n_edges * sizeof *item);
    m->history_offset = offset;
    m->history_item = item;
    m->history_weight = counted;
    CU_ASSERT_EQUAL_FATAL(rg_interactions_pack(ctx, &m->sequences, g, counted),
                          REGATTA_OK);
    rg_idmap_free(m->users);
    rg_idmap_free(m->items);
    m->users = m->items = NULL;
    CU_ASSERT_EQUAL_FATAL(rg_idmap_copy(ctx, &m->users, g->users), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(rg_idmap_copy(ctx, &m->items, g->items), REGATTA_OK);
    regatta_graph_free(g);
    return m;
}

static void holds(regatta_ctx *ctx, const regatta_model *m, const char *expected)
{
    char dump[ORDER_DUMP_BYTES];
    order_dump_model(dump, ctx, m);
    CU_ASSERT_STRING_EQUAL(dump, expected);
}

/* As it is, copied, in other types, and each of them saved and loaded. */
static void keeps(const char *text, const float *counted, const char *expected)
{
    static const rg_element types[] = {RG_F32, RG_BF16, RG_I8};
    regatta_ctx *ctx = tiny_context(2);
    regatta_model *made = model_of_text(ctx, text, counted);
    scratch_open(folder);
    scratch_path(path, folder, "model.regatta");
    holds(ctx, made, expected);
    for (int k = 0; k < 4; k++) {
        regatta_model *copy = NULL, *loaded = NULL, *again = NULL;
        CU_ASSERT_EQUAL_FATAL(k < 3 ? rg_model_convert(ctx, &copy, made, types[k])
                                    : rg_model_copy(ctx, &copy, made),
                              REGATTA_OK);
        holds(ctx, copy, expected);
        CU_ASSERT_EQUAL(regatta_model_save(ctx, copy, path), REGATTA_OK);
        CU_ASSERT_EQUAL_FATAL(regatta_model_load(ctx, &loaded, path), REGATTA_OK);
        holds(ctx, loaded, expected);
        CU_ASSERT_EQUAL_FATAL(rg_model_copy(ctx, &again, loaded), REGATTA_OK);
        regatta_model_free(loaded);
        holds(ctx, again, expected); /* it needs no file */
        regatta_model_free(again);
        regatta_model_free(copy);
    }
    scratch_close(folder);
    regatta_model_free(made);
    regatta_ctx_free(ctx);
    text_remove();
}

static void test_history__order_of_rows(void)
{
    keeps("u c\nu a\nv b\nv c\nv a\n", NULL, "u: c a; v: b c a; ");
    keeps("u c\nu a\nu c\nv a\nv a\n", NULL, "u: c a c; v: a a; ");
}

static void test_history__times(void)
{
    keeps("user,item,time\nu,a,1600000000\nu,b,-86400\nv,b,-86400\nw,c,1600000000\n"
          "w,a,1600000000\n",
          NULL, "u: b@-86400 a@1600000000; v: b@-86400; w: c@1600000000 a@1600000000; ");
}

/* As the data gave them, whatever training counted. */
static void test_history__weights(void)
{
    static const float same[] = {2.0f, 3.0f, 0.5f}, other[] = {1.5f, 1.0f, 0.25f};
    const char *text = "user,item,weight\nu,a,2\nu,b,3\nv,b,0.5\n";
    keeps(text, same, "u: a*2 b*3; v: b*0.5; ");
    keeps(text, other, "u: a*2 b*3; v: b*0.5; ");
    keeps(text, NULL, "u: a*2 b*3; v: b*0.5; ");
    keeps("user,item,weight\nu,b,2\nu,a,3\nu,b,0.5\nv,a,1\n", NULL,
          "u: b*2 a*3 b*0.5; v: a*1; ");
    keeps("user,item,weight\nu,b,2\nu,a,3\nu,b,0.5\nv,a,1\n", other,
          "u: b*2 a*3 b*0.5; v: a*1; ");
}

/* Nothing to say but what the rows say: nothing in memory, nothing in the file. */
static void test_history__ascending_costs_nothing(void)
{
    static const float counted[] = {2.0f, 3.0f, 0.5f};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of_text(ctx, "u a\nu b\nv b\n", NULL);
    CU_ASSERT_PTR_NULL(m->sequences);
    holds(ctx, m, "u: a b; v: b; ");
    regatta_model_free(m);
    m = model_of_text(ctx, "user,item,weight\nu,a,2\nu,b,3\nv,b,0.5\n", counted);
    CU_ASSERT_PTR_NULL(m->sequences);
    holds(ctx, m, "u: a*2 b*3; v: b*0.5; ");
    m->history_weight = NULL;
    regatta_model_free(m);
    m = model_of_text(ctx, "user,item,time\nu,a,1600000000\nu,b,1600086400\n", NULL);
    CU_ASSERT_PTR_NULL(m->sequences->order);
    CU_ASSERT_EQUAL(m->sequences->n_time, 2); /* days: a byte each */
    regatta_model_free(m);
    regatta_ctx_free(ctx);
    text_remove();
}

/* Users of the model beside each other, and a history of anybody. */
static void test_history__query(void)
{
    enum { N = 6 };
    const uint32_t item[N] = {2, 0, 1, 2, 0, 0}, user[] = {1, 0};
    const int64_t offset[] = {0, 4, 4, 6}, time[N] = {7, -5, 7, 7, INT64_MAX, INT64_MIN};
    const int64_t times[] = {-5, 7, 7, 7}, at[] = {9, 0, INT64_MIN};
    const uint32_t as_given[] = {2, 0, 1, 2}, by_time[] = {0, 2, 1, 2};
    uint32_t items[N], step[N], latest[N];
    int64_t time_room[N];
    rg_moment moment[N];
    const rg_order_room room = {step, latest, time_room, moment};
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of_text(ctx, "u c\nu a\nv b\nv c\nv a\nv b\n", NULL);
    regatta_query q = REGATTA_QUERY_INIT;
    rg_history h;
    q.n = 3;
    q.offset = offset;
    q.item = item;
    CU_ASSERT_EQUAL(rg_sequence_longest(m, &q, 0, 3), 4);
    CU_ASSERT_EQUAL(rg_sequence_longest(m, &q, 1, 2), 0);
    rg_history_resolve(&h, m, &q, 0, items);
    rg_history_order(&h, m, &q, 0, &room);
    CU_ASSERT_EQUAL(h.n, 3);
    CU_ASSERT_EQUAL_FATAL(h.n_steps, 4);
    CU_ASSERT_EQUAL(memcmp(h.step, as_given, sizeof as_given), 0);
    CU_ASSERT_PTR_NULL(h.time);
    q.time = time;
    q.at = at;
    rg_history_order(&h, m, &q, 0, &room);
    CU_ASSERT_EQUAL(memcmp(h.step, by_time, sizeof by_time), 0);
    CU_ASSERT_EQUAL(memcmp(h.time, times, sizeof times), 0);
    CU_ASSERT_EQUAL(h.at, 9);
    CU_ASSERT_EQUAL(h.latest[0], 0);
    CU_ASSERT_EQUAL(h.latest[2], 3);
    rg_history_resolve(&h, m, &q, 1, items);
    rg_history_order(&h, m, &q, 1, &room);
    CU_ASSERT_EQUAL(h.n_steps, 0);
    rg_history_resolve(&h, m, &q, 2, items);
    rg_history_order(&h, m, &q, 2, &room);
    CU_ASSERT_EQUAL(h.n, 1);
    CU_ASSERT_EQUAL(h.time[0], INT64_MIN);
    CU_ASSERT_EQUAL(h.time[1], INT64_MAX);
    CU_ASSERT_EQUAL(h.at, INT64_MAX); /* not before the latest interaction */
    q = (regatta_query){.struct_size = sizeof q, .n = 2, .user = user};
    CU_ASSERT_EQUAL(rg_sequence_longest(m, &q, 0, 2), 4);
    rg_history_resolve(&h, m, &q, 0, items);
    rg_history_order(&h, m, &q, 0, &room);
    CU_ASSERT_EQUAL_FATAL(h.n_steps, 4);
    CU_ASSERT_STRING_EQUAL(rg_idmap_name(m->items, h.item[h.step[3]]), "b");
    CU_ASSERT_PTR_NULL(h.time);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
    text_remove();
}

static regatta_status convert_save_load(regatta_ctx *ctx, void *arg)
{
    regatta_status status = REGATTA_OK;
    regatta_model *m = NULL, *loaded = NULL;
    rg_sequence_room room = {0};
    RG_TRY(rg_model_convert(ctx, &m, arg, RG_I8));
    RG_TRY(regatta_model_save(ctx, m, path));
    RG_TRY(regatta_model_load(ctx, &loaded, path));
    RG_TRY(rg_sequence_room_create(ctx, &room, 4));
done:
    rg_sequence_room_free(ctx, &room);
    regatta_model_free(m);
    regatta_model_free(loaded);
    return rg_end(ctx, status);
}

static void test_history__survives_faults(void)
{
    regatta_ctx *ctx = tiny_context(1);
    regatta_model *m = model_of_text(
        ctx,
        "user,item,weight,time\nu,b,2,1600000001\nu,a,3,1600000000\nu,b,1,1600000000\n",
        NULL);
    scratch_open(folder);
    scratch_path(path, folder, "model.regatta");
    fault_sweep_memory(convert_save_load, m);
    fault_sweep_io(convert_save_load, m);
    scratch_close(folder);
    regatta_model_free(m);
    regatta_ctx_free(ctx);
    text_remove();
}

int test_history(void)
{
    const test_case cases[] = {
        {"order_of_rows", test_history__order_of_rows},
        {"times", test_history__times},
        {"weights", test_history__weights},
        {"ascending_costs_nothing", test_history__ascending_costs_nothing},
        {"query", test_history__query},
        {"survives_faults", test_history__survives_faults},
    };
    return TEST_MAIN("history", cases);
}
