#include "base/text/json_find.h"
#include "fit/prune/prune_drop.h"
#include "support/planted_model.h"
#include "support/suite.h"
#include <regatta/regatta.h>
#include <string.h>

static regatta_model *trained(regatta_ctx *ctx, const char *channels)
{
    const planted p = {200, 80, 6, 12, 0, 5};
    regatta_train_options o = REGATTA_TRAIN_OPTIONS_INIT;
    o.channels = channels;
    o.dim = 8;
    o.max_steps = 2;
    return planted_model(ctx, &p, &o);
}

static rg_prune_drop drop_of(const char *names)
{
    rg_prune_drop d = {.n = 0};
    const char *unknown = NULL;
    int64_t length = 0;
    const uint32_t mask = rg_channel_mask(names, &unknown, &length);
    for (int a = 0; a < rg_n_channels; a++) d.off[a] = (int)(mask >> a & 1);
    return d;
}

/* Returns 1 if the channels can be dropped, and checks that both functions say so. */
static int may_drop(regatta_ctx *ctx, const regatta_model *model, const char *names)
{
    rg_prune_drop d = drop_of(names);
    rg_begin(ctx);
    const regatta_status status = rg_end(ctx, rg_prune_drop_check(ctx, &d, model));
    CU_ASSERT(status == REGATTA_OK || status == REGATTA_EINVAL);
    return status == REGATTA_OK;
}

static void test_prune_drop__check(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_model *model = trained(ctx, "vectors,items,users");
    CU_ASSERT(may_drop(ctx, model, "users"));
    CU_ASSERT(may_drop(ctx, model, "vectors"));
    CU_ASSERT(may_drop(ctx, model, "users,vectors"));
    CU_ASSERT(!may_drop(ctx, model, "spectral"));      /* not in the model */
    CU_ASSERT(!may_drop(ctx, model, "vectors,items")); /* users score no unseen ones */
    CU_ASSERT(!may_drop(ctx, model, "vectors,items,users"));
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

/* A channel stays if one that stays reads its state. */
static void test_prune_drop__reader(void)
{
    for (int a = 0; a < rg_n_channels; a++) {
        const rg_channel_ops *reads = rg_channels[a]->reads;
        if (reads == NULL) continue;
        const int read = rg_channel_find(reads->name, (int64_t)strlen(reads->name));
        char state = 0;
        regatta_model model = {.n_users = 0};
        rg_prune_drop d = {.n = 1};
        model.channel[a] = (rg_channel){.ops = rg_channels[a], .state = &state};
        model.channel[read] = (rg_channel){.ops = reads, .state = &state};
        CU_ASSERT_EQUAL(rg_prune_drop_reader(&d, &model), -1);
        d.off[read] = 1;
        CU_ASSERT_EQUAL(rg_prune_drop_reader(&d, &model), a);
        d.off[a] = 1;
        CU_ASSERT_EQUAL(rg_prune_drop_reader(&d, &model), -1);
        d.off[read] = 0;
        CU_ASSERT_EQUAL(rg_prune_drop_reader(&d, &model), -1);
    }
}

static int is_recorded(const regatta_model *m, const char *path, const char *name)
{
    rg_json at;
    char text[32] = "";
    return rg_json_find(&at, m->json, path) &&
           rg_json_string(&at, text, sizeof text) > 0 && strcmp(text, name) == 0;
}

/* Settings have the names, of two prunings too; the other channels keep their states. */
static void test_prune_drop__model(void)
{
    regatta_ctx *ctx = test_context(1);
    regatta_model *model = trained(ctx, "vectors,items,users"), *less = NULL, *least;
    const rg_prune_drop users = drop_of("users"), vectors = drop_of("vectors");
    rg_prune_drop one = users, other = vectors;
    one.n = other.n = 1;
    CU_ASSERT_EQUAL_FATAL(rg_prune_drop_model(ctx, &one, &less, model), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(less->channel_names, "vectors\nitems\n");
    CU_ASSERT(is_recorded(less, "dropped.0", "users"));
    CU_ASSERT(less->vectors != NULL && less->calibration.knots != NULL);
    CU_ASSERT_EQUAL_FATAL(rg_prune_drop_model(ctx, &other, &least, less), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(least->channel_names, "items\n");
    CU_ASSERT(is_recorded(least, "dropped.0", "vectors"));
    CU_ASSERT(is_recorded(least, "dropped.1", "users"));
    CU_ASSERT(least->vectors == NULL && least->item_weights != NULL);
    CU_ASSERT(rg_json_is_value(least->json, (int64_t)strlen(least->json), '{'));
    regatta_model_free(least);
    strcpy(less->json, "{ }"); /* no settings at all */
    CU_ASSERT_EQUAL_FATAL(rg_prune_drop_model(ctx, &other, &least, less), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(least->json, "{\"dropped\": [\"vectors\"] }");
    regatta_model_free(least);
    strcpy(less->json, "{\"dropped\": []}");
    CU_ASSERT_EQUAL_FATAL(rg_prune_drop_model(ctx, &other, &least, less), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(least->json, "{\"dropped\": [\"vectors\"]}");
    regatta_model_free(least);
    regatta_model_free(less);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
}

int test_prune_drop(void)
{
    static const test_case cases[] = {{"check", test_prune_drop__check},
                                      {"reader", test_prune_drop__reader},
                                      {"model", test_prune_drop__model}};
    return TEST_MAIN("prune_drop", cases);
}
